// What the engine measures beside the training: what guessing would cost, once for each run, and how far errors
// reach back, while somebody looks.
import { effect, untracked } from '@preact/signals';
import { UnfoldError } from 'unfold-rnn';
import { engine } from '../training/engine';
import { readsText } from '../tasks';
import { report } from '../app/notices';
import { store, type Run } from '../app/store';

/** Milliseconds of training before the baselines are counted: the first words come first. */
const COUNT_AFTER = 1000;
/** Counting does not give way; above this many bytes it would hold the training up for a second. */
const COUNT_BELOW = 5_000_000;
export const MARKOV_ORDER = 2;

const FLOW_EVERY = 5000;
/** Milliseconds until the first: short where the first words are written already. */
const FLOW_FIRST = { young: 1500, later: 200 };
const YOUNG = 40;
const MOST_LAGS = 100;

function unlessGone(error: unknown): void {
  const gone = error instanceof UnfoldError && ['DISPOSED', 'ABORTED', 'WORKER_FAILED'].includes(error.code);
  if (!gone) report(error);
}

async function count(run: Run): Promise<void> {
  const model = engine.current;
  if (!model?.info.canTrain || store.run.peek() !== run || !readsText(run.settings)) return;
  if (run.corpus.bytes.length > COUNT_BELOW) return;
  try {
    run.baselines = await model.baselines({ maxOrder: MARKOV_ORDER });
    if (store.run.peek() === run) store.baselines.value = run.baselines;
  } catch (error) {
    unlessGone(error);
  }
}

export function watchBaselines(): void {
  let asked: Run | null = null;
  effect(() => {
    const run = store.run.value;
    if (!run || run === asked || run.baselines || store.phase.value !== 'running') return;
    asked = run;
    setTimeout(() => untracked(() => void count(run)), COUNT_AFTER);
  });
}

/** Measures the gradient flow every few seconds until the returned function is called. */
export function watchFlow(): () => void {
  let measured: { run: Run; step: number } | null = null;
  let busy = false;
  const measure = async () => {
    const [model, run] = [engine.current, store.run.peek()];
    if (busy || document.hidden || !model?.info.canTrain || !run || !readsText(run.settings)) return;
    const { step } = model.info;
    if (store.flow.peek() && measured?.run === run && measured.step === step) return;
    const { train, validation } = model.info.tokens;
    const lags = Math.min(run.config.sequenceLength, MOST_LAGS, Math.max(train, validation) - 2);
    if (lags < 1) return;
    busy = true;
    try {
      const norms = await model.gradientFlow({ lags });
      measured = { run, step };
      if (store.run.peek() === run) store.flow.value = { step, norms };
    } catch (error) {
      unlessGone(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void measure(), FLOW_EVERY);
  let soon: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    if (!store.run.value) return;
    clearTimeout(soon);
    const young = store.numbers.peek().step < YOUNG;
    soon = setTimeout(() => void measure(), young ? FLOW_FIRST.young : FLOW_FIRST.later);
  });
  return () => {
    stop();
    clearInterval(timer);
    clearTimeout(soon);
  };
}
