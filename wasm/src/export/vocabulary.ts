/** What the tokens of a saved text model are. */
import { refuse } from '../shared/errors.js';

export const UNITS = ['character', 'byte', 'word', 'whitespace', 'bpe'] as const;
export type TextUnit = (typeof UNITS)[number];

export interface SavedVocabulary {
  unit: TextUnit;
  /** Code points or bytes, ascending; of `word` and `whitespace` the words, ascending by their UTF-8. Of `bpe` none. */
  symbols?: (number | string)[];
  /** Of `bpe`: the two tokens of each merge, one after the other; merge i makes token 256 + i. */
  merges?: number[];
  /** Whether one more symbol stands for all others. */
  unknown: boolean;
}

const bad = (field: string, expected: string) =>
  refuse('INVALID_CHECKPOINT', `vocabulary${field}`, expected, 'something else');

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;

/** Throws `INVALID_CHECKPOINT` for what no engine writes: names and numbers are put into programs. */
export function checkVocabulary(value: unknown): SavedVocabulary {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { unit, symbols, merges, unknown } = given;
  const known = UNITS.find((one) => one === unit);
  if (known === undefined || typeof unknown !== 'boolean') throw bad('', 'unit, symbols and unknown');
  if (known === 'bpe') {
    const pairs = (list: unknown[]) => list.every((token, k) => isWhole(token, 255 + (k >> 1)));
    if (!Array.isArray(merges) || merges.length % 2 || merges.length > 131_068 || !pairs(merges))
      throw bad('.merges', 'pairs of smaller tokens');
    return { unit: known, merges: merges, unknown: false };
  }
  const words = known === 'word' || known === 'whitespace';
  const most = known === 'byte' ? 0xff : 0x10ffff;
  const sound = (symbol: unknown) =>
    words ? typeof symbol === 'string' && symbol !== '' && symbol.length <= 256 : isWhole(symbol, most);
  if (!Array.isArray(symbols) || symbols.length > 65_535 || !symbols.every(sound))
    throw bad('.symbols', words ? 'words' : 'code points');
  return { unit: known, symbols: symbols as (number | string)[], unknown };
}

/** Code points of letters and digits, as core/data/pieces.cpp lists them. */
export const LETTERS: readonly (readonly [number, number])[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xaa, 0xaa],
  [0xb5, 0xb5],
  [0xba, 0xba],
  [0xc0, 0x167f],
  [0x1681, 0x1fff],
  [0x200b, 0x200f],
  [0x2c00, 0x2dff],
  [0xa000, 0xd7ff],
  [0xfb00, 0xfefe],
  [0x10000, 0x1efff],
];

/**
 * The regular expression that cuts a text into the pieces of a unit; of `bpe` over bytes, one character each.
 * @param escape a code point as the language writes it in a class
 */
export function piecePattern(unit: TextUnit, escape: (code: number) => string): string {
  if (unit === 'whitespace') return String.raw`\n|[^ \t\r\v\f\n]{1,64}`;
  const letters =
    unit === 'bpe'
      ? String.raw`0-9A-Za-z\x80-\xff`
      : LETTERS.map(([low, high]) => `${escape(low)}-${escape(high)}`).join('');
  const apostrophe = unit === 'bpe' ? "'" : `['${escape(0x2019)}]`;
  return String.raw` ?[${letters}](?:${apostrophe}?[${letters}]){0,63}| ?[^${letters} \t\n\r]|[ \t\n\r]`;
}

/** The same as a literal of Python. */
export const patternPy = (unit: TextUnit): string =>
  `${unit === 'bpe' ? 'rb' : ''}"${piecePattern(unit, (code) => `\\U${code.toString(16).padStart(8, '0')}`)}"`;
