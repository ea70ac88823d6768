// The network that was trained before the page was built (scripts/data/pretrain.mjs): it writes in the first second, while
// the reader's own has learnt nothing yet. It only writes; nothing trains it here.
import { signal } from '@preact/signals';
import { type Model, openModel, preload } from 'unfold-rnn';
import address from '../../models/tales.safetensors?url';
import { nextFrame, pause } from '../app/frame';
import { report } from '../app/notices';
import { store } from '../app/store';

const RUNTIME = { threads: 1 };
const LENGTH = 420;
/** A pace to read along with; the reader's own network is looked at, this one is read. */
const CHARACTERS_PER_SECOND = 70;
const HOLD = 4000;
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

/** Lets a text appear at its pace. */
function reveal(points: readonly string[], signal: AbortSignal): Promise<void> {
  const from = performance.now();
  let at = 0;
  return new Promise((resolve) => {
    const more = () => {
      if (signal.aborted) return resolve();
      const due = 1 + Math.floor(((performance.now() - from) * CHARACTERS_PER_SECOND) / 1000);
      if (due > at) {
        at = Math.min(due, points.length);
        pretrainedText.value = points.slice(0, at).join('');
      }
      if (at === points.length) resolve();
      else nextFrame(more);
    };
    more();
  });
}

async function write(signal: AbortSignal): Promise<void> {
  for (; written < TEXTS && model && !signal.aborted; written++) {
    await visible();
    const { temperature } = store.settings.peek();
    const points: string[] = [];
    for await (const piece of model.sample({ length: LENGTH, temperature, seed: 7 + written, signal }))
      points.push(...piece);
    await reveal(points, signal);
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
