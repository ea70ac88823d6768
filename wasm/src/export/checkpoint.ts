/** What `save()` wrote, taken apart and put together again. */
import type { CanonicalConfig, TaskConfig } from '../shared/config.js';
import { describe, mismatch, refuse, UnfoldError } from '../shared/errors.js';
import { recognize } from '../shared/formats.js';
import { checkVocabulary, type SavedVocabulary } from './vocabulary.js';
import { readSafetensors, type Tensor, type TensorFile, writeSafetensors } from './safetensors.js';

export interface Checkpoint {
  /** As it is in the file: only `task` is checked. */
  readonly config: CanonicalConfig;
  /** What it learns; `next` of text models. */
  readonly task: string;
  /** Of text models. */
  readonly vocabulary: SavedVocabulary;
  /** Parameters under the names of the file, in its order. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly file: TensorFile;
}

const NO_SYMBOLS: SavedVocabulary = { unit: 'character', symbols: [], unknown: false };

const isParameter = (name: string) => !name.startsWith('optimizer.') && !name.startsWith('state.');

/** Tasks whose networks read one sequence and answer for it. */
export const TASKS = ['classify', 'tag', 'regress', 'notes'];

/** Throws `INVALID_CHECKPOINT` for anything that is not a whole, undamaged file of `save()`. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  return fromFile(bytes, taken);
}

/** What `read` gives; where it refuses the bytes and they are a file of another kind, the error names that kind. */
export function fromFile<T>(bytes: Uint8Array, read: (file: TensorFile) => T): T {
  try {
    return sound('file', () => read(readSafetensors(bytes)));
  } catch (error) {
    if (!(error instanceof UnfoldError) || error.code !== 'INVALID_CHECKPOINT') throw error;
    throw (bytes instanceof Uint8Array && recognize(bytes, error)) || error;
  }
}

/** What a file holds: the parameters of a Network, or a model whose format, version and checksum are right. */
export function kindOf(file: TensorFile): 'network' | 'model' {
  const { metadata } = file;
  if (metadata['format'] === 'pt' && metadata['graph'] !== undefined) return 'network';
  for (const [key, value] of Object.entries({ format: 'unfold', version: '1' }))
    if (metadata[key] !== value)
      throw mismatch('INVALID_CHECKPOINT', `__metadata__.${key}`, `'${value}'`, came(metadata[key]));
  const [found, stored] = [checksum(file), metadata['checksum']];
  if (found !== stored)
    throw mismatch(
      'INVALID_CHECKPOINT',
      '__metadata__.checksum',
      `${found}, that of the contents`,
      `${came(stored)}: the file is damaged`,
    );
  return 'model';
}

const came = (value: string | undefined) => (value === undefined ? 'nothing' : `'${value.slice(0, 40)}'`);

/** What work gives; an error of JavaScript's own means that it met values of other kinds than there can be. */
export function sound<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnfoldError) throw error;
    throw refuse('INVALID_CHECKPOINT', field, 'what this version writes', describe(error).slice(0, 80));
  }
}

/**
 * Throws `UNSUPPORTED` unless the file's task is one that a format carries.
 * @param format as messages call it
 */
export function checkTask({ task }: Checkpoint, tasks: readonly string[], format: string): void {
  if (!tasks.includes(task))
    throw refuse('UNSUPPORTED', 'config.task', `a task that ${format} carries (${tasks.join(', ')})`, task);
}

function taken(file: TensorFile): Checkpoint {
  const meta = (key: string): string => {
    const value = file.metadata[key];
    if (value === undefined)
      throw mismatch('INVALID_CHECKPOINT', `__metadata__.${key}`, 'a value', 'nothing');
    return value;
  };
  // Of a Network: its parameters, by PyTorch's names if there are such.
  if (kindOf(file) === 'network')
    return {
      config: configOf(meta('config')),
      task: 'tensor',
      vocabulary: NO_SYMBOLS,
      parameters: file.tensors,
      file,
    };
  const config = configOf(meta('config'));
  const parameters = new Map([...file.tensors].filter(([name]) => isParameter(name)));
  const { name: task } = (config.task ?? { name: 'next' }) as TaskConfig;
  if (typeof task !== 'string' || !/^\w{1,40}$/.test(task))
    throw refuse('INVALID_CHECKPOINT', 'config.task.name', 'a task', 'something else');
  if (task !== 'next') return { config, task, vocabulary: NO_SYMBOLS, parameters, file };
  const vocabulary = checkVocabulary(json(meta('vocabulary'), 'vocabulary'));
  return { config, task: 'next', vocabulary, parameters, file };
}

function configOf(text: string): CanonicalConfig {
  const config = json(text, 'config');
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refuse('INVALID_CHECKPOINT', 'config', 'an object', 'something else');
  return config as CanonicalConfig;
}

/** Of a task: what its tokens and labels are called, and the sizes of its network. */
export interface SavedSymbols {
  inputs: string[];
  targets: string[];
  symbols: number;
  numbers: number;
  outputs: number;
  context: number;
  lengths: number;
}

/** A file that `openModel` takes; parameters only. */
export function writeCheckpoint(
  config: unknown,
  names: ({ vocabulary: SavedVocabulary } | { symbols: SavedSymbols }) & { graph?: unknown },
  parameters: ReadonlyMap<string, Tensor>,
): Uint8Array<ArrayBuffer> {
  const metadata: Record<string, string> = {
    config: JSON.stringify(config),
    format: 'unfold',
    version: '1',
  };
  for (const [key, value] of Object.entries(names)) metadata[key] = JSON.stringify(value);
  metadata['checksum'] = checksum({ metadata, tensors: parameters });
  return writeSafetensors({ metadata, tensors: parameters });
}

/** FNV-1a, 64 bits, over names and data and then the metadata by key; as core/io/checkpoint.cpp computes it. */
export function checksum({ metadata, tensors }: TensorFile): string {
  // The state in four 16-bit limbs: a product with the prime 2⁴⁰ + 0x1b3 stays below 2⁵³.
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  const add = (bytes: Uint8Array) => {
    for (const byte of bytes) {
      a ^= byte;
      const high = a << 8; // the part of the prime at bit 40, that is limb 2 shifted by 8
      const higher = b << 8;
      a *= 0x1b3;
      b = b * 0x1b3 + (a >>> 16);
      c = c * 0x1b3 + (b >>> 16) + high;
      d = d * 0x1b3 + Math.floor(c / 65536) + higher;
      a &= 0xffff;
      b &= 0xffff;
      c &= 0xffff;
      d &= 0xffff;
    }
  };
  const text = (value: string) => add(new TextEncoder().encode(value));
  for (const [name, { data }] of tensors) {
    text(name);
    add(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  for (const key of Object.keys(metadata).sort()) {
    if (key === 'checksum') continue;
    text(key);
    text(metadata[key]!);
  }
  return [d, c, b, a].map((limb) => limb.toString(16).padStart(4, '0')).join('');
}

/** Throws `INVALID_CHECKPOINT` for what is not JSON. */
export function json(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse('INVALID_CHECKPOINT', field, 'JSON', (error as Error).message);
  }
}
