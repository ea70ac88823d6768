import { isElsewhere, shim } from './elsewhere.js';
import factory from './simd-threads.js';
import { serveWorker } from './serve-worker.js';

// The engine's threads are workers too, made by Emscripten from its own script.
if (typeof Worker === 'function' && isElsewhere(import.meta.url)) {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(shim(String(url)), options);
    }
  };
}

void serveWorker(factory);
