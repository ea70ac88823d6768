/** From lines to what a model is asked, in the format that its training examples have. */
import { type Model, type PredictRequest, UnfoldError } from 'unfold-rnn';
import type { Piece } from 'unfold-rnn/midi';

export interface Query {
  request: PredictRequest;
  /** Why it cannot be asked. */
  error?: UnfoldError;
  /** A series of CSV rows is answered with rows, under its own names. */
  series?: boolean;
  /** What was read from a MIDI file. */
  piece?: Piece;
  header?: string[];
  /** How the rows are written: as those of the table that was read. */
  notation?: Notation;
  /** Of a forecast. */
  dates?: { column: string; next: string[] };
}

interface Notation {
  separator: string;
  decimal: string;
}

export function queriesOf(lines: string[], model: Model): Query[] {
  const { data, config } = model.info;
  const { name, pooling = 'none' } = config.task as { name: string; pooling?: string };
  if (name === 'generate')
    return lines.map((line) => queryOf(() => ({ request: { context: numbersOf('context', line, /,/) } })));
  if (!data!.numbers) return lines.map((line) => ({ request: { input: line } }));
  if (name === 'regress' && pooling !== 'none' && !/^\s*\[/.test(lines[0] ?? ''))
    return lines.filter(Boolean).map((line) => queryOf(() => pooledQuery(line)));
  return lines.filter(Boolean).map((line) => queryOf(() => jsonQuery(line)));
}

function queryOf(make: () => Query): Query {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnfoldError) return { request: {}, error };
    throw error;
  }
}

/** A table, read as the model's own was: a query for each of its series. */
export async function tableQueries(
  text: string,
  model: Model,
  steps: number,
): Promise<{ queries: Query[]; notes: string[] }> {
  const { series, targets, header, dates, future, separator, decimal } = await model.readTable(text, {
    steps,
  });
  const notation = { separator: separatorOf(separator, decimal), decimal };
  const named = header || targets.some((name, i) => name !== `column ${i + 1}`);
  const queries = series.map((input, i) => ({
    request: { input, ...(future && { future: future[i]! }) },
    series: true,
    notation,
    ...(named && { header: targets }),
    ...(dates?.next && { dates: { column: dates.column, next: dates.next[i]! } }),
  }));
  const notes = dates?.reason ? [`The forecast has no dates (${dates.column}): ${dates.reason}.`] : [];
  return { queries, notes };
}

/** A series a line: commas between steps, spaces between the numbers of a step, and an answer that is not read. */
function pooledQuery(line: string): Query {
  const [series = ''] = line.split(/[\t;]/);
  return { request: { input: series.split(',').map((step) => numbersOf('input', step, / +/)) } };
}

function jsonQuery(line: string): Query {
  try {
    return { request: { input: JSON.parse(line) as number[][] } };
  } catch {
    throw refusal('input', 'rows of numbers as JSON, or a CSV file', line);
  }
}

export function refusal(field: string, expected: string, came: string): UnfoldError {
  const actual = `'${came.length > 60 ? `${came.slice(0, 59)}…` : came}'`;
  const message = `${field}: expected ${expected}, got ${actual}`;
  return new UnfoldError('INVALID_ARGUMENT', message, { field, expected, actual });
}

const isNumber = (field: string) => field.trim() !== '' && Number.isFinite(Number(field));

const numbersOf = (field: string, line: string, separator: RegExp) =>
  line
    .trim()
    .split(separator)
    .map((text, i) => {
      if (isNumber(text)) return Number(text);
      throw refusal(field, `a number in column ${i + 1}`, text);
    });

/** Further numbers beside each number of a row: `names` of them. */
export interface Besides {
  names: string[];
  rows: number[][][];
}

/** Between columns: of a table of one, whatever its numbers leave. */
function separatorOf(name: string, decimal: string): string {
  if (name === 'none') return decimal === ',' ? ';' : ',';
  return name === 'tab' ? '\t' : name === 'space' ? ' ' : name;
}

/** `month,sales,sales_0.1,sales_0.9` and rows of these. */
export function csvOf(rows: number[][], { header, dates, notation }: Query, besides?: Besides): string {
  const { separator, decimal } = notation ?? { separator: ',', decimal: '.' };
  const dated = dates?.next.length === rows.length ? dates : undefined;
  const names = header?.flatMap((name) => [name, ...(besides?.names ?? []).map((more) => `${name}_${more}`)]);
  const lines = rows.map((row, t) => [
    ...(dated ? [dated.next[t]!] : []),
    ...row
      .flatMap((x, k) => [x, ...(besides?.rows[t]?.[k] ?? [])])
      .map((x) => String(shortest(x)).replace('.', decimal)),
  ]);
  const first = names ? [[...(dated ? [dated.column] : []), ...names]] : [];
  const quoted = (field: string) =>
    field.includes(separator) || /["\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return [...first, ...lines].map((fields) => fields.map(quoted).join(separator)).join('\n');
}

/** Digits that tell any number of the engine, which computes in float32, from the next. */
const MOST_DIGITS = 9;

function shortest(x: number): number {
  for (let digits = 6; digits < MOST_DIGITS; ++digits) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === Math.fround(x)) return short;
  }
  return Number(x.toPrecision(MOST_DIGITS));
}
