/** Weights as a state_dict of torch.nn.RNN, LSTM and GRU, there and back. */
import type { Config, LayerConfig } from '../../shared/config.js';
import { mismatch, refuse, UnfoldError } from '../../shared/errors.js';
import { nameOf } from '../../shared/formats.js';
import { checkTask, readCheckpoint, sound, TASKS, writeCheckpoint } from '../checkpoint.js';
import { folded, withoutScales } from '../folding.js';
import { readGraph } from '../graph.js';
import { lower } from '../lowering.js';
import { isZip, readSafetensors, type Tensor, type TensorFile, writeSafetensors } from '../safetensors.js';
import { reorderRows, type Stack, type StackLayer, stackOf } from '../stack.js';
import { predictsNext, orderedNames, taskOf } from './names.js';
import { inOrder } from './order.js';
import { ends, type ImportedLayer, layersOf, modulesIn } from './parts.js';
import { readPt } from './pt.js';
import { moduleCode, objection } from './torch-module.js';

const TARGET = 'torch.nn.RNN, LSTM or GRU';
const GATES: Record<number, string> = { 1: 'rnn', 3: 'gru', 4: 'lstm' };

/**
 * The weights of a checkpoint as a safetensors file with PyTorch's names, layouts and gate orders, for
 * `load_state_dict(…, strict=True)` of a module with these parts: `rnn`, an `nn.RNN`, `nn.LSTM` or `nn.GRU`, of both
 * directions if the network's layers are (a `nn.ModuleList` of them, one a layer, if layers differ); `readout`, an
 * `nn.Linear`; `embedding`, an `nn.Embedding`, if the network has one (otherwise `rnn` reads one-hot symbols, or
 * numbers). The metadata `modules` holds the Python that makes them; `config` and `vocabulary` (of a task: `symbols`)
 * are there too. A single bias becomes `bias_ih`, beside zeros.
 *
 * For text models, and the tasks `classify`, `tag`, `regress` and `notes`. Where a whole sequence is answered,
 * `readout` reads the last states of the top layer, the forward ones first (`torch.cat([h_n[-2], h_n[-1]], -1)`), or
 * the mean over time of what it gives, as `pooling` in `config` says. For every other network see `toPyTorch`.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `UNSUPPORTED` naming what `torch.nn` cannot express; `INVALID_CHECKPOINT`
 */
export function toStateDict(checkpoint: Uint8Array): Uint8Array<ArrayBuffer> {
  const read = readCheckpoint(checkpoint);
  checkTask(read, ['next', ...TASKS], 'a state_dict');
  const stack = sound('graph', () => stackOf(lower(read, [], { folded: true }), TARGET, objection));
  const { scaling } = readGraph(read.file.metadata);
  const { embedding, layers, readout } = folded(stack, scaling, TARGET);
  const kindOf = ({ cell: { kind, activation, biases }, size }: StackLayer) =>
    JSON.stringify([kind, size, biases.length > 0, activation]);
  for (const { backward, ...forward } of layers)
    if (backward && kindOf(backward) !== kindOf(forward))
      throw refuse(
        'UNSUPPORTED',
        backward.cell.recurrent.name.replace(/^layers\.(\d+)\..*/, 'layers[$1]'),
        `what ${TARGET} can express`,
        'another kind than the forward layer beside it',
      );
  const kinds = layers.map((layer) => `${kindOf(layer)} ${layer.backward !== undefined}`);
  const alike = kinds.every((kind) => kind === kinds[0]);
  const tensors = new Map<string, Tensor>();
  if (embedding) tensors.set('embedding.weight', embedding.tensor);
  layers.forEach(({ backward, ...forward }, k) => {
    const add = ({ input, cell: { recurrent, biases } }: StackLayer, ending: string) => {
      const name = (part: string) => (alike ? `rnn.${part}_l${k}` : `rnn.${k}.${part}_l0`) + ending;
      tensors.set(name('weight_ih'), input.tensor);
      tensors.set(name('weight_hh'), recurrent.tensor);
      if (!biases.length) return;
      const rows = recurrent.tensor.shape[0]!;
      tensors.set(name('bias_ih'), biases[0]!.tensor);
      tensors.set(name('bias_hh'), biases[1]?.tensor ?? { shape: [rows], data: new Float32Array(rows) });
    };
    add(forward, '');
    if (backward) add(backward, '_reverse');
  });
  tensors.set('readout.weight', readout.weight.tensor);
  tensors.set('readout.bias', readout.bias.tensor);
  const kept = ['config', read.task === 'next' ? 'vocabulary' : 'symbols'];
  const metadata = Object.fromEntries(kept.map((key) => [key, read.file.metadata[key]!]));
  if (scaling) {
    const config = { ...read.config, dataset: { ...Object(read.config.dataset), scaling: 'none' } };
    Object.assign(metadata, { config: JSON.stringify(config), symbols: withoutScales(metadata['symbols']!) });
  }
  return writeSafetensors({
    metadata: { format: 'pt', modules: modulesOf(stack, alike), ...metadata },
    tensors,
  });
}

/** The Python that makes the modules, a line each. */
function modulesOf({ embedding, layers, readout }: Stack, alike: boolean): string {
  const made = alike
    ? moduleOf(layers[0]!, layers.length)
    : `nn.ModuleList([${layers.map((layer) => moduleOf(layer)).join(', ')}])`;
  const [O, H] = readout.weight.tensor.shape;
  return [
    ...(embedding ? [`embedding = nn.Embedding(${embedding.tensor.shape.join(', ')})`] : []),
    `rnn = ${made}`,
    `readout = nn.Linear(${H}, ${O})`,
  ].join('\n');
}

function moduleOf({ cell, size, input, backward }: StackLayer, count = 1): string {
  return moduleCode(cell, input.tensor.shape[1]!, size, count, backward !== undefined);
}

/** What a `state_dict` does not hold, for `fromStateDict`. */
export interface StateDictOptions {
  /**
   * The symbols in the order of their token numbers: characters, or (of `next`) bytes. May be left out for a file that
   * `toStateDict` wrote. `classify` and `tag` without symbols read numbers; `regress` and `notes` always do.
   */
  symbols?: string | readonly string[] | Uint8Array;
  /**
   * classify and tag: the labels in the order of the Linear's rows; of a Linear of one number, which a sigmoid reads, two:
   * that of 0 and that of 1. May be left out as `symbols` may.
   */
  labels?: string | readonly string[];
  /** Of an `nn.RNN`, which the weights do not tell. Default `tanh`. */
  activation?: 'tanh' | 'relu';
  /**
   * The names of the recurrent modules from the first to the last, such as `['lstm_one', 'lstm_two']`. Needed of several
   * in safetensors, whose tensors are sorted, where neither their numbers nor their sizes tell the order; a file of
   * `torch.save` has it.
   */
  modules?: readonly string[];
  /**
   * Of a checkpoint, `{epoch, model_state_dict, …}`: the name of the state_dict in it. Default: the only one, or the one
   * with a usual name.
   */
  entry?: string;
  /**
   * How to train on: window, batch, optimizer and so on; and the `task`: `next`, `classify`, `tag`, `regress` or
   * `notes`. Default: that of a file that `toStateDict` wrote, or `next`.
   */
  config?: Omit<Config, 'layers' | 'preset' | 'units' | 'readout' | 'embedding' | 'tieWeights'>;
}

/**
 * A checkpoint for `openModel` from a `state_dict` of PyTorch, as safetensors or as `torch.save` writes it, by itself or
 * in a checkpoint such as `{epoch, model_state_dict, optimizer_state_dict, loss}`: one `nn.RNN`, `nn.LSTM` or `nn.GRU`
 * (or several, one after the other), an `nn.Linear` with a bias on top, and below an `nn.Embedding`, one-hot symbols or
 * numbers. The names of the modules do not matter; of several, see `modules`. Symbols and labels are sorted, as
 * Unfold keeps them, and the weights with them. Layers of both directions need a task that does not predict the next step:
 * `classify`, `tag`, or `regress` with a `pooling`.
 *
 * @throws UnfoldError `INVALID_CHECKPOINT` or `INVALID_ARGUMENT` naming what does not fit; `UNSUPPORTED` for what
 *   Unfold does not have: other tasks, projections, and every tensor that is none of the above
 */
export function fromStateDict(file: Uint8Array, options: StateDictOptions = {}): Uint8Array<ArrayBuffer> {
  return fromTensors(readFile(file, options.entry), isZip(file), options);
}

/**
 * The same of tensors that have PyTorch's names and layouts.
 * @param ordered whether the modules are in the order in which they were defined
 * @param layer what PyTorch's layers cannot be: another activation of an RNN, a GRU that resets before the product
 */
export function fromTensors(
  { tensors, metadata }: TensorFile,
  ordered: boolean,
  options: StateDictOptions,
  layer: Pick<LayerConfig, 'activation' | 'reset'> = {},
): Uint8Array<ArrayBuffer> {
  checkOptions(options);
  const left = new Map(tensors);
  const take = (name: string) => {
    const tensor = left.get(name);
    left.delete(name);
    return tensor;
  };
  const names = new Set(left.keys());
  const modules = [...modulesIn(names)].map(([prefix, count]) => ({
    name: prefix.replace(/\.$/, ''),
    layers: layersOf(prefix, count, names, take),
  }));
  const { weight: top, bias: offset, table } = ends(left, take);
  for (const name of left.keys())
    throw mismatch(
      'UNSUPPORTED',
      name,
      'a tensor of RNN, LSTM, GRU, Linear or Embedding',
      'one of another layer',
    );

  const known = {
    given: options.modules,
    fileOrder: ordered,
    below: table?.shape[1],
    above: top.shape[1]!,
  };
  const layers = inOrder(modules, known).flatMap((one) => one.layers);
  const task = taskOf(options, metadata);
  const { weight, bias } = classesOf(task.name, top, offset);
  const O = weight.shape[0]!;
  const entering = table ? table.shape[0]! : layers[0]!.input.shape[1]!;
  const turned = layers.find(({ backward }) => backward)?.backward;
  if (turned && predictsNext(task))
    throw mismatch(
      'UNSUPPORTED',
      turned.path('weight_ih'),
      `one direction (${task.name} predicts what follows)`,
      'two',
    );
  const {
    names: symbols,
    inputs,
    outputs,
  } = orderedNames(options, metadata, task, entering, O, table !== undefined);

  const parameters = new Map<string, Tensor>();
  if (table) parameters.set('embedding.weight', rowsOf(table, inputs!));
  else if (inputs) layers[0] = withColumns(layers[0]!, inputs);
  const below: Source = { from: 'input', size: table ? table.shape[1]! : entering };
  const { configs, tops } = putLayers(
    layers,
    below,
    { activation: options.activation, ...layer },
    parameters,
  );
  const width = widthOf(tops);
  check('the Linear', weight, [O, width]);
  const tied =
    task.name === 'next' && table?.shape[1] === width && table.data.every((x, i) => x === weight.data[i]);
  if (!tied) putReadout(rowsOf(weight, outputs), tops, parameters);
  parameters.set('readout.bias', rowsOf(bias, outputs));
  const config = {
    ...options.config,
    ...('vocabulary' in symbols ? { unit: symbols.vocabulary.unit, vocabulary: Math.max(O, 2) } : { task }),
    layers: configs,
    ...(table && { embedding: table.shape[1], tieWeights: tied }),
  };
  return writeCheckpoint(config, symbols, parameters);
}

const OPTIONS = ['symbols', 'labels', 'activation', 'modules', 'entry', 'config'];

function checkOptions(options: StateDictOptions): void {
  const other = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (other !== undefined)
    throw mismatch('INVALID_ARGUMENT', other, `one of ${OPTIONS.join(', ')}`, 'an unknown option');
}

/**
 * A Linear of one number is the logit of the second of two classes, as a sigmoid or BCEWithLogitsLoss reads it: the same
 * as a softmax over 0 and that number.
 */
function classesOf(task: string | undefined, weight: Tensor, bias: Tensor): { weight: Tensor; bias: Tensor } {
  const [rows, columns] = weight.shape as [number, number];
  if (rows !== 1 || (task !== 'classify' && task !== 'tag')) return { weight, bias };
  const below = (zeros: number, { data }: Tensor) => Float32Array.from([...new Float32Array(zeros), ...data]);
  return {
    weight: { shape: [2, columns], data: below(columns, weight) },
    bias: { shape: [2], data: below(1, bias) },
  };
}

/** Of either format; the error says what else it is. */
function readFile(file: Uint8Array, entry: string | undefined): TensorFile {
  const other = (came: string) => mismatch('INVALID_CHECKPOINT', 'file', 'a state_dict of PyTorch', came);
  try {
    const read = file instanceof Uint8Array && isZip(file) ? readPt(file, entry) : readSafetensors(file);
    if (read.metadata['format'] === 'unfold') throw other('a model of Unfold, which openModel() opens');
    return read;
  } catch (error) {
    const known = error instanceof UnfoldError && error.field === 'file' && !isZip(file) && nameOf(file);
    throw known ? other(known[0]) : error;
  }
}

/** What a layer reads: the input, or one direction of the layer below. */
interface Source {
  from: number | 'input';
  size: number;
}

const widthOf = (sources: readonly Source[]) => sources.reduce((total, { size }) => total + size, 0);

/** Puts the layers under their names; gives their configurations, and the top ones, the forward one first. */
function putLayers(
  layers: readonly ImportedLayer[],
  below: Source,
  { activation, reset }: Pick<LayerConfig, 'reset'> & { activation?: LayerConfig['activation'] | undefined },
  parameters: Map<string, Tensor>,
): { configs: LayerConfig[]; tops: Source[] } {
  let tops = [below];
  let number = 0;
  const put = ({ path, input, recurrent, biases }: ImportedLayer, [rows, H]: [number, number]): Source => {
    check(path('weight_ih'), input, [rows, widthOf(tops)]);
    check(path('weight_hh'), recurrent, [rows, H]);
    const prefix = `layers.${number}.`;
    let at = 0;
    for (const { from, size } of tops) {
      const below = from === (number ? number - 1 : 'input');
      const key = below ? 'ih' : from === 'input' ? 'x' : `l${from}`;
      parameters.set(`${prefix}weight_${key}`, partOf(input, at, size));
      at += size;
    }
    parameters.set(`${prefix}weight_hh`, recurrent);
    biases.forEach((tensor, b) => parameters.set(`${prefix}${b ? 'bias_hh' : 'bias_ih'}`, tensor));
    return { from: number++, size: H };
  };
  const configs = layers.map(({ backward, ...forward }): LayerConfig => {
    const [rows = 0, H = 0] = forward.recurrent.shape;
    const cell = GATES[rows / H];
    if (!cell)
      throw refuse(
        'INVALID_CHECKPOINT',
        forward.path('weight_hh'),
        'H, 3·H or 4·H rows',
        `[${forward.recurrent.shape}]`,
      );
    if (backward && backward.biases.length !== forward.biases.length)
      throw mismatch(
        'INVALID_CHECKPOINT',
        backward.path('bias_ih'),
        'biases in both directions or none',
        'one',
      );
    tops = [put(forward, [rows, H]), ...(backward ? [put(backward, [rows, H])] : [])];
    return {
      cell,
      units: H,
      bias: forward.biases.length ? 'two' : 'none',
      ...(cell === 'rnn' && { activation: activation ?? 'tanh' }),
      ...(cell === 'gru' && reset !== undefined && { reset }),
      ...(backward && { bidirectional: true }),
    };
  });
  return { configs, tops };
}

/** The part for each of the top layers. */
function putReadout(weight: Tensor, tops: readonly Source[], parameters: Map<string, Tensor>): void {
  let at = 0;
  tops.forEach(({ from, size }, k) => {
    const key = k === tops.length - 1 ? '' : `_${from}`;
    parameters.set(`readout.weight${key}`, partOf(weight, at, size));
    at += size;
  });
}

/** The layer that reads one-hot symbols, with their columns in another order. */
function withColumns({ backward, ...forward }: ImportedLayer, order: readonly number[]): ImportedLayer {
  const turned = (layer: ImportedLayer) => ({ ...layer, input: columnsOf(layer.input, order) });
  return { ...turned(forward), ...(backward && { backward: turned(backward) }) };
}

function check(name: string, { shape }: Tensor, expected: readonly number[]): void {
  if (String(shape) !== String(expected))
    throw refuse('INVALID_CHECKPOINT', name, `shape [${expected}]`, `[${shape}]`);
}

/** `count` columns of a matrix, from column `from` on. */
function partOf({ shape, data }: Tensor, from: number, count: number): Tensor {
  const [rows, columns] = shape as [number, number];
  if (count === columns) return { shape, data };
  const part = new Float32Array(rows * count);
  for (let r = 0; r < rows; ++r)
    part.set(data.subarray(r * columns + from, r * columns + from + count), r * count);
  return { shape: [rows, count], data: part };
}

/** Rows of a matrix, or elements of a vector, in another order. */
function rowsOf({ shape, data }: Tensor, order: readonly number[]): Tensor {
  return { shape, data: reorderRows({ shape, data }, order) };
}

function columnsOf({ shape, data }: Tensor, order: readonly number[]): Tensor {
  const columns = order.length;
  return { shape, data: data.map((_, i) => data[i - (i % columns) + order[i % columns]!]!) };
}
