// How a text comes to the worker that trains. A message copies what it carries at one go; shared memory goes by
// reference, and is filled piece by piece before.
import type { Corpus } from './corpus';
import { inPieces } from '../app/frame';

/** Bytes from which a copy is worth pieces. */
const LONG = 1 << 20;

/** The same bytes in memory that a worker can see; where the page is not isolated there is none, and a message copies. */
async function sharedCopy(bytes: Uint8Array): Promise<Uint8Array> {
  if (!globalThis.crossOriginIsolated || bytes.length < LONG) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  await inPieces(bytes, (piece, at) => copy.set(piece, at));
  return copy;
}

/** None for generated examples: the configuration names them. */
export async function datasetOf({ made, bytes }: Corpus): Promise<Uint8Array | undefined> {
  return made ? undefined : sharedCopy(bytes);
}
