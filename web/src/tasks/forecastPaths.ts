// Lines and bands of numbers over steps, in the units of a picture that is stretched to its place.
import type { Band } from './forecast';

export const SIZE = { width: 640, height: 150, air: 6 };

export type Range = readonly [last: number, low: number, high: number];

/** The corners of a line whose first value stands at step `from`. */
function corners(values: readonly number[], from: number, [last, low, high]: Range): string[] {
  const { width, height, air } = SIZE;
  const x = (at: number) => ((from + at) / Math.max(1, last)) * width;
  const y = (value: number) => height - air - ((value - low) / (high - low || 1)) * (height - 2 * air);
  const inside = (value: number) => Math.max(-height, Math.min(2 * height, y(value)));
  return values.map((value, at) => `${x(at).toFixed(1)} ${inside(value).toFixed(1)}`);
}

export const path = (values: readonly number[], from: number, range: Range) =>
  values.length ? `M${corners(values, from, range).join('L')}` : '';

export const area = ({ low, high }: Band, from: number, range: Range) =>
  low.length ? `M${[...corners(low, from, range), ...corners(high, from, range).reverse()].join('L')}Z` : '';
