/** How a file would be read, before anything is trained. */
import { type ColumnPreview, type Config, type DatasetPreview, previewDataset } from 'unfold-rnn';
import { configOf, configOptions } from './config.js';
import { print } from './files.js';
import type { Arguments, Command } from './options.js';
import { counted } from './progress.js';
import { encodingOption, placed, readingOf, readTexts } from './texts.js';

const { config, task, inputs, targets, ignore, id, dates, missing, label, header, unknown } = configOptions;
const { 'max-length': longest, truncate } = configOptions;

export const preview: Command = {
  summary:
    'Shows how files would be read: format, columns and what becomes of each, missing values, the first rows.\n' +
    'Without --task: classify where each line has a text and one of few labels, else regress.',
  operands: ['[text…]'],
  options: {
    ...{ config: config!, task: { ...task!, help: 'what is to be learned, see wasm/api.md' } },
    ...{ inputs: inputs!, targets: targets!, ignore: ignore!, id: id!, dates: dates!, missing: missing! },
    ...{ label: label!, header: header!, unknown: unknown!, 'max-length': longest!, truncate: truncate! },
    ...encodingOption,
  },
  run: runPreview,
};

async function runPreview(args: Arguments): Promise<number> {
  const wanted = await configOf(args);
  const texts = await readTexts(args.operands, readingOf(args, wanted.unit === 'byte'));
  const shownAs = (task: NonNullable<Config['task']>) =>
    previewDataset({ ...wanted, task }, texts.bytes, { ...args.runtime, threads: 1, worker: false });
  const shown = await (wanted.task === undefined ? likeliest(shownAs) : shownAs(wanted.task)).catch(
    (error: unknown) => {
      throw placed(error, texts);
    },
  );
  if (args.flag('json')) await print(`${JSON.stringify(shown)}\n`);
  else await print(`${[...texts.notes, ...linesOf(inOptions(shown, args))].join('\n')}\n`);
  return 0;
}

/** With the options of the command line for the fields that the engine names. */
const inOptions = ({ columns, notes, ...shown }: DatasetPreview, args: Arguments): DatasetPreview => ({
  ...shown,
  notes: notes.map((note) => args.named(note)),
  ...(columns && { columns: columns.map((column) => ({ ...column, reason: args.named(column.reason) })) }),
});

/** As labelled texts where a file is no table of numbers but reads as such; else as a table. */
async function likeliest(shownAs: (task: string) => Promise<DatasetPreview>): Promise<DatasetPreview> {
  const table = await shownAs('regress').catch((error: unknown) => error as Error);
  if (!(table instanceof Error) && !mayBeTexts(table)) return table;
  const texts = await shownAs('classify').catch(() => undefined);
  if (texts && texts.format !== 'table' && areLabelled(texts)) {
    texts.notes.push('Read as texts with labels: --task regress reads a table of numbers.');
    return texts;
  }
  if (table instanceof Error) throw table;
  return table;
}

/** Texts beside at most one column of numbers, which may be labels, and no dates. */
const mayBeTexts = ({ columns = [] }: DatasetPreview) =>
  columns.some(({ kind }) => kind === 'text') &&
  columns.every(({ kind }) => kind !== 'date') &&
  columns.filter(({ kind }) => kind === 'number').length <= 1;

/** Labels recur, twice on average, and what they label is text. */
const areLabelled = ({ labels = [], rows, lengths }: DatasetPreview) =>
  labels.length > 1 && 2 * labels.length <= rows && lengths !== undefined && lengths.median > SHORTEST;

/** Symbols of a text; what is as short may be a name or a number. */
const SHORTEST = 4;

/** Labels that are counted one by one. */
const MOST_LABELS = 20;

/** Texts, with their labels. */
function linesOfTexts(shown: DatasetPreview): string[] {
  const { format, rows, first, notes, columns = [], header, separator, labels, lengths, symbols } = shown;
  const parts = [
    counted(rows, lengths ? 'example' : 'line'),
    ...(separator ? [`separator ${separator}`, header ? 'with a header' : 'without a header'] : []),
    ...(lengths
      ? [`${symbols} symbols`, `${lengths.min} to ${lengths.max} steps (median ${lengths.median})`]
      : []),
  ];
  const uses = columns.map(({ name, use }) => `${name} (${use === 'none' ? 'left out' : use})`);
  const counts = (labels ?? []).slice(0, MOST_LABELS).map(({ name, count }) => `${name} ${count}`);
  const more = labels && labels.length > MOST_LABELS ? `, and ${labels.length - MOST_LABELS} more` : '';
  return [
    `${format}: ${parts.join(', ')}`,
    ...(uses.length ? [`Columns: ${uses.join(', ')}.`] : []),
    ...(counts.length ? [`Labels: ${counts.join(', ')}${more}.`] : []),
    ...notes,
    '',
    ...(first as string[]),
  ];
}

function linesOf(shown: DatasetPreview): string[] {
  const { format, rows, first, notes, columns, header, separator, decimal, series = 1, labels } = shown;
  if (!columns || format !== 'table') return linesOfTexts(shown);
  const parts = [
    counted(rows, 'row'),
    `separator ${separator}`,
    `decimal ${decimal}`,
    header ? 'with a header' : 'without a header',
    ...(series > 1 ? [`${series} series`] : []),
  ];
  const counts = labels?.map(({ name, count }) => `${name} ${count}`) ?? [];
  return [
    `${format}: ${parts.join(', ')}`,
    '',
    ...aligned([
      ['column', 'kind', 'use', 'missing', 'from', 'to', ''],
      ...columns.map(({ name, kind, use, missing, min, max, reason }) => [
        ...[name, kind, use === 'none' ? 'left out' : use, String(missing)],
        ...[String(min ?? ''), String(max ?? ''), reason],
      ]),
    ]),
    '',
    ...aligned(first as string[][]),
    ...spaced(counts.length ? [`Labels: ${counts.join(', ')}.`, ...notes] : notes),
  ];
}

const spaced = (lines: string[]) => (lines.length ? ['', ...lines] : []);

function aligned(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length);
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

/** In a few lines. */
export function summaryOf(preview: DatasetPreview, args: Arguments): string[] {
  const shown = inOptions(preview, args);
  const { format, columns = [], notes, labels } = shown;
  if (format !== 'table') return linesOfTexts({ ...shown, first: [] }).slice(0, -1);
  const named = (...uses: ColumnPreview['use'][]) =>
    columns.filter(({ use }) => uses.includes(use)).map(({ name }) => name);
  const listed = (what: string, names: string[]) => (names.length ? [`${what}: ${names.join(', ')}.`] : []);
  return [
    ...listed('Read', named('input', 'both')),
    ...(labels
      ? listed(
          'Labels',
          labels.map(({ name, count }) => `${name} (${count})`),
        )
      : listed('Predicted', named('target', 'both'))),
    ...notes,
  ];
}
