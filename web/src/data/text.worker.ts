// Decodes files away from the page: ten megabytes take longer than a frame.
import { decodeText, type ErrorData } from 'unfold-rnn';

export interface TextQuestion {
  file: File;
  encoding: string;
}
/** A file as UTF-8. */
export interface TextFound {
  file: File;
  encoding: string;
  carriageReturns: boolean;
}
export type TextAnswer = { found: TextFound } | { problem: ErrorData } | { failed: string };

/** What is UTF-8 already stays where it is, on the disk. */
async function read({ file, encoding }: TextQuestion): Promise<TextFound> {
  const { text, ...found } = decodeText(new Uint8Array(await file.arrayBuffer()), encoding);
  if (found.encoding === 'utf-8' && !found.carriageReturns) return { ...found, file };
  const { name, lastModified } = file;
  return { ...found, file: new File([text as Uint8Array<ArrayBuffer>], name, { lastModified }) };
}

addEventListener('message', ({ data }: MessageEvent<TextQuestion>) => {
  read(data).then(
    (found) => postMessage({ found } satisfies TextAnswer),
    (error: Error & { toJSON?(): ErrorData }) =>
      postMessage(
        (error.toJSON ? { problem: error.toJSON() } : { failed: error.message }) satisfies TextAnswer,
      ),
  );
});
