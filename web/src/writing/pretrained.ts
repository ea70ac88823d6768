// The network that was trained before the page was built (scripts/data/pretrain.mjs): it writes in the first second, while
// the reader's own has learnt nothing yet. It only writes; nothing trains it here.
import { signal } from '@preact/signals';
import { type Model, openModel, preload } from 'unfold-rnn';
import address from '../../models/tales.safetensors?url';
import { nextFrame, pause } from '../app/frame';
import { report } from '../app/notices';

const RUNTIME = { threads: 1 };
/** What stands between two tales: the model begins after it, and has finished when it writes it. */
const BREAK = '\n\n\n';
/** Some go on for longer than a tale is. */
const LONGEST = 1600;
/** A pace to read along with; the reader's own network is looked at, this one is read. */
const CHARACTERS_PER_SECOND = 70;
const HOLD = 4000;
/** Its own, whatever the reader's network writes at: here words are whole, and no two tales are the same. */
const TEMPERATURE = 0.4;
const FIRST_SEED = 7;
/** Then it has shown what it can, and rests. */
const TEXTS = 12;

/** What it has written so far; null where it is not shown. */
export const pretrainedText = signal<string | null>(null);

let model: Model | null = null;
let written = 0;
let stop = new AbortController();

function visible(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) =>
    document.addEventListener('visibilitychange', () => resolve(), { once: true }),
  );
}

interface Tale {
  /** Its characters, as far as they are there. */
  points: string[];
  whole: boolean;
}

/** Lets a text appear at its pace, while it is still being written. */
function reveal(tale: Tale, signal: AbortSignal): Promise<void> {
  let from = performance.now();
  let at = 0;
  return new Promise((resolve) => {
    const more = () => {
      if (signal.aborted) return resolve();
      const { points, whole } = tale;
      if (points.length === 0) from = performance.now();
      const due = 1 + Math.floor(((performance.now() - from) * CHARACTERS_PER_SECOND) / 1000);
      if (Math.min(due, points.length) > at) {
        at = Math.min(due, points.length);
        pretrainedText.value = points.slice(0, at).join('');
      }
      if (whole && at === points.length) resolve();
      else nextFrame(more);
    };
    more();
  });
}

/** Writes one tale, to its end. */
async function tell(tale: Tale, from: Model, seed: number, signal: AbortSignal): Promise<void> {
  const options = { prompt: BREAK, length: LONGEST, temperature: TEMPERATURE, seed, signal };
  try {
    for await (const piece of from.sample(options)) {
      tale.points.push(...piece);
      const end = tale.points.join('').indexOf(BREAK);
      if (end < 0) continue;
      tale.points.length = end; // ASCII: a place in the text is a place in the list
      break;
    }
  } finally {
    tale.whole = true;
  }
}

async function write(signal: AbortSignal): Promise<void> {
  for (; written < TEXTS && model && !signal.aborted; written++) {
    await visible();
    const tale: Tale = { points: [], whole: false };
    await Promise.all([tell(tale, model, FIRST_SEED + written, signal), reveal(tale, signal)]);
    await pause(HOLD);
  }
}

/** Writes until it is hidden; called before the first paint, so that its place is there. */
export function startPretrained(): void {
  pretrainedText.value = '';
  void begin(stop.signal);
}

async function begin(signal: AbortSignal): Promise<void> {
  try {
    preload(RUNTIME).catch(() => {}); // openModel says what is wrong
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const opened = await openModel(bytes, undefined, RUNTIME);
    if (signal.aborted) return opened.dispose();
    model = opened;
    await write(signal);
  } catch (error) {
    // The page stands without it: what keeps the engine from loading is said where it matters.
    if (!signal.aborted && model) report(error);
    if (!model) hidePretrained();
  }
}

export function hidePretrained(): void {
  stop.abort();
  stop = new AbortController();
  model?.dispose();
  model = null;
  pretrainedText.value = null;
}
