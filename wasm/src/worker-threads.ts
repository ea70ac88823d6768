import { isElsewhere, shim } from './client/cross-origin.js';
import { UnfoldError } from './shared/errors.js';
import { inquire } from './client/inquire.js';
import { isNode } from './shared/node.js';
import type { Answer } from './shared/protocol.js';
import { serveWorker } from './worker/serve-worker.js';
import factory from './simd-threads.js';
import { watchStart } from './client/starting.js';

// The engine's threads are workers too, made by Emscripten from its own script; it waits for them without a limit.
if (typeof Worker === 'function' && !isNode()) {
  const elsewhere = isElsewhere(import.meta.url);
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(elsewhere ? shim(String(url)) : url, options);
      watchStart(this, String(url), inquire, (reason) => {
        const error = new UnfoldError('LOAD_FAILED', `a thread, ${String(url)}: ${reason}`).toJSON();
        (postMessage as (answer: Answer) => void)({ type: 'dead', error });
      });
    }
  };
}

void serveWorker(factory);
