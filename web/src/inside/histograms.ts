// How the parameters of the running network are spread, asked for while somebody looks.
import { effect, signal, untracked } from '@preact/signals';
import type { TensorStats } from 'unfold-rnn';
import { engine } from '../training/engine';
import { store, type Run } from '../app/store';

const EVERY = 3000;
export const BINS = 40;

export const histograms = signal<{ run: Run; step: number; all: readonly TensorStats[] } | null>(null);

async function ask(): Promise<void> {
  const [model, run] = [engine.current, store.run.peek()];
  if (!model || !run || document.hidden) return;
  const known = histograms.peek();
  const { step } = model.info;
  if (known?.run === run && known.step === step) return;
  try {
    const all = await model.histograms({ bins: BINS });
    if (store.run.peek() === run) histograms.value = { run, step, all };
  } catch {
    // The model went meanwhile; the next one is asked.
  }
}

export function watchHistograms(): () => void {
  const stop = effect(() => {
    if (store.run.value) untracked(() => void ask());
  });
  const timer = setInterval(() => void ask(), EVERY);
  return () => {
    stop();
    clearInterval(timer);
  };
}
