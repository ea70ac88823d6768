/** Networks that are a plain stack of standard layers, with one readout on top: what layer libraries are made for. */
import type { LayerConfig } from '../config.js';
import { refuse } from '../errors.js';
import type { LayerEquations, NetworkEquations } from './equations.js';
import type { Parameter, Value } from './values.js';

export interface StackLayer {
  config: LayerConfig;
  /** H. */
  size: number;
  /** [G·H, inputs]; of two layers below, the forward one's columns first. */
  input: Parameter;
  /** [G·H, H]. */
  recurrent: Parameter;
  /** None, one, or the input's and the recurrent one. */
  biases: readonly Parameter[];
  /** The layer that reads the same from the last step to the first. */
  backward?: StackLayer;
}

export interface Stack {
  /** [V, E]. */
  embedding: Parameter | undefined;
  layers: readonly StackLayer[];
  /** Weight [O, H] (2·H columns of both directions, forward first) and bias [O]; the weight may be the embedding's. */
  readout: { weight: Parameter; bias: Parameter };
}

/**
 * The parts of the stack.
 * @param target what it is for, in messages
 * @param objection why the target has no such layer, if it has none
 * @throws UnfoldError `UNSUPPORTED` with the field that makes it more than a plain stack
 */
export function stackOf(
  { layers: all, logits, checkpoint }: NetworkEquations,
  target: string,
  objection: (config: LayerConfig) => string | undefined,
): Stack {
  const no = (field: string, reason: string) =>
    refuse('UNSUPPORTED', field, `what ${target} can express`, reason);
  const below = all[0]!.name === 'embedding' ? 1 : 0;
  /** Layer `l`, which reads the layers at `places`. */
  const layerAt = (l: number, places: readonly number[]): StackLayer => {
    const field = `layers[${l - below}]`;
    const layer = all[l]!;
    const config = layer.config!;
    const reason = typeof layer.standard === 'string' ? layer.standard : objection(config);
    if (typeof layer.standard === 'string' || reason) throw no(field, reason!);
    if (config.residual) throw no(`${field}.residual`, 'true');
    const { inputs, recurrent, biases } = layer.standard;
    const matrices = places.flatMap(
      (place) => inputs.find(({ source }) => isBelow(source, place))?.matrix ?? [],
    );
    if (matrices.length !== inputs.length || matrices.length !== places.length)
      throw no(`${field}.edges`, 'other inputs than from below');
    return { config, size: layer.size, input: beside(matrices), recurrent, biases };
  };

  const layers: StackLayer[] = [];
  let places = [below - 1];
  for (let l = below; l < all.length - 1;) {
    if (all[l]!.backward)
      throw no(`layers[${l - below}].direction`, "'backward', no forward layer before it");
    const two = all[l + 1]!.backward;
    layers.push({ ...layerAt(l, places), ...(two && { backward: layerAt(l + 1, places) }) });
    places = two ? [l, l + 1] : [l];
    l += places.length;
  }
  const table = embeddingOf(all[0]!);
  if (checkpoint.config.embedding > 0 && !table) throw no('embedding', 'delayed symbols');
  const readout = readoutOf(logits, places);
  if (!readout) throw no('readout', 'more than one matrix from the last layer');
  return { embedding: table, layers, readout };
}

/** The readout if it is one matrix for each of the layers at `places`, and a bias. */
function readoutOf({ op }: Value, places: readonly number[]): Stack['readout'] | undefined {
  const terms = op.kind === 'sum' ? op.terms : [];
  const matrices = places.flatMap((place) => {
    const term = terms.find((one) => one.op.kind === 'linear' && isBelow(one.op.x, place));
    return term?.op.kind === 'linear' ? term.op.matrix : [];
  });
  const bias = terms.at(-1);
  if (bias?.op.kind !== 'parameter') return undefined;
  if (matrices.length !== places.length || terms.length !== places.length + 1) return undefined;
  return { weight: beside(matrices), bias: bias.op.parameter };
}

/** Whether a value is what the layer just below gives or leaves: what the network reads, under layer 0. */
function isBelow({ op }: Value, below: number): boolean {
  if (below < 0) return (op.kind === 'token' || op.kind === 'numbers') && op.delay === 0;
  return (op.kind === 'result' || op.kind === 'pooled') && op.layer === below;
}

/** [A B …]: matrices of as many rows, side by side. */
function beside(matrices: readonly Parameter[]): Parameter {
  const [first] = matrices as [Parameter];
  if (matrices.length === 1) return first;
  const rows = first.tensor.shape[0]!;
  const columns = matrices.reduce((total, { tensor }) => total + tensor.shape[1]!, 0);
  const data = new Float32Array(rows * columns);
  let at = 0;
  for (const { tensor } of matrices) {
    const width = tensor.shape[1]!;
    for (let r = 0; r < rows; ++r)
      data.set(tensor.data.subarray(r * width, (r + 1) * width), r * columns + at);
    at += width;
  }
  return { name: first.name, tensor: { shape: [rows, columns], data } };
}

function embeddingOf({ h }: LayerEquations): Parameter | undefined {
  return h.op.kind === 'embed' ? h.op.table : undefined;
}

/** A row block of another order: block `k` of the result is block `order[k]` of the tensor. */
export function reorderRows({ data, shape }: Parameter['tensor'], order: readonly number[]): Float32Array {
  const block = data.length / order.length;
  if (shape[0]! % order.length) throw new Error(`${shape} does not divide into ${order.length} blocks`);
  const result = new Float32Array(data.length);
  order.forEach((from, to) => result.set(data.subarray(from * block, (from + 1) * block), to * block));
  return result;
}
