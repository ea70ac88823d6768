// What can be read from an inspection: likeliest symbols, units that stand out, how gates are spread.
import type { Inspection } from 'unfold-rnn';

export interface Guess {
  token: number;
  probability: number;
}

/** What was thought likeliest to come after character t. */
export function guesses({ probabilities, tokens }: Inspection, t: number, count = 5): Guess[] {
  const symbols = probabilities.length / tokens.length;
  const row = probabilities.subarray(t * symbols, (t + 1) * symbols);
  const all = Array.from(row, (probability, token) => ({ token, probability }));
  return all.sort((a, b) => b.probability - a.probability || a.token - b.token).slice(0, count);
}

export interface Firing {
  layer: number;
  unit: number;
  /** Mean state inside the range. */
  value: number;
  /** How far that is from the mean of the passage, in standard deviations of the unit. */
  score: number;
}

/** Below this spread a unit is asleep: its score would be noise. */
const ASLEEP = 1e-3;

/** Units whose mean state from character `from` to `to` (inclusive) stands out most from the rest of the passage. */
export function firing({ layers, tokens }: Inspection, from: number, to: number, count = 8): Firing[] {
  const all: Firing[] = [];
  layers.forEach(({ units: hidden, series }, layer) => {
    const h = series.h!;
    for (let unit = 0; unit < hidden; unit++) {
      let [sum, square, inside] = [0, 0, 0];
      for (let t = 0; t < tokens.length; t++) {
        const value = h[t * hidden + unit]!;
        sum += value;
        square += value * value;
        if (t >= from && t <= to) inside += value;
      }
      const mean = sum / tokens.length;
      const deviation = Math.sqrt(Math.max(0, square / tokens.length - mean * mean));
      const value = inside / (to - from + 1);
      all.push({ layer, unit, value, score: deviation < ASLEEP ? 0 : (value - mean) / deviation });
    }
  });
  return all.sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, count);
}

/** The states of one unit, character by character, and the largest of them without its sign. */
export function statesOf({ layers, tokens }: Inspection, layer: number, unit: number) {
  const { units: hidden, series } = layers[layer]!;
  const values = Float32Array.from(tokens, (_, t) => series.h![t * hidden + unit]!);
  return { values, largest: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

export interface Histogram {
  low: number;
  high: number;
  counts: number[];
  mean: number;
  /** Shares of the values in the lowest and the maxOrder tenth of the range. */
  left: number;
  right: number;
}

/** Equal bins from low to high; what lies beyond goes into the last. */
export function histogram(values: Float32Array, low: number, high: number, bins = 40): Histogram {
  const counts = new Array<number>(bins).fill(0);
  const scale = bins / (high - low);
  let [sum, left, right] = [0, 0, 0];
  for (const value of values) {
    const bin = Math.floor((value - low) * scale);
    counts[Math.max(0, Math.min(bins - 1, bin))]!++;
    sum += value;
    if (value < low + 0.1 * (high - low)) left++;
    if (value > high - 0.1 * (high - low)) right++;
  }
  const share = (count: number) => count / Math.max(1, values.length);
  return { low, high, counts, mean: share(sum), left: share(left), right: share(right) };
}

/** Series of gates that a logistic function squashes: from 0 to 1. The others reach from −1 to 1. */
export function rangeOf(values: Float32Array): [number, number] {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= 0 && most <= 1) return [0, 1];
  const reach = Math.max(1, Math.abs(least), Math.abs(most));
  return [-reach, reach];
}
