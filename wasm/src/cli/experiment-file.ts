/** What an experiment says: one declarative file, from which its runs follow. */
import type { Config } from 'unfold-rnn';
import { UsageError } from './options.js';

/**
 * An experiment as its file has it, in JSON. Every network of `variants` with every combination of the values in `vary` is a
 * variant, and every variant is trained once with each seed.
 */
export interface Experiment {
  /** What is asked, in a sentence. */
  about?: string;
  /** Files that the networks learn from, named from the experiment's own folder; none where `config` names a dataset. */
  text: string[];
  /** Of every run. */
  config: Config;
  /** Networks by name, each as a change of `config`: objects are merged, anything else is replaced. */
  variants: Record<string, Config>;
  /** Paths in the configuration, such as `preset` or `optimizer.learningRate`, and the values that each is given. */
  vary: Record<string, unknown[]>;
  /**
   * The same for what is not compared but chosen: with the first seed each variant is trained with every combination of
   * these values, with the other seeds only with the one whose validation was best.
   */
  search: Record<string, unknown[]>;
  seeds: number[];
  /** Steps of each run; without it a run ends when its validations get no better. */
  steps?: number;
  /** The units of every variant are chosen so that it has about as many parameters. */
  parameters?: number;
  /** Other data by name, as changes of the configuration, that the trained weights are measured on, whole. */
  also: Record<string, Config>;
  /** A variant that the others are compared with, seed by seed. */
  baseline?: string;
  /** By variant, what others have printed. */
  published: Record<string, Published>;
}

/** A figure to compare with: a loss in nats, unless `unit` says another. */
export interface Published {
  value: number;
  source: string;
  unit?: string;
}

/** One network to be trained. */
export interface Run {
  /** Tells it from the others: `preset=gru, clip=1, seed=2`. */
  key: string;
  /** The same without the seed and without what is searched. */
  variant: string;
  /** The network's name and the value at each path that varies. */
  settings: Record<string, unknown>;
  /** The value at each path that is searched. */
  searched: Record<string, unknown>;
  seed: number;
  config: Config;
  /** Among all runs that there may be. */
  place: number;
}

const FIELDS = [
  ...['about', 'text', 'config', 'variants', 'vary', 'search'],
  ...['seeds', 'steps', 'parameters', 'also', 'baseline', 'published'],
];
const MOST_RUNS = 10_000;
const DEFAULT_SEEDS = 3;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** At most 80 characters of what came. */
const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 80);

function refuse(field: string, expected: string, value: unknown): UsageError {
  return new UsageError(`${field}: expected ${expected}, got ${shown(value)}.`);
}

function wholeAbove(field: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw refuse(field, `a whole number, ${least} or more`, value);
}

/** Throws a `UsageError` that names the field. */
export function parseExperiment(text: string): Experiment {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the experiment is not JSON: ${(error as Error).message}.`);
  }
  if (!isObject(json)) throw refuse('the experiment', 'an object', json);
  const unknown = Object.keys(json).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw refuse(shown(unknown), `one of ${FIELDS.join(', ')}`, 'an unknown field');
  const { about, config = {}, steps, parameters, baseline } = json;
  if (about !== undefined && typeof about !== 'string') throw refuse('about', 'a text', about);
  if (!isObject(config)) throw refuse('config', 'an object', config);
  if (baseline !== undefined && typeof baseline !== 'string')
    throw refuse('baseline', 'the name of a variant', baseline);
  return {
    ...(about !== undefined && { about }),
    text: filesOf(json['text']),
    config,
    variants: objectsOf<Config>('variants', json['variants']),
    vary: listsOf('vary', json['vary']),
    search: listsOf('search', json['search']),
    seeds: seedsOf(json['seeds']),
    also: objectsOf<Config>('also', json['also']),
    ...(baseline !== undefined && { baseline }),
    published: publishedOf(json['published']),
    ...(steps !== undefined && { steps: wholeAbove('steps', steps, 1) }),
    ...(parameters !== undefined && { parameters: wholeAbove('parameters', parameters, 1) }),
  };
}

function listsOf(field: string, value: unknown = {}): Record<string, unknown[]> {
  if (!isObject(value)) throw refuse(field, 'an object of paths and their values', value);
  for (const [path, values] of Object.entries(value))
    if (!Array.isArray(values) || values.length === 0)
      throw refuse(`${field}.${path}`, 'a list of at least one value', values);
  return value as Record<string, unknown[]>;
}

function objectsOf<T>(field: string, value: unknown = {}): Record<string, T> {
  if (!isObject(value)) throw refuse(field, 'an object of names and their settings', value);
  for (const [name, settings] of Object.entries(value))
    if (!isObject(settings)) throw refuse(`${field}.${name}`, 'an object', settings);
  return value as Record<string, T>;
}

function publishedOf(value: unknown): Record<string, Published> {
  const all = objectsOf<Published>('published', value);
  for (const [variant, { value: figure, source, unit = '' }] of Object.entries(all)) {
    if (typeof figure !== 'number') throw refuse(`published.${variant}.value`, 'a number', figure);
    if (typeof source !== 'string') throw refuse(`published.${variant}.source`, 'a text', source);
    if (typeof unit !== 'string') throw refuse(`published.${variant}.unit`, 'a text', unit);
  }
  return all;
}

function filesOf(value: unknown = []): string[] {
  const files: unknown[] = Array.isArray(value) ? value : [value];
  if (files.every((file): file is string => typeof file === 'string' && file !== '')) return files;
  throw refuse('text', 'a file, or a list of files', value);
}

/** A number stands for so many seeds from 1 on. */
function seedsOf(value: unknown = DEFAULT_SEEDS): number[] {
  if (!Array.isArray(value)) return Array.from({ length: wholeAbove('seeds', value, 1) }, (_, i) => i + 1);
  const seeds = value.map((seed, i) => wholeAbove(`seeds[${i}]`, seed, 0));
  if (seeds.length === 0 || new Set(seeds).size < seeds.length)
    throw refuse('seeds', 'how many, or a list in which none is twice', value);
  return seeds;
}

/** Every combination of the values at the paths: the last path varies fastest. */
function combinationsOf(field: string, lists: Record<string, unknown[]>): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}];
  for (const [path, values] of Object.entries(lists)) {
    all = all.flatMap((settings) => values.map((value) => ({ ...settings, [path]: value })));
    if (all.length > MOST_RUNS) throw refuse(field, `at most ${MOST_RUNS} runs`, 'more');
  }
  return all;
}

const saidOf = (settings: Record<string, unknown>) =>
  Object.entries(settings).map(([path, value]) => `${path}=${spelled(value)}`);

/** All that there may be, see `dueOf`, in the order of the file; seeds vary fastest. */
export function runsOf({ config, variants, vary, search, seeds, baseline }: Experiment): Run[] {
  const named = Object.entries(variants).map(([name, change]) => ({ name, config: merged(config, change) }));
  const networks = named.length ? named : [{ name: undefined, config }];
  const varied = combinationsOf('vary', vary);
  const choices = combinationsOf('search', search);
  if (networks.length * varied.length * choices.length * seeds.length > MOST_RUNS)
    throw refuse('vary', `at most ${MOST_RUNS} runs`, 'more');
  let place = 0;
  const runs = networks.flatMap(({ name, config: own }) =>
    varied.flatMap((settings) =>
      choices.flatMap((searched) => {
        let changed: Config = structuredClone(own);
        for (const [path, value] of Object.entries(settings))
          changed = withValue(changed, `vary.${path}`, path, value);
        for (const [path, value] of Object.entries(searched))
          changed = withValue(changed, `search.${path}`, path, value);
        const said = [...(name === undefined ? [] : [name]), ...saidOf(settings)];
        return seeds.map((seed) => ({
          key: [...said, ...saidOf(searched), `seed=${seed}`].join(', '),
          variant: said.join(', ') || 'all',
          settings: { ...(name !== undefined && { network: name }), ...settings },
          searched,
          seed,
          config: { ...changed, seed },
          place: place++,
        }));
      }),
    ),
  );
  if (baseline !== undefined && !runs.some(({ variant }) => variant === baseline))
    throw refuse('baseline', `one of the variants, such as ${shown(runs[0]!.variant)}`, baseline);
  return runs;
}

/** Of a result, what a choice needs. */
interface Measured {
  validation: number | null;
}

/**
 * The runs to be made, as far as results tell: where something is searched, of each variant every combination with the
 * first seed; once all of these have results, also the other seeds of the best one, the `chosen` runs.
 */
export function dueOf(
  runs: Run[],
  results: ReadonlyMap<string, Measured>,
): { due: Run[]; chosen: Run[]; waiting: number } {
  const due: Run[] = [];
  const chosen: Run[] = [];
  let waiting = 0;
  for (const variant of new Set(runs.map((run) => run.variant))) {
    const choices = new Map<string, Run[]>();
    for (const run of runs.filter((one) => one.variant === variant)) {
      const name = saidOf(run.searched).join(', ');
      choices.set(name, [...(choices.get(name) ?? []), run]);
    }
    const all = [...choices.values()];
    const first = all.map(([run]) => run!);
    const losses = first.map(({ key }) => results.get(key)?.validation);
    if (all.length > 1 && losses.includes(undefined)) {
      due.push(...first);
      waiting += all[0]!.length - 1;
      continue;
    }
    const best = all[bestOf(losses.map((loss) => loss ?? Infinity))]!;
    due.push(...first.filter((run) => run !== best[0]), ...best);
    chosen.push(...best);
  }
  return { due, chosen, waiting };
}

const bestOf = (losses: number[]) => losses.reduce((best, loss, i) => (loss < losses[best]! ? i : best), 0);

/** What is an object in both is merged; anything else is the change's. */
function merged(config: Config, change: Config): Config {
  const result: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(change)) {
    const own = result[name];
    result[name] = isObject(own) && isObject(value) ? merged(own, value) : value;
  }
  return result;
}

export const spelled = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What may be given as a name alone, which stands for an object with this field. */
const SHORT: Record<string, string> = {
  ...{ optimizer: 'name', schedule: 'name', task: 'name', dataset: 'name', scheduledSampling: 'name' },
  ...{ clip: 'norm', earlyStopping: 'patience' },
};

/** The configuration with a value at `a.b.0.c`; objects on the way that are not there are made. */
function withValue(config: Config, field: string, path: string, value: unknown): Config {
  const names = path.split('.');
  const reserved = names.find(
    (name) => name === '' || ['__proto__', 'constructor', 'prototype'].includes(name),
  );
  if (reserved !== undefined) throw refuse(field, 'a path such as optimizer.learningRate', reserved);
  let at = config as Record<string, unknown>;
  names.slice(0, -1).forEach((name, i) => {
    const found = at[name] ?? {};
    const short = i === 0 ? SHORT[name] : undefined;
    const next = typeof found !== 'object' && short ? { [short]: found } : found;
    if (typeof next !== 'object')
      throw refuse(field, `an object at ${names.slice(0, i + 1).join('.')}`, found);
    at[name] = next;
    at = next as Record<string, unknown>;
  });
  at[names.at(-1)!] = value;
  return config;
}
