// A series, its one-step predictions and a free-running forecast of its second half.
import type { TaskConfig } from 'unfold-rnn';

export interface Forecast {
  /** One column: the series, the one-step predictions, and the free-running forecast from step `from` on. */
  series: number[];
  answer: number[];
  forecast: number[];
  from: number;
  /** Of the one-step predictions and of the forecast; undefined where the loss has no band. */
  band?: { answer: Band; forecast: Band };
}

export interface Band {
  low: number[];
  high: number[];
}

/** Standard deviations that hold 95 % of a normal distribution on either side of its mean. */
const REACH = 1.96;

/** The share of true numbers that a band should hold; undefined without one. */
export function shareOf({ loss, quantiles = [] }: TaskConfig): number | undefined {
  if (loss === 'gaussian') return 0.95;
  return quantiles.length > 1 ? quantiles.at(-1)! - quantiles[0]! : undefined;
}

/** The band of a column between its outermost quantiles, or around its mean. */
export function bandOf(
  values: readonly number[],
  at: number,
  quantiles: readonly (readonly number[][])[] | undefined,
  deviations: readonly (readonly number[])[] | undefined,
): Band | undefined {
  const of = (edge: (value: number, t: number) => number) => values.map(edge);
  if (deviations) {
    const reach = (t: number) => REACH * (deviations[t]?.[at] ?? 0);
    return { low: of((value, t) => value - reach(t)), high: of((value, t) => value + reach(t)) };
  }
  if (!quantiles || (quantiles[0]?.[at]?.length ?? 0) < 2) return undefined;
  return {
    low: of((value, t) => quantiles[t]?.[at]?.[0] ?? value),
    high: of((value, t) => quantiles[t]?.[at]?.at(-1) ?? value),
  };
}

/** Mean squared error of the free-running forecast. */
export function forecastError({ series, forecast, from }: Forecast): number {
  const errors = forecast.map((value, at) => (value - (series[from + at] ?? value)) ** 2);
  return errors.reduce((sum, value) => sum + value, 0) / Math.max(1, errors.length);
}
