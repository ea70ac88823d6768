/** From a worker's making to its first message: whatever ends it on the way becomes a reason within five seconds. */
import { UnfoldError } from '../shared/errors.js';

/** Milliseconds. */
export const TICK = 100;
/** Of silence, before its script is looked for. */
const DOUBT = 1000;
/** Of silence, once its script is there: longer than starting takes on a slow machine. */
const PATIENCE = 3500;
/** The same in Node, which tells of a worker that ended: silence is a busy machine, or a script that is no worker. */
export const NODE_PATIENCE = 15_000;
/** For finding out what is wrong with a script that was refused. */
const INQUIRY = 2500;

/** What is wrong with a script, see inquire.ts. Given, since a page fetches that file only when it is needed. */
type Inquire = (url: string) => Promise<Finding>;

export interface Finding {
  wrong?: string | undefined;
  /** A policy does not let this thread see the script, and may allow it all the same. */
  hidden?: boolean;
}

export function notStarted(worker: string, reason: string): UnfoldError {
  const wayOn = 'workerUrl names another address; worker: false runs on the calling thread.';
  return new UnfoldError('LOAD_FAILED', `${worker} could not be started: ${reason}. ${wayOn}`);
}

/**
 * Calls `dead`, once, with the reason, unless a first message comes or `closed` fires.
 *
 * Browsers report a script that is missing, but not a worker that ends or waits. So a long silence counts, from when
 * the script and all that it imports could be fetched: a slow network is no fault, and has no limit here.
 */
export function watchStart(
  worker: Worker,
  url: string,
  inquire: Inquire,
  dead: (reason: string) => void,
  closed: AbortSignal = new AbortController().signal,
): void {
  const decided = new AbortController();
  const { signal } = decided;
  closed.addEventListener('abort', () => decided.abort(), { signal });
  const end = (reason: string) => {
    decided.abort();
    if (!closed.aborted) dead(reason);
  };
  worker.addEventListener('message', () => decided.abort(), { signal });
  worker.addEventListener(
    'error',
    (event) => {
      // Told here, and not again by whoever else listens.
      event.preventDefault();
      event.stopImmediatePropagation();
      decided.abort();
      if (event.message) return end(event.message);
      const refused =
        'it, or a file that it imports, does not parse or was refused (the console says which: a ' +
        'Content-Security-Policy has to allow it under worker-src)';
      void Promise.race([inquire(url), quiet(INQUIRY)]).then((found) => end(found?.wrong ?? refused));
    },
    { signal },
  );
  void (async () => {
    await quiet(DOUBT, signal);
    const { wrong, hidden } = await inquire(url);
    await quiet(PATIENCE, signal);
    const silent = 'it ended, or does not answer';
    end(wrong ?? (hidden ? `${silent} (a policy whose connect-src allows its script tells more)` : silent));
  })();
}

/**
 * Resolves after so long, counted in ticks: neither a machine that is busy nor one that slept takes a worker for
 * dead. Not at all once the signal fires.
 */
export function quiet(milliseconds: number, signal?: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) return;
    let left = milliseconds;
    const timer = setInterval(() => {
      left -= TICK;
      if (left > 0) return;
      clearInterval(timer);
      resolve(undefined);
    }, TICK);
    signal?.addEventListener('abort', () => clearInterval(timer));
  });
}
