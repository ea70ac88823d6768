import { serveWorker } from '../../dist/serve-worker.js';
import fakeEngine from './fake-engine.js';

void serveWorker(fakeEngine);
