/** From lines to what a model is asked, in the format that its training examples have. */
import { type Model, type PredictRequest, type TableRows, UnfoldError } from 'unfold-rnn';
import type { Piece } from 'unfold-rnn/midi';

export interface Query {
  request: PredictRequest;
  /** Why it cannot be asked. */
  error?: UnfoldError;
  /** What was read from a MIDI file. */
  piece?: Piece;
  /** It is a series of this table, and answered with rows as CSV. */
  table?: TableRows;
  series?: number;
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
  const table = await model.readTable(text, { steps });
  const { series, dates, future } = table;
  const queries = series.map((input, at) => ({
    request: { input, ...(future && { future: future[at]! }) },
    table,
    series: at,
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
