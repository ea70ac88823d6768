// How a file would be read: which task fits it, what its columns are, and what the reader's choices make of them.
import {
  type ColumnPreview,
  type Config,
  type DatasetPreview,
  previewDataset,
  UnfoldError,
} from 'unfold-rnn';
import type { TaskName } from '../tasks/names';
import { type Reading, withReading } from './corpus';

/** What the reader decides before training. */
export interface Choice {
  task: TaskName;
  /** Of numbers: each row is predicted from those before it, or one value for a series. */
  pooling: 'none' | 'last';
  reading: Reading;
}

export type Role = ColumnPreview['use'];

/** The tasks that read files of this kind; music has files of its own. */
export const DATA_TASKS: readonly TaskName[] = [
  'regress',
  'classify',
  'tag',
  'translate',
  'generate',
  'next',
];

function configOf({ task, pooling, reading }: Choice): Config {
  const settings = task === 'regress' || task === 'classify' ? { pooling } : {};
  return withReading({ task: { name: task, ...settings } }, reading);
}

/** Rejects with an `UnfoldError` that says why the file cannot be read so. */
export const preview = (file: File, choice: Choice, signal?: AbortSignal): Promise<DatasetPreview> =>
  previewDataset(configOf(choice), file, signal ? { signal } : {});

export const choiceOf = (task: TaskName, pooling: Choice['pooling'] = 'none'): Choice => ({
  task,
  pooling: task === 'classify' ? 'last' : pooling,
  reading: {},
});

async function attempt(file: File, choice: Choice): Promise<DatasetPreview | undefined> {
  try {
    return await preview(file, choice);
  } catch (error) {
    if (error instanceof UnfoldError && error.code.startsWith('INVALID')) return undefined;
    throw error;
  }
}

/** Whether the input of a classifier is a column of texts in a table of numbers. */
function readsTexts(table: DatasetPreview, labelled: DatasetPreview): boolean {
  const at = labelled.columns?.findIndex(({ use }) => use === 'input') ?? -1;
  return table.columns?.[at]?.kind === 'text';
}

/**
 * The task that a file is probably for; `chosen`, where that is a task of examples that the file fits. A table of numbers
 * is a series; with an ID and a label, or texts beside labels, classes.
 */
export async function guess(file: File, chosen: TaskName): Promise<Choice> {
  const [regress, classify, tag] = [choiceOf('regress'), choiceOf('classify'), choiceOf('tag')];
  const tagged = await attempt(file, tag);
  if (tagged?.format === 'CoNLL' && tagged.rows > 1) return tag; // with lines between the sentences
  const given = choiceOf(chosen);
  const others = ['tag', 'translate', 'generate'];
  if (others.includes(chosen) && (chosen === 'tag' ? tagged : await attempt(file, given))) return given;
  const labelled = await attempt(file, classify);
  const classes = labelled?.labels?.length ?? 0;
  if (labelled?.format === 'table' && classes > 1) return classify;
  const table = await attempt(file, regress);
  if (table?.format === 'table') return classes > 1 && readsTexts(table, labelled!) ? classify : regress;
  if (classes > 1) return classify;
  const pooled = choiceOf('regress', 'last');
  if (await attempt(file, pooled)) return pooled;
  return choiceOf('next');
}

/** What a column may be. */
export function rolesOf({ kind }: ColumnPreview, task: TaskName): Role[] {
  const numeric = kind !== 'text';
  if (task === 'classify') return [...(numeric ? (['input'] as const) : []), 'label', 'id', 'none'];
  if (kind === 'date') return ['input', 'id', 'none'];
  return numeric ? ['both', 'input', 'target', 'id', 'none'] : ['id', 'none'];
}

/** The choice after a column got another role; all roles are spelled then. */
export function withRole(
  choice: Choice,
  columns: readonly ColumnPreview[],
  name: string,
  role: Role,
): Choice {
  const single = role === 'id' || role === 'label'; // one column at most
  const roles = columns.map((column): [string, Role] => {
    if (column.name === name) return [name, role];
    return [column.name, single && column.use === role ? 'none' : column.use];
  });
  const having = (...wanted: Role[]) =>
    roles.flatMap(([name, role]) => (wanted.includes(role) ? [name] : []));
  const lists = {
    inputs: having('input', 'both'),
    targets: having('target', 'both', 'label'),
    ignore: having('none'),
  };
  const { dataset = {} } = choice.reading;
  const { inputs: _inputs, targets: _targets, ignore: _ignore, id: _id, ...rest } = dataset;
  const [id] = having('id');
  const spelled = Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0));
  return {
    ...choice,
    reading: { ...choice.reading, dataset: { ...rest, ...spelled, ...(id !== undefined && { id }) } },
  };
}

/** Values that are missing where they would be read or predicted. */
export const gapsIn = ({ columns = [] }: DatasetPreview): number =>
  columns.reduce((sum, { use, missing }) => sum + (use === 'none' ? 0 : missing), 0);
