/** What the tests of the tensor level share. */
import { readFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import {
  createNetwork,
  type Network,
  type NetworkConfig,
  type NetworkState,
  type Runtime,
  type Tensor,
} from 'unfold-rnn';

export const folder = new URL('../golden/', import.meta.url);
export const golden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

/** Disposed of when the file's tests are over. */
const made: Network[] = [];
afterAll(() => made.forEach((network) => network.dispose()));

export const kept = (network: Network): Network => (made.push(network), network);

export async function create(config: NetworkConfig, runtime: Runtime = {}): Promise<Network> {
  return kept(await createNetwork(config, { threads: 1, ...runtime }));
}

/** The largest difference, relative to the largest number expected. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let most = 0;
  let scale = 1e-12;
  for (let i = 0; i < expected.length; ++i) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    if (!(Math.abs(actual[i]! - expected[i]!) <= most)) most = Math.abs(actual[i]! - expected[i]!);
  }
  return most / scale;
}

/** Numbers between −1 and 1, the same ones for a seed. */
export function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

export function draw(shape: number[], seed: number): Tensor {
  const next = random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: Float32Array.from({ length: size }, next) };
}

/** h and c of PyTorch, [layers, N, H] each, as states of layers. */
export function stateOf(arrays: number[][], network: Network, N: number): NetworkState {
  const layers = network.info.layers.map(({ units: hidden }, l) => {
    const part = (k: number) => Float32Array.from(arrays[k]!.slice(l * N * hidden, (l + 1) * N * hidden));
    const h = { shape: [1, N, hidden], data: part(0) };
    return arrays.length > 1 ? { h, c: { shape: [N, hidden], data: part(1) } } : { h };
  });
  return { layers };
}

export function flat({ layers }: NetworkState, which: 'h' | 'c'): number[] {
  return layers.flatMap((layer) => [...layer[which]!.data]);
}

/** FNV-1a, 64 bits, as core/base/hash.h. */
export function hashOf(tensors: Tensor[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const { data } of tensors)
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  return hash.toString(16).padStart(16, '0');
}
