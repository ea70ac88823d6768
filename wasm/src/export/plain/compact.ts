/**
 * Weights as text, one printable character each, for files that have to be small and readable without a decompressor:
 * group-wise quantization of 6.5 bits. Base64 of 8-bit weights takes 1.33 characters a weight; this takes 1.03.
 */
import type { Matrix } from './program.js';

/** Weights of a row that share a scale. */
export const GROUP = 64;
/** Weights are −45 … 45 times their scale, which makes 91 digits. */
export const LARGEST = 45;
/** Scales are 2^(k/32 − 130): from any float32 to any other in steps of 2.2 %. k = 0: all weights of the group are 0. */
export const STEPS = 32;
export const LOWEST = 130;

/** ASCII from ! to ~ without what a string in a script has to escape: ' < \ */
const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
  (digit) => !"'<\\".includes(digit),
);

/** A matrix [rows, columns], row by row: of each group the two digits of k, then a digit for each weight. */
export function compact({ rows, columns, data }: Matrix): string {
  let text = '';
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; c += GROUP) {
      const begin = r * columns + c;
      text += group(data.subarray(begin, begin + Math.min(GROUP, columns - c)));
    }
  return text;
}

function group(weights: Float32Array): string {
  const most = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
  const k = Math.max(Math.ceil(STEPS * (Math.log2(most / LARGEST) + LOWEST)), 0); // log2(0) is −∞
  const scale = 2 ** (k / STEPS - LOWEST);
  let text = DIGITS[Math.floor(k / DIGITS.length)]! + DIGITS[k % DIGITS.length]!;
  for (const weight of weights) text += DIGITS[LARGEST + (k > 0 ? Math.round(weight / scale) : 0)]!;
  return text;
}
