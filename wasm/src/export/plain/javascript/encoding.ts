/** How exported JavaScript cuts a text into tokens, and puts tokens together. */
import { piecePattern, type TextUnit } from '../../vocabulary.js';
import type { PlainModel } from '../model.js';
import { literal } from './shared.js';

interface Encoding {
  /** What the module says of `symbols`. */
  kind: string;
  /** Statements that make `symbols` and what encoding needs. */
  symbols: string;
  /** The body of `tokensOf(text)`. */
  tokens: string;
  /** The first token of an empty prompt. */
  first: number;
  /** The symbols are bytes, one character each or numbers: an expression for those of `symbol`. */
  bytes?: string;
}

const pattern = (unit: TextUnit) =>
  `/${piecePattern(unit, (code) => `\\u{${code.toString(16)}}`)}/g${unit === 'bpe' ? '' : 'u'}`;

const PLACES = 'const places = new Map(symbols.map((symbol, token) => [symbol, token]));\n';

const each = (list: string, unknown: boolean) => `  const tokens = [];
  for (const symbol of ${list}) {
    const token = places.get(symbol)${unknown ? ' ?? symbols.length - 1' : ''};
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
`;

function bytesOf({ codes, unknown }: PlainModel): Encoding {
  const names = [...codes, ...(unknown ? [-1] : [])];
  return {
    kind: 'number, a byte',
    symbols: `export const symbols = ${literal(names)};\n${PLACES}`,
    tokens: each('new TextEncoder().encode(text)', unknown),
    first: Math.max(codes.indexOf(10), 0),
    bytes: 'symbol < 0 ? [0xef, 0xbf, 0xbd] : [symbol]',
  };
}

function charactersOf({ symbols, unknown }: PlainModel): Encoding {
  return {
    kind: 'string',
    symbols: `export const symbols = ${literal(symbols)};\n${PLACES}`,
    tokens: each('text', unknown),
    first: Math.max(symbols.indexOf('\n'), 0),
  };
}

function wordsOf({ symbols, unknown, unit }: PlainModel): Encoding {
  const list = unknown ? 'symbols.slice(0, -1)' : 'symbols';
  const blank =
    unit === 'whitespace'
      ? `Array.from(text.matchAll(pieces), ([piece]) => (piece === '\\n' ? piece : ' ' + piece))`
      : 'text.match(pieces) ?? []';
  return {
    kind: 'string with the blank before it',
    symbols: `export const symbols = ${literal(symbols)};
const places = new Map(${list}.map((symbol, token) => [symbol, token]));
const pieces = ${pattern(unit)};
`,
    tokens: each(blank, unknown),
    first: Math.max(symbols.indexOf('\n'), 0),
  };
}

function mergesOf({ merges }: PlainModel): Encoding {
  return {
    kind: 'string of bytes, one character each',
    symbols: `export const symbols = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
/** Byte-pair encoding: the two tokens of each merge, in the order in which they were learned. */
const merges = ${literal(merges)};
const ranks = new Map();
for (let i = 0; i < merges.length; i += 2) {
  ranks.set(merges[i] * 65536 + merges[i + 1], i / 2);
  symbols.push(symbols[merges[i]] + symbols[merges[i + 1]]);
}
const pieces = ${pattern('bpe')};

/** Of all pairs in a piece always the one that was learned first is merged. */
function merged(piece) {
  let tokens = Array.from(piece, (byte) => byte.charCodeAt(0));
  for (;;) {
    let first = Infinity;
    for (let i = 1; i < tokens.length; ++i) first = Math.min(first, ranks.get(tokens[i - 1] * 65536 + tokens[i]) ?? Infinity);
    if (first === Infinity) return tokens;
    const next = [];
    for (let i = 0; i < tokens.length; ++i) {
      const here = tokens[i] === merges[2 * first] && tokens[i + 1] === merges[2 * first + 1];
      next.push(here ? 256 + first : tokens[i]);
      if (here) ++i;
    }
    tokens = next;
  }
}
`,
    tokens: `  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return (bytes.match(pieces) ?? []).flatMap(merged);
`,
    first: 10,
    bytes: 'Array.from(symbol, (byte) => byte.charCodeAt(0))',
  };
}

const ENCODINGS: Record<TextUnit, (model: PlainModel) => Encoding> = {
  character: charactersOf,
  byte: bytesOf,
  word: wordsOf,
  whitespace: wordsOf,
  bpe: mergesOf,
};

export const encodingOf = (model: PlainModel): Encoding => ENCODINGS[model.unit](model);
