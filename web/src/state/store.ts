// Everything the panels show, in one place. The engine and the writer write most of it; the panels
// write `settings` and `corpus` and call the engine.
import { computed, signal } from '@preact/signals';
import type { Config, ModelInfo, Schema } from 'unfold-rnn';
import type { Corpus } from './corpus';
import { Series, type Point } from './series';
import { initialSettings, waitingChanges, type SettingName, type Settings } from './settings';

export type Phase = 'loading' | 'ready' | 'starting' | 'running' | 'paused' | 'broken';

/** A network and everything that belongs to its training. */
export interface Run {
  /** The settings it was made with; those that apply at once may have moved since. */
  settings: Settings;
  config: Required<Config>;
  corpus: Corpus;
  info: ModelInfo;
  series: Series;
  samples: Sample[];
}

export interface Sample {
  id: number;
  step: number;
  /** Smoothed training loss when it was written, in bits; null before training. */
  loss: number | null;
  prime: string;
  text: string;
}

export interface Numbers {
  step: number;
  epoch: number;
  /** In bits per symbol. */
  loss: number | null;
  validation: Point | null;
  gradientNorm: number | null;
  learningRate: number | null;
  characters: number;
  charsPerSecond: number | null;
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
  parameters: number | null;
  memoryBytes: number | null;
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
  charsPerSecond: null,
};

export const store = {
  phase: signal<Phase>('loading'),
  settings: signal<Settings>(initialSettings()),
  autostart: signal(true),
  /** Why training waits for the first press, or null. */
  waits: signal<string | null>(null),
  /** The text chosen for the next start. */
  corpus: signal<Corpus | null>(null),
  schema: signal<Schema | null>(null),
  estimate: signal<Estimate | null>(null),
  run: signal<Run | null>(null),
  /** What Undo would bring back, described in a few words; null when there is nothing. */
  former: signal<string | null>(null),
  numbers: signal<Numbers>(NOTHING_YET),
  /** Counts up when the series has something new to draw. */
  drawn: signal(0),
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

/** Settings that wait for a restart. A text of one's own counts by what it is, not by its name. */
export const waiting = computed<SettingName[]>(() => {
  const run = store.run.value;
  if (!run) return [];
  const changes = waitingChanges(store.settings.value, run.settings);
  const corpus = store.corpus.value;
  const sameText = !corpus || corpus === run.corpus;
  const others = changes.filter((name) => name !== 'text');
  return sameText ? others : ['text', ...others];
});

export function set<K extends SettingName>(name: K, value: Settings[K]): void {
  if (store.settings.value[name] === value) return;
  store.settings.value = { ...store.settings.value, [name]: value };
}
