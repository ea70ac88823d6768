/** Weights as a state_dict of torch.nn.RNN, LSTM and GRU, there and back. */
import type { Config, LayerConfig } from '../../config.js';
import { refuse } from '../../errors.js';
import { readCheckpoint, type SavedVocabulary, writeCheckpoint } from '../checkpoint.js';
import { equationsOf } from '../equations.js';
import { isZip, readPt } from './pt.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../safetensors.js';
import { reorderRows, type StackLayer, stackOf } from '../stack.js';
import { moduleCode, objection } from './torch-module.js';

const GATES: Record<number, string> = { 1: 'rnn', 3: 'gru', 4: 'lstm' };

/**
 * The weights of a checkpoint as a safetensors file with PyTorch's names, layouts and gate orders, for
 * `load_state_dict(…, strict=True)` of a module with these parts: `rnn`, an `nn.RNN`, `nn.LSTM` or `nn.GRU` (a
 * `nn.ModuleList` of them, one a layer, if layers differ); `readout`, an `nn.Linear`; `embedding`, an `nn.Embedding`, if
 * the network has one (otherwise `rnn` reads one-hot symbols). The metadata `modules` holds the Python that makes them;
 * `config` and `vocabulary` are there too. A single bias becomes `bias_ih`, beside zeros.
 *
 * For every other network see `toPyTorch`.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `UNSUPPORTED` naming what `torch.nn` cannot express; `INVALID_CHECKPOINT`
 */
export function toStateDict(checkpoint: Uint8Array): Uint8Array<ArrayBuffer> {
  const read = readCheckpoint(checkpoint);
  const { embedding, layers, readout } = stackOf(equationsOf(read), 'torch.nn.RNN, LSTM or GRU', objection);
  const kinds = layers.map(({ config, size, biases }) =>
    JSON.stringify([config.cell, size, biases.length > 0, config.activation]),
  );
  const alike = kinds.every((kind) => kind === kinds[0]);
  const tensors = new Map<string, Tensor>();
  if (embedding) tensors.set('embedding.weight', embedding.tensor);
  layers.forEach(({ size, input, recurrent, biases }, k) => {
    const name = (part: string) => (alike ? `rnn.${part}_l${k}` : `rnn.${k}.${part}_l0`);
    tensors.set(name('weight_ih'), input.tensor);
    tensors.set(name('weight_hh'), recurrent.tensor);
    if (!biases.length) return;
    const rows = recurrent.tensor.shape[0] ?? size;
    tensors.set(name('bias_ih'), biases[0]!.tensor);
    tensors.set(name('bias_hh'), biases[1]?.tensor ?? { shape: [rows], data: new Float32Array(rows) });
  });
  tensors.set('readout.weight', readout.weight.tensor);
  tensors.set('readout.bias', readout.bias.tensor);
  const made = alike
    ? moduleOf(layers[0]!, layers.length)
    : `nn.ModuleList([${layers.map((l) => moduleOf(l)).join(', ')}])`;
  const [V, H] = readout.weight.tensor.shape;
  const modules = [
    ...(embedding ? [`embedding = nn.Embedding(${embedding.tensor.shape.join(', ')})`] : []),
    `rnn = ${made}`,
    `readout = nn.Linear(${H}, ${V})`,
  ].join('\n');
  const { config, vocabulary } = read.file.metadata as { config: string; vocabulary: string };
  return writeSafetensors({ metadata: { format: 'pt', modules, config, vocabulary }, tensors });
}

function moduleOf({ config, input, biases }: StackLayer, count = 1): string {
  return moduleCode(config, input.tensor.shape[1]!, biases.length > 0, count);
}

export interface StateDictOptions {
  /**
   * The symbols in the order of their token numbers: characters, or bytes. May be left out for a file that
   * `toStateDict` wrote.
   */
  symbols?: string | readonly string[] | Uint8Array;
  /** Of an `nn.RNN`, which the weights do not tell. Default `tanh`. */
  activation?: 'tanh' | 'relu';
  /** How to train on: window, batch, optimizer and so on. */
  config?: Omit<Config, 'layers' | 'preset' | 'hidden' | 'readout' | 'embedding' | 'tied'>;
}

/**
 * A checkpoint for `openModel` from a `state_dict` of PyTorch, as safetensors or as `torch.save` writes it: one `nn.RNN`, `nn.LSTM` or `nn.GRU`
 * (or several, one after the other), an `nn.Linear` with a bias on top, and an `nn.Embedding` below or one-hot symbols.
 * The names of the modules do not matter. Symbols are sorted, as Unfold keeps them, and the weights with them.
 *
 * @throws UnfoldError `INVALID_CHECKPOINT` or `INVALID_ARGUMENT` naming what does not fit; `UNSUPPORTED` for what Unfold
 *   does not have: bidirectional layers, projections, and every tensor that is none of the above
 */
export function fromStateDict(file: Uint8Array, options: StateDictOptions = {}): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = isZip(file) ? readPt(file) : readSafetensors(file);
  const left = new Map(tensors);
  const take = (name: string) => {
    const tensor = left.get(name);
    left.delete(name);
    return tensor;
  };
  const layers = layersOf([...left.keys()], take);
  const { weight, bias, table } = ends(left, take);
  for (const name of left.keys())
    throw refuse('UNSUPPORTED', name, 'a tensor of RNN, LSTM, GRU, Linear or Embedding', 'another');

  const V = weight.shape[0]!;
  const given = vocabularyOf(options.symbols, metadata['vocabulary'], V);
  const order = given.symbols.map((_, k) => k).sort((a, b) => given.symbols[a]! - given.symbols[b]!);
  const vocabulary = { ...given, symbols: order.map((k) => given.symbols[k]!) };
  if (given.unknown) order.push(V - 1);
  const parameters = new Map<string, Tensor>();
  if (table) parameters.set('embedding.weight', rowsOf(table, order));
  let below = table ? table.shape[1]! : V;
  const configs = layers.map(({ path, input, recurrent, biases }, k): LayerConfig => {
    const [rows = 0, H = 0] = recurrent.shape;
    const cell = GATES[rows / H];
    if (!cell)
      throw refuse(
        'INVALID_CHECKPOINT',
        `${path('weight_hh')}`,
        'H, 3·H or 4·H rows',
        `[${recurrent.shape}]`,
      );
    if (String(input.shape) !== String([rows, below]))
      throw refuse(
        'INVALID_CHECKPOINT',
        `${path('weight_ih')}`,
        `shape [${rows},${below}]`,
        `[${input.shape}]`,
      );
    below = H;
    const prefix = `layers.${k}.`;
    parameters.set(`${prefix}weight_ih`, k || table ? input : columnsOf(input, order));
    parameters.set(`${prefix}weight_hh`, recurrent);
    biases.forEach((tensor, b) => parameters.set(`${prefix}${b ? 'bias_hh' : 'bias_ih'}`, tensor));
    return {
      cell,
      hidden: H,
      bias: biases.length ? 'two' : 'none',
      ...(cell === 'rnn' && { activation: options.activation ?? 'tanh' }),
    };
  });
  if (weight.shape[1] !== below)
    throw refuse('INVALID_CHECKPOINT', 'the Linear', `shape [${V},${below}]`, `[${weight.shape}]`);
  const tied =
    table !== undefined && table.data.every((x, i) => x === weight.data[i]) && table.shape[1] === below;
  if (!tied) parameters.set('readout.weight', rowsOf(weight, order));
  parameters.set('readout.bias', rowsOf(bias, order));
  const config = {
    ...options.config,
    unit: vocabulary.unit,
    vocabulary: Math.max(V, 2),
    layers: configs,
    ...(table && { embedding: table.shape[1], tied }),
  };
  return writeCheckpoint(config, vocabulary, parameters);
}

interface ImportedLayer {
  path(part: string): string;
  input: Tensor;
  recurrent: Tensor;
  /** None, or both. */
  biases: Tensor[];
}

/** The recurrent layers by the names that torch.nn gives them, in the order of prefix and number. */
function layersOf(names: readonly string[], take: (name: string) => Tensor | undefined): ImportedLayer[] {
  const found = names.flatMap((name) => {
    const [, prefix, number, rest] = /^(.*?)weight_ih_l(\d+)(.*)$/.exec(name) ?? [];
    if (rest) throw refuse('UNSUPPORTED', name, 'layers of one direction', 'a layer that runs backwards');
    return number === undefined ? [] : [{ prefix: prefix!, number: Number(number) }];
  });
  if (!found.length) throw refuse('INVALID_CHECKPOINT', 'weight_ih_l0', 'an RNN, LSTM or GRU', 'none');
  const byName = new Intl.Collator('en', { numeric: true });
  found.sort((a, b) => byName.compare(a.prefix, b.prefix) || a.number - b.number);
  return found.map(({ prefix, number }) => {
    const path = (part: string) => `${prefix}${part}_l${number}`;
    const matrix = (part: string) => {
      const tensor = take(path(part));
      if (tensor?.shape.length !== 2)
        throw refuse('INVALID_CHECKPOINT', path(part), 'a matrix', tensor ? `[${tensor.shape}]` : 'none');
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
      throw refuse('INVALID_CHECKPOINT', path('bias_hh'), 'both biases or none', 'one');
    return { path, input, recurrent, biases };
  });
}

/** The Linear (what has a bias) and the Embedding (what has none). */
function ends(left: ReadonlyMap<string, Tensor>, take: (name: string) => Tensor | undefined) {
  const matrices = [...left].filter(([name, { shape }]) => shape.length === 2 && /(^|\.)weight$/.test(name));
  const biasName = (name: string) => name.replace(/weight$/, 'bias');
  const linear = matrices.filter(([name]) => left.has(biasName(name)));
  const tables = matrices.filter(([name]) => !left.has(biasName(name)));
  if (linear.length !== 1)
    throw refuse(
      'INVALID_CHECKPOINT',
      'weight',
      'one Linear with a bias, on top',
      `${linear.length} of them`,
    );
  const [name, weight] = linear[0]!;
  take(name);
  const bias = take(biasName(name))!;
  const table = tables.length === 1 ? take(tables[0]![0]) : undefined;
  for (const [what, { shape }] of [
    [biasName(name), bias],
    ['the Embedding', table ?? weight],
  ] as const)
    if (shape[0] !== weight.shape[0])
      throw refuse('INVALID_CHECKPOINT', what, `${weight.shape[0]} symbols, as the Linear`, shape[0]);
  return { weight, bias, table };
}

/** Symbols in the order of the tokens. */
function vocabularyOf(
  symbols: StateDictOptions['symbols'],
  stored: string | undefined,
  V: number,
): SavedVocabulary {
  if (symbols === undefined && stored !== undefined) return JSON.parse(stored) as SavedVocabulary;
  if (symbols === undefined)
    throw refuse('INVALID_ARGUMENT', 'symbols', `the ${V} symbols of the model`, 'nothing');
  const unit = symbols instanceof Uint8Array ? 'byte' : 'character';
  const codes = symbols instanceof Uint8Array ? [...symbols] : Array.from(symbols, codePoint);
  if (codes.length !== V)
    throw refuse('INVALID_ARGUMENT', 'symbols', `${V} symbols, as the Linear`, codes.length);
  const twice = codes.findIndex((code, k) => codes.indexOf(code) !== k);
  if (twice >= 0) throw refuse('INVALID_ARGUMENT', `symbols[${twice}]`, 'each symbol once', symbols[twice]);
  return { unit, symbols: codes, unknown: false };
}

function codePoint(symbol: string, k: number): number {
  const code = symbol.codePointAt(0) ?? -1;
  if (code < 0 || String.fromCodePoint(code) !== symbol || (code >= 0xd800 && code < 0xe000))
    throw refuse('INVALID_ARGUMENT', `symbols[${k}]`, 'one character', symbol);
  return code;
}

/** Rows of a matrix, or elements of a vector, in another order. */
function rowsOf({ shape, data }: Tensor, order: readonly number[]): Tensor {
  return { shape, data: reorderRows({ shape, data }, order) };
}

function columnsOf({ shape, data }: Tensor, order: readonly number[]): Tensor {
  const columns = order.length;
  return { shape, data: data.map((_, i) => data[i - (i % columns) + order[i % columns]!]!) };
}
