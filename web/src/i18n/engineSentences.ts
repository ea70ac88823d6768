// Sentences of the engine about a file, which are English and name fields of the configuration, in the page's words.

/** What the engine says, and how the page says it: `$1` and so on stand for the groups, of numbers and names. */
export type Sentence = readonly [said: RegExp, shown: string | ((...groups: string[]) => string)];

/** The first sentence that fits; what none fits stays as it is. */
export function inWordsOf(sentences: readonly Sentence[], text: string): string {
  for (const [said, shown] of sentences) {
    const groups = said.exec(text);
    if (groups) return typeof shown === 'string' ? text.replace(said, shown) : shown(...groups.slice(1));
  }
  return text;
}

/** The columns of "Left out: day: dates (…); note: text." with each reason in the words of `reason`. */
export const leftOut = (columns: string, reason: (text: string) => string): string =>
  columns
    .split('; ')
    .map((column) => {
      const why = /: (\w+ \(dataset\.dates: .*\)|[^:]*)$/.exec(column);
      return why ? `${column.slice(0, why.index)}: ${reason(why[1]!)}` : column;
    })
    .join('; ');
