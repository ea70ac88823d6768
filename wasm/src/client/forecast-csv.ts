import { checkWhole, requireObject } from './arguments.js';
import { mismatch } from '../shared/errors.js';
import type { AnyPrediction, TableRows } from '../shared/types.js';

/** Digits that tell any number of the engine, which computes in float32, from the next. */
const MOST_DIGITS = 9;

function shortest(x: number): string {
  for (let digits = 6; digits < MOST_DIGITS; ++digits) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === Math.fround(x)) return String(short);
  }
  return String(Number(x.toPrecision(MOST_DIGITS)));
}

/** Between columns: of a table of one, whatever its numbers leave. */
function separatorOf({ separator, decimal }: TableRows): string {
  if (separator === 'none') return decimal === ',' ? ';' : ',';
  return separator === 'tab' ? '\t' : separator === 'space' ? ' ' : separator;
}

/** What stands in columns of its own after a predicted number: every quantile but the answer, or the deviation. */
function besides(answer: AnyPrediction, quantiles: readonly number[]) {
  const bands = answer.forecast ? answer.forecastQuantiles : answer.quantiles;
  const deviations = answer.forecast ? answer.forecastDeviations : answer.deviations;
  if (deviations) return { names: ['sd'], rows: deviations.map((row) => row.map((sd) => [sd])) };
  const others = quantiles.map((_, k) => k).filter((k) => k !== (quantiles.length - 1) / 2);
  if (!bands) return { names: [], rows: [] };
  return {
    names: others.map((k) => String(quantiles[k])),
    rows: bands.map((row) => row.map((all) => others.map((k) => all[k]!))),
  };
}

/**
 * What `Model.predict` answered for a series of a table, as CSV in the table's notation: a header where the table has
 * one, the dates that come next where `readTable(…, { steps })` found them, the predicted columns, and the quantiles or
 * deviations of each (`Sales_0.1`, `Sales_sd`). `series`: which one of the table, from 0; default 0. `quantiles`: the
 * model's `task.quantiles`, if it predicts any. Throws `INVALID_ARGUMENT`.
 */
export function forecastCsv(
  table: TableRows,
  answer: AnyPrediction,
  options: { series?: number; quantiles?: readonly number[] } = {},
): string {
  requireObject(table, undefined, 'table');
  requireObject(answer, undefined, 'answer');
  const { series = 0, quantiles = [] } = requireObject(options, ['series', 'quantiles']);
  checkWhole('series', series, 0, table.series.length - 1);
  const rows = answer.forecast ?? answer.values;
  if (!rows)
    throw mismatch('INVALID_ARGUMENT', 'answer', 'a prediction with values or a forecast', 'another');
  const { targets, header, decimal, dates } = table;
  const separator = separatorOf(table);
  const next = dates?.next?.[series];
  const dated = next?.length === rows.length ? next : undefined;
  const more = besides(answer, quantiles);
  const lines = rows.map((row, t) => [
    ...(dated ? [dated[t]!] : []),
    ...row.flatMap((x, k) => [x, ...(more.rows[t]?.[k] ?? [])]).map((x) => shortest(x).replace('.', decimal)),
  ]);
  const named = header || targets.some((name, i) => name !== `column ${i + 1}`);
  const names = targets.flatMap((name) => [name, ...more.names.map((kind) => `${name}_${kind}`)]);
  const first = named ? [[...(dated ? [dates!.column] : []), ...names]] : [];
  const quoted = (field: string) =>
    field.includes(separator) || /["\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return [...first, ...lines].map((fields) => fields.map(quoted).join(separator)).join('\n');
}
