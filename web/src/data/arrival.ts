// A file that is a table, or texts with labels: it is shown as it would be read before anything learns from it.
import { signal } from '@preact/signals';
import { open } from '../app/dialogs';
import { wanted } from '../app/store';
import { settingsIn } from '../settings/state';
import { taskOf } from '../tasks';
import { SIZE_LIMIT } from './corpus';

/** The file that the preview shows. */
export const arrived = signal<File | null>(null);

const TABLES = /\.(csv|tsv|tab|jsonl|ndjson|conllu?)$/i;
const HEAD = 4096;
/** Lines that must all have as many tabs. */
const LINES = 5;

/** A text, and music, may be used at once; what is too large is refused at once. */
export async function needsPreview(file: File): Promise<boolean> {
  if (file.size > SIZE_LIMIT) return false;
  if (TABLES.test(file.name)) return true;
  const { source, music } = taskOf(settingsIn(wanted.peek()));
  if (music || source === 'examples') return !music;
  const head = await file.slice(0, HEAD).text();
  if (/^\s*\[?\s*\{\s*"/.test(head)) return true; // rows in JSON
  const [first, ...others] = head
    .split(/\r\n?|\n/)
    .slice(0, -1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').length);
  return first! > 1 && others.length >= LINES && others.every((count) => count === first);
}

export function showPreview(file: File): void {
  arrived.value = file;
  open('preview');
}
