/** What config.json of a Keras model says of its layers: those of a plain stack, from below. */
import { mismatch } from '../shared/errors.js';
import { json } from './checkpoint.js';

export interface KerasCell {
  kind: 'SimpleRNN' | 'LSTM' | 'GRU';
  /** Of SimpleRNN, by Unfold's name. */
  activation: string;
  /** Of GRU. */
  resetAfter: boolean;
}

/** Paths of the variables, as Keras names them, without `layers/` before them. */
type KerasLayer =
  | { kind: 'recurrent'; cells: { forward: string; backward?: string; cell: KerasCell }[] }
  | { kind: 'end'; path: string };

export interface KerasConfig {
  layers: KerasLayer[];
  /** How the answer for a whole sequence is made; undefined where each step has one. */
  pooling: 'last' | 'mean' | undefined;
}

interface Described {
  class_name: string;
  config: Record<string, unknown>;
}

const unsupported = (field: string, expected: string, came: string) =>
  mismatch('UNSUPPORTED', field, expected, came);

const STACK =
  'a stack of Embedding, SimpleRNN, LSTM, GRU, Bidirectional, RNN and one Dense, or GlobalAveragePooling1D';
/** Layers that change nothing when the network answers, and what turns logits into probabilities. */
const PASSING = new Set(['InputLayer', 'Dropout', 'SpatialDropout1D', 'Softmax']);
const ACTIVATIONS: Record<string, string> = {
  tanh: 'tanh',
  relu: 'relu',
  sigmoid: 'sigmoid',
  linear: 'identity',
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function described(value: unknown): Described {
  if (isObject(value) && typeof value['class_name'] === 'string' && isObject(value['config']))
    return { class_name: value['class_name'], config: value['config'] };
  throw mismatch('INVALID_CHECKPOINT', 'config.json', 'layers with a class_name and a config', 'others');
}

/** Keras's own spelling of a class in paths: SimpleRNN is simple_rnn, LSTMCell is lstm_cell. */
const snake = (name: string) =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Names for the members of a list: the class, and a number from the second on. */
function namer(): (className: string) => string {
  const used = new Map<string, number>();
  return (className) => {
    const name = snake(className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count ? `${name}_${count}` : name;
  };
}

export function readKerasConfig(bytes: Uint8Array): KerasConfig {
  const model = described(json(new TextDecoder().decode(bytes), 'config.json'));
  const list = model.config['layers'];
  if (!['Sequential', 'Functional'].includes(model.class_name) || !Array.isArray(list))
    throw unsupported(
      'config.json',
      'a Sequential or Functional model, or its .weights.h5',
      model.class_name,
    );
  const layers: KerasLayer[] = [];
  let pooling: KerasConfig['pooling'];
  const nameOf = namer();
  let below: unknown;
  for (const entry of list) {
    const layer = described(entry);
    const { class_name: name, config } = layer;
    const path = nameOf(name); // a Sequential leaves its InputLayer out, whose name no other class has
    checkReads(entry as Record<string, unknown>, below, path);
    below = layer.config['name'];
    if (PASSING.has(name)) continue;
    if (layers.at(-1)?.kind === 'end' && isTop(layers)) throw unsupported(path, STACK, `${name} above Dense`);
    if (name === 'Activation') checkTop(config['activation'], path);
    else if (name === 'GlobalAveragePooling1D') pooling = 'mean';
    else if (name === 'Embedding') layers.push({ kind: 'end', path });
    else if (name === 'Dense' || name === 'TimeDistributed') layers.push(denseOf(layer, path));
    else {
      const recurrent = recurrentOf(layer, path);
      layers.push(recurrent);
      pooling = recurrent.whole ? undefined : 'last';
    }
  }
  return { layers, pooling };
}

/** Refuses what is no stack: of a Functional model, each layer reads the one before it, once. */
function checkReads({ inbound_nodes: nodes }: Record<string, unknown>, below: unknown, path: string): void {
  if (!Array.isArray(nodes) || nodes.length === 0) return;
  const [node] = nodes as unknown[];
  const text = JSON.stringify(isObject(node) ? node['args'] : node);
  const names = [...text.matchAll(/(?:"keras_history":|^\[|,)\["((?:[^"\\]|\\.)*)",\d+,\d+/g)].map(
    ([, name]) => name,
  );
  if (nodes.length === 1 && names.length === 1 && names[0] === below) return;
  throw unsupported(path, 'an input from the layer before it', names.length ? names.join(', ') : 'another');
}

/** Whether a Dense layer is there already: an Embedding is below the recurrent ones. */
const isTop = (layers: readonly KerasLayer[]) => layers.some(({ kind }) => kind === 'recurrent');

function checkTop(activation: unknown, path: string): void {
  if (!['softmax', 'sigmoid', 'linear', undefined, null].includes(activation as string))
    throw unsupported(`${path}.activation`, 'softmax, sigmoid or linear', String(activation));
}

function denseOf({ class_name: name, config }: Described, path: string): KerasLayer {
  const inner = name === 'TimeDistributed' ? described(config['layer']) : undefined;
  if (inner && inner.class_name !== 'Dense')
    throw unsupported(path, STACK, `TimeDistributed(${inner.class_name})`);
  checkTop((inner?.config ?? config)['activation'], path);
  return { kind: 'end', path: inner ? `${path}/layer` : path };
}

type Recurrent = Extract<KerasLayer, { kind: 'recurrent' }> & { whole: boolean };

function recurrentOf({ class_name: name, config }: Described, path: string, turned = false): Recurrent {
  if (name === 'Bidirectional') return bidirectionalOf(config, path);
  if ((config['go_backwards'] === true) !== turned)
    throw unsupported(`${path}.go_backwards`, 'false (a Bidirectional reads both ways)', 'true');
  const whole = config['return_sequences'] === true;
  const cells =
    name === 'RNN'
      ? cellsOf(described(config['cell']), `${path}/cell`)
      : [{ forward: `${path}/cell`, cell: cellOf(name, config, path) }];
  return { kind: 'recurrent', whole, cells };
}

function bidirectionalOf(config: Record<string, unknown>, path: string): Recurrent {
  if (config['merge_mode'] !== 'concat')
    throw unsupported(`${path}.merge_mode`, 'concat', String(config['merge_mode']));
  const forward = recurrentOf(described(config['layer']), `${path}/forward_layer`);
  const back = isObject(config['backward_layer'])
    ? recurrentOf(described(config['backward_layer']), `${path}/backward_layer`, true)
    : forward;
  if (forward.cells.length > 1) throw unsupported(path, 'one cell in a Bidirectional', 'StackedRNNCells');
  if (JSON.stringify(back.cells[0]!.cell) !== JSON.stringify(forward.cells[0]!.cell))
    throw unsupported(path, 'two directions of one kind', 'others');
  const [{ forward: ahead, cell }] = forward.cells as [Recurrent['cells'][number]];
  return {
    kind: 'recurrent',
    whole: forward.whole,
    cells: [{ forward: ahead, backward: `${path}/backward_layer/cell`, cell }],
  };
}

/** Of an RNN: one cell, or several above each other. */
function cellsOf({ class_name: name, config }: Described, path: string): Recurrent['cells'] {
  if (name !== 'StackedRNNCells') return [{ forward: path, cell: cellOf(name, config, path) }];
  const list = config['cells'];
  if (!Array.isArray(list)) throw unsupported(path, 'StackedRNNCells with cells', 'others');
  const nameOf = namer();
  return list.map((entry) => {
    const { class_name: inner, config } = described(entry);
    const place = `${path}/cells/${nameOf(inner)}`;
    return { forward: place, cell: cellOf(inner, config, place) };
  });
}

function cellOf(name: string, config: Record<string, unknown>, path: string): KerasCell {
  const kind = name.replace(/Cell$/, '');
  if (kind !== 'SimpleRNN' && kind !== 'LSTM' && kind !== 'GRU') throw unsupported(path, STACK, name);
  const given = config['activation'] ?? 'tanh';
  const activation = typeof given === 'string' ? ACTIVATIONS[given] : undefined;
  if (!activation || (kind !== 'SimpleRNN' && activation !== 'tanh'))
    throw unsupported(
      `${path}.activation`,
      kind === 'SimpleRNN' ? Object.keys(ACTIVATIONS).join(', ') : 'tanh',
      typeof given === 'string' ? given : 'another',
    );
  const gate = config['recurrent_activation'] ?? 'sigmoid';
  if (kind !== 'SimpleRNN' && gate !== 'sigmoid')
    throw unsupported(`${path}.recurrent_activation`, 'sigmoid', typeof gate === 'string' ? gate : 'another');
  return { kind, activation, resetAfter: config['reset_after'] !== false };
}
