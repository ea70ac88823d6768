// Adds and verifies checksums in a worker.
import { type Generation, addChecksum, type ChecksummedGeneration, verifyChecksum } from './checksum';

export type ChecksumRequest = { id: number } & ({ add: Generation } | { verify: ChecksummedGeneration });
/** `failed`: the page is to try it itself, and to say what goes wrong. */
export type ChecksumResponse = { id: number } & (
  { stored: ChecksummedGeneration } | { generation: Generation | undefined } | { failed: true }
);

async function answer(request: ChecksumRequest): Promise<void> {
  const { id } = request;
  if ('add' in request)
    return postMessage({ id, stored: await addChecksum(request.add) } satisfies ChecksumResponse);
  const generation = await verifyChecksum(request.verify);
  const transfer = generation ? [generation.checkpoint.buffer] : [];
  postMessage({ id, generation } satisfies ChecksumResponse, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<ChecksumRequest>) => {
  answer(data).catch(() => postMessage({ id: data.id, failed: true } satisfies ChecksumResponse));
});
