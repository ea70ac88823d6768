// What a setting is: one object, from which its control, its key in a link, its help, its place in the configuration
// and its row in web/README.md come. Each group of settings is one file in `descriptors/`.
import { schema } from './schema';

/** When a change takes effect: a new network, the running one, the next sample, the view only. */
export type Effect = 'restart' | 'live' | 'sample' | 'view';

/** Values of settings, as conditions see them: the type of the settings follows from the descriptors, not they from it. */
type Values = Readonly<Record<string, string | number | boolean>>;

/** What may be left out. */
interface Traits {
  /** By default `restart`. */
  effect?: Effect;
  /** What it does to the arithmetic; null where that is nothing. */
  equation: string | null;
  /** Where the state has this very value: `config.clip.norm`, or `config.layers[].bias` for every layer. */
  path?: string;
  /** Where the state has it together with other settings; `config.ts` and its neighbours put it there. */
  within?: string;
  /** Shown, and part of the configuration, only then. */
  when?: (settings: Values) => boolean;
  /** In every link and configuration, not only where it differs from the first value. */
  spelled?: boolean;
  /** Belongs to another setting, so that summaries leave it out. */
  detail?: boolean;
}

interface Common<T> extends Traits {
  /** In a link. */
  key: string;
  /** The engine's default of `path`, unless the page begins with another value. */
  initial: T;
  effect: Effect;
  /** The value written in a link, or undefined when it is outside the allowed range. */
  parse(written: string): T | undefined;
  write(value: T): string;
}

interface Shown {
  /** Of the buttons of a number, or of a slider. */
  step?: number;
  /** What 0 means: `off`, or the width of the layer. */
  zero?: 'off' | 'sameWidth';
  /** A slider rather than a field: up to `max`, with `log` in so many stops of equal ratio, with so many decimals. */
  slider?: { max?: number; log?: number; digits?: 1 | 2 };
}

export interface NumberDescriptor extends Common<number>, Shown {
  kind: 'whole' | 'fraction';
  range: readonly [number, number];
}

export interface ListDescriptor extends Common<string> {
  kind: 'list';
  range: readonly [number, number];
  /** Sorted, and none twice. */
  distinct: boolean;
}

export interface ChoiceDescriptor<T extends string = string> extends Common<T> {
  kind: 'choice';
  choices: readonly T[];
}

/** One of the schema's names. */
export interface NameDescriptor extends Common<string> {
  kind: 'name';
  menu?: 'cells' | 'optimizers' | 'biases' | 'joins' | 'initializations' | undefined;
}

export interface FlagDescriptor extends Common<boolean> {
  kind: 'flag';
}

/** Without a control of its own kind. */
export interface TextDescriptor extends Common<string> {
  kind: 'text';
}

export type Descriptor =
  NumberDescriptor | ListDescriptor | ChoiceDescriptor | NameDescriptor | FlagDescriptor | TextDescriptor;

/** Characters of a number: the longest that is ever written has 24. */
const LONGEST_NUMBER = 40;
const LONGEST_LIST = 16;

/** The value at `a.b`, or in the first layer at `layers[].a`. */
export function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.replace('[]', '.0').split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** What the engine takes by itself. */
function usual<T extends string | number | boolean>(path: string | undefined, otherwise: T): T {
  const value = path === undefined ? undefined : valueAt({ config: schema.defaults }, path);
  return typeof value === typeof otherwise ? (value as T) : otherwise;
}

type Given<T> = Traits & { initial?: T };

function number(
  kind: NumberDescriptor['kind'],
  key: string,
  range: readonly [number, number],
  given: Given<number> & Shown,
): NumberDescriptor {
  return {
    effect: 'restart',
    initial: usual(given.path, 0),
    ...given,
    kind,
    key,
    range,
    parse(written) {
      if (written.length > LONGEST_NUMBER || !/^\d*\.?\d+(e-?\d+)?$/i.test(written)) return undefined;
      const value = Number(written);
      if (!(value >= range[0] && value <= range[1])) return undefined;
      return kind === 'whole' && !Number.isInteger(value) ? undefined : value;
    },
    write: String,
  };
}

export const whole = (key: string, range: readonly [number, number], given: Given<number> & Shown) =>
  number('whole', key, range, given);
export const fraction = (key: string, range: readonly [number, number], given: Given<number> & Shown) =>
  number('fraction', key, range, given);

export function flag(key: string, given: Given<boolean>): FlagDescriptor {
  return {
    effect: 'restart',
    initial: usual(given.path, false),
    ...given,
    kind: 'flag',
    key,
    parse: (written) => (/^[01]$/.test(written) ? written === '1' : undefined),
    write: (value) => (value ? '1' : '0'),
  };
}

export function choice<const T extends string>(
  key: string,
  choices: readonly T[],
  given: Traits & { initial: T },
): ChoiceDescriptor<T> {
  return {
    effect: 'restart',
    ...given,
    kind: 'choice',
    key,
    choices,
    parse: (written) => choices.find((one) => one === written),
    write: (value) => value,
  };
}

export function name(key: string, given: Given<string> & Pick<NameDescriptor, 'menu'>): NameDescriptor {
  return {
    effect: 'restart',
    initial: usual(given.path, ''),
    ...given,
    kind: 'name',
    key,
    parse: (written) => (/^[a-z0-9-]{1,40}$/.test(written) ? written : undefined),
    write: (value) => value,
  };
}

export function list(
  key: string,
  range: readonly [number, number],
  { distinct = true, ...given }: Given<string> & { distinct?: boolean },
): ListDescriptor {
  return {
    effect: 'restart',
    initial: '',
    ...given,
    kind: 'list',
    key,
    range,
    distinct,
    parse: (written) => parseNumbers(written, range, distinct),
    write: (value) => value,
  };
}

/** The list in its one spelling, or undefined when it is none or outside its range. */
function parseNumbers(written: string, [low, high]: readonly [number, number], distinct: boolean) {
  const parts = written.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length > LONGEST_LIST || !parts.every((part) => /^\d{1,7}$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  if (!numbers.every((value) => value >= low && value <= high)) return undefined;
  if (!distinct) return numbers.join();
  return new Set(numbers).size < numbers.length ? undefined : numbers.sort((a, b) => a - b).join();
}

/** `accepts` decides what a link may say. */
export function text(
  key: string,
  accepts: (written: string) => boolean,
  given: Given<string>,
): TextDescriptor {
  return {
    effect: 'restart',
    initial: '',
    ...given,
    kind: 'text',
    key,
    parse: (written) => (accepts(written) ? written : undefined),
    write: (value) => value,
  };
}
