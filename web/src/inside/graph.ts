// The graph of the network at work, and of the one chosen on the page: everything that is drawn, explained or counted
// of a network comes from what the engine says of it.
import { computed, signal } from '@preact/signals';
import { type CanonicalConfig, describeNetwork, type Model, type NetworkGraph } from 'unfold-rnn';
import { type Run, store } from '../app/store';

export interface Described {
  graph: NetworkGraph;
  config: CanonicalConfig;
}

/** Of a network that ran or runs. */
const toldGraph = signal<Described | null>(null);

/** Of the network at work; null until it has told. */
export const runGraph = computed(() => {
  const described = toldGraph.value;
  return described && described.config === store.run.value?.config ? described : null;
});

/** Of a network that waits; null where none does. */
const waitingGraph = signal<Described | null>(null);

/** Of the network chosen on the page: while a new one is on its way, or can not be built, the last one that could. */
export const chosenGraph = computed(() => waitingGraph.value ?? toldGraph.value);

const told = new WeakMap<Model, Promise<NetworkGraph>>();

/** Asks the model of a run at work, once; `isCurrent`: nothing newer has been chosen meanwhile. */
export async function readRun(model: Model, run: Run, isCurrent: () => boolean): Promise<void> {
  if (!told.has(model)) told.set(model, model.graph());
  const { config } = run;
  try {
    const graph = await told.get(model)!;
    if (store.run.peek()?.config !== config) return;
    if (toldGraph.peek()?.graph !== graph) toldGraph.value = { graph, config };
    if (isCurrent()) waitingGraph.value = null;
  } catch {
    told.delete(model); // the model is gone, and the next one is asked
  }
}

/** The graph of a configuration that is not built; `isCurrent`: nothing newer has been chosen meanwhile. */
export async function readWaiting(
  config: CanonicalConfig,
  vocabulary: number,
  isCurrent: () => boolean,
): Promise<void> {
  const graph = await describeNetwork(config, { vocabulary });
  if (isCurrent()) waitingGraph.value = { graph, config };
}
