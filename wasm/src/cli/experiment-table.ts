/** The results of an experiment as a table: means over the seeds, with their 95 % intervals. */
import { type Experiment, type Published, spelled } from './experiment-file.js';
import type { Result } from './experiment-run.js';

/** Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const STUDENT = [
  ...[12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228],
  ...[2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086],
  ...[2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042],
];

/** For more degrees of freedom than the table has; off by less than 0.001. */
const studentBeyond = (degrees: number) => 1.96 + 2.4 / degrees;

export interface Mean {
  mean: number;
  /** Half of the 95 % interval; null of a single value. */
  interval: number | null;
}

export function meanOf(values: number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, interval: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, interval: (STUDENT[n - 2] ?? studentBeyond(n - 1)) * Math.sqrt(variance / n) };
}

const figure = (value: number) =>
  Math.abs(value) >= 1e5 ? value.toExponential(3) : value.toFixed(Math.abs(value) < 10 ? 4 : 2);

function written(values: (number | null)[], scale = 1): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return '–';
  const { mean, interval } = meanOf(known.map((value) => value * scale));
  return interval === null ? figure(mean) : `${figure(mean)} ± ${figure(interval)}`;
}

/** A column of the table: its name, and what it says of a variant. */
type Column = [name: string, of: (runs: Result[]) => string];

/**
 * A line for each variant, the best first, under a line of names. `results` are of the runs that count, `others` of those
 * that were made to choose among values (see `Experiment.search`), whose minutes are told too.
 */
export function rowsOf(
  results: Result[],
  others: Result[] = [],
  { published = {}, baseline }: Pick<Partial<Experiment>, 'published' | 'baseline'> = {},
): string[][] {
  const variants = new Map<string, Result[]>();
  for (const result of results) {
    const known = variants.get(result.variant) ?? [];
    variants.set(result.variant, [...known, result]);
  }
  const [first] = results;
  if (!first) return [];
  const columns = columnsOf(results, others, published, variants.get(baseline ?? ''));
  const ranked = (runs: Result[]) =>
    meanOf(runs.map(({ validation, test }) => validation ?? test ?? Infinity)).mean;
  const lines = [...variants.values()]
    .sort((a, b) => ranked(a) - ranked(b))
    .map((runs) => columns.map(([, of]) => of(runs)));
  return [columns.map(([name]) => name), ...lines];
}

function columnsOf(
  results: Result[],
  others: Result[],
  published: Record<string, Published>,
  baseline: Result[] | undefined,
): Column[] {
  const first = results[0]!;
  const scale = first.bits ? 1 / Math.LN2 : 1;
  const unit = first.bits ? 'bits' : 'loss';
  const some = (of: (result: Result) => unknown) => results.some((result) => of(result) !== null);
  const means =
    (of: (result: Result) => number | null, factor = 1) =>
    (runs: Result[]) =>
      written(runs.map(of), factor);
  const columns: Column[] = [
    ...Object.keys(first.settings).map((path): Column => [path, ([run]) => spelled(run!.settings[path])]),
    ...Object.keys(first.searched).map((path): Column => [path, ([run]) => spelled(run!.searched[path])]),
    ['parameters', ([run]) => String(run!.parameters)],
    ['runs', (runs) => String(runs.length)],
    [`validation, ${unit}`, means(({ validation }) => validation, scale)],
  ];
  if (baseline)
    columns.push([
      `difference to ${baseline[0]!.variant}, by seed`,
      (runs) =>
        runs[0]!.variant === baseline[0]!.variant ? '–' : written(differences(runs, baseline), scale),
    ]);
  if (some(({ test }) => test)) columns.push([`test, ${unit}`, means(({ test }) => test, scale)]);
  if (some(({ accuracy }) => accuracy)) columns.push(['right, %', means(({ accuracy }) => accuracy, 100)]);
  for (const name of Object.keys(first.also)) {
    columns.push([`${name}, ${unit}`, means(({ also }) => also[name]?.loss ?? null, scale)]);
    if (some(({ also }) => also[name]?.accuracy ?? null))
      columns.push([`${name}, right %`, means(({ also }) => also[name]?.accuracy ?? null, 100)]);
  }
  if (Object.keys(published).length)
    columns.push([
      'published',
      ([run]) => {
        const known = published[run!.variant];
        return known ? `${known.value}${known.unit ? ` ${known.unit}` : ''} (${known.source})` : '–';
      },
    ]);
  columns.push(['best step', bestSteps], ['minutes', minutes]);
  if (others.length)
    columns.push([
      'search, minutes',
      ([run]) => minutes(others.filter(({ variant }) => variant === run!.variant)),
    ]);
  return columns;
}

/** Of the validations of one seed each: what varies with the seed falls out. */
const differences = (runs: Result[], baseline: Result[]) =>
  runs.map(({ seed, validation }) => {
    const other = baseline.find((run) => run.seed === seed)?.validation ?? null;
    return validation === null || other === null ? null : validation - other;
  });

const minutes = (runs: Result[]) => (runs.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(1);

function bestSteps(runs: Result[]): string {
  const steps = runs.flatMap(({ bestStep }) => bestStep ?? []);
  return steps.length ? String(Math.round(meanOf(steps).mean)) : '–';
}

export const FORMATS = ['text', 'markdown', 'csv', 'latex'] as const;
export type Format = (typeof FORMATS)[number];

/** See `rowsOf`. */
export function tableOf(rows: string[][], format: Format): string {
  const [head, ...lines] = rows;
  if (!head) return '';
  if (format === 'csv') return [head, ...lines].map((row) => row.map(quoted).join()).join('\n');
  if (format === 'markdown')
    return [head, head.map(() => '---'), ...lines]
      .map((row) => `| ${row.map((field) => field.replaceAll('|', '\\|')).join(' | ')} |`)
      .join('\n');
  if (format === 'latex') return latexOf(head, lines);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((row) => row[i]!.length)));
  return [head, ...lines]
    .map((row) =>
      row
        .map((field, i) => field.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const quoted = (field: string) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function latexOf(head: string[], lines: string[][]): string {
  const row = (fields: string[]) => `${fields.map(escaped).join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{${'l'.repeat(head.length)}}`,
    '\\hline',
    ...[row(head), '\\hline'],
    ...lines.map(row),
    ...['\\hline', '\\end{tabular}'],
  ].join('\n');
}

const escaped = (field: string) =>
  field
    .replace(/[\\{}]/g, '')
    .replace(/[%&#_$]/g, '\\$&')
    .replaceAll('±', '$\\pm$')
    .replaceAll('–', '--');
