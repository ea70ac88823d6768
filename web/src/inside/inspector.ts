// What the look inside shows: the passage that is read, what the network did at each character, and what the reader
// points at. Read anew every few seconds while somebody looks and the weights move.
import { effect, signal, untracked } from '@preact/signals';
import { type Inspection, UnfoldError } from 'unfold-rnn';
import { engine } from '../training/engine';
import { textOf } from '../app/notices';
import { heldOut, LENGTH } from '../data/passage';
import { countsTokens } from '../tasks/perCharacter';
import { store, type Run } from '../app/store';

export type Source = 'held' | 'written' | 'own';
export type Colouring = 'surprise' | 'neuron';

/** Which earlier characters the guess of character `at` rests on. */
export interface Reach {
  at: number;
  norms: Float32Array;
}

const OWN_LIMIT = 2000;
const READ_EVERY = 2000;
const POINT_AFTER = 50;

export const inspector = {
  source: signal<Source>('held'),
  own: signal('The '),
  colouring: signal<Colouring>('surprise'),
  layer: signal(0),
  unit: signal(0),
  seen: signal<Inspection | null>(null),
  /** Why nothing can be shown, or null. */
  problem: signal<string | null>(null),
  /** The character pointed at, and where a range that ends there began. */
  at: signal(12),
  anchor: signal(12),
  reach: signal<Reach | null>(null),
};

type Passage = string | Uint8Array;

function passageOf(run: Run): Passage {
  const { source, own } = inspector;
  const { unit } = run.info.vocabulary;
  const asRead = (text: string): Passage =>
    unit === 'byte' ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : text;
  if (source.value === 'own') return [...own.value].slice(0, OWN_LIMIT).join('');
  const sample = source.value === 'written' ? (store.chosen.peek() ?? store.writing.peek()) : null;
  const written = sample ? sample.prompt + sample.text : '';
  if (written !== '') return asRead([...written].slice(0, LENGTH).join(''));
  const { train, validation } = countsTokens(run.info) ? run.info.characters! : run.info.tokens;
  return heldOut(run.corpus.bytes, validation || train);
}

let passage: Passage = '';
let asked = 0;

function gone(error: unknown): boolean {
  return error instanceof UnfoldError && ['DISPOSED', 'ABORTED', 'WORKER_FAILED'].includes(error.code);
}

async function read(): Promise<void> {
  const [model, run] = [engine.current, store.run.peek()];
  if (!model || !run) return;
  const mine = ++asked;
  const text = untracked(() => passageOf(run));
  try {
    const seen = await model.inspect(text);
    if (mine !== asked || engine.current !== model) return;
    passage = text;
    const last = seen.tokens.length - 1;
    inspector.problem.value = null;
    inspector.layer.value = Math.min(inspector.layer.peek(), seen.layers.length - 1);
    inspector.unit.value = Math.min(inspector.unit.peek(), seen.layers[inspector.layer.peek()]!.units - 1);
    inspector.at.value = Math.min(inspector.at.peek(), last);
    inspector.anchor.value = Math.min(inspector.anchor.peek(), last);
    inspector.seen.value = seen;
    trace();
  } catch (error) {
    if (mine !== asked || gone(error)) return;
    inspector.seen.value = null;
    inspector.problem.value = textOf(error);
  }
}

let tracing: ReturnType<typeof setTimeout> | undefined;
let traces = 0;

/** Asks which characters mattered, once the reader has come to rest. */
function trace(): void {
  clearTimeout(tracing);
  tracing = setTimeout(() => void ask(), POINT_AFTER);
}

async function ask(): Promise<void> {
  const model = engine.current;
  const at = inspector.at.peek();
  const mine = ++traces;
  if (!model || !inspector.seen.peek() || at < 1) {
    inspector.reach.value = null;
    return;
  }
  try {
    const norms = await model.saliency(passage, { at });
    if (mine === traces) inspector.reach.value = { at, norms };
  } catch {
    // The passage or the model changed meanwhile: the next reading asks again.
  }
}

/** Points at a character; `extend` keeps where a range began. */
export function pointAt(at: number, extend = false): void {
  const last = (inspector.seen.peek()?.tokens.length ?? 1) - 1;
  const to = Math.max(0, Math.min(at, last));
  if (!extend) inspector.anchor.value = to;
  if (to === inspector.at.peek()) return;
  inspector.at.value = to;
  trace();
}

/** The passage that was read last, for further questions about it. */
export const currentPassage = (): Passage => passage;

/** Reads while somebody looks, until the returned function is called. */
export function watchReading(): () => void {
  let read_: { run: Run; step: number } | null = null;
  const again = () => {
    const [model, run] = [engine.current, store.run.peek()];
    if (!model || !run || document.hidden) return;
    const { step } = model.info;
    const fresh = inspector.source.peek() === 'written' && store.phase.peek() === 'running';
    if (read_?.run === run && read_.step === step && !fresh) return;
    read_ = { run, step };
    void read();
  };
  const stop = effect(() => {
    void store.run.value;
    void inspector.source.value;
    void inspector.own.value;
    void store.chosen.value;
    untracked(() => {
      read_ = null;
      again();
    });
  });
  const timer = setInterval(again, READ_EVERY);
  return () => {
    stop();
    clearInterval(timer);
    clearTimeout(tracing);
  };
}
