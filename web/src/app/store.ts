// Everything the panels show, in one place. The engine and the sampler write most of it; the panels
// write `settings` and `corpus` and call the engine.
import { batch, computed, signal } from '@preact/signals';
import type { Baselines, CanonicalConfig, ModelInfo } from 'unfold-rnn';
import { readsText } from '../tasks';
import type { Corpus } from '../data/corpus';
import type { History } from '../training/history';
import { type Series, type Point } from '../training/series';
import {
  initialSettings,
  namesWith,
  type SettingName,
  type Settings,
  waitingChanges,
} from '../settings/settings';
import { edit, isSameLive, settingsIn, type State, stateOf, withLiveOf } from '../settings/state';

export type Phase = 'loading' | 'ready' | 'starting' | 'running' | 'paused' | 'broken';

export type Pending = 'pausing' | 'resetting' | 'building';

/** A network and everything that belongs to its training. */
export interface Run {
  /** Stays the same when the run is brought back: by Undo, after a crash, from the browser's storage. */
  id: string;
  /** What it was made with; what applies at once may have moved since. */
  state: State;
  /** What the controls show of that. */
  settings: Settings;
  config: CanonicalConfig;
  corpus: Corpus;
  info: ModelInfo;
  series: Series;
  history: History;
  samples: Sample[];
  /** Counted by the engine soon after the start. */
  baselines?: Baselines;
}

/** How far errors reach back in the weights of one step. */
export interface Flow {
  step: number;
  /** [layer][lag]. */
  norms: number[][];
}

export interface Sample {
  id: number;
  step: number;
  /** Smoothed training loss when it was written, in bits; null before training. */
  loss: number | null;
  prompt: string;
  text: string;
}

export interface Numbers {
  step: number;
  epoch: number;
  /** In the unit of the task, see state/units.ts. */
  loss: number | null;
  validation: Point | null;
  gradientNorm: number | null;
  learningRate: number | null;
  characters: number;
  tokensPerSecond: number | null;
  /** Shares of right answers, of the newest step and of the latest validation; null where the task has none. */
  accuracy: number | null;
  validationAccuracy: number | null;
}

export interface NoticeAction {
  label: string;
  run(): void;
}

export interface Notice {
  id: number;
  kind: 'error' | 'note';
  title: string;
  detail: string;
  actions: NoticeAction[];
}

export interface Estimate {
  /** Canonical, of what the page has chosen. */
  config: CanonicalConfig | null;
  parameters: number | null;
  memoryBytes: number | null;
  /** The size of the vocabulary was not known. */
  rough: boolean;
  problem: string | null;
}

export const NOTHING_YET: Numbers = {
  step: 0,
  epoch: 0,
  loss: null,
  validation: null,
  gradientNorm: null,
  learningRate: null,
  characters: 0,
  tokensPerSecond: null,
  accuracy: null,
  validationAccuracy: null,
};

const state = signal(stateOf(initialSettings()));

export const store = {
  phase: signal<Phase>('loading'),
  state,
  /** What the controls show of it. */
  settings: computed(() => settingsIn(state.value)),
  /** What would apply at once, but belongs to a network that waits for a restart; null where that is nothing. */
  upcoming: signal<State | null>(null),
  autostart: signal(true),
  /** A command that takes its time; null while there is none. */
  pending: signal<Pending | null>(null),
  /** Why training waits for the first press, or null. */
  waits: signal<string | null>(null),
  /** The text chosen for the next start. */
  corpus: signal<Corpus | null>(null),
  estimate: signal<Estimate | null>(null),
  /** A setting that has just taken effect without a restart. */
  applied: signal<SettingName | null>(null),
  run: signal<Run | null>(null),
  baselines: signal<Baselines | null>(null),
  flow: signal<Flow | null>(null),
  /** What Undo would bring back, described in a few words; null when there is nothing. */
  former: signal<string | null>(null),
  numbers: signal<Numbers>(NOTHING_YET),
  /** Counts up when the series has something new to draw. */
  drawn: signal(0),
  /** The steps that the loss chart shows; null for all. */
  zoom: signal<readonly [number, number] | null>(null),
  /** Of the line in the loss chart, see Series.columns. */
  smoothing: signal<number | null>(null),
  /** The sample being written, as far as it is shown. */
  writing: signal<Sample | null>(null),
  samples: signal<readonly Sample[]>([]),
  /** The older sample that the reader holds on screen. */
  chosen: signal<Sample | null>(null),
  unknown: signal<readonly string[]>([]),
  notices: signal<readonly Notice[]>([]),
  announcement: signal(''),
  letterKeys: signal(true),
};

/** What the next network is made from. */
export const wanted = computed(() =>
  store.upcoming.value ? withLiveOf(state.value, store.upcoming.value) : state.value,
);

/** The task of the network at work, or of the one that is to be built. */
export const shownTask = computed(() => (store.run.value?.settings ?? store.settings.value).task);

/** Whether that task reads one text, or examples. */
export const showsText = computed(() => readsText({ task: shownTask.value }));

/** Settings that wait for a restart. A text of one's own counts by what it is, not by its name. */
export const waiting = computed<SettingName[]>(() => {
  const run = store.run.value;
  if (!run) return [];
  const [here, next] = [store.settings.value, settingsIn(wanted.value)];
  const changes = waitingChanges(next, run.settings);
  const corpus = store.corpus.value;
  // Made examples are what their name says, and that is a setting of its own.
  const sameText = !corpus || corpus === run.corpus || corpus.made;
  const others = changes.filter((name) => name !== 'text');
  const upcoming = namesWith('live').filter((name) => next[name] !== here[name]);
  return [...(sameText ? [] : ['text' as const]), ...others, ...upcoming];
});

/** Why the network that is chosen cannot be built; null where it can, or where another is at work. */
export const refusal = computed(() => (store.run.value ? null : (store.estimate.value?.problem ?? null)));

/** There is something to train on, and nothing is being made. */
export const ready = computed(
  () => !['loading', 'starting'].includes(store.phase.value) && store.corpus.value !== null,
);

function show(next: State, upcoming: State | null): void {
  batch(() => {
    store.upcoming.value = upcoming;
    state.value = next;
  });
}

/** Sets what controls show. */
export function change(changes: Partial<Settings>): void {
  const upcoming = store.upcoming.value;
  show(edit(state.value, changes), upcoming && edit(upcoming, changes));
}

export function set<K extends SettingName>(name: K, value: Settings[K]): void {
  if (store.settings.value[name] !== value || store.upcoming.value) change({ [name]: value });
}

/** Fills the controls. What would reach a running network waits with the rest. */
export function adopt(next: State): void {
  if (!store.run.value || isSameLive(next, state.value)) showState(next);
  else show(withLiveOf(next, state.value), next);
}

/** Shows a state as it is: nothing of it waits. */
export function showState(next: State): void {
  show(next, null);
}
