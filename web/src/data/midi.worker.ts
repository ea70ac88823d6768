// Reads MIDI files away from the page: a thousand of them take a second.
import type { ErrorData } from 'unfold-rnn';
import { readMidi } from 'unfold-rnn/midi';

/** What a thousand pieces come to. */
export interface MidiFound {
  pieces: number;
  grid: number;
  onGrid: number;
  dropped: number;
  drums: number;
  /** UTF-8, in the format of the task notes. */
  text: Uint8Array<ArrayBuffer>;
}
/** Files, as many messages as there are; then what is to be done with them. */
export type MidiQuestion = { more: readonly File[] } | 'read';
export type MidiAnswer = { found: MidiFound } | { problem: ErrorData } | { failed: string };

async function read(files: readonly File[]): Promise<MidiFound> {
  const bytes: Uint8Array[] = [];
  for (const file of files) bytes.push(new Uint8Array(await file.arrayBuffer()));
  const { pieces, text, ...rest } = readMidi(bytes);
  return { ...rest, pieces: pieces.length, text: new TextEncoder().encode(text) };
}

const files: File[] = [];

addEventListener('message', ({ data }: MessageEvent<MidiQuestion>) => {
  if (data !== 'read') {
    files.push(...data.more);
    return;
  }
  read(files).then(
    (found) => postMessage({ found } satisfies MidiAnswer, { transfer: [found.text.buffer] }),
    (error: Error & { toJSON?(): ErrorData }) =>
      postMessage(
        (error.toJSON ? { problem: error.toJSON() } : { failed: error.message }) satisfies MidiAnswer,
      ),
  );
});
