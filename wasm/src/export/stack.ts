/** Networks that are a plain stack of standard layers, with one readout on top: what layer libraries are made for. */
import { refuse } from '../shared/errors.js';
import type { LoweredLayer, LoweredNetwork } from './lowering.js';
import type { StandardCell } from './standard.js';
import type { Parameter, Value } from './values.js';

export interface StackLayer {
  /** Its equations, and the vectors that are added. */
  cell: StandardCell;
  /** H. */
  size: number;
  /** [G·H, inputs]; of two layers below, the forward one's columns first. */
  input: Parameter;
  /** The layer that reads the same from the last step to the first. */
  backward?: StackLayer;
}

export interface Stack {
  /** [V, E]. */
  embedding: Parameter | undefined;
  layers: readonly StackLayer[];
  /** Weight [O, H] (2·H columns of both directions, forward first) and bias [O]; the weight may be the embedding's. */
  readout: { weight: Parameter; bias: Parameter };
  /** One answer for a whole sequence: of the last states, or of their mean over time. */
  pooling: 'none' | 'last' | 'mean';
}

/**
 * The parts of the stack.
 * @param target what it is for, in messages
 * @param objection why the target has no such layer, if it has none
 * @throws UnfoldError `UNSUPPORTED` with the field that makes it more than a plain stack
 */
export function stackOf(
  { layers: all, answers }: LoweredNetwork,
  target: string,
  objection: (cell: StandardCell) => string | undefined,
): Stack {
  const no = (field: string, reason: string) =>
    refuse('UNSUPPORTED', field, `what ${target} can express`, reason);
  const [first] = all as [LoweredLayer];
  const table = embeddingOf(first);
  const below = first.name === 'embedding' ? 1 : 0;
  const count = all.findIndex(({ cell }, l) => l >= below && cell === undefined);
  /** Layer `l`, which reads the layers at `places`. */
  const layerAt = (l: number, places: readonly number[]): StackLayer => {
    const field = `layers[${l - below}]`;
    const { standard, size, residual } = all[l]!;
    const reason = typeof standard === 'string' ? standard : objection(standard);
    if (typeof standard === 'string' || reason) throw no(field, reason!);
    if (residual) throw no(`${field}.residual`, 'true');
    const { inputs } = standard;
    const matrices = places.flatMap(
      (place) => inputs.find(({ source }) => isBelow(source, place))?.matrix ?? [],
    );
    if (matrices.length !== inputs.length || matrices.length !== places.length)
      throw no(`${field}.edges`, 'other inputs than from below');
    return { cell: standard, size, input: beside(matrices) };
  };

  const layers: StackLayer[] = [];
  let places = [below - 1];
  for (let l = below; l < count;) {
    if (all[l]!.backward)
      throw no(`layers[${l - below}].direction`, "'backward', no forward layer before it");
    const two = l + 1 < count && all[l + 1]!.backward;
    layers.push({ ...layerAt(l, places), ...(two && { backward: layerAt(l + 1, places) }) });
    places = two ? [l, l + 1] : [l];
    l += places.length;
  }
  if (below && !table) throw no('embedding', 'delayed symbols');
  const top = answers.length === 1 ? all[answers[0]!] : undefined;
  const readout = top && readoutOf(top.out, places);
  if (!readout) throw no('readout', 'more than one matrix from the last layer');
  return { embedding: table, layers, ...readout };
}

/** The readout if it is one matrix for each of the layers at `places`, and a bias. */
function readoutOf({ op }: Value, places: readonly number[]): Pick<Stack, 'readout' | 'pooling'> | undefined {
  const terms = op.kind === 'sum' ? op.terms : [];
  const found = places.flatMap((place) => {
    const term = terms.find((one) => one.op.kind === 'linear' && isBelow(one.op.x, place));
    return term?.op.kind === 'linear' ? term.op : [];
  });
  const bias = terms.at(-1);
  if (bias?.op.kind !== 'parameter') return undefined;
  if (found.length !== places.length || terms.length !== places.length + 1) return undefined;
  const { op: source } = found[0]!.x;
  const pooling = source.kind !== 'pooled' ? 'none' : source.mean ? 'mean' : 'last';
  return { readout: { weight: beside(found.map(({ matrix }) => matrix)), bias: bias.op.parameter }, pooling };
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

function embeddingOf({ states }: LoweredLayer): Parameter | undefined {
  const { op } = states[0]?.value ?? { op: { kind: 'context' } };
  return op.kind === 'embed' ? op.table : undefined;
}

/** A row block of another order: block `k` of the result is block `order[k]` of the tensor. */
export function reorderRows({ data, shape }: Parameter['tensor'], order: readonly number[]): Float32Array {
  const block = data.length / order.length;
  if (shape[0]! % order.length) throw new Error(`${shape} does not divide into ${order.length} blocks`);
  const result = new Float32Array(data.length);
  order.forEach((from, to) => result.set(data.subarray(from * block, (from + 1) * block), to * block));
  return result;
}
