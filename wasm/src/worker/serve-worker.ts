import type { EngineFactory } from '../shared/engine.js';
import { wrap } from '../shared/errors.js';
import { importThreads, isNode } from '../shared/node.js';
import type { Alive, Answer, Port, Request } from '../shared/protocol.js';
import { serve } from './session.js';

interface WorkerPort extends Port {
  post(answer: Answer | Alive, transfer?: Transferable[]): void;
}

/** Serves the thread that started this worker, and lets it know at once that it does. */
export async function serveWorker(factory: EngineFactory): Promise<void> {
  const port = isNode() ? await nodePort() : webPort();
  serve(port, factory);
  port.post({ type: 'alive' });
}

async function nodePort(): Promise<WorkerPort> {
  const { parentPort } = await importThreads();
  return {
    post: (answer, transfer) => parentPort!.postMessage(answer, transfer),
    listen: (handler) => parentPort!.on('message', (message) => handler(message as Request)),
  };
}

function webPort(): WorkerPort {
  const scope = globalThis as unknown as {
    postMessage(message: Answer | Alive, transfer: Transferable[]): void;
    onmessage: (event: MessageEvent<Request>) => void;
    onunhandledrejection: (event: PromiseRejectionEvent) => void;
  };
  const post: WorkerPort['post'] = (answer, transfer = []) => scope.postMessage(answer, transfer);
  // Emscripten leaves promises of its own to nobody, such as that of a memory that no thread can get: it would never
  // be ready, and browsers do not tell the page.
  scope.onunhandledrejection = ({ reason }) =>
    post({ type: 'dead', error: wrap('WORKER_FAILED', 'The engine crashed', reason).toJSON() });
  // Nothing is done before the client knows the lock: the end of a worker that ended earlier would go unnoticed.
  const known = holdLock(post);
  return {
    post,
    listen: (handler) => (scope.onmessage = ({ data }) => void known.then(() => handler(data))),
  };
}

/**
 * Holds a Web Lock until this thread ends, however it ends: the client waits for the same lock to see that, of which
 * browsers say nothing. Resolves once the client has been told, or when there are no locks: pages without an origin.
 */
function holdLock(post: WorkerPort['post']): Promise<void> {
  if (!globalThis.navigator?.locks || !crypto.randomUUID) return Promise.resolve();
  const lock = `unfold-rnn ${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const held = () => {
      post({ type: 'alive', lock });
      resolve();
      return new Promise<never>(() => {});
    };
    navigator.locks.request(lock, held).catch(() => resolve());
  });
}
