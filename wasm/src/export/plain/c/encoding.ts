/** How exported C cuts a text into tokens: characters and bytes one by one, words and merged bytes by pieces. */
import { LETTERS } from '../../vocabulary.js';
import type { PlainModel } from '../model.js';
import { symbolsC, tableC } from './shared.js';

export interface EncodingC {
  /** `unfold_symbols`, and `unfold_tokens(text, tokens, &count)`, which returns what follows. */
  code: string;
  /** The most tokens that it writes at a time. */
  most: number;
  /** The first token of an empty prompt. */
  first: number;
}

/** Characters of words: the code points that all languages' programs take for letters, or bytes. */
const lettersC = (bytes: boolean) => `
${
  bytes
    ? `static inline const char *unfold_character(const char *text, uint32_t *code) {
  *code = (unsigned char)*text;
  return *code ? text + 1 : text;
}`
    : `static inline const char *unfold_character(const char *text, uint32_t *code) {
  const unsigned char *at = (const unsigned char *)text;
  const int more = *at < 0xc0 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
  if (!*at) {
    *code = 0;
    return text;
  }
  *code = more ? *at & (0x3fu >> more) : *at;
  for (int k = 0; k < more && (at[1] & 0xc0) == 0x80; ++k) *code = *code << 6 | (*++at & 0x3fu);
  return (const char *)at + 1;
}`
}
static inline int unfold_letter(uint32_t code) {
  static const uint32_t ranges[][2] = {${(bytes
    ? ([
        [0x30, 0x39],
        [0x41, 0x5a],
        [0x61, 0x7a],
        [0x80, 0xff],
      ] as const)
    : LETTERS
  )
    .map(([low, high]) => `{${low}, ${high}}`)
    .join(', ')}};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; ++i)
    if (code >= ranges[i][0] && code <= ranges[i][1]) return 1;
  return 0;
}
/* The end of the piece at the beginning of a text: a word or a sign with the blank before it, or a blank. */
static inline const char *unfold_piece(const char *text) {
  uint32_t code;
  const char *next = unfold_character(*text == ' ' ? text + 1 : text, &code);
  if (!unfold_letter(code)) return code && !strchr(" \\t\\n\\r", (int)(code < 128 ? code : 127)) ? next : text + 1;
  for (int k = 0; k < 63; ++k) {
    const char *more = unfold_character(next, &code);
    if (code == '\\''${bytes ? '' : ' || code == 0x2019'}) more = unfold_character(more, &code);
    if (!unfold_letter(code)) break;
    next = more;
  }
  return next;
}
`;

/** The words are in the order of their bytes. */
const findC = ({ symbols, unknown }: PlainModel) => `
/* The token of a piece, or ${unknown ? 'the last one' : '-1'} where there is none. */
static inline int unfold_find(const char *piece, size_t length) {
  int low = 0, high = ${symbols.length - Number(unknown)};
  while (low < high) {
    const int middle = (low + high) / 2;
    const int order = strncmp(unfold_symbols[middle], piece, length);
    if (order == 0 && !unfold_symbols[middle][length]) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return ${unknown ? symbols.length - 1 : -1};
}
`;

function wordsC(model: PlainModel): EncodingC {
  const { symbols } = model;
  return {
    code: `
/* What the network reads, by token (UTF-8). */
${tableC('symbols', symbols)}${lettersC(false)}${findC(model)}
/* The token of the first piece of a text. */
static inline const char *unfold_tokens(const char *text, int *tokens, int *count) {
  const char *end = unfold_piece(text);
  *tokens = unfold_find(text, (size_t)(end - text));
  *count = *tokens >= 0;
  return end;
}
`,
    most: 1,
    first: Math.max(symbols.indexOf('\n'), 0),
  };
}

function blanksC(model: PlainModel): EncodingC {
  const { symbols } = model;
  return {
    code: `
/* What the network reads, by token (UTF-8). */
${tableC('symbols', symbols)}${findC(model)}
/* The token of what stands before the next blank, at most 64 characters, or of a line break. */
static inline const char *unfold_tokens(const char *text, int *tokens, int *count) {
  char piece[258] = " ";
  size_t length = 1;
  *count = 0;
  while (*text && strchr(" \\t\\r\\v\\f", *text)) ++text;
  if (!*text) return text;
  if (*text == '\\n') {
    *tokens = unfold_find(text, 1);
    *count = *tokens >= 0;
    return text + 1;
  }
  for (int k = 0; k < 64 && *text && !strchr(" \\t\\r\\v\\f\\n", *text); ++k) {
    do piece[length++] = *text++;
    while (((unsigned char)*text & 0xc0) == 0x80 && length < sizeof piece - 1);
  }
  *tokens = unfold_find(piece, length);
  *count = *tokens >= 0;
  return text;
}
`,
    most: 1,
    first: Math.max(symbols.indexOf('\n'), 0),
  };
}

/** The bytes of each token. */
function mergedBytes(merges: readonly number[]): number[][] {
  const all = Array.from({ length: 256 }, (_, byte) => [byte]);
  for (let i = 0; i < merges.length; i += 2) all.push([...all[merges[i]!]!, ...all[merges[i + 1]!]!]);
  return all;
}

function mergesC({ merges }: PlainModel): EncodingC {
  const count = merges.length / 2;
  const pairs = Array.from({ length: count }, (_, i) => `{${merges[2 * i]}, ${merges[2 * i + 1]}}`);
  return {
    code: `
/* The bytes of each token. */
${tableC('symbols', mergedBytes(merges))}
/* Byte-pair encoding: the two tokens of each merge, in the order in which they were learned. */
static const uint16_t unfold_merges[${Math.max(count, 1)}][2] = {${pairs.join(', ') || '{0, 0}'}};
${lettersC(true)}
/* The tokens of the first piece of a text: its bytes, merged. */
static inline const char *unfold_tokens(const char *text, int *tokens, int *count) {
  const char *end = unfold_piece(text);
  int n = 0;
  while (text < end) tokens[n++] = (unsigned char)*text++;
  for (int m = 0; m < ${count}; ++m) {
    int kept = 0;
    for (int i = 0; i < n; ++kept) {
      const int here = i + 1 < n && tokens[i] == unfold_merges[m][0] && tokens[i + 1] == unfold_merges[m][1];
      tokens[kept] = here ? 256 + m : tokens[i];
      i += here ? 2 : 1;
    }
    n = kept;
  }
  *count = n;
  return end;
}
`,
    most: 128, // a blank, a letter, and 63 letters with an apostrophe before each
    first: 10,
  };
}

function singleC(model: PlainModel): EncodingC {
  const { unit, codes, symbols } = model;
  return {
    code: `${symbolsC(model)}
/* The token of the first symbol of a text. */
static inline const char *unfold_tokens(const char *text, int *tokens, int *count) {
  text = unfold_token(text, tokens);
  *count = *tokens >= 0;
  return text;
}
`,
    most: 1,
    first: Math.max(unit === 'byte' ? codes.indexOf(10) : symbols.indexOf('\n'), 0),
  };
}

const ENCODINGS = { character: singleC, byte: singleC, word: wordsC, whitespace: blanksC, bpe: mergesC };

export const encodingC = (model: PlainModel): EncodingC => ENCODINGS[model.unit](model);
