import { serveWorker } from '../../dist/worker/serve-worker.js';
import fakeEngine from './fake-engine.js';

void serveWorker(fakeEngine);
