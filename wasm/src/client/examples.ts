/** Examples in the text format of their task, see `TaskConfig.name`. What a format cannot carry is refused with its place. */
import { checkUnicode } from './arguments.js';
import { mismatch, refuse, type UnfoldError } from '../shared/errors.js';
import type { Example, TaskConfig } from '../shared/types.js';

export interface ExampleWriter {
  /** @throws UnfoldError `INVALID_TEXT` with the index and the field */
  write(example: Example, index: number): string;
  whole(written: readonly string[]): string;
  placed(error: UnfoldError): UnfoldError;
}

/** One example and its place, for errors. */
interface Placed {
  example: Example;
  at: string;
  /** Numbers a step and of an answer, as the first example has them. */
  sizes: { step: number; answer: number };
}

type Field = keyof Example;

interface Format {
  /** The fields that are read; others are refused. */
  reads: readonly Field[];
  write(placed: Placed, task: TaskConfig): string;
}

const refused = (field: string, expected: string, value: unknown) =>
  refuse('INVALID_TEXT', field, expected, value);

/** A string without what separates fields and lines. */
function text(placed: Placed, field: 'input' | 'target'): string {
  return plain(string(placed, field), `${placed.at}.${field}`);
}

function plain(value: string, field: string): string {
  const found = /[\t\n\r]/.exec(value);
  if (!found) return value;
  const came = `${JSON.stringify(found[0])} at ${found.index}`;
  throw mismatch('INVALID_TEXT', field, 'a string without tabs and line breaks', came);
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function list(value: unknown, field: string, expected: string): unknown[] {
  if (!isList(value)) throw refused(field, expected, value);
  return Array.from(value);
}

function number(value: unknown, field: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(field, 'a finite number', value);
  return String(value);
}

/** One number or several. */
function numbers(value: unknown, field: string): string[] {
  if (typeof value === 'number') return [number(value, field)];
  const items = list(value, field, 'a number or an array of numbers');
  if (!items.length) throw mismatch('INVALID_TEXT', field, 'one number or more', 'none');
  return items.map((item, i) => number(item, `${field}[${i}]`));
}

/** The numbers of each step, as many as in the first step of the first example. */
function steps({ example, at, sizes }: Placed, least: number): string[][] {
  const rows = list(example.input, `${at}.input`, 'an array of steps');
  if (rows.length < least)
    throw mismatch('INVALID_TEXT', `${at}.input`, `${least} steps or more`, `${rows.length}`);
  return rows.map((row, t) => {
    const values = numbers(row, `${at}.input[${t}]`);
    sizes.step ||= values.length;
    return sameSize(values, sizes.step, `${at}.input[${t}]`);
  });
}

function sameSize(values: string[], size: number, field: string): string[] {
  if (values.length === size) return values;
  throw mismatch('INVALID_TEXT', field, `as many numbers as the first has (${size})`, `${values.length}`);
}

const formats: Record<string, Format> = {
  generate: {
    reads: ['target', 'context'],
    write: (placed, { context = 0 }) => {
      const sequence = text(placed, 'target');
      const field = `${placed.at}.context`;
      if (context) return `${numbers(placed.example.context, field).join()}\t${sequence}`;
      if (placed.example.context === undefined) return sequence;
      throw refused(field, 'none (task.context is 0)', placed.example.context);
    },
  },
  classify: {
    reads: ['input', 'target'],
    write: (placed) => JSON.stringify({ input: string(placed, 'input'), target: label(placed) }),
  },
  tag: { reads: ['input', 'target'], write: tagged },
  translate: {
    reads: ['input', 'target'],
    write: (placed) => JSON.stringify({ input: string(placed, 'input'), target: string(placed, 'target') }),
  },
  /** Pooled: one answer. */
  answer: {
    reads: ['input', 'target'],
    write: (placed) => {
      const { example, at, sizes } = placed;
      const series = steps(placed, 1).map((values) => values.join(' '));
      const answer = numbers(example.target, `${at}.target`);
      sizes.answer ||= answer.length;
      return `${series.join()}\t${sameSize(answer, sizes.answer, `${at}.target`).join()}`;
    },
  },
  /** The next row of a series. An empty line ends it. */
  regress: {
    reads: ['input'],
    write: (placed) => steps(placed, 2).join('\n') + '\n',
  },
  notes: {
    reads: ['input'],
    write: ({ example, at }) => {
      const piece = list(example.input, `${at}.input`, 'an array of steps');
      if (piece.length < 2)
        throw mismatch('INVALID_TEXT', `${at}.input`, '2 steps or more', `${piece.length}`);
      const keys = (step: unknown, field: string) =>
        list(step, field, 'an array of keys').map((key, i) => keyOf(key, `${field}[${i}]`));
      return JSON.stringify(piece.map((step, t) => keys(step, `${at}.input[${t}]`)));
    },
  },
};

/** A text of characters, or a list of words, and a label for each. */
function tagged({ example, at }: Placed): string {
  const { input, target } = example;
  const words = isList(input);
  const steps = words ? texts(input, `${at}.input`) : [...string({ example, at }, 'input')];
  const field = `${at}.target`;
  const labels = typeof target === 'string' ? [...target] : texts(target, field);
  if (labels.length !== steps.length)
    throw mismatch('INVALID_TEXT', field, `${steps.length} labels, one a step`, `${labels.length}`);
  return JSON.stringify({ input: words ? steps : input, target: labels });
}

/** Of a list, each with a character or more. */
function texts(value: unknown, field: string): string[] {
  return list(value, field, 'a list of texts, one a step').map((item, i) =>
    filled(item, `${field}[${i}]`, 'a string of one character or more'),
  );
}

function filled(value: unknown, field: string, expected: string): string {
  if (typeof value !== 'string' || value === '') throw refused(field, expected, value);
  checkUnicode('INVALID_TEXT', field, value);
  return value;
}

const string = ({ example, at }: Pick<Placed, 'example' | 'at'>, field: 'input' | 'target') =>
  filled(example[field], `${at}.${field}`, 'a string of one symbol or more');

/** Of classify: a string, a number or a truth value. */
function label(placed: Placed): string {
  const { target } = placed.example;
  const plain = typeof target === 'boolean' || (typeof target === 'number' && Number.isFinite(target));
  return plain ? String(target) : string(placed, 'target');
}

function keyOf(key: unknown, field: string): number {
  if (Number.isInteger(key) && Number(key) >= 0 && Number(key) < 128) return Number(key);
  throw refused(field, 'a key, 0 to 87, or a MIDI note, 21 to 108', key);
}

/** @throws UnfoldError `INVALID_TEXT` for a task that learns from a text */
export function writerOf(task: TaskConfig): ExampleWriter {
  const { name = 'next', pooling = 'none' } = task;
  if (name === 'next')
    throw mismatch('INVALID_TEXT', 'dataset', 'a text, which the task next learns from', 'examples');
  const pooled = name === 'regress' && pooling !== 'none';
  // The engine refuses the configuration of a task that it does not know.
  const format = Object.hasOwn(formats, name) ? formats[pooled ? 'answer' : name] : undefined;
  const sizes = { step: 0, answer: 0 };
  return {
    write(example, index) {
      const at = `dataset[${index}]`;
      if (typeof example !== 'object' || !example) throw refused(at, 'an example', example);
      if (!format) return '';
      const { reads } = format;
      const other = Object.entries(example).find(
        ([field, value]) => value !== undefined && !(reads as readonly string[]).includes(field),
      );
      if (other)
        throw refused(`${at}.${other[0]}`, `${reads.join(' and ')} alone, which ${name} reads`, other[1]);
      return format.write({ example, at, sizes }, task);
    },
    whole: (written) => (name === 'notes' ? `{"train":[${written.join()}]}` : bare(written.join('\n'))),
    placed: (error) => placedIn(error, name === 'regress' && !pooled),
  };
}

/** A byte order mark at the beginning would be dropped; of two, one stays. */
const bare = (lines: string) => (lines.startsWith('\uFEFF') ? `\uFEFF${lines}` : lines);

/** Line n + 1, or piece n, is example n. */
function placedIn(error: UnfoldError, rows: boolean): UnfoldError {
  const found = /^text (?:line (\d+)|train\[(\d+)\](.*))$/s.exec(error.field ?? '');
  if (error.code !== 'INVALID_TEXT' || !found || rows) return error;
  const field = found[1] ? `dataset[${Number(found[1]) - 1}]` : `dataset[${found[2]}].input${found[3]}`;
  const { expected = '', actual = '' } = error;
  return mismatch('INVALID_TEXT', field, expected, actual);
}
