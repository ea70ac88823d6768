/** The three places a session runs in: a browser's worker, Node's worker, this thread. */
import type { EngineFactory } from './engine.js';
import { UnfoldError } from './errors.js';
import { importThreads, isNode } from './node.js';
import type { Channel, Answer, Port } from './protocol.js';
import { serve } from './session.js';
import type { Build } from './types.js';

/** Starts a worker. `url`: instead of the package's own. */
export async function openWorker(build: Build, url?: string | URL): Promise<Channel> {
  return isNode() ? openNodeWorker(build, url) : openWebWorker(build, url);
}

function openWebWorker(build: Build, url: string | URL | undefined): Channel {
  const worker = url ? startWorker(url) : startOwnWorker(build);
  const watching = new AbortController();
  const lock =
    globalThis.navigator?.locks && crypto.randomUUID ? `unfold-rnn ${crypto.randomUUID()}` : undefined;
  let fail: (error: unknown) => void;
  return {
    ...(lock && {
      lock,
      watch() {
        const ended = () => fail(new Error('it ended'));
        navigator.locks.request(lock, { signal: watching.signal }, ended).catch(() => {}); // closed
      },
    }),
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    listen({ answer, failure }) {
      fail = failure;
      worker.onmessage = ({ data }) => answer(data);
      worker.onmessageerror = () => failure(new Error('a message could not be read'));
      worker.onerror = (error) => {
        error.preventDefault(); // reported as a rejection instead
        failure(new Error(error.message || 'its script could not be loaded'));
      };
    },
    hold: () => {},
    close() {
      watching.abort();
      worker.terminate();
    },
  };
}

/** Written out, one by one: bundlers find the workers by these expressions. */
function startOwnWorker(build: Build): Worker {
  try {
    return build === 'simd-threads'
      ? new Worker(new URL('./worker-threads.js', import.meta.url), { type: 'module' })
      : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  } catch (error) {
    // Another origin's script, such as a CDN's: its neighbour can be imported by a worker of ours.
    if ((error as Error)?.name !== 'SecurityError') throw error;
    return startWorker(neighbour(build));
  }
}

function startWorker(url: string | URL): Worker {
  const { href, origin } = new URL(url, location.href);
  if (origin === location.origin) return new Worker(url, { type: 'module' });
  const shim = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' }),
  );
  return new Worker(shim, { type: 'module' });
}

/** The worker's file beside this one, where no bundler has moved either. */
function neighbour(build: Build): URL {
  const here = import.meta.url; // apart: webpack warns of an expression beside it
  return new URL(build === 'simd-threads' ? 'worker-threads.js' : 'worker.js', here);
}

async function openNodeWorker(build: Build, url: string | URL | undefined): Promise<Channel> {
  const { Worker } = await importThreads();
  const script = url === undefined ? neighbour(build) : new URL(url);
  const worker = new Worker(script, { execArgv: [] }); // none of the program's own: `--input-type` would not fit
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen({ answer, failure }) {
      worker.on('message', (message) => answer(message as Answer));
      worker.on('messageerror', failure);
      worker.on('error', failure);
      worker.on('exit', (status) => failure(new Error(`it ended with status ${status}`)));
    },
    hold: (waiting) => (waiting ? worker.ref() : worker.unref()),
    close: () => void worker.terminate(),
  };
}

/** Runs the session on this thread. Messages arrive in microtasks, as asynchronous as from anywhere else. */
export async function openLocal(build: Build): Promise<Channel> {
  const load = build === 'simd-threads' ? import('./simd-threads.js') : import('./simd.js');
  const { default: factory } = await load.catch((error: unknown) => {
    throw new UnfoldError('LOAD_FAILED', `${build}.js could not be loaded: ${String(error)}`, {
      cause: error,
    });
  });
  return connectLocal(factory);
}

export function connectLocal(factory: EngineFactory): Channel {
  let receive: Parameters<Port['listen']>[0];
  let send: (answer: Answer) => void;
  serve(
    { post: (answer) => queueMicrotask(() => send(answer)), listen: (handler) => (receive = handler) },
    factory,
  );
  return {
    post: (request) => queueMicrotask(() => receive(request)),
    listen: ({ answer }) => (send = answer),
    hold: () => {},
    close: () => receive({ type: 'close' }),
  };
}
