// A series, its one-step predictions and a free-running forecast of its second half.

export interface Forecast {
  /** One column: the series, the one-step predictions, and the free-running forecast from step `from` on. */
  series: number[];
  answer: number[];
  forecast: number[];
  from: number;
}

/** Mean squared error of the free-running forecast. */
export function forecastError({ series, forecast, from }: Forecast): number {
  const errors = forecast.map((value, at) => (value - (series[from + at] ?? value)) ** 2);
  return errors.reduce((sum, value) => sum + value, 0) / Math.max(1, errors.length);
}
