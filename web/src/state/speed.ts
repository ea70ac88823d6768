// How fast a network that waits will probably train: from what this machine did with the last one.
import { computed, effect, signal } from '@preact/signals';
import { operationsOf } from '../diagram/cost';
import { graphOf } from '../diagram/graph';
import { store } from './store';

const KEY = 'unfold.operations-per-second';
/** Until a network has run here: one thread of a laptop of these years. */
const USUAL = 1.5e10;
/** Steps until a measured speed counts. */
const SETTLED = 30;

function remembered(): number {
  try {
    const value = Number(localStorage.getItem(KEY));
    return Number.isFinite(value) && value > 0 ? value : USUAL;
  } catch {
    return USUAL; // storage may be switched off
  }
}

const machine = signal(USUAL);

const running = computed(() => {
  const [run, schema] = [store.run.value, store.schema.value];
  if (!run || !schema || run.settings.task !== 'next') return null;
  return operationsOf(graphOf(run.config, run.info.vocabulary.size, schema.cells), schema.cells);
});

/** Characters a second, of the network chosen on the page; null while nothing can be said. */
export const expectedSpeed = computed<number | null>(() => {
  const [schema, config] = [store.schema.value, store.estimate.value?.config];
  const symbols = store.corpus.value?.symbols;
  if (!schema || !config || !symbols || store.settings.value.task !== 'next') return null;
  return machine.value / operationsOf(graphOf(config, symbols, schema.cells), schema.cells);
});

/** Learns from every network that runs. */
export function watchSpeed(): void {
  machine.value = remembered();
  effect(() => {
    const { step, charsPerSecond } = store.numbers.value;
    if (!charsPerSecond || step < SETTLED || !running.value) return;
    const measured = charsPerSecond * running.value;
    if (Math.abs(measured / machine.peek() - 1) < 0.05) return;
    machine.value = measured;
    try {
      localStorage.setItem(KEY, measured.toPrecision(3));
    } catch {
      // Remembered for this visit only.
    }
  });
}
