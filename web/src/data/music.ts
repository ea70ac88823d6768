// Music in and out: MIDI files to learn from, what the numbers of a text of notes are, and what was written as MIDI.
import type { ErrorData } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { integer } from '../i18n/format';
import { breathe } from '../app/frame';
import { notify } from '../app/notices';
import { OWN_TEXT } from '../settings/settings';
import { type Corpus, examine, SIZE_LIMIT, TextProblem } from './corpus';
import type { MidiAnswer, MidiFound, MidiQuestion } from './midi.worker';

export const isMidi = ({ name }: File): boolean => /\.midi?$/i.test(name);

/** Files that are handed over at one go: each takes a moment of the page's thread. */
const GROUP = 50;

/** One worker for each choice: it has nothing to keep. */
async function readInWorker(files: readonly File[]): Promise<MidiFound> {
  const worker = new Worker(new URL('./midi.worker.ts', import.meta.url), { type: 'module' });
  try {
    for (let at = 0; at < files.length; at += GROUP) {
      worker.postMessage({ more: files.slice(at, at + GROUP) } satisfies MidiQuestion);
      await breathe();
    }
    return await new Promise<MidiFound>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<MidiAnswer>) => {
        if ('found' in data) resolve(data.found);
        else reject('problem' in data ? named(data.problem, files) : new Error(data.failed));
      });
      worker.addEventListener('error', (event) => reject(new Error(event.message || 'midi.worker')));
      worker.postMessage('read' satisfies MidiQuestion);
    });
  } finally {
    worker.terminate();
  }
}

/** An error with the name of the file, in place of its number. */
function named({ field = '', message }: ErrorData, files: readonly File[]): TextProblem {
  const [place, number] = /^files\[(\d+)\]/.exec(field) ?? [];
  const file = files[Number(number)];
  return new TextProblem(place && file ? message.replace(place, file.name) : message);
}

/** A file on a disk is asked for its size. */
async function sizeOf(files: readonly File[]): Promise<number> {
  let size = 0;
  for (const [at, file] of files.entries()) {
    size += file.size;
    if (at % GROUP === GROUP - 1) await breathe();
  }
  return size;
}

/** Pieces of MIDI files, in the format of the task notes. */
export async function midiCorpus(files: readonly File[]): Promise<Corpus> {
  const [first] = files;
  const title = files.length === 1 ? first!.name : message.text.midiFiles(files.length);
  const size = await sizeOf(files);
  if (size > SIZE_LIMIT) throw new TextProblem(message.text.tooLarge(title, size, SIZE_LIMIT));
  const { pieces, grid, onGrid, dropped, drums, text } = await readInWorker(files);
  const about = message.text.midiRead(integer(pieces), grid, Math.floor(100 * onGrid));
  const left = [
    dropped && message.text.midiDropped(integer(dropped)),
    drums && message.text.midiDrums(integer(drums)),
  ];
  notify('note', about, left.filter(Boolean).join(' '));
  return examine({ id: OWN_TEXT, title, description: '', bytes: text });
}

/** What the numbers of notes are. */
export type Keys = 'piano' | 'midi';

const DECLARATION = /^(\s*\{\s*)(?:"keys"\s*:\s*"(piano|midi)"\s*,?)?/;

/** What a text of notes says of its numbers at its beginning. */
export const keysOf = ({ opening }: Corpus): Keys | '' => (DECLARATION.exec(opening)?.[2] ?? '') as Keys | '';

/** The same pieces, with the declaration. */
export async function declareKeys(
  { id, title, description, bytes, opening }: Corpus,
  keys: Keys,
): Promise<Corpus> {
  const [found = '', before = ''] = DECLARATION.exec(opening) ?? [];
  const mark = bytes[0] === 0xef ? 3 : 0; // a byte order mark is not in the text
  const head = new TextEncoder().encode(`${before}"keys":"${keys}",`);
  const rest = bytes.subarray(mark + found.length); // what was found is ASCII
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  return examine({ id, title, description, bytes: whole });
}

/** Rows of keys as a MIDI file, at the given seconds a step. */
export async function midiOf(rows: readonly (readonly number[])[], secondsAStep: number): Promise<Blob> {
  const { stepsOf, writeMidi } = await import('unfold-rnn/midi');
  const grid = 2;
  const bytes = writeMidi(stepsOf(rows), { grid, tempo: 60 / (grid * secondsAStep) });
  return new Blob([bytes], { type: 'audio/midi' });
}
