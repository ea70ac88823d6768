/** The parts of a state_dict: recurrent layers, a Linear, an Embedding. */
import { mismatch, refuse, type UnfoldError } from '../../shared/errors.js';
import type { Tensor } from '../safetensors.js';

/** One direction of a layer of torch.nn. */
export interface ImportedLayer {
  path(part: string): string;
  input: Tensor;
  recurrent: Tensor;
  /** None, or both. */
  biases: Tensor[];
  /** The same from the last step to the first. */
  backward?: ImportedLayer;
}

/** How many layers each module has, by its name with the dot behind it, in the order of the file. */
export type Modules = ReadonlyMap<string, number>;

/** The recurrent modules, by the names that torch.nn gives their parameters. */
export function modulesIn(names: Iterable<string>): Modules {
  const found = new Map<string, number>();
  let other: string | undefined;
  for (const name of names) {
    const [, prefix, number] = /^(.*?)weight_ih_l(\d+)$/.exec(name) ?? [];
    other ??= name;
    if (prefix !== undefined) found.set(prefix, Math.max(found.get(prefix) ?? 0, Number(number) + 1));
  }
  if (found.size) return found;
  throw mismatch(
    'INVALID_CHECKPOINT',
    'file',
    'weight_ih_l0 and more of an nn.RNN, nn.LSTM or nn.GRU',
    other === undefined ? 'no tensor' : `tensors such as ${other.slice(0, 60)}`,
  );
}

/** Most layers of a module: a name is no reason to count to a billion. */
const MOST_LAYERS = 1000;

/** The layers of a module, from below. */
export function layersOf(
  prefix: string,
  count: number,
  names: ReadonlySet<string>,
  take: (name: string) => Tensor | undefined,
): ImportedLayer[] {
  if (count > MOST_LAYERS) throw refuse('INVALID_CHECKPOINT', prefix, `at most ${MOST_LAYERS} layers`, count);
  return Array.from({ length: count }, (_, number) => {
    const layer = (ending: string) => directionOf((part) => `${prefix}${part}_l${number}${ending}`, take);
    const two = names.has(`${prefix}weight_ih_l${number}_reverse`);
    return { ...layer(''), ...(two && { backward: layer('_reverse') }) };
  });
}

function directionOf(
  path: (part: string) => string,
  take: (name: string) => Tensor | undefined,
): ImportedLayer {
  const matrix = (part: string) => {
    const tensor = take(path(part));
    if (tensor?.shape.length !== 2)
      throw mismatch('INVALID_CHECKPOINT', path(part), 'a matrix', tensor ? `[${tensor.shape}]` : 'none');
    return tensor;
  };
  const [input, recurrent] = [matrix('weight_ih'), matrix('weight_hh')];
  const [rows] = input.shape;
  if (recurrent.shape[0] !== rows)
    throw refuse('INVALID_CHECKPOINT', path('weight_hh'), `${rows} rows`, `[${recurrent.shape}]`);
  const biases = ['bias_ih', 'bias_hh'].flatMap((part) => {
    const tensor = take(path(part));
    if (tensor && String(tensor.shape) !== String([rows]))
      throw refuse('INVALID_CHECKPOINT', path(part), `shape [${rows}]`, `[${tensor.shape}]`);
    return tensor ? [tensor] : [];
  });
  if (biases.length === 1)
    throw mismatch('INVALID_CHECKPOINT', path('bias_hh'), 'both biases or none', 'one');
  return { path, input, recurrent, biases };
}

type Named = readonly [name: string, tensor: Tensor];

function notOneLinear(linear: readonly Named[], tables: readonly Named[]): UnfoldError {
  const listed = (all: readonly Named[]) => all.map(([name]) => name).join(', ');
  const only = tables.length === 1 && !linear.length && tables[0]![0];
  return only
    ? mismatch(
        'INVALID_CHECKPOINT',
        only,
        `${only.replace(/weight$/, 'bias')} beside it, as a Linear has`,
        'none',
      )
    : mismatch(
        'INVALID_CHECKPOINT',
        'weight',
        'one Linear with a bias, on top',
        linear.length ? listed(linear) : `none with a bias (${listed(tables) || 'no matrix'})`,
      );
}

/** The Linear (what has a bias) and the Embedding (what has none). */
export function ends(left: ReadonlyMap<string, Tensor>, take: (name: string) => Tensor | undefined) {
  const matrices = [...left].filter(([name, { shape }]) => shape.length === 2 && /(^|\.)weight$/.test(name));
  const biasName = (name: string) => name.replace(/weight$/, 'bias');
  const linear = matrices.filter(([name]) => left.has(biasName(name)));
  const tables = matrices.filter(([name]) => !left.has(biasName(name)));
  if (linear.length !== 1) throw notOneLinear(linear, tables);
  const [name, weight] = linear[0]!;
  take(name);
  const bias = take(biasName(name))!;
  const table = tables.length === 1 ? take(tables[0]![0]) : undefined;
  if (bias.shape[0] !== weight.shape[0])
    throw refuse(
      'INVALID_CHECKPOINT',
      biasName(name),
      `${weight.shape[0]} elements, as the Linear`,
      bias.shape[0],
    );
  return { weight, bias, table };
}
