// A generation as it is stored: its checkpoint as a blob, and a checksum of everything. Ten megabytes take longer to
// hash and to put into a blob than a frame lasts, so it is done in a worker (checksum.worker.ts).

export interface Generation {
  /** A safetensors file with everything that training on needs. */
  checkpoint: Uint8Array;
  /** JSON of what belongs to the run besides: the curve, the samples. */
  notes: string;
}

/** What is stored of a generation. */
export interface ChecksummedGeneration {
  /** A blob: a large one is neither copied nor written on the page's own thread. */
  checkpoint: Blob;
  notes: string;
  /** Hexadecimal SHA-256 of the pieces' SHA-256; '' where the browser has none (pages without https). */
  digest: string;
}

/** Bytes hashed at a time: each piece is copied before. */
const PIECE = 1 << 22;

async function fingerprint({ checkpoint, notes }: Generation): Promise<string> {
  if (!globalThis.crypto?.subtle) return '';
  const hash = async (piece: BufferSource) => new Uint8Array(await crypto.subtle.digest('SHA-256', piece));
  const digests = [await hash(new TextEncoder().encode(notes))];
  for (let at = 0; at < checkpoint.length; at += PIECE)
    digests.push(await hash(checkpoint.subarray(at, at + PIECE) as Uint8Array<ArrayBuffer>));
  const all = await hash(Uint8Array.from(digests.flatMap((digest) => [...digest])));
  return Array.from(all, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function addChecksum(generation: Generation): Promise<ChecksummedGeneration> {
  const digest = await fingerprint(generation);
  const checkpoint = new Blob([generation.checkpoint as Uint8Array<ArrayBuffer>]);
  return { checkpoint, notes: generation.notes, digest };
}

/** The generation; undefined where it is damaged. */
export async function verifyChecksum({
  checkpoint,
  notes,
  digest,
}: ChecksummedGeneration): Promise<Generation | undefined> {
  // The file behind a blob may be gone.
  const buffer = await checkpoint.arrayBuffer().catch(() => undefined);
  if (!buffer) return undefined;
  const generation = { checkpoint: new Uint8Array(buffer), notes };
  return digest === '' || digest === (await fingerprint(generation)) ? generation : undefined;
}
