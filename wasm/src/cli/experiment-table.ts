/** The results of an experiment as a table: means over the seeds, with their 95 % intervals. */
import { spelled } from './experiment-file.js';
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

/** A line for each variant, the best first, under a line of names. */
export function rowsOf(results: Result[]): string[][] {
  const variants = new Map<string, Result[]>();
  for (const result of results) {
    const others = variants.get(result.variant) ?? [];
    variants.set(result.variant, [...others, result]);
  }
  const [first] = results;
  if (!first) return [];
  const paths = Object.keys(first.settings);
  const scale = first.bits ? 1 / Math.LN2 : 1;
  const unit = first.bits ? 'bits' : 'loss';
  const tests = results.some(({ test }) => test !== null);
  const shares = results.some(({ accuracy }) => accuracy !== null);
  const ranked = (runs: Result[]) =>
    meanOf(runs.map(({ validation, test }) => validation ?? test ?? Infinity)).mean;
  const head = [
    ...paths,
    ...['parameters', 'runs', `validation, ${unit}`],
    ...(tests ? [`test, ${unit}`] : []),
    ...(shares ? ['right, %'] : []),
    ...['best step', 'minutes'],
  ];
  const lines = [...variants.values()]
    .sort((a, b) => ranked(a) - ranked(b))
    .map((runs) => [
      ...paths.map((path) => spelled(runs[0]!.settings[path])),
      String(runs[0]!.parameters),
      String(runs.length),
      written(
        runs.map(({ validation }) => validation),
        scale,
      ),
      ...(tests
        ? [
            written(
              runs.map(({ test }) => test),
              scale,
            ),
          ]
        : []),
      ...(shares
        ? [
            written(
              runs.map(({ accuracy }) => accuracy),
              100,
            ),
          ]
        : []),
      bestSteps(runs),
      (runs.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(1),
    ]);
  return [head, ...lines];
}

function bestSteps(runs: Result[]): string {
  const steps = runs.flatMap(({ bestStep }) => bestStep ?? []);
  return steps.length ? String(Math.round(meanOf(steps).mean)) : '–';
}

export const FORMATS = ['text', 'markdown', 'csv', 'latex'] as const;
export type Format = (typeof FORMATS)[number];

export function tableOf(results: Result[], format: Format): string {
  const [head, ...lines] = rowsOf(results);
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
