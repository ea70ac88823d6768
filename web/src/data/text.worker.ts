// Decodes files away from the page: ten megabytes take longer than a frame.
import { type DecodedText, decodeText, type ErrorData } from 'unfold-rnn';

export interface TextQuestion {
  file: File;
  encoding: string;
}
export type TextAnswer = { found: DecodedText } | { problem: ErrorData } | { failed: string };

const read = async ({ file, encoding }: TextQuestion) =>
  decodeText(new Uint8Array(await file.arrayBuffer()), encoding);

addEventListener('message', ({ data }: MessageEvent<TextQuestion>) => {
  read(data).then(
    (found) => postMessage({ found } satisfies TextAnswer, { transfer: [found.text.buffer] }),
    (error: Error & { toJSON?(): ErrorData }) =>
      postMessage(
        (error.toJSON ? { problem: error.toJSON() } : { failed: error.message }) satisfies TextAnswer,
      ),
  );
});
