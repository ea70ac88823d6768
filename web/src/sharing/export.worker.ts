// Exports a trained model in another format, in a worker: for a large network this takes a second.
import { type Format, FORMATS, type FormatName } from './formats';
import { zip } from './zip';

export interface ExportRequest {
  format: FormatName;
  checkpoint: Uint8Array;
  /** In which the files of an archive lie. */
  folder: string;
}
/** `problem`: why this network has no such file, in one sentence. */
export type ExportAnswer = { file: Blob } | { problem: string };

async function write({ format, checkpoint, folder }: ExportRequest): Promise<Blob> {
  const exporters = await import('unfold-rnn/export');
  const chosen: Format = FORMATS.find(({ name }) => name === format)!;
  const files = await chosen.write(exporters, checkpoint);
  if (typeof files === 'string') return new Blob([files], { type: 'text/plain' });
  if (files instanceof Uint8Array) return new Blob([files as Uint8Array<ArrayBuffer>]);
  return zip(Object.fromEntries(Object.entries(files).map(([name, file]) => [`${folder}/${name}`, file])));
}

addEventListener('message', ({ data }: MessageEvent<ExportRequest>) => {
  write(data).then(
    (file) => postMessage({ file } satisfies ExportAnswer),
    (error: unknown) => postMessage({ problem: (error as Error).message } satisfies ExportAnswer),
  );
});
