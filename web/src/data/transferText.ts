// How a text comes to the worker that trains. A message copies what it carries at one go, ten megabytes for as long as
// three frames; shared memory goes by reference, and is filled piece by piece before.
import type { Corpus } from './corpus';
import { breathe } from '../app/frame';

/** Bytes that are copied at one go. */
const PIECE = 1 << 20;

/** The same bytes in memory that a worker can see; where the page is not isolated there is none, and a message copies. */
async function sharedCopy(bytes: Uint8Array): Promise<Uint8Array> {
  if (!globalThis.crossOriginIsolated || bytes.length <= PIECE) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  for (let at = 0; at < bytes.length; at += PIECE) {
    copy.set(bytes.subarray(at, at + PIECE), at);
    await breathe();
  }
  return copy;
}

/** None for generated examples: the configuration names them. */
export async function datasetOf({ made, bytes }: Corpus): Promise<Uint8Array | undefined> {
  return made ? undefined : sharedCopy(bytes);
}
