import factory from './simd.js';
import { serveWorker } from './worker/serve-worker.js';

void serveWorker(factory);
