/** Weights as bytes: float32, or matrices as 8-bit numbers with a scale for each row. */
import type { Precision } from './options.js';
import type { Matrix, Program } from './program.js';

export interface Quantized {
  readonly values: Int8Array;
  /** By row: weight = scale · value. */
  readonly scales: Float32Array;
}

/** Each row's largest weight becomes ±127. */
export function quantize({ rows, columns, data }: Matrix): Quantized {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; ++r) {
    let most = 0;
    for (let c = 0; c < columns; ++c) most = Math.max(most, Math.abs(data[r * columns + c]!));
    scales[r] = most / 127;
    for (let c = 0; c < columns && most > 0; ++c)
      values[r * columns + c] = Math.round((data[r * columns + c]! / most) * 127);
  }
  return { values, scales };
}

/** Where a list of numbers lies in the bytes. */
export interface Packed {
  readonly name: string;
  readonly type: 'float32' | 'int8';
  readonly offset: number;
  readonly length: number;
}

/** One block of little-endian bytes, a multiple of three: base64 without padding. */
export function pack(
  { matrices, vectors }: Pick<Program, 'matrices' | 'vectors'>,
  precision: Precision,
): { bytes: Uint8Array<ArrayBuffer>; entries: Packed[] } {
  const parts: { name: string; data: Float32Array | Int8Array }[] = vectors.map(({ name, data }) => ({
    name,
    data,
  }));
  const small: { name: string; data: Int8Array }[] = [];
  for (const matrix of matrices) {
    if (precision === 'float32') {
      parts.push({ name: matrix.name, data: matrix.data });
      continue;
    }
    const { values, scales } = quantize(matrix);
    parts.push({ name: `${matrix.name}_scale`, data: scales });
    small.push({ name: matrix.name, data: values });
  }
  const entries: Packed[] = [];
  let offset = 0;
  for (const { name, data } of [...parts, ...small]) {
    entries.push({ name, type: data instanceof Int8Array ? 'int8' : 'float32', offset, length: data.length });
    offset += data.byteLength;
  }
  const bytes = new Uint8Array(Math.ceil(offset / 3) * 3);
  [...parts, ...small].forEach(({ data }, i) => {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), entries[i]!.offset);
  });
  return { bytes, entries };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Of a multiple of three bytes. */
export function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x6000) {
    const end = Math.min(at + 0x6000, bytes.length);
    let text = '';
    for (let i = at; i < end; i += 3) {
      const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
      text +=
        DIGITS[word >> 18]! + DIGITS[(word >> 12) & 63]! + DIGITS[(word >> 6) & 63]! + DIGITS[word & 63]!;
    }
    pieces.push(text);
  }
  return pieces.join('');
}
