/** The parts of a state_dict: recurrent layers, a Linear, an Embedding. */
import { mismatch, refuse } from '../../shared/errors.js';
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

/** The recurrent layers by the names that torch.nn gives them, in the order of prefix and number. */
export function layersOf(
  names: readonly string[],
  take: (name: string) => Tensor | undefined,
): ImportedLayer[] {
  const found = names.flatMap((name) => {
    const [, prefix, number] = /^(.*?)weight_ih_l(\d+)$/.exec(name) ?? [];
    return number === undefined ? [] : [{ prefix: prefix!, number: Number(number) }];
  });
  if (!found.length)
    throw mismatch(
      'INVALID_CHECKPOINT',
      'file',
      'weight_ih_l0 and more of an nn.RNN, nn.LSTM or nn.GRU',
      names.length ? `tensors such as ${names[0]!.slice(0, 60)}` : 'no tensor',
    );
  const byName = new Intl.Collator('en', { numeric: true });
  found.sort((a, b) => byName.compare(a.prefix, b.prefix) || a.number - b.number);
  return found.map(({ prefix, number }) => {
    const layer = (ending: string) => directionOf((part) => `${prefix}${part}_l${number}${ending}`, take);
    const two = names.includes(`${prefix}weight_ih_l${number}_reverse`);
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
  if (biases.length === 1) throw refuse('INVALID_CHECKPOINT', path('bias_hh'), 'both biases or none', 'one');
  return { path, input, recurrent, biases };
}

/** The Linear (what has a bias) and the Embedding (what has none). */
export function ends(left: ReadonlyMap<string, Tensor>, take: (name: string) => Tensor | undefined) {
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
  if (bias.shape[0] !== weight.shape[0])
    throw refuse(
      'INVALID_CHECKPOINT',
      biasName(name),
      `${weight.shape[0]} elements, as the Linear`,
      bias.shape[0],
    );
  return { weight, bias, table };
}
