// How fast a network that waits will probably train: from what this machine did with the last one.
import { computed, effect, signal } from '@preact/signals';
import { chosenGraph, runGraph } from '../inside/graph';
import { schema } from '../settings/schema';
import type { Settings } from '../settings/settings';
import { readsText, taskOf } from '../tasks';
import { store } from '../app/store';

const KEY = 'unfold.operations-per-second';
/** Until a network has run here: one thread of a laptop of these years. */
const USUAL = 1.5e10;
/** Steps until a measured speed counts: about a second's worth, for the first ones are slower. */
const SETTLED = { fewest: 3, most: 30 };

function remembered(): number {
  try {
    const value = Number(localStorage.getItem(KEY));
    return Number.isFinite(value) && value > 0 ? value : USUAL;
  } catch {
    return USUAL; // storage may be switched off
  }
}

const machine = signal(USUAL);

/** Steps of an example as the last run on the same examples has shown them, by `examplesOf`. */
const learned = signal<Readonly<Record<string, number>>>({});

const examplesOf = ({ task, dataset: corpus, difficulty }: Settings) => `${task} ${corpus} ${difficulty}`;

/** Steps that an example takes, or a character: one. Null where that is not known. */
function stepsOf(settings: Settings): number | null {
  if (readsText(settings)) return 1;
  const { dataset, difficulty } = settings;
  const known = learned.value[examplesOf(settings)];
  if (known !== undefined) return known;
  const [info, traits] = [
    schema.datasets.find(({ name }) => name === dataset),
    taskOf(settings).datasets[dataset],
  ];
  if (!info || !traits) return null;
  const { steps, constant } = traits;
  return difficulty === 0 || constant ? steps : (steps * difficulty) / info.default;
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

export const settledAfter = (stepsPerSecond: number): number =>
  Math.min(SETTLED.most, Math.max(SETTLED.fewest, stepsPerSecond));

/** Learns from every network that runs. */
export function watchSpeed(): void {
  machine.value = remembered();
  effect(() => {
    const { step, tokensPerSecond } = store.numbers.value;
    if (!tokensPerSecond || !running.value) return;
    const { settings, config } = store.run.peek()!;
    // Of a text the speed counts characters, otherwise whole examples.
    const perStep = config.batchSize * (readsText(settings) ? config.sequenceLength : 1);
    if (step < settledAfter(tokensPerSecond / perStep)) return;
    const measured = tokensPerSecond * running.value;
    if (!readsText(settings)) {
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
