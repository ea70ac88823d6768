import factory from './simd-threads.js';
import { serveWorker } from './serve-worker.js';

void serveWorker(factory);
