import { inWordsOf, leftOut, type Sentence } from '../engineSentences';

const REASONS: readonly Sentence[] = [
  [/^dates \(dataset\.dates: .*\)$/, 'dates (the role “Input” makes inputs of them)'],
  [/^truth values \(dataset\.inputs .*\)$/, 'true or false (the role “Input” reads them as 1 and 0)'],
  [/^dataset\.(?:ignore|inputs) .*$/, 'not chosen'],
];

/** Why a column is left out. */
export const reason = (text: string): string => inWordsOf(REASONS, text);

const NOTES: readonly Sentence[] = [
  [/^Left out: (.*)\.$/, (columns) => `Left out: ${leftOut(columns, reason)}.`],
  [/: dataset\.missing says what else to do .*$/, ': “Missing values” says what else to do.'],
  [/dataset\.id tells series apart\.$/, 'the role “Series ID” tells series apart.'],
  [/dataset\.id "(.*)" makes one/, 'the role “Series ID” of $1 makes one'],
];

/** What was found out about a file. */
export const note = (text: string): string => inWordsOf(NOTES, text);
