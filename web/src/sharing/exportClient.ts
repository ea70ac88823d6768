// The page's side of export.worker.ts.
import type { ExportAnswer, ExportRequest } from './export.worker';

/** A format that a network does not fit, in one sentence. */
export class ExportProblem extends Error {}

/** One worker for each file: it has nothing to keep. Rejects with an ExportProblem, or where there is no worker. */
export async function exportInWorker(request: ExportRequest): Promise<Blob> {
  const worker = new Worker(new URL('./export.worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<Blob>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ExportAnswer>) => {
        if ('file' in data) resolve(data.file);
        else reject(new ExportProblem(data.problem));
      });
      worker.addEventListener('error', (event) => reject(new Error(event.message || 'export.worker')));
      worker.postMessage(request, [request.checkpoint.buffer as ArrayBuffer]);
    });
  } finally {
    worker.terminate();
  }
}
