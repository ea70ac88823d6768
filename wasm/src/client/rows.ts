/** Rows that come as JSON, as the text that the engine reads of their task. */
import { mismatch, refuse, type UnfoldError } from '../shared/errors.js';
import type { TaskConfig } from '../shared/types.js';

interface Rows {
  text: string;
  /** Lines before that of the first row. */
  before: number;
}

type Row = Record<string, unknown>;

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tasks whose examples may be objects, one a line. */
const OBJECTS = ['classify', 'tag', 'translate'];

/** White space, and what comes first behind it. */
const HEAD = 64;

/** Of a copy: browsers refuse to decode shared memory, which a page hands over long texts in. */
const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice());

/**
 * An array of objects as JSON Lines or, for a table, as CSV; for a table also an object a line, and an array of rows of
 * numbers. Undefined of every other text, which the engine reads as it is.
 * @param task called where the text may be one of these
 * @throws UnfoldError `INVALID_TEXT` for a web page, and with the row where a table cannot be made of it
 */
export function rowsOf(text: Uint8Array, task: () => TaskConfig): Rows | undefined {
  const head = decoded(text.subarray(0, HEAD)).trimStart();
  const isPage = /^<(!doctype html|html)\b/i.test(head);
  if (!isPage && !/^[[{]/.test(head)) return undefined;
  const { name = 'next', pooling = 'none' } = task();
  if (isPage && ['next', 'generate'].includes(name)) return undefined;
  if (isPage) throw mismatch('INVALID_TEXT', 'dataset', `examples of the task ${name}`, 'an HTML page');
  const isTable = name === 'regress' && pooling === 'none';
  if (isTable) return tableOf(head.startsWith('[') ? parsed(text) : parsedLines(text));
  if (!OBJECTS.includes(name) || head.startsWith('{')) return undefined;
  try {
    const rows = parsed(text);
    if (!rows.every(isRow)) return undefined;
    return { text: rows.map((row) => `${JSON.stringify(row)}\n`).join(''), before: 0 };
  } catch {
    return undefined; // lines that begin with a bracket
  }
}

/** The error of the engine, of a line of the text that was made, as one of its row. */
export function placedRow(error: UnfoldError, { before }: Rows): UnfoldError {
  const { code, field = '', expected = '', actual = '' } = error;
  const [, line] = /^text line (\d+)$/.exec(field) ?? [];
  return line === undefined || Number(line) <= before
    ? error
    : mismatch(code, `dataset[${Number(line) - before - 1}]`, expected, actual);
}

function parsed(text: Uint8Array): unknown[] {
  try {
    return JSON.parse(decoded(text)) as unknown[]; // it begins with a bracket
  } catch (error) {
    throw mismatch(
      'INVALID_TEXT',
      'dataset',
      'a table, or an array of rows in JSON',
      (error as Error).message,
    );
  }
}

function parsedLines(text: Uint8Array): unknown[] {
  const lines = decoded(text).split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line.replace(/[,;]\s*$/, '')) as unknown];
    } catch {
      throw mismatch('INVALID_TEXT', `text line ${i + 1}`, 'an object of JSON', `'${line}'`);
    }
  });
}

/** Objects with one header for all of them; arrays of numbers, and numbers, without. */
function tableOf(rows: unknown[]): Rows {
  const lines = (cells: unknown[][]) =>
    cells.map((row, i) => row.map((value) => cell(value, `dataset[${i}]`)).join());
  if (!rows.every(isRow)) return { text: lines(rows.map(listOf)).join('\n'), before: 0 };
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const header = names.map((name) => cell(name, 'dataset')).join();
  const table = rows.map((row, i) => names.map((name) => cell(row[name], `dataset[${i}].${name}`)).join());
  return { text: [header, ...table].join('\n'), before: 1 };
}

function listOf(row: unknown, i: number): unknown[] {
  if (Array.isArray(row)) return row;
  if (typeof row === 'number' || row === null) return [row];
  throw refuse('INVALID_TEXT', `dataset[${i}]`, 'a row of numbers, like the others', row);
}

function cell(value: unknown, place: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `"${value.replaceAll('"', '""').replaceAll(/[\r\n]/g, ' ')}"`;
  throw refuse('INVALID_TEXT', place, 'a number, a string or null', value);
}
