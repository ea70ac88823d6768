import type { EngineFactory } from './engine.js';
import { importThreads, isNode } from './node.js';
import type { Request } from './protocol.js';
import { serve } from './session.js';

/** Serves the thread that started this worker. */
export async function serveWorker(factory: EngineFactory): Promise<void> {
  if (isNode()) {
    const { parentPort } = await importThreads();
    const port = parentPort!;
    serve(
      {
        post: (answer, transfer) => port.postMessage(answer, transfer),
        listen: (handler) => port.on('message', (message) => handler(message as Request)),
      },
      factory,
    );
    return;
  }
  const scope = globalThis as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    onmessage: (event: MessageEvent<Request>) => void;
  };
  serve(
    {
      post: (answer, transfer = []) => scope.postMessage(answer, transfer),
      listen: (handler) => (scope.onmessage = ({ data }) => handler(data)),
    },
    factory,
  );
}
