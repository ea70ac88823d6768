// Gestures as a table in long form: a row is a moment of a stroke, with the number of the stroke and its label.
import { COLUMNS, type Source } from './strokes';

export interface Gesture {
  name: string;
  strokes: number[][][];
}

export interface Gestures {
  source: Source;
  list: readonly Gesture[];
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const DIGITS = 4;

export function toCsv({ source, list }: Gestures): string {
  const lines = [['id', 't', ...COLUMNS[source], 'label'].join()];
  let id = 0;
  for (const { name, strokes } of list)
    for (const stroke of strokes) {
      stroke.forEach((row, t) =>
        lines.push([id, t, ...row.map((value) => +value.toFixed(DIGITS)), quoted(name)].join()),
      );
      id++;
    }
  return `${lines.join('\n')}\n`;
}

/** The fields of a line; a comma, a quote and a doubled quote within quotes are text. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, within, plain]) => within?.replaceAll('""', '"') ?? plain ?? '',
  );

/** Null of a table that `toCsv` has not written. */
export function fromCsv(text: string): Gestures | null {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = fieldsOf(head);
  const source = (['pointer', 'motion'] as const).find(
    (one) => names.join() === ['id', 't', ...COLUMNS[one], 'label'].join(),
  );
  if (!source) return null;
  const gestures = new Map<string, Map<string, number[][]>>();
  for (const line of lines) {
    if (line === '') continue;
    const fields = fieldsOf(line);
    const [id = '', label = ''] = [fields[0], fields.at(-1)];
    const row = fields.slice(2, -1).map(Number);
    if (fields.length !== names.length || label === '' || !row.every(Number.isFinite)) return null;
    const strokes = gestures.get(label) ?? new Map<string, number[][]>();
    gestures.set(label, strokes.set(id, [...(strokes.get(id) ?? []), row]));
  }
  const list = [...gestures].map(([name, strokes]) => ({ name, strokes: [...strokes.values()] }));
  return list.length > 0 ? { source, list } : null;
}
