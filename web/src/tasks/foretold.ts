// A series, what was foretold of it, and how far from it the network went alone.

export interface Foretold {
  /** Of one column: the series, what was foretold of each of its values, and where the network went on alone. */
  series: number[];
  answer: number[];
  forecast: number[];
  from: number;
}

/** Mean squared error over the steps that the network went on alone. */
export function errorOf({ series, forecast, from }: Foretold): number {
  const errors = forecast.map((value, at) => (value - (series[from + at] ?? value)) ** 2);
  return errors.reduce((sum, value) => sum + value, 0) / Math.max(1, errors.length);
}
