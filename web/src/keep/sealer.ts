// The page's side of seal.worker.ts. A worker that cannot be had is no reason not to keep a run: then the page seals.
import { type Generation, seal, type Sealed, unseal } from './seal';
import type { SealAnswer, SealRequest } from './seal.worker';

/** Checkpoints below this many bytes are sealed sooner than they are sent. */
const SMALL = 1 << 18;

type Wish = { seal: Generation } | { unseal: Sealed };

let worker: Worker | null | undefined;
const waiting = new Map<number, (answer: SealAnswer | null) => void>();
let next = 1;

function start(): Worker | null {
  try {
    const made = new Worker(new URL('./seal.worker.ts', import.meta.url), { type: 'module' });
    made.addEventListener('message', ({ data }: MessageEvent<SealAnswer>) => settle(data.id, data));
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

function settle(id: number, answer: SealAnswer | null): void {
  waiting.get(id)?.(answer);
  waiting.delete(id);
}

/** The worker's answer; null without a worker. */
function ask(wish: Wish, transfer: Transferable[] = []): Promise<SealAnswer | null> {
  worker = worker === undefined ? start() : worker;
  const asked = worker;
  if (!asked) return Promise.resolve(null);
  return new Promise((resolve) => {
    const id = next++;
    waiting.set(id, resolve);
    asked.postMessage({ id, ...wish } satisfies SealRequest, transfer);
  });
}

export async function sealBeside(generation: Generation): Promise<Sealed> {
  if (generation.checkpoint.length < SMALL) return seal(generation);
  const checkpoint = generation.checkpoint.slice(); // the page's own stays for a crash to come back to
  const answer = await ask({ seal: { ...generation, checkpoint } }, [checkpoint.buffer]);
  return answer && 'sealed' in answer ? answer.sealed : seal(generation);
}

export async function unsealBeside(sealed: Sealed): Promise<Generation | undefined> {
  if (sealed.checkpoint.size < SMALL) return unseal(sealed);
  const { checkpoint, notes, digest } = sealed;
  const answer = await ask({ unseal: { checkpoint, notes, digest } });
  return answer && 'generation' in answer ? answer.generation : unseal(sealed);
}
