// How fast a network that waits will probably train: from what this machine did with the last one.
import { computed, effect, signal } from '@preact/signals';
import { chosenGraph, runGraph } from '../inside/graph';
import { schema } from '../settings/schema';
import type { Settings } from '../settings/settings';
import { store } from '../app/store';

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

/**
 * Steps of a usual example of each corpus, of what is read and what is written together, at its usual difficulty: for an
 * estimate before such examples have been learnt from here.
 */
const STEPS: Readonly<Record<string, number>> = {
  copy: 40,
  adding: 30,
  order: 30,
  parity: 12,
  anbn: 12,
  dyck: 16,
  elman: 10,
  addition: 9,
  reversal: 13,
  sorting: 13,
  repeating: 24,
  dates: 32,
  sine: 64,
  melodies: 31,
};
/** Corpora whose examples get longer with their difficulty; of the others only what is in them changes. */
const CONSTANT = ['dates', 'sine'];

/** Steps of an example as the last run on the same examples has shown them, by `examplesOf`. */
const learned = signal<Readonly<Record<string, number>>>({});

const examplesOf = ({ task, dataset: corpus, difficulty }: Settings) => `${task} ${corpus} ${difficulty}`;

/** Steps that an example takes, or a character: one. Null where that is not known. */
function stepsOf(settings: Settings): number | null {
  const { task, dataset: corpus, difficulty } = settings;
  if (task === 'next') return 1;
  const known = learned.value[examplesOf(settings)];
  if (known !== undefined) return known;
  const [card, steps] = [schema.datasets.find(({ name }) => name === corpus), STEPS[corpus]];
  if (!card || steps === undefined) return null;
  return difficulty === 0 || CONSTANT.includes(corpus) ? steps : (steps * difficulty) / card.default;
}

const running = computed(() => runGraph.value?.graph.totals.flopsPerToken ?? null);

/** Operations for a character or an example of the network chosen on the page; null while nothing can be said. */
const chosen = computed(() => {
  const operations = chosenGraph.value?.graph.totals.flopsPerToken;
  const steps = stepsOf(store.settings.value);
  return operations && steps ? steps * operations : null;
});

/** Characters or examples a second, of that network. */
export const expectedSpeed = computed(() => chosen.value && machine.value / chosen.value);

/** Learns from every network that runs. */
export function watchSpeed(): void {
  machine.value = remembered();
  effect(() => {
    const { step, tokensPerSecond } = store.numbers.value;
    if (!tokensPerSecond || step < SETTLED || !running.value) return;
    const { settings } = store.run.peek()!;
    const measured = tokensPerSecond * running.value;
    if (settings.task !== 'next') {
      // The machine is known from texts; what differs is the length of these examples.
      const steps = machine.peek() / measured;
      const former = learned.peek()[examplesOf(settings)] ?? 0;
      if (Math.abs(steps / former - 1) >= 0.05)
        learned.value = { ...learned.peek(), [examplesOf(settings)]: steps };
      return;
    }
    if (Math.abs(measured / machine.peek() - 1) < 0.05) return;
    machine.value = measured;
    try {
      localStorage.setItem(KEY, measured.toPrecision(3));
    } catch {
      // Remembered for this visit only.
    }
  });
}
