/** What an experiment says: one declarative file, from which its runs follow. */
import type { Config } from 'unfold-rnn';
import { UsageError } from './options.js';

/**
 * An experiment as its file has it, in JSON. Every combination of the values in `vary` is a variant, and every variant is
 * trained once with each seed.
 */
export interface Experiment {
  /** What is asked, in a sentence. */
  about?: string;
  /** Files that the networks learn from, named from the experiment's own folder; none where `config` names a dataset. */
  text: string[];
  /** Of every run. */
  config: Config;
  /** Paths in the configuration, such as `preset` or `optimizer.learningRate`, and the values that each is given. */
  vary: Record<string, unknown[]>;
  seeds: number[];
  /** Steps of each run; without it a run ends when its validations get no better. */
  steps?: number;
  /** The units of every variant are chosen so that it has about as many parameters. */
  parameters?: number;
}

/** One network to be trained. */
export interface Run {
  /** Tells it from the others: `preset=gru, seed=2`. */
  key: string;
  /** The same without the seed. */
  variant: string;
  /** The value at each path that varies. */
  settings: Record<string, unknown>;
  seed: number;
  config: Config;
}

const FIELDS = ['about', 'text', 'config', 'vary', 'seeds', 'steps', 'parameters'];
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
    throw new UsageError(`the experiment is no JSON: ${(error as Error).message}.`);
  }
  if (!isObject(json)) throw refuse('the experiment', 'an object', json);
  const unknown = Object.keys(json).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw refuse(shown(unknown), `one of ${FIELDS.join(', ')}`, 'an unknown field');
  const { about, config = {}, vary = {}, steps, parameters } = json;
  if (about !== undefined && typeof about !== 'string') throw refuse('about', 'a text', about);
  if (!isObject(config)) throw refuse('config', 'an object', config);
  if (!isObject(vary)) throw refuse('vary', 'an object of paths and their values', vary);
  for (const [path, values] of Object.entries(vary))
    if (!Array.isArray(values) || values.length === 0)
      throw refuse(`vary.${path}`, 'a list of at least one value', values);
  return {
    ...(about !== undefined && { about }),
    text: filesOf(json['text']),
    config,
    vary: vary as Record<string, unknown[]>,
    seeds: seedsOf(json['seeds']),
    ...(steps !== undefined && { steps: wholeAbove('steps', steps, 1) }),
    ...(parameters !== undefined && { parameters: wholeAbove('parameters', parameters, 1) }),
  };
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

/** In the order of the file: the last path varies fastest, seeds faster still. */
export function runsOf({ config, vary, seeds }: Experiment): Run[] {
  let variants: Record<string, unknown>[] = [{}];
  for (const [path, values] of Object.entries(vary)) {
    variants = variants.flatMap((settings) => values.map((value) => ({ ...settings, [path]: value })));
    if (variants.length * seeds.length > MOST_RUNS) throw refuse('vary', `at most ${MOST_RUNS} runs`, 'more');
  }
  return variants.flatMap((settings) => {
    let varied: Config = structuredClone(config);
    for (const [path, value] of Object.entries(settings)) varied = withValue(varied, path, value);
    const said = Object.entries(settings).map(([path, value]) => `${path}=${spelled(value)}`);
    return seeds.map((seed) => ({
      key: [...said, `seed=${seed}`].join(', '),
      variant: said.join(', ') || 'all',
      settings,
      seed,
      config: { ...varied, seed },
    }));
  });
}

export const spelled = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What may be given as a name alone, which stands for an object with this field. */
const SHORT: Record<string, string> = {
  ...{ optimizer: 'name', schedule: 'name', task: 'name', dataset: 'name', scheduledSampling: 'name' },
  ...{ clip: 'norm', earlyStopping: 'patience' },
};

/** The configuration with a value at `a.b.0.c`; objects on the way that are not there are made. */
function withValue(config: Config, path: string, value: unknown): Config {
  const names = path.split('.');
  const reserved = names.find(
    (name) => name === '' || ['__proto__', 'constructor', 'prototype'].includes(name),
  );
  if (reserved !== undefined) throw refuse(`vary.${path}`, 'a path such as optimizer.learningRate', reserved);
  let at = config as Record<string, unknown>;
  names.slice(0, -1).forEach((name, i) => {
    const found = at[name] ?? {};
    const short = i === 0 ? SHORT[name] : undefined;
    const next = typeof found !== 'object' && short ? { [short]: found } : found;
    if (typeof next !== 'object')
      throw refuse(`vary.${path}`, `an object at ${names.slice(0, i + 1).join('.')}`, found);
    at[name] = next;
    at = next as Record<string, unknown>;
  });
  at[names.at(-1)!] = value;
  return config;
}
