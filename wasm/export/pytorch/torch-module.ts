/** Which layers torch.nn has. */
import type { LayerConfig } from '../../config.js';
import type { LayerEquations } from '../equations.js';

const CLASSES: Record<string, string> = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' };

/** Why PyTorch has no such layer. */
export function objection({
  cell,
  activation = 'tanh',
  cellInput = 'tanh',
  reset = 'after',
}: LayerConfig): string | undefined {
  if (!CLASSES[cell!]) return `the cell ${cell}`;
  if (cell === 'rnn' && activation !== 'tanh' && activation !== 'relu') return `activation '${activation}'`;
  if (cell === 'lstm' && cellInput !== 'tanh') return `cellInput '${cellInput}'`;
  return cell === 'gru' && reset !== 'after' ? `reset '${reset}'` : undefined;
}

/** The Python that makes the module of a layer. */
export function moduleCode(
  config: LayerConfig,
  inputs: number,
  bias: boolean,
  count = 1,
  bothWays = false,
): string {
  const options = [inputs, config.hidden!, ...(count > 1 ? [`num_layers=${count}`] : [])];
  if (config.activation === 'relu') options.push('nonlinearity="relu"');
  if (!bias) options.push('bias=False');
  if (bothWays) options.push('bidirectional=True');
  return `nn.${CLASSES[config.cell!]}(${options.join(', ')})`;
}

/** The same if the module trains exactly as the layer does: one input, two biases or none, nothing dropped within. */
export function torchModule({ name, config, standard }: LayerEquations): string | undefined {
  if (typeof standard === 'string' || !config || objection(config)) return undefined;
  const { inputs, biases } = standard;
  if (inputs.length !== 1 || inputs[0]!.matrix.name !== `${name}.weight_ih`) return undefined;
  if (biases.length === 1 || (config.recurrentDropout ?? 0) > 0) return undefined;
  return moduleCode(config, inputs[0]!.source.size, biases.length > 0);
}
