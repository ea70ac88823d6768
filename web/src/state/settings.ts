// Every setting of the page in one table: its key in a link, its first value, and when a change
// takes effect. The link codec, the list of waiting changes and the panels all read this table.

/** When a change takes effect: a new network, the running one, the next sample, the view only. */
export type Effect = 'restart' | 'live' | 'sample' | 'view';

export interface Settings {
  text: string;
  cell: string;
  layers: number;
  hidden: number;
  window: number;
  batch: number;
  optimizer: string;
  seed: number;
  learningRate: number;
  clip: number;
  dropout: number;
  temperature: number;
  prime: string;
  scale: Scale;
}

export type Scale = 'linear' | 'log' | 'loglog';
export type SettingName = keyof Settings;

export interface Property<T> {
  key: string;
  initial: T;
  effect: Effect;
  /** The value written in a link, or undefined when it is outside the allowed range. */
  parse(written: string): T | undefined;
  write(value: T): string;
}

export const LIMITS = {
  layers: [1, 8],
  hidden: [1, 2048],
  window: [2, 512],
  batch: [1, 256],
  seed: [0, 4294967295],
  learningRate: [1e-5, 1],
  clip: [0, 100],
  dropout: [0, 0.8],
  temperature: [0.1, 2],
} as const satisfies Partial<Record<SettingName, readonly [number, number]>>;

export type NumberName = keyof typeof LIMITS;

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
      if (!/^\d*\.?\d+(e-?\d+)?$/i.test(written)) return undefined;
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

const SCALES: readonly Scale[] = ['linear', 'log', 'loglog'];

export const PROPERTIES: { [K in SettingName]: Property<Settings[K]> } = {
  text: name('t', 'tales'),
  cell: name('c', 'gru'),
  layers: number('l', 'layers', 1, 'restart', true),
  hidden: number('h', 'hidden', 128, 'restart', true),
  window: number('w', 'window', 64, 'restart', true),
  batch: number('b', 'batch', 32, 'restart', true),
  optimizer: name('o', 'adam'),
  seed: number('s', 'seed', 1, 'restart', true),
  learningRate: number('lr', 'learningRate', 0.003, 'live', false),
  clip: number('cl', 'clip', 5, 'live', false),
  dropout: number('d', 'dropout', 0, 'live', false),
  temperature: number('tm', 'temperature', 0.7, 'sample', false),
  prime: {
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
};

export const SETTING_NAMES = Object.keys(PROPERTIES) as SettingName[];

/** The value text has when it was pasted or dropped; a link cannot carry the text itself. */
export const OWN_TEXT = 'own';

export function initialSettings(): Settings {
  const fill = (name: SettingName) => [name, PROPERTIES[name].initial];
  return Object.fromEntries(SETTING_NAMES.map(fill)) as unknown as Settings;
}

export function namesWith(effect: Effect): SettingName[] {
  return SETTING_NAMES.filter((name) => PROPERTIES[name].effect === effect);
}

/** Settings that differ and need a new network. */
export function waitingChanges(wanted: Settings, running: Settings): SettingName[] {
  return namesWith('restart').filter((name) => wanted[name] !== running[name]);
}
