/** How exported Python cuts a text into tokens, and puts tokens together. */
import { patternPy, type TextUnit } from '../../vocabulary.js';
import type { PlainModel } from '../model.js';
import { list, text } from './text.js';

interface EncodingPy {
  /** Imports beside NumPy. */
  imports: string;
  /** Statements that make `symbols` and what encoding needs. */
  symbols: string;
  /** The body of `tokens_of(text)` after its docstring. */
  tokens: string;
  /** The first token of an empty prompt. */
  first: number;
  /** The symbols are bytes. */
  bytes: boolean;
}

const PLACES = 'places = {symbol: token for token, symbol in enumerate(symbols)}\n';

const each = (symbols: string, unknown: number | undefined) =>
  unknown === undefined
    ? `    return [places[symbol] for symbol in ${symbols} if symbol in places]\n`
    : `    return [places.get(symbol, ${unknown}) for symbol in ${symbols}]\n`;

function bytesOf({ codes, unknown }: PlainModel): EncodingPy {
  const names = [...codes.map((code) => `bytes([${code}])`), ...(unknown ? ['b"\\xef\\xbf\\xbd"'] : [])];
  return {
    imports: '',
    symbols: `symbols = ${list(names)}\n${PLACES}`,
    tokens: each('(bytes([byte]) for byte in text.encode())', unknown ? codes.length : undefined),
    first: Math.max(codes.indexOf(10), 0),
    bytes: true,
  };
}

function wordsOf({ symbols, unknown, unit }: PlainModel): EncodingPy {
  const last = unknown ? symbols.length - 1 : undefined;
  const listed = `symbols = ${list(symbols.map(text))}\n`;
  const first = Math.max(symbols.indexOf('\n'), 0);
  if (unit === 'character')
    return { imports: '', symbols: `${listed}${PLACES}`, tokens: each('text', last), first, bytes: false };
  const blank = unit === 'whitespace';
  return {
    imports: 'import re\n',
    symbols: `${listed}places = {symbol: token for token, symbol in enumerate(symbols${unknown ? '[:-1]' : ''})}
pieces = re.compile(${patternPy(unit)})
`,
    tokens: each(
      blank
        ? '(piece if piece == "\\n" else " " + piece for piece in pieces.findall(text))'
        : 'pieces.findall(text)',
      last,
    ),
    first,
    bytes: false,
  };
}

function mergesOf({ merges }: PlainModel): EncodingPy {
  const pairs = Array.from(
    { length: merges.length / 2 },
    (_, i) => `(${merges[2 * i]}, ${merges[2 * i + 1]})`,
  );
  return {
    imports: 'import re\n',
    symbols: `# Byte-pair encoding: 256 bytes, and what merges made of two tokens, in the order in which they were learned.
merges = ${list(pairs)}
ranks = {pair: rank for rank, pair in enumerate(merges)}
symbols = [bytes([byte]) for byte in range(256)]
for left, right in merges:
    symbols.append(symbols[left] + symbols[right])
pieces = re.compile(${patternPy('bpe')})


def merged(piece):
    """Of all pairs in a piece always the one that was learned first is merged."""
    tokens = list(piece)
    while True:
        rank = min((ranks.get(pair, len(merges)) for pair in zip(tokens, tokens[1:])), default=len(merges))
        if rank == len(merges):
            return tokens
        rest, tokens = tokens, []
        while rest:
            here = tuple(rest[:2]) == merges[rank]
            tokens.append(256 + rank if here else rest[0])
            rest = rest[2 if here else 1 :]
`,
    tokens: '    return [token for piece in pieces.findall(text.encode()) for token in merged(piece)]\n',
    first: 10,
    bytes: true,
  };
}

const ENCODINGS: Record<TextUnit, (model: PlainModel) => EncodingPy> = {
  character: wordsOf,
  byte: bytesOf,
  word: wordsOf,
  whitespace: wordsOf,
  bpe: mergesOf,
};

export const encodingPy = (model: PlainModel): EncodingPy => ENCODINGS[model.unit](model);
