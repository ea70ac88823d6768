/** The numbers of a graph's parameters. */
import { mismatch, refuse } from '../shared/errors.js';
import type { SavedGraph } from './graph.js';
import type { Tensor } from './safetensors.js';

/**
 * The tensors of a graph's parameters, by the graph's names and in its order. Of a `Network` with PyTorch's names a
 * parameter may be columns of a tensor.
 * @param tensors of the file
 * @throws UnfoldError `INVALID_CHECKPOINT` with the tensor that is missing, has another shape, or is not the graph's
 */
export function parametersOf(
  { parameters }: SavedGraph,
  tensors: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  const used = new Set<string>();
  for (const { name: own, shape, tensor = own, column } of parameters) {
    const given = tensors.get(tensor);
    const expected = `a tensor of shape [${shape}]`;
    if (!given) throw mismatch('INVALID_CHECKPOINT', tensor, expected, 'none');
    used.add(tensor);
    const [rows = 0, columns = 0] = shape;
    const [height, width] = given.shape;
    if (column !== undefined && shape.length === 2 && given.shape.length === 2) {
      if (height !== rows || column + columns > width!)
        throw refuse('INVALID_CHECKPOINT', tensor, expected, `[${given.shape}]`);
      found.set(own, columns === width ? given : columnsOf(given, column, columns));
    } else if (String(given.shape) === String(shape)) found.set(own, given);
    else throw refuse('INVALID_CHECKPOINT', tensor, `shape [${shape}]`, `[${given.shape}]`);
  }
  for (const tensor of tensors.keys())
    if (!used.has(tensor))
      throw refuse('INVALID_CHECKPOINT', tensor.slice(0, 80), 'a tensor of this network', 'an unknown name');
  return found;
}

/** `count` columns of a matrix, from one on. */
function columnsOf({ shape, data }: Tensor, from: number, count: number): Tensor {
  const [rows, columns] = shape as [number, number];
  const part = new Float32Array(rows * count);
  for (let r = 0; r < rows; ++r)
    part.set(data.subarray(r * columns + from, r * columns + from + count), r * count);
  return { shape: [rows, count], data: part };
}
