/** What this platform can run, and which build that means. */
import { refuse, UnfoldError } from '../shared/errors.js';
import { importOs, isNode } from '../shared/node.js';
import type { Build, Arithmetic, Runtime, Support } from '../shared/types.js';

/** A function that returns `i32x4.splat(0)`, the smallest module that needs SIMD. */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11,
];

/** A function that returns `f32x4.relaxed_madd(0, 0, 0)`. */
const RELAXED_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0,
  253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
];

/** What the automatic choice never exceeds: beyond, these networks gain little. */
const MOST_THREADS = 4;

/** What this platform has, before anything is loaded. Never rejects. */
export async function support(): Promise<Support> {
  const simd = validates(SIMD_PROBE);
  const isolated = isNode() || globalThis.crossOriginIsolated === true;
  const reason = !simd ? 'WebAssembly with SIMD is not available here.' : whyOneThread(isolated);
  return { simd, fast: simd && validates(RELAXED_PROBE), threads: simd && reason === null, isolated, reason };
}

function validates(bytes: number[]): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(bytes));
}

function whyOneThread(isolated: boolean): string | null {
  if (!isolated) {
    return (
      'The page is not cross-origin isolated: serve it with Cross-Origin-Opener-Policy: same-origin ' +
      'and Cross-Origin-Embedder-Policy: require-corp.'
    );
  }
  if (typeof SharedArrayBuffer !== 'function') {
    return 'This browser has no SharedArrayBuffer, although the page is cross-origin isolated.';
  }
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  } catch {
    return 'Shared WebAssembly memory is not available here.';
  }
  if (isNode()) return null;
  if (typeof Worker !== 'function') return 'Workers are not available here.';
  return canPost(memory) ? null : 'Shared WebAssembly memory cannot be handed to a worker here.';
}

/** Some platforms make the memory and refuse to hand it on: WebKit without SharedArrayBuffer does. */
function canPost(memory: WebAssembly.Memory): boolean {
  const { port1 } = new MessageChannel();
  try {
    port1.postMessage(memory); // refused at once, by an exception
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
  }
}

/** How a model will run. */
export interface Plan {
  build: Build;
  threads: number;
  math: Arithmetic;
  worker: boolean;
  /** Why one thread, or not the arithmetic asked for; null for neither. */
  reason: string | null;
}

/** Weighs what is asked for against what there is. What cannot be had is taken back, and the reason told. */
export async function plan({
  threads = 'auto',
  math = 'reproducible',
  worker = hasWorkers(),
}: Runtime): Promise<Plan> {
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw refuse('INVALID_ARGUMENT', 'threads', "'auto' or an integer from 1 to 64", threads);
  }
  if (math !== 'reproducible' && math !== 'fast') {
    throw refuse('INVALID_ARGUMENT', 'math', "'reproducible' or 'fast'", math);
  }
  const available = await support();
  if (!available.simd) throw new UnfoldError('UNSUPPORTED', available.reason!);
  const fast = math === 'fast' && available.fast;
  const slow = math === 'fast' && !fast ? 'WebAssembly with relaxed SIMD is not available here.' : null;
  const had = { math: fast ? 'fast' : 'reproducible', worker } as const;
  const one = (reason: string): Plan => ({
    ...had,
    build: 'simd',
    threads: 1,
    reason: slow ? `${reason} ${slow}` : reason,
  });
  if (threads === 1) return one('One thread was asked for.');
  if (!available.threads) return one(available.reason!);
  if (!worker && typeof document === 'object')
    return one('A page may not wait for threads: run in a worker.');
  const cores = await countCores();
  const count = threads === 'auto' ? Math.min(MOST_THREADS, Math.ceil(cores / 2)) : threads;
  return count > 1
    ? { ...had, build: 'simd-threads', threads: count, reason: slow }
    : one(cores > 1 ? `There are ${cores} cores: half of them stay free.` : 'There is one core.');
}

function hasWorkers(): boolean {
  return isNode() || typeof Worker === 'function';
}

async function countCores(): Promise<number> {
  return isNode() ? (await importOs()).availableParallelism() : navigator.hardwareConcurrency || 1;
}
