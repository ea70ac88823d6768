/** What `save()` wrote, taken apart and put together again. */
import type { CanonicalConfig, TaskConfig } from '../config.js';
import { refuse } from '../errors.js';
import { checkValues, sound } from './fields.js';
import { readSafetensors, type Tensor, type TensorFile, writeSafetensors } from './safetensors.js';

export interface SavedVocabulary {
  unit: 'character' | 'byte';
  /** Code points or bytes, ascending. */
  symbols: number[];
  /** Whether one more symbol stands for all others. */
  unknown: boolean;
}

export interface Checkpoint {
  readonly config: CanonicalConfig;
  /** Of text models. */
  readonly vocabulary: SavedVocabulary;
  /** V, symbols that are read; 0 where numbers are. */
  readonly symbols: number;
  /** D, numbers a step that are read; 0 where symbols are. */
  readonly numbers: number;
  /** O, of the readout. */
  readonly outputs: number;
  /** One answer for a whole sequence: from its last states, or from their mean. */
  readonly pool?: 'last' | 'mean';
  /** Parameters under the engine's names, in the engine's order. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly file: TensorFile;
}

const isParameter = (name: string) => !name.startsWith('optimizer.') && !name.startsWith('state.');

/** Tasks whose networks read one sequence, as text models do. */
export const TASKS = ['classify', 'tag', 'regress', 'notes'];

/**
 * Throws `INVALID_CHECKPOINT` for anything that is not a whole, undamaged file of `save()`.
 * @param tasks whether other tasks than `next` will do
 */
export function readCheckpoint(bytes: Uint8Array, tasks = false): Checkpoint {
  return sound('file', () => taken(bytes, tasks));
}

function taken(bytes: Uint8Array, tasks: boolean): Checkpoint {
  const file = readSafetensors(bytes);
  const meta = (key: string): string => {
    const value = file.metadata[key];
    if (value === undefined) throw refuse('INVALID_CHECKPOINT', `__metadata__.${key}`, 'a value', 'nothing');
    return value;
  };
  const expect = (key: string, value: string) => {
    if (meta(key) !== value)
      throw refuse('INVALID_CHECKPOINT', `__metadata__.${key}`, `'${value}'`, meta(key));
  };
  expect('format', 'unfold');
  expect('version', '1');
  expect('checksum', checksum(file));
  const config = json(meta('config'), 'config') as CanonicalConfig;
  checkValues(config, 'config');
  const parameters = new Map([...file.tensors].filter(([name]) => isParameter(name)));
  if (config.task !== undefined) {
    const { name = '', pool } = (config.task ?? {}) as TaskConfig;
    if (!tasks || !TASKS.includes(name)) {
      const expected = tasks ? `one of next, ${TASKS.join(', ')}` : "a network of the task 'next'";
      throw refuse('INVALID_CHECKPOINT', 'config.task', expected, name);
    }
    const sizes = json(meta('symbols'), 'symbols') as Record<'symbols' | 'numbers' | 'outputs', number>;
    for (const key of ['symbols', 'numbers', 'outputs'] as const)
      if (!Number.isSafeInteger(sizes?.[key]))
        throw refuse('INVALID_CHECKPOINT', `symbols.${key}`, 'a size', sizes?.[key]);
    const { symbols, numbers, outputs } = sizes;
    const vocabulary: SavedVocabulary = { unit: 'character', symbols: [], unknown: false };
    const pooled = { ...((pool === 'last' || pool === 'mean') && { pool: pool as 'last' | 'mean' }) };
    return { config, vocabulary, symbols, numbers, outputs, parameters, file, ...pooled };
  }
  const vocabulary = json(meta('vocabulary'), 'vocabulary') as SavedVocabulary;
  const code = (x: unknown) => Number.isInteger(x) && (x as number) >= 0 && (x as number) <= 0x10ffff;
  const { unit, unknown, symbols: codes } = vocabulary ?? {};
  const known = (unit === 'character' || unit === 'byte') && typeof unknown === 'boolean';
  if (!known || !Array.isArray(codes) || !codes.every(code))
    throw refuse('INVALID_CHECKPOINT', 'vocabulary', 'unit, symbols and unknown', 'something else');
  const symbols = vocabulary.symbols.length + (vocabulary.unknown ? 1 : 0);
  return { config, vocabulary, symbols, numbers: 0, outputs: symbols, parameters, file };
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
  names: { vocabulary: SavedVocabulary } | { symbols: SavedSymbols },
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
