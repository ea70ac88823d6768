// Everything the panels show, in one place. The engine and the sampler write most of it; the panels
// write `settings` and `corpus` and call the engine.
import { computed, signal } from '@preact/signals';
import type { Baselines, CanonicalConfig, ModelInfo } from 'unfold-rnn';
import { readsText } from '../tasks';
import type { Corpus } from '../data/corpus';
import type { History } from '../training/history';
import { type Series, type Point } from '../training/series';
import {
  initialSettings,
  namesWith,
  waitingChanges,
  type SettingName,
  type Settings,
} from '../settings/settings';

export type Phase = 'loading' | 'ready' | 'starting' | 'running' | 'paused' | 'broken';

export type Pending = 'pausing' | 'resetting' | 'building';

/** A network and everything that belongs to its training. */
export interface Run {
  /** Stays the same when the run is brought back: by Undo, after a crash, from the browser's storage. */
  id: string;
  /** The settings it was made with; those that apply at once may have moved since. */
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

export const store = {
  phase: signal<Phase>('loading'),
  settings: signal<Settings>(initialSettings()),
  /** Settings that would apply at once, but belong to a network that waits for a restart. */
  upcoming: signal<Partial<Settings>>({}),
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
export const wanted = computed<Settings>(() => ({ ...store.settings.value, ...store.upcoming.value }));

/** The task of the network at work, or of the one that is to be built. */
export const shownTask = computed(() => (store.run.value?.settings ?? store.settings.value).task);

/** Whether that task reads one text, or examples. */
export const showsText = computed(() => readsText({ task: shownTask.value }));

/** Settings that wait for a restart. A text of one's own counts by what it is, not by its name. */
export const waiting = computed<SettingName[]>(() => {
  const run = store.run.value;
  if (!run) return [];
  const changes = waitingChanges(store.settings.value, run.settings);
  const corpus = store.corpus.value;
  // Made examples are what their name says, and that is a setting of its own.
  const sameText = !corpus || corpus === run.corpus || corpus.made;
  const others = changes.filter((name) => name !== 'text');
  const upcoming = namesWith('live').filter((name) => wanted.value[name] !== store.settings.value[name]);
  return [...(sameText ? [] : ['text' as const]), ...others, ...upcoming];
});

/** Why the network that is chosen cannot be built; null where it can, or where another is at work. */
export const refusal = computed(() => (store.run.value ? null : (store.estimate.value?.problem ?? null)));

/** There is something to train on, and nothing is being made. */
export const ready = computed(
  () => !['loading', 'starting'].includes(store.phase.value) && store.corpus.value !== null,
);

export function set<K extends SettingName>(name: K, value: Settings[K]): void {
  if (name in store.upcoming.value) {
    const { [name]: _, ...others } = store.upcoming.value;
    store.upcoming.value = others;
  }
  if (store.settings.value[name] === value) return;
  store.settings.value = { ...store.settings.value, [name]: value };
}

/** Fills the controls. What would reach a running network waits with the rest. */
export function adopt(next: Settings): void {
  if (!store.run.value) {
    store.settings.value = next;
    return;
  }
  const live = namesWith('live').map((name) => name as 'dropout');
  const held = live.map((name) => [name, store.settings.value[name]]);
  const upcoming = live.filter((name) => next[name] !== store.settings.value[name]);
  store.upcoming.value = Object.fromEntries(upcoming.map((name) => [name, next[name]]));
  store.settings.value = { ...next, ...Object.fromEntries(held) };
}

/** The network that waited is at work: its settings are those of the page. */
export function arrive(): void {
  store.settings.value = wanted.value;
  store.upcoming.value = {};
}
