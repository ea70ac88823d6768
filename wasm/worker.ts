import factory from './simd.js';
import { serveWorker } from './serve-worker.js';

void serveWorker(factory);
