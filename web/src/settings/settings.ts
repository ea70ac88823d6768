// Every setting of the page in one table: its key in a link, its first value, and when a change
// takes effect. The link codec, the list of waiting changes and the panels all read this table.

import { TASKS, type TaskName } from '../tasks/names';

/** When a change takes effect: a new network, the running one, the next sample, the view only. */
export type Effect = 'restart' | 'live' | 'sample' | 'view';

/** What the More section adds to cell, layers and units. */
export interface Architecture {
  /** Options of the cell that differ from its defaults: `forgetBias:0,cellInput:sigmoid`. */
  options: string;
  bias: string;
  /** Hidden layers in the block from below, between two states, and before the prediction. Size 0: as wide as the layer. */
  inputDepth: number;
  inputSize: number;
  transition: number;
  transitionSize: number;
  shortcut: boolean;
  join: string;
  outputDepth: number;
  outputSize: number;
  delayOne: boolean;
  /** Further delays of the layer's own state: `2,4`. */
  delays: string;
  feedback: Feedback;
  outputDelays: string;
  leak: Leak;
  leakFrom: number;
  leakTo: number;
  /** Periods: `1,2,4,8`; empty for none. */
  clock: string;
  residual: boolean;
  skipInputs: boolean;
  skipOutputs: boolean;
  layerNorm: boolean;
  zoneout: number;
  recurrentDropout: number;
  variational: boolean;
  embedding: number;
  tied: boolean;
  initInput: string;
  initRecurrent: string;
  initReadout: string;
  gain: number;
  nonzeros: number;
  spectralRadius: number;
  /** JSON of a configuration that the controls cannot show; empty while they can. */
  custom: string;
}

export type Leak = 'none' | 'fixed' | 'spectrum' | 'learned';
export type Feedback = 'none' | 'target' | 'softmax';

export const POOLS = ['none', 'last', 'mean'] as const;
export const LENGTHS = ['end', 'halt', 'count'] as const;
export const CONTEXTS = ['both', 'initial', 'input', 'none'] as const;
export const ATTENTIONS = ['none', 'additive', 'multiplicative'] as const;
export const SAMPLINGS = ['none', 'linear', 'exponential', 'inverse-sigmoid'] as const;

/** What a task other than `next` adds. */
export interface TaskSettings {
  task: TaskName;
  /** Name of the made examples; empty where they are the reader's own. */
  dataset: string;
  /** 0: the usual one. */
  difficulty: number;
  pooling: (typeof POOLS)[number];
  termination: (typeof LENGTHS)[number];
  /** The encoder also reads from the last step to the first. */
  bidirectional: boolean;
  attention: (typeof ATTENTIONS)[number];
  context: (typeof CONTEXTS)[number];
  scheduledSampling: (typeof SAMPLINGS)[number];
}

/** What the learning rate does over the steps, and the second way to clip; all of it applies at once. */
export interface ScheduleSettings {
  schedule: (typeof SCHEDULES)[number];
  warmup: number;
  /** Until the next cut, or of the whole descent where that has an end. */
  scheduleSteps: number;
  scheduleFactor: number;
  patience: number;
  /** Largest element of a gradient; 0: any. */
  clipValue: number;
}

export const SCHEDULES = ['constant', 'step', 'exponential', 'cosine', 'plateau'] as const;

export interface Settings extends Architecture, TaskSettings, ScheduleSettings {
  text: string;
  cell: string;
  layers: number;
  units: number;
  sequenceLength: number;
  batchSize: number;
  optimizer: string;
  seed: number;
  learningRate: number;
  clip: number;
  dropout: number;
  temperature: number;
  prompt: string;
  scale: Scale;
  /** Which part of the look inside is open. */
  look: Look;
  /** The diagram of the network: folded, or unfolded in time. */
  unfolded: boolean;
}

export type Look = 'text' | 'network' | 'step' | 'weights' | 'memory';
export type Scale = 'linear' | 'log' | 'loglog';
export type SettingName = keyof Settings;

export interface Property<T> {
  key: string;
  initial: T;
  effect: Effect;
  /** The value written in a link, or undefined when it is outside the allowed range. */
  parse(written: string): T | undefined;
  write(value: T): string;
  /** Left out of a link while it has its first value. */
  quiet?: boolean;
}

export const LIMITS = {
  layers: [1, 8],
  units: [1, 2048],
  sequenceLength: [2, 512],
  batchSize: [1, 256],
  seed: [0, 4294967295],
  learningRate: [1e-5, 1],
  clip: [0, 100],
  dropout: [0, 0.8],
  warmup: [0, 1_000_000],
  scheduleSteps: [1, 1_000_000],
  scheduleFactor: [0.01, 1],
  patience: [0, 1000],
  clipValue: [0, 100],
  temperature: [0, 2],
  inputDepth: [0, 4],
  inputSize: [0, 2048],
  transition: [0, 4],
  transitionSize: [0, 2048],
  outputDepth: [0, 4],
  outputSize: [0, 2048],
  leakFrom: [0, 1],
  leakTo: [0, 1],
  zoneout: [0, 0.8],
  recurrentDropout: [0, 0.8],
  embedding: [0, 2048],
  gain: [0, 10],
  nonzeros: [1, 2048],
  spectralRadius: [0, 10],
  difficulty: [0, 100_000],
} as const satisfies Partial<Record<SettingName, readonly [number, number]>>;

export type NumberName = keyof typeof LIMITS;

export const LISTS = {
  delays: { low: 2, high: 1000, distinct: true },
  outputDelays: { low: 1, high: 1000, distinct: true },
  clock: { low: 1, high: 1_000_000, distinct: false },
} as const;

export type ListName = keyof typeof LISTS;
const LONGEST_LIST = 16;
const LONGEST_JSON = 100_000;
/** Characters of a number: the longest that is ever written has 24. */
const LONGEST_NUMBER = 40;

const PRIME_LIMIT = 200;

function number(
  key: string,
  name: NumberName,
  initial: number,
  effect: Effect,
  whole: boolean,
): Property<number> {
  const [low, high] = LIMITS[name];
  return {
    key,
    initial,
    effect,
    parse(written) {
      if (written.length > LONGEST_NUMBER || !/^\d*\.?\d+(e-?\d+)?$/i.test(written)) return undefined;
      const value = Number(written);
      if (!(value >= low && value <= high)) return undefined;
      return whole && !Number.isInteger(value) ? undefined : value;
    },
    write: (value) => String(value),
  };
}

/** A name from a menu; whether the menu has it is checked once the menu is known. */
function name(key: string, initial: string): Property<string> {
  return {
    key,
    initial,
    effect: 'restart',
    parse: (written) => (/^[a-z0-9-]{1,40}$/.test(written) ? written : undefined),
    write: (value) => value,
  };
}

function choice<T extends string>(key: string, initial: T, all: readonly T[]): Property<T> {
  const parse = (written: string) => all.find((one) => one === written);
  return { key, initial, effect: 'restart', parse, write: (value) => value };
}

function flag(key: string, initial: boolean): Property<boolean> {
  const parse = (written: string) => (/^[01]$/.test(written) ? written === '1' : undefined);
  return { key, initial, effect: 'restart', parse, write: (value) => (value ? '1' : '0') };
}

/** The list in its one spelling, or undefined when it is none or outside its range. */
export function parseList(name: ListName, written: string): string | undefined {
  const { low, high, distinct } = LISTS[name];
  const parts = written.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length > LONGEST_LIST || !parts.every((part) => /^\d{1,7}$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  if (!numbers.every((value) => value >= low && value <= high)) return undefined;
  if (!distinct) return numbers.join();
  return new Set(numbers).size < numbers.length ? undefined : numbers.sort((a, b) => a - b).join();
}

function list(key: string, name: ListName, initial: string): Property<string> {
  return { key, initial, effect: 'restart', parse: (text) => parseList(name, text), write: (value) => value };
}

const whole = (key: string, name: NumberName, initial: number) => number(key, name, initial, 'restart', true);
const part = (key: string, name: NumberName, initial: number) => number(key, name, initial, 'restart', false);

const ARCHITECTURE: { [K in keyof Architecture]: Property<Architecture[K]> } = {
  options: {
    key: 'co',
    initial: '',
    effect: 'restart',
    parse: (text) => (/^([a-zA-Z]{1,30}:[a-z0-9.-]{1,20}(,(?!$)|$)){0,8}$/.test(text) ? text : undefined),
    write: (value) => value,
  },
  bias: name('bi', 'two'),
  inputDepth: whole('id', 'inputDepth', 0),
  inputSize: whole('is', 'inputSize', 0),
  transition: whole('td', 'transition', 0),
  transitionSize: whole('ts', 'transitionSize', 0),
  shortcut: flag('sc', false),
  join: name('jn', 'all'),
  outputDepth: whole('od', 'outputDepth', 0),
  outputSize: whole('os', 'outputSize', 0),
  delayOne: flag('d1', true),
  delays: list('dl', 'delays', ''),
  feedback: choice('fb', 'none', ['none', 'target', 'softmax']),
  outputDelays: list('fd', 'outputDelays', '1'),
  leak: choice('lk', 'none', ['none', 'fixed', 'spectrum', 'learned']),
  leakFrom: part('lf', 'leakFrom', 0),
  leakTo: part('lt', 'leakTo', 0.95),
  clock: list('ck', 'clock', ''),
  residual: flag('rs', false),
  skipInputs: flag('si', false),
  skipOutputs: flag('so', false),
  layerNorm: flag('ln', false),
  zoneout: part('zo', 'zoneout', 0),
  recurrentDropout: part('rd', 'recurrentDropout', 0),
  variational: flag('vd', false),
  embedding: whole('em', 'embedding', 0),
  tied: flag('ti', false),
  initInput: name('ii', 'xavier'),
  initRecurrent: name('ir', 'orthogonal'),
  initReadout: name('io', 'xavier'),
  gain: part('ig', 'gain', 1),
  nonzeros: whole('nz', 'nonzeros', 15),
  spectralRadius: part('sr', 'spectralRadius', 0.95),
  custom: {
    key: 'j',
    initial: '',
    effect: 'restart',
    parse: (text) => (text === '' || isObject(text) ? text : undefined),
    write: (value) => value,
  },
};

function isObject(text: string): boolean {
  if (text.length > LONGEST_JSON) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const TASK: { [K in keyof TaskSettings]: Property<TaskSettings[K]> } = {
  task: choice('ta', 'next', TASKS),
  dataset: {
    ...name('cp', ''),
    parse: (written) => (/^[a-z0-9-]{0,40}$/.test(written) ? written : undefined),
  },
  difficulty: whole('df', 'difficulty', 0),
  pooling: choice('po', 'last', POOLS),
  termination: choice('le', 'end', LENGTHS),
  bidirectional: flag('bd', false),
  attention: choice('at', 'none', ATTENTIONS),
  context: choice('cx', 'both', CONTEXTS),
  scheduledSampling: choice('sp', 'none', SAMPLINGS),
};

const SCHEDULE: { [K in keyof ScheduleSettings]: Property<ScheduleSettings[K]> } = {
  schedule: { ...choice('sd', 'constant', SCHEDULES), effect: 'live' },
  warmup: number('wu', 'warmup', 0, 'live', true),
  scheduleSteps: number('ss', 'scheduleSteps', 1000, 'live', true),
  scheduleFactor: number('sf', 'scheduleFactor', 0.5, 'live', false),
  patience: number('pa', 'patience', 1, 'live', true),
  clipValue: number('cv', 'clipValue', 0, 'live', false),
};

export const LOOKS: readonly Look[] = ['text', 'network', 'step', 'weights', 'memory'];
const SCALES: readonly Scale[] = ['linear', 'log', 'loglog'];

function quietly<T extends object>(properties: T): T {
  const entries = Object.entries(properties).map(([name, property]) => [name, { ...property, quiet: true }]);
  return Object.fromEntries(entries) as T;
}

export const TASK_NAMES = Object.keys(TASK) as (keyof TaskSettings)[];
export const SCHEDULE_NAMES = Object.keys(SCHEDULE) as (keyof ScheduleSettings)[];
export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURE) as (keyof Architecture)[];

export const PROPERTIES: { [K in SettingName]: Property<Settings[K]> } = {
  ...quietly(ARCHITECTURE),
  ...quietly(TASK),
  ...quietly(SCHEDULE),
  text: name('t', 'tales'),
  cell: name('c', 'gru'),
  layers: number('l', 'layers', 1, 'restart', true),
  units: number('h', 'units', 128, 'restart', true),
  sequenceLength: number('w', 'sequenceLength', 64, 'restart', true),
  batchSize: number('b', 'batchSize', 32, 'restart', true),
  optimizer: name('o', 'adam'),
  seed: number('s', 'seed', 1, 'restart', true),
  learningRate: number('lr', 'learningRate', 0.003, 'live', false),
  clip: number('cl', 'clip', 5, 'live', false),
  dropout: number('d', 'dropout', 0, 'live', false),
  temperature: number('tm', 'temperature', 0.7, 'sample', false),
  prompt: {
    key: 'p',
    initial: '',
    effect: 'sample',
    parse: (written) => (written.length <= PRIME_LIMIT ? written : undefined),
    write: (value) => value.slice(0, PRIME_LIMIT),
  },
  scale: {
    key: 'y',
    initial: 'linear',
    effect: 'view',
    parse: (written) => SCALES.find((scale) => scale === written),
    write: (value) => value,
  },
  look: { ...choice('lo', 'text', LOOKS), effect: 'view', quiet: true },
  unfolded: { ...flag('un', false), effect: 'view', quiet: true },
};

export const SETTING_NAMES = Object.keys(PROPERTIES) as SettingName[];

/** The value text has when it was pasted or dropped; a link cannot carry the text itself. */
export const OWN_TEXT = 'own';

export function initialSettings(): Settings {
  const fill = (name: SettingName) => [name, PROPERTIES[name].initial];
  return Object.fromEntries(SETTING_NAMES.map(fill));
}

export function namesWith(effect: Effect): SettingName[] {
  return SETTING_NAMES.filter((name) => PROPERTIES[name].effect === effect);
}

/** Settings that differ and need a new network. */
export function waitingChanges(wanted: Settings, running: Settings): SettingName[] {
  return namesWith('restart').filter((name) => wanted[name] !== running[name]);
}

/** A network in a few words: `gru 2 × 128`. */
export function describeNetwork({ cell, layers, units: hidden }: Settings): string {
  return `${cell} ${layers > 1 ? `${layers} × ${hidden}` : hidden}`;
}
