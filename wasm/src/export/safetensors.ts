/** The safetensors format: u64 little-endian header length, a JSON header, then raw little-endian data. */
import { mismatch, refuse } from '../shared/errors.js';
import type { Tensor } from '../shared/network-types.js';
import { troubleIn } from './json-limits.js';
import { halves } from './precision.js';

export type { Tensor };

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const MOST_HEADER = 16 * 2 ** 20;

/** @param came in words */
const bad = (field: string, expected: string, came: string) =>
  mismatch('INVALID_CHECKPOINT', field, expected, came);

/** What stands where something else should: short, whatever it is. */
function brief(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? 'nothing').slice(0, 40);
  } catch {
    return 'something nested too deeply';
  }
}

/** Little-endian numbers of the types that PyTorch saves weights in, as float32; what does not fit is refused. */
const decoders: Record<string, { size: number; read: (view: DataView, at: number) => number }> = {
  F32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  F64: { size: 8, read: (view, at) => view.getFloat64(at, true) },
  BF16: { size: 2, read: (view, at) => float32(view.getUint16(at, true) << 16) },
  F16: { size: 2, read: (view, at) => half(view.getUint16(at, true)) },
};

/** Bytes of a number. Throws for a type that is not one of weights. */
export function sizeOf(name: string, dtype: string): number {
  if (!Object.hasOwn(decoders, dtype))
    throw bad(`${name}.dtype`, `one of ${Object.keys(decoders).join(', ')}`, dtype);
  return decoders[dtype]!.size;
}

/** `count` numbers, the i-th at byte `place(i)`. Throws if one is not finite. */
export function readNumbers(
  name: string,
  dtype: string,
  view: DataView,
  count: number,
  place: (i: number) => number,
): Float32Array {
  const { read } = decoders[dtype]!;
  const data = new Float32Array(count);
  for (let i = 0; i < count; ++i) data[i] = read(view, place(i));
  const hole = data.findIndex((x) => !Number.isFinite(x));
  if (hole >= 0) throw bad(name, 'finite numbers', `${data[hole]} at element ${hole}`);
  return data;
}

/** All four bytes: a safetensors header of 19 280 bytes begins with the first two. */
export const isZip = (bytes: Uint8Array) => [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);

/** @param needed bytes that the header asks for */
const cutOff = (needed: number, { byteLength }: Uint8Array) =>
  bad('file', `at least ${needed} bytes, as its header says`, `${byteLength} bytes`);

/** Reads and checks a file: tensors tile the data exactly. Throws `INVALID_CHECKPOINT` naming what is wrong. */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  if (!(bytes instanceof Uint8Array)) throw refuse('INVALID_CHECKPOINT', 'bytes', 'a Uint8Array', bytes);
  if (isZip(bytes)) throw bad('file', 'a safetensors file', 'a zip archive (a PyTorch .pt file?)');
  if (bytes.byteLength < 10) throw bad('file', 'a safetensors file', `${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length < 2 || length > MOST_HEADER || bytes[8] !== 0x7b)
    throw bad('file', 'a safetensors file', `${bytes.byteLength} bytes of another format`);
  if (length > bytes.byteLength - 8) throw cutOff(8 + length, bytes);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, 8 + length));
  const begin = 8 + length;
  const total = bytes.byteLength - begin;
  const found: { name: string; from: number; to: number; dtype: string; shape: number[] }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    const bytesEach = sizeOf(name, typeof dtype === 'string' ? dtype : brief(dtype));
    if (!isSizes(shape) || shape.length > 8) throw bad(`${name}.shape`, 'at most 8 sizes', brief(shape));
    if (!isSizes(offsets) || offsets.length !== 2)
      throw bad(`${name}.data_offsets`, 'two whole numbers', brief(offsets));
    const [from, to] = offsets as [number, number];
    const count = shape.reduce((product, size) => product * size, 1);
    if (from > to || count * bytesEach !== to - from)
      throw bad(`${name}.data_offsets`, `${count * bytesEach} bytes for its shape`, brief(offsets));
    found.push({ name, from, to, dtype: String(dtype), shape });
  }
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  for (const { name, from, to } of found) {
    if (from !== at)
      throw bad(`${name}.data_offsets`, 'data without holes or overlaps', `a start at ${from}`);
    at = to;
  }
  if (at > total) throw cutOff(begin + at, bytes);
  if (at < total) throw bad('file', `${begin + at} bytes, as its header says`, `${bytes.byteLength} bytes`);
  // Only now: a thousand names for the same bytes would have been a thousand copies of them.
  const tensors = found.map(({ name, from, to, dtype, shape }): [string, Tensor] => {
    const bytesEach = sizeOf(name, dtype);
    const place = (i: number) => begin + from + i * bytesEach;
    return [name, { shape, data: readNumbers(name, dtype, view, (to - from) / bytesEach, place) }];
  });
  return { metadata: metadata as Record<string, string>, tensors: new Map(tensors) };
}

/** Tensors keep their order; the header is padded with spaces to 8 bytes. */
export function writeSafetensors(
  { metadata, tensors }: TensorFile,
  dtype: 'F32' | 'F16' = 'F32',
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length) header['__metadata__'] = metadata;
  let at = 0;
  const parts: (Float32Array | Uint16Array)[] = [];
  for (const [name, { shape, data }] of tensors) {
    const part = dtype === 'F16' ? halves(name, data) : data;
    parts.push(part);
    header[name] = { dtype, shape, data_offsets: [at, at + part.byteLength] };
    at += part.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + length + at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8 + text.byteLength, 8 + length);
  bytes.set(text, 8);
  at = 8 + length;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  let trouble: string | undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    trouble = troubleIn(text);
    if (!trouble) header = JSON.parse(text);
  } catch (error) {
    trouble = (error as Error).message;
  }
  if (trouble !== undefined) throw bad('header', 'a JSON object', trouble);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw bad('header', 'a JSON object', brief(header));
  const { __metadata__: metadata = {} } = header as Record<string, unknown>;
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    Object.values(metadata).some((x) => typeof x !== 'string')
  )
    throw bad('__metadata__', 'strings by name', brief(metadata));
  return header as Record<string, unknown>;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
}

const cast = new DataView(new ArrayBuffer(4));

function float32(bits: number): number {
  cast.setUint32(0, bits >>> 0);
  return cast.getFloat32(0);
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}
