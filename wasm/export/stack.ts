/** Networks that are a plain stack of standard layers, with one readout on top: what layer libraries are made for. */
import type { LayerConfig } from '../config.js';
import { refuse } from '../errors.js';
import type { LayerEquations, NetworkEquations } from './equations.js';
import type { Parameter, Value } from './values.js';

export interface StackLayer {
  config: LayerConfig;
  /** H. */
  size: number;
  /** [G·H, inputs]. */
  input: Parameter;
  /** [G·H, H]. */
  recurrent: Parameter;
  /** None, one, or the input's and the recurrent one. */
  biases: readonly Parameter[];
}

export interface Stack {
  /** [V, E]. */
  embedding: Parameter | undefined;
  layers: readonly StackLayer[];
  /** Weight [V, H] and bias [V]; the weight is the embedding's if they are tied. */
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
  const layers = all.slice(below, -1).map((layer, k): StackLayer => {
    const field = `layers[${k}]`;
    const config = layer.config!;
    const reason = typeof layer.standard === 'string' ? layer.standard : objection(config);
    if (typeof layer.standard === 'string' || reason) throw no(field, reason!);
    if (config.residual) throw no(`${field}.residual`, 'true');
    const { inputs, recurrent, biases } = layer.standard;
    const [only] = inputs;
    if (inputs.length > 1 || !isBelow(only!.source, k + below - 1))
      throw no(`${field}.edges`, 'other inputs than from below');
    return { config, size: layer.size, input: only!.matrix, recurrent, biases };
  });
  const { op } = logits;
  const [output, bias] = op.kind === 'sum' ? op.terms : [];
  const plain =
    output?.op.kind === 'linear' && isBelow(output.op.x, all.length - 2) && bias?.op.kind === 'parameter';
  if (!plain || op.kind !== 'sum' || op.terms.length !== 2)
    throw no('readout', 'more than one matrix from the last layer');
  const table = embeddingOf(all[0]!);
  if (checkpoint.config.embedding > 0 && !table) throw no('embedding', 'delayed symbols');
  const { matrix } = output.op as { matrix: Parameter };
  return {
    embedding: table,
    layers,
    readout: { weight: matrix, bias: (bias.op as { parameter: Parameter }).parameter },
  };
}

/** Whether a value is what the layer just below gives: the token itself under layer 0. */
function isBelow({ op }: Value, below: number): boolean {
  return below < 0 ? op.kind === 'token' && op.delay === 0 : op.kind === 'result' && op.layer === below;
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
