// The page's side of checksum.worker.ts. A worker that cannot be had is no reason not to keep a run: then the page does it itself.
import { inPieces } from '../app/frame';
import { type Generation, addChecksum, type ChecksummedGeneration, verifyChecksum } from './checksum';
import type { ChecksumResponse, ChecksumRequest } from './checksum.worker';

/** Checkpoints below this many bytes are hashed sooner than they are sent. */
const SMALL = 1 << 18;

type Wish = { add: Generation } | { verify: ChecksummedGeneration };

let worker: Worker | null | undefined;
const waiting = new Map<number, (answer: ChecksumResponse | null) => void>();
let next = 1;

function start(): Worker | null {
  try {
    const made = new Worker(new URL('./checksum.worker.ts', import.meta.url), { type: 'module' });
    made.addEventListener('message', ({ data }: MessageEvent<ChecksumResponse>) => settle(data.id, data));
    const fail = () => {
      worker = null;
      for (const id of [...waiting.keys()]) settle(id, null);
    };
    made.addEventListener('error', fail);
    made.addEventListener('messageerror', fail);
    return made;
  } catch {
    return null;
  }
}

function settle(id: number, answer: ChecksumResponse | null): void {
  waiting.get(id)?.(answer);
  waiting.delete(id);
}

/** The worker's answer; null without a worker. */
function ask(wish: Wish, transfer: Transferable[] = []): Promise<ChecksumResponse | null> {
  worker = worker === undefined ? start() : worker;
  const asked = worker;
  if (!asked) return Promise.resolve(null);
  return new Promise((resolve) => {
    const id = next++;
    waiting.set(id, resolve);
    asked.postMessage({ id, ...wish } satisfies ChecksumRequest, transfer);
  });
}

export async function addChecksumInWorker(generation: Generation): Promise<ChecksummedGeneration> {
  if (generation.checkpoint.length < SMALL) return addChecksum(generation);
  const checkpoint = new Uint8Array(generation.checkpoint.length); // the page's own stays for a crash to come back to
  await inPieces(generation.checkpoint, (piece, at) => checkpoint.set(piece, at));
  const answer = await ask({ add: { ...generation, checkpoint } }, [checkpoint.buffer]);
  return answer && 'stored' in answer ? answer.stored : addChecksum(generation);
}

export async function verifyChecksumInWorker(stored: ChecksummedGeneration): Promise<Generation | undefined> {
  if (stored.checkpoint.size < SMALL) return verifyChecksum(stored);
  const { checkpoint, notes, digest } = stored;
  const answer = await ask({ verify: { checkpoint, notes, digest } });
  return answer && 'generation' in answer ? answer.generation : verifyChecksum(stored);
}
