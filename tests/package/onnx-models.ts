/** Exported models in ONNX Runtime, the build for browsers and Node: one thread, errors only. */
import * as ort from 'onnxruntime-web';
import { expect } from 'vitest';
import type { OnnxPair } from 'unfold-rnn/export';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

export { ort };

export type Feeds = Record<string, ort.Tensor>;

/** The one model that a network became. */
export function whole(onnx: Uint8Array | OnnxPair): Uint8Array {
  expect(onnx).toBeInstanceOf(Uint8Array);
  return onnx as Uint8Array;
}

/** The two models that a network became. */
export function pairOf(onnx: Uint8Array | OnnxPair): OnnxPair {
  expect(Object.keys(onnx)).toEqual(['encoder.onnx', 'decoder.onnx']);
  return onnx as OnnxPair;
}

export const opened = (onnx: Uint8Array) => ort.InferenceSession.create(onnx, { logSeverityLevel: 3 });

export const int64 = (numbers: readonly number[], dims: readonly number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(numbers.map(BigInt)), dims);

export const float32 = (numbers: ArrayLike<number>, dims: readonly number[]) =>
  new ort.Tensor('float32', Float32Array.from(numbers), dims);

export const floats = (tensor: ort.Tensor) => Float32Array.from(tensor.data as Float32Array, Number);

/** Zeros for every input of a model that is not given, of N columns. */
export function zeros({ inputMetadata }: ort.InferenceSession, given: Feeds, N: number): Feeds {
  const feeds = { ...given };
  for (const { name, ...meta } of inputMetadata) {
    if (name in feeds || !meta.isTensor) continue;
    const dims = meta.shape.map((size) => (typeof size === 'number' ? size : N));
    const count = dims.reduce((a, b) => a * b, 1);
    feeds[name] =
      meta.type === 'int64'
        ? int64(Array<number>(count).fill(0), dims)
        : float32(new Float32Array(count), dims);
  }
  return feeds;
}

/** Numbers of a model's answer for the columns that go on, by their places: of the axis N, the last but one. */
export function columns(tensor: ort.Tensor, places: readonly number[]): ort.Tensor {
  const dims = [...tensor.dims];
  const int = tensor.type === 'int64';
  const [N, F] = int ? [dims.at(-1)!, 1] : [dims.at(-2)!, dims.at(-1)!];
  const steps = dims.slice(0, int ? -1 : -2).reduce((a, b) => a * b, 1);
  const data = tensor.data as Float32Array;
  const taken = Array.from({ length: steps }, (_, t) =>
    places.flatMap((n) => Array.from(data.slice((t * N + n) * F, (t * N + n + 1) * F), Number)),
  ).flat();
  dims[dims.length - (int ? 1 : 2)] = places.length;
  return int ? int64(taken, dims) : float32(taken, dims);
}
