/** The two workers a session runs in, a browser's and Node's. On this thread: local.ts. */
import { isElsewhere, shim } from './cross-origin.js';
import { describe } from '../shared/errors.js';
import { importThreads, isNode } from '../shared/node.js';
import type { Alive, Answer, Channel } from '../shared/protocol.js';
import { NODE_PATIENCE, notStarted, quiet, watchStart } from './starting.js';
import type { Build } from '../shared/types.js';

/** Starts a worker. `url`: instead of the package's own. */
export async function openWorker(build: Build, url?: string | URL): Promise<Channel> {
  return isNode() ? openNodeWorker(build, url) : openWebWorker(build, url);
}

function openWebWorker(build: Build, url: string | URL | undefined): Channel {
  const worker = url ? startWorker(url) : startOwnWorker(build);
  const script = url ? new URL(url, location.href) : neighbour(build);
  const closed = new AbortController();
  const { signal } = closed;
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    listen({ answer, failure }) {
      const inquire = (url: string) =>
        import('./inquire.js').then((late) => late.inquire(url)).catch(() => ({}));
      watchStart(worker, script.href, inquire, (reason) => failure(notStarted(script.href, reason)), signal);
      worker.onmessage = ({ data }: MessageEvent<Answer | Alive>) => {
        if (data?.type !== 'alive') return answer(data);
        const ended = () => failure(new Error('it ended'));
        if (data.lock) navigator.locks.request(data.lock, { signal }, ended).catch(() => {}); // closed
      };
      worker.onmessageerror = () => failure(new Error('a message could not be read'));
      worker.onerror = (error) => {
        error.preventDefault(); // reported as a rejection instead
        failure(new Error(error.message || 'it reported an error'));
      };
    },
    hold: () => {},
    close() {
      closed.abort();
      worker.terminate();
    },
  };
}

/** Written out, one by one: bundlers find the workers by these expressions. */
function startOwnWorker(build: Build): Worker {
  // Another origin's script, such as a CDN's, is refused here, sometimes by an exception, sometimes by an event: its
  // neighbour can be imported by a worker of ours.
  if (isElsewhere(import.meta.url)) return startWorker(neighbour(build));
  try {
    return build === 'simd-threads'
      ? new Worker(new URL('../worker-threads.js', import.meta.url), { type: 'module' })
      : new Worker(new URL('../worker.js', import.meta.url), { type: 'module' });
  } catch (error) {
    if ((error as Error)?.name !== 'SecurityError') throw error;
    return startWorker(neighbour(build));
  }
}

function startWorker(url: string | URL): Worker {
  const { href } = new URL(url, location.href);
  if (!isElsewhere(href)) return new Worker(url, { type: 'module' });
  return new Worker(shim(href), { type: 'module' });
}

/** The worker's file beside this one, where no bundler has moved either. */
function neighbour(build: Build): URL {
  const here = import.meta.url; // apart: webpack warns of an expression beside it
  return new URL(build === 'simd-threads' ? '../worker-threads.js' : '../worker.js', here);
}

async function openNodeWorker(build: Build, url: string | URL | undefined): Promise<Channel> {
  const { Worker } = await importThreads();
  const script = url === undefined ? neighbour(build) : new URL(url);
  const worker = new Worker(script, { execArgv: [] }); // none of the program's own: `--input-type` would not fit
  const begun = new AbortController();
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen({ answer, failure }) {
      const failed = (error: unknown) => {
        failure(begun.signal.aborted ? error : notStarted(script.href, describe(error)));
        begun.abort();
      };
      worker.on('online', () => {
        void quiet(NODE_PATIENCE, begun.signal).then(() => failed(new Error('it does not answer')));
      });
      worker.on('message', (message) => {
        begun.abort();
        if ((message as Alive | null)?.type !== 'alive') answer(message as Answer);
      });
      worker.on('messageerror', failed);
      worker.on('error', failed);
      worker.on('exit', (status) => failed(new Error(`it ended with status ${status}`)));
    },
    hold: (waiting) => (waiting ? worker.ref() : worker.unref()),
    close() {
      begun.abort();
      void worker.terminate();
    },
  };
}
