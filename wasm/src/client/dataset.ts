/** What a model learns from, as UTF-8 in the format of its task: the engine reads nothing else. */
import { encode, toJson } from './arguments.js';
import { type ExampleWriter, writerOf } from './examples.js';
import { placedRow, rowsOf } from './rows.js';
import { reasonOf } from './stream.js';
import { mismatch, refuse, type UnfoldError } from '../shared/errors.js';
import type { BlobLike, Config, Dataset, Example, TaskConfig } from '../shared/types.js';

export interface Source {
  text: Uint8Array<ArrayBuffer>;
  /** Made here: it may move to the worker. */
  own: boolean;
  /** The error of the engine, of a place in the text, as one of a place in the dataset. */
  placed(error: UnfoldError): UnfoldError;
}

const asItIs = (error: UnfoldError) => error;
const WANTED = 'a string, UTF-8 bytes, a Blob, an iterable of these or an array of examples';

/** The task of a configuration, with its settings. */
export function taskOf({ task }: Pick<Config, 'task'>): TaskConfig {
  return typeof task === 'object' ? task : { name: task ?? 'next' };
}

/** Whether the engine makes the examples of a configuration. */
export function isGenerated({ dataset }: Pick<Config, 'dataset'>): boolean {
  return typeof dataset === 'object' ? dataset?.name !== undefined : dataset !== undefined;
}

/** Whether bytes begin with the byte order mark of UTF-16, which no UTF-8 does. */
const isUtf16 = ([first, second]: Uint8Array) =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

function ofUtf16(bytes: Uint8Array): string {
  try {
    return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
  } catch {
    throw mismatch('INVALID_TEXT', 'dataset', 'UTF-16', 'other bytes');
  }
}

/** `config`: of the model; asked for where the dataset is examples, may be rows in JSON, or UTF-16. */
export async function readDataset(
  dataset: Dataset,
  config: () => Config,
  signal?: AbortSignal,
): Promise<Source> {
  const task = () => taskOf(config());
  const raw = () => config().unit === 'byte';
  const textSource = (given: string | Uint8Array, own: boolean): Source => {
    const text = encode(given, 'dataset');
    const rows = rowsOf(text, task);
    if (!rows) return { text, own, placed: asItIs };
    return { text: encode(rows.text), own: true, placed: (error) => placedRow(error, rows) };
  };
  if (typeof dataset === 'string') return textSource(dataset, true);
  const bytesSource = (bytes: Uint8Array, own: boolean) =>
    isUtf16(bytes) && !raw() ? textSource(ofUtf16(bytes), true) : textSource(bytes, own);
  if (dataset instanceof Uint8Array) return bytesSource(dataset, false);
  if (isBlob(dataset)) return bytesSource(new Uint8Array(await dataset.arrayBuffer()), true);
  if (!isIterable(dataset)) throw refuse('INVALID_TEXT', 'dataset', WANTED, dataset);
  const pieces: (string | Uint8Array)[] = [];
  let writer: ExampleWriter | undefined;
  let rows: unknown[] | undefined;
  let index = 0;
  for await (const item of dataset) {
    if (signal?.aborted) throw reasonOf(signal);
    if (index === 0 && isRow(item, task)) rows = [];
    else if (index === 0 && isExample(item)) writer = writerOf(task());
    if (rows) rows.push(ArrayBuffer.isView(item) ? Array.from(item as Uint8Array) : item);
    else if (writer) pieces.push(writer.write(item as Example, index));
    else if (typeof item === 'string' || item instanceof Uint8Array) pieces.push(item);
    else
      throw refuse(
        'INVALID_TEXT',
        `dataset[${index}]`,
        'a string, a Uint8Array or an example, such as { input, target }',
        item,
      );
    ++index;
  }
  if (index === 0) throw mismatch('INVALID_TEXT', 'dataset', 'at least one example', 'an empty list');
  if (rows) return textSource(toJson(rows, 'dataset'), true);
  if (!writer) return textSource(joined(areLines(pieces, task) ? linesOf(pieces) : pieces), true);
  return { text: encode(writer.whole(pieces as string[]), 'dataset'), own: true, placed: writer.placed };
}

/** Strings without a line break among them are examples, a line each; where one is broken, they are pieces of a text. */
function areLines(pieces: readonly (string | Uint8Array)[], task: () => TaskConfig): pieces is string[] {
  if (pieces.length < 2 || !pieces.every((piece) => typeof piece === 'string' && !/[\r\n]/.test(piece)))
    return false;
  // An array in JSON has no line breaks either.
  const { name } = task();
  return name !== 'next' && name !== 'notes' && !/^\s*\[/.test(pieces[0] as string);
}

const linesOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** A row of a table, or a labelled text under other names than those of an example, as the JSON of such may be. */
function isRow(item: unknown, task: () => TaskConfig): boolean {
  if (!isObject(item) || item instanceof Uint8Array) return false;
  if (['input', 'target', 'context'].some((field) => field in item)) return false;
  const { name = 'next', pooling = 'none' } = task();
  const isTable = name === 'regress' && pooling === 'none';
  return isTable || (!Array.isArray(item) && ['classify', 'tag', 'translate'].includes(name));
}
const isExample = (item: unknown) => isObject(item) && !(item instanceof Uint8Array) && !Array.isArray(item);

function isBlob(dataset: unknown): dataset is BlobLike {
  return isObject(dataset) && 'arrayBuffer' in dataset && typeof dataset.arrayBuffer === 'function';
}

function isIterable(dataset: unknown): dataset is Iterable<unknown> | AsyncIterable<unknown> {
  return isObject(dataset) && (Symbol.iterator in dataset || Symbol.asyncIterator in dataset);
}

/** One text of pieces, which may end in the middle of a character, as bytes and as halves of a surrogate pair. */
function joined(pieces: readonly (string | Uint8Array)[]): string | Uint8Array {
  const parts: Uint8Array[] = [];
  let run = '';
  const flush = () => {
    if (run) parts.push(encode(`\uFEFF${run}`, 'dataset')); // the mark goes; one of the text stays
    run = '';
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') run += piece;
    else {
      flush();
      parts.push(piece);
    }
  }
  if (parts.length === 0) return run;
  flush();
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
