// How much of what is written is copied: asks the searching worker whenever a sample is complete, while somebody looks.
import { effect, signal, untracked } from '@preact/signals';
import { report } from '../app/notices';
import type { MemorizationResult } from './memorization.worker';
import { heldOut } from '../data/passage';
import { store, type Run } from '../app/store';

export interface Memorization {
  step: number;
  text: string;
  /** The longest copied passage, and its length in characters. */
  passage: string;
  characters: number;
  reference: number;
  /** Share of the characters in copied passages of 20 or more. */
  share: number;
  /** The text in pieces: copied or not. */
  pieces: { text: string; copied: boolean }[];
}

/** Fewer characters say little. */
const LEAST = 60;
const SETTLED = 600;

export const memorization = signal<Memorization | null>(null);

function bytesOf(text: string, run: Run): Uint8Array {
  if (run.info.vocabulary.unit === 'byte') return Uint8Array.from(text, (char) => char.charCodeAt(0));
  return new TextEncoder().encode(text);
}

function piecesOf(bytes: Uint8Array, marks: Uint8Array): Memorization['pieces'] {
  const decoder = new TextDecoder();
  const pieces: Memorization['pieces'] = [];
  for (let from = 0, to = 0; from < bytes.length; from = to) {
    while (to < bytes.length && marks[to] === marks[from]) to++;
    pieces.push({ text: decoder.decode(bytes.subarray(from, to)), copied: marks[from] === 1 });
  }
  return pieces;
}

/** The newest sample that is long enough. */
function newest() {
  const shown = store.chosen.value ?? store.writing.value;
  const all = shown ? [shown, ...store.samples.value] : store.samples.value;
  return all.find(({ text }) => text.length >= LEAST) ?? null;
}

export function watchMemorization(): () => void {
  const worker = new Worker(new URL('./memorization.worker.ts', import.meta.url), { type: 'module' });
  let asked: { id: number; run: Run; step: number; text: string; bytes: Uint8Array } | null = null;
  let told: Run | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  worker.onerror = (event) => {
    event.preventDefault();
    report(new Error(event.message));
  };
  worker.onmessage = ({ data }: MessageEvent<MemorizationResult>) => {
    if (data.id !== asked?.id || store.run.peek() !== asked.run) return;
    const { bytes, step, text } = asked;
    const { from, to, characters, marks } = data.sample;
    memorization.value = {
      step,
      text,
      passage: new TextDecoder().decode(bytes.subarray(from, to)),
      characters,
      reference: data.reference,
      share: marks.reduce((sum, mark) => sum + mark, 0) / Math.max(1, bytes.length),
      pieces: piecesOf(bytes, marks),
    };
  };
  const search = () => {
    const [run, sample] = [store.run.peek(), untracked(newest)];
    if (!run || !sample) return;
    const { train, validation } = run.info.tokens;
    if (told !== run) worker.postMessage({ text: run.corpus.bytes, train });
    told = run;
    const bytes = bytesOf(sample.text, run);
    asked = { id: (asked?.id ?? 0) + 1, run, step: sample.step, text: sample.text, bytes };
    const held =
      validation > 0 ? heldOut(run.corpus.bytes, Math.min(validation, bytes.length)) : new Uint8Array();
    worker.postMessage({ id: asked.id, sample: bytes, heldOut: held });
  };
  const stop = effect(() => {
    const [run, sample] = [store.run.value, newest()];
    if (!run || !sample || (asked?.run === run && asked.text === sample.text)) return;
    clearTimeout(timer);
    timer = setTimeout(search, SETTLED);
  });
  return () => {
    stop();
    clearTimeout(timer);
    worker.terminate();
  };
}
