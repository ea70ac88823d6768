// A file that is a table, or texts with labels: it is shown as it would be read before anything learns from it.
import { signal } from '@preact/signals';
import { open } from '../app/dialogs';
import { wanted } from '../app/store';
import { settingsIn } from '../settings/state';
import { taskOf } from '../tasks';
import type { ReadFile } from './encoding';

/** The file that the preview shows; `plain`: only its encoding is in question. */
export const arrived = signal<{ read: ReadFile; plain: boolean } | null>(null);

const TABLES = /\.(csv|tsv|tab|jsonl|ndjson|conllu?)$/i;
const HEAD = 4096;
/** Lines, beside the first one, that must all have as many fields. */
const LINES = 3;

/** A text, and music, may be used at once, unless its encoding has to be guessed. */
export async function needsPreview(read: ReadFile): Promise<'plain' | 'table' | undefined> {
  if (await isData(read.file)) return 'table';
  return read.assumed ? 'plain' : undefined;
}

/** Whether a file is a table, or examples of the task at hand. */
async function isData(file: File): Promise<boolean> {
  if (TABLES.test(file.name)) return true;
  const { source, music } = taskOf(settingsIn(wanted.peek()));
  if (music || source === 'examples') return !music;
  const head = await file.slice(0, HEAD).text();
  if (/^\s*\[?\s*\{\s*"/.test(head)) return true; // rows in JSON
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  if (file.size > HEAD) lines.pop(); // it goes on
  return lines.length > LINES && isTable(lines);
}

const NUMBER = /^"?\s*[-+]?\d[\d.,  ]*%?\s*"?$/;

/** Lines of as many fields each: behind tabs; or behind semicolons or commas, with a column of numbers below the first line. */
function isTable(lines: readonly string[]): boolean {
  return ['\t', ';', ','].some((separator) => {
    const [first = [], ...rows] = lines.map((line) => line.split(separator));
    if (first.length < 2 || rows.some((row) => row.length !== first.length)) return false;
    return separator === '\t' || first.some((_, column) => rows.every((row) => NUMBER.test(row[column]!)));
  });
}

export function showPreview(read: ReadFile, plain: boolean): void {
  arrived.value = { read, plain };
  open('preview');
}
