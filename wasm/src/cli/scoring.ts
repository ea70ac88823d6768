/** A model to measure a text with: all of it, where it is not the one that the model was trained on. */
import { createHash } from 'node:crypto';
import { type Config, type Model, openModel, type Runtime, type Split, type UnfoldError } from 'unfold-rnn';
// What no other program needs of the package: to write a file of other settings.
import { writeCheckpoint } from '../export/checkpoint.js';
import { readSafetensors } from '../export/safetensors.js';
import { isGenerated } from './config.js';
import { FileError } from './files.js';
import { UsageError } from './options.js';

/** What the file says of its model, read before it is opened; undefined where it is no model's. */
export function configIn(file: Uint8Array): Config | undefined {
  try {
    return JSON.parse(readSafetensors(file).metadata['config']!) as Config;
  } catch {
    return undefined; // whoever opens it says why
  }
}

/** The same weights under another configuration; with `long` for examples of any length. */
export function withConfig(weights: Uint8Array, changes: Config, long = false): Uint8Array {
  const { metadata, tensors } = readSafetensors(weights);
  const names = metadata['vocabulary'] ? 'vocabulary' : 'symbols';
  const config = { ...(JSON.parse(metadata['config']!) as Config), ...changes };
  const { task } = config;
  if (long && typeof task === 'object' && task.maxLength && !task.truncate)
    config.task = { ...task, maxLength: 65536 };
  return writeCheckpoint(config, { [names]: JSON.parse(metadata[names]!) } as never, tensors);
}

/** Of the parameters by name, as bytes: the same on every machine, whatever else a file says. */
export function weightsOf(file: Uint8Array): string {
  const hash = createHash('sha256');
  const { tensors } = readSafetensors(file);
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name)!;
    hash
      .update(JSON.stringify([name, shape]))
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

export interface Scored {
  model: Model;
  split: Split;
  /** Not only what training held out. */
  whole: boolean;
  /**
   * Symbols outside the vocabulary: how many, which (of words nobody says it), and what they are called; whether they
   * are read as the unknown one, or left out.
   */
  unknown: { count: number; symbols: string[]; unit: 'characters' | 'words'; read: boolean };
}

/** What to measure: a part of the text, or a share of it that is held out. */
export type Part = Split | 'all' | number;

/**
 * What a text is measured with. Unless `part` says otherwise: of generated examples and of the model's own text, what
 * training did not see; of any other text all of it.
 */
export async function openToScore(
  file: Uint8Array,
  text: Uint8Array,
  runtime: Runtime,
  part?: Part,
): Promise<Scored> {
  const known = await openModel(file, undefined, runtime);
  const { data, config } = known.info;
  const none: Scored['unknown'] = { count: 0, symbols: [], unit: 'characters', read: false };
  try {
    if (isGenerated(config)) {
      if (typeof part === 'number' || part === 'all')
        throw new UsageError('--split: generated examples have the parts train, validation and test.');
      return { model: known, split: part ?? 'test', whole: false, unknown: none };
    }
    if (part !== undefined && part !== 'all') {
      const weights = await known.save({ optimizer: false });
      known.dispose();
      return await openPart(weights, text, runtime, part);
    }
    const own = await openModel(file, text, runtime).catch((error: UnfoldError) => {
      if (error.code !== 'INVALID_TEXT') throw error;
      return undefined;
    });
    // Weights that were saved alone take any text, and do not know their own.
    if (own?.info.canTrain && known.info.step > 0 && part !== 'all') {
      known.dispose();
      return { model: own, split: own.info.data?.test ? 'test' : 'validation', whole: false, unknown: none };
    }
    own?.dispose();
    const weights = await known.save({ optimizer: false });
    known.dispose();
    if (data) return { ...(await openExamples(weights, text, runtime)), unknown: none };
    return await openWholeText(weights, text, runtime);
  } catch (error) {
    known.dispose();
    throw error;
  }
}

/** All examples, as the training part: nothing is held back from it. */
async function openExamples(weights: Uint8Array, text: Uint8Array, runtime: Runtime) {
  const model = await openModel(withConfig(weights, { validationSplit: 0 }, true), text, runtime);
  const { test = 0 } = model.info.data ?? {}; // a file may name its parts itself
  return { model, split: test ? ('test' as const) : ('train' as const), whole: !test };
}

/** Divided as the model divides a text, or by a share. */
async function openPart(
  weights: Uint8Array,
  text: Uint8Array,
  runtime: Runtime,
  part: Split | number,
): Promise<Scored> {
  const changes = typeof part === 'number' ? { validationSplit: part } : {};
  const model = await openModel(withConfig(weights, changes, true), text, runtime);
  const unknown = unknownIn(text, model);
  return { model, split: typeof part === 'number' ? 'validation' : part, whole: false, unknown };
}

const WINDOW = 64;

/** The whole text as the training part, in one go from the zero state. */
async function openWholeText(weights: Uint8Array, text: Uint8Array, runtime: Runtime): Promise<Scored> {
  const opened = async (window: number): Promise<Model | undefined> => {
    try {
      const model = await openModel(
        withConfig(weights, { validationSplit: 0, batchSize: 1, sequenceLength: window }),
        text,
        runtime,
      );
      if (model.info.canTrain) return model;
      model.dispose(); // no symbol of the text is known
    } catch (error) {
      if ((error as UnfoldError).code !== 'INVALID_TEXT') throw error; // shorter than a window
    }
    return undefined;
  };
  const model = (await opened(WINDOW)) ?? (await opened(1));
  if (!model) throw new FileError("text: expected 3 or more symbols of the model's vocabulary.");
  return { model, split: 'train', whole: true, unknown: unknownIn(text, model) };
}

function unknownIn(text: Uint8Array, { info: { vocabulary } }: Model): Scored['unknown'] {
  const words = vocabulary.unit === 'word' || vocabulary.unit === 'whitespace';
  return {
    count: vocabulary.unknown,
    symbols: vocabulary.unknown && !words ? strange(text, vocabulary) : [],
    unit: words ? 'words' : 'characters',
    read: words && /^ (\ufffd|<unk>)$/.test(vocabulary.symbols.at(-1)!),
  };
}

/** The symbols of a text that are not in the vocabulary, each once. */
function strange(text: Uint8Array, { symbols, unit }: Model['info']['vocabulary']): string[] {
  const known = new Set(symbols);
  const all = new TextDecoder(unit === 'byte' ? 'latin1' : 'utf-8').decode(text);
  return [...new Set(all)].filter((symbol) => !known.has(symbol));
}
