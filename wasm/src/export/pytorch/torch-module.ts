/** Which layers torch.nn has. */
import type { LoweredLayer } from '../lowering.js';
import type { StandardCell } from '../standard.js';

const CLASSES: Record<string, string> = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' };

/** Why PyTorch has no such layer. */
export function objection({ kind, activation, resetBefore }: StandardCell): string | undefined {
  if (!CLASSES[kind]) return `the cell ${kind}`;
  if (kind === 'rnn' && activation !== 'tanh' && activation !== 'relu') return `activation '${activation}'`;
  if (kind === 'lstm' && activation !== 'tanh') return `cellInput '${activation}'`;
  return resetBefore ? "reset 'before'" : undefined;
}

/** The Python that makes the module of a layer of `size` units. */
export function moduleCode(
  { kind, activation, biases }: StandardCell,
  inputs: number,
  size: number,
  count = 1,
  bothWays = false,
): string {
  const options = [inputs, size, ...(count > 1 ? [`num_layers=${count}`] : [])];
  if (kind === 'rnn' && activation === 'relu') options.push('nonlinearity="relu"');
  if (!biases.length) options.push('bias=False');
  if (bothWays) options.push('bidirectional=True');
  return `nn.${CLASSES[kind]}(${options.join(', ')})`;
}

/** The same if the module trains exactly as the layer does: one input, two biases or none, nothing dropped within. */
export function torchModule({ name, size, standard }: LoweredLayer): string | undefined {
  if (typeof standard === 'string' || objection(standard)) return undefined;
  const { inputs, biases, dropsState } = standard;
  if (inputs.length !== 1 || !inputs[0]!.matrix.name.startsWith(`${name}.`)) return undefined;
  if (biases.length === 1 || dropsState) return undefined;
  return moduleCode(standard, inputs[0]!.source.size, size);
}

/** The parameters that the module holds. */
export function heldBy({ inputs, recurrent, biases }: StandardCell): ReadonlySet<string> {
  return new Set([inputs[0]!.matrix, recurrent, ...biases].map(({ name }) => name));
}
