/** What the outputs of a network of numbers are, see `TaskConfig.loss`. */
import { refuse } from '../shared/errors.js';

export interface NumberOutputs {
  /** Outputs of the network for each column that it predicts, one after the other. */
  per: number;
  /** Which of them is the answer. */
  answer: number;
  /** What they are; empty where they are no quantiles. */
  quantiles: readonly number[];
  /** They are a mean and a log variance. */
  gaussian: boolean;
}

/**
 * @param task of a configuration: what came from a file
 * @param outputs of the network; 0: they do not count
 * @throws UnfoldError `INVALID_CHECKPOINT`
 */
export function numberOutputs(task: Readonly<Record<string, unknown>>, outputs: number): NumberOutputs {
  const quantiles = task['loss'] === 'quantile' ? quantilesOf(task['quantiles']) : [];
  const gaussian = task['loss'] === 'gaussian';
  const per = gaussian ? 2 : quantiles.length || 1;
  if (outputs % per)
    throw refuse('INVALID_CHECKPOINT', 'graph.sizes.outputs', `${per} for each column`, outputs);
  return { per, answer: (quantiles.length || 1) >> 1, quantiles, gaussian };
}

function quantilesOf(value: unknown): number[] {
  if (!Array.isArray(value) || !value.length || value.length > 15 || !value.every(isShare))
    throw refuse('INVALID_CHECKPOINT', 'config.task.quantiles', 'numbers from 0 to 1', 'something else');
  return value;
}

const isShare = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1;

/** For comments of programs: what the outputs of a column are; empty where it has one. */
export function namedOutputs({ quantiles, gaussian }: NumberOutputs): string {
  if (gaussian) return 'the mean and the natural logarithm of the variance of each column';
  return quantiles.length ? `the quantiles ${quantiles.join(', ')} of each column` : '';
}
