/** Weights in fewer bits. */
import { refuse } from '../shared/errors.js';

/** The largest finite number of 16 bits. */
const LARGEST_HALF = 65_504;

/** The bits of the nearest numbers of 16 bits (IEEE 754), ties to even. */
export function halves(name: string, numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const result = new Uint16Array(numbers.length);
  numbers.forEach((x, i) => {
    if (Math.abs(x) >= LARGEST_HALF + 16)
      throw refuse('UNSUPPORTED', name, `numbers up to ${LARGEST_HALF} for float16`, x);
    result[i] = halfOf(x);
  });
  return result;
}

function halfOf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  // Below 2⁻¹⁴ numbers lie 2⁻²⁴ apart, from there on 2¹⁰ in each power of 2.
  const exponent = Math.max(Math.floor(Math.log2(size || 1)), -14);
  const unit = 2 ** (exponent - 10);
  const whole = evenRound(size / unit); // from 2¹⁰ on, or less below 2⁻¹⁴
  return sign | (whole + ((exponent + 14) << 10));
}

/** The nearest whole number, of two the even one. */
function evenRound(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2) ? down + 1 : down;
}

/**
 * Whole numbers from −127 to 127 and, for each place along an axis, what 1 stands for: the largest number over 127.
 */
export function quantized(
  numbers: Float32Array,
  shape: readonly number[],
  axis: number,
): { numbers: Int8Array<ArrayBuffer>; scales: Float32Array } {
  const rows = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const scales = new Float32Array(rows);
  const rowOf = (i: number) => Math.floor(i / inner) % rows;
  numbers.forEach((x, i) => (scales[rowOf(i)] = Math.max(scales[rowOf(i)]!, Math.abs(x))));
  scales.forEach((largest, r) => (scales[r] = largest / 127 || 1));
  const small = new Int8Array(numbers.length);
  numbers.forEach((x, i) => (small[i] = Math.round(x / scales[rowOf(i)]!)));
  return { numbers: small, scales };
}
