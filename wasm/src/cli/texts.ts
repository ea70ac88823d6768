/** From files to text: encodings, line ends, and where in which file an error lies. */
import { decodeText, openModel, UnfoldError } from 'unfold-rnn';
import { FileError, read } from './files.js';
import { type Arguments, type Options, UsageError } from './options.js';

export const encodingOption: Options = {
  encoding: {
    value: 'NAME',
    default: 'utf-8',
    help: 'of the texts, such as latin1 or utf-16le',
  },
};

export interface Text {
  bytes: Uint8Array;
  /** What was changed on the way, a sentence each. */
  notes: string[];
}

interface Reading {
  encoding: string;
  /** The model reads bytes: they stay as they are. */
  raw?: boolean;
  signal?: AbortSignal;
}

/** How the options say that texts are to be read. */
export const readingOf = (args: Arguments, raw = false): Reading => ({
  encoding: args.text('encoding')!,
  raw,
});

/** Bytes that are looked at for zeros, which no text has. */
const HEAD = 4096;

const LINE_FEED = 10;

/** The text of a file as UTF-8 with line feeds. Throws a `FileError` where it is no text of that encoding. */
export async function decode(path: string, bytes: Uint8Array, { encoding, raw }: Reading): Promise<Text> {
  if (raw) return { bytes, notes: [] };
  const name = nameOf(path);
  try {
    const { text, encoding: found, carriageReturns } = decodeText(bytes, encoding);
    const notes: string[] = [];
    if (found !== encoding) notes.push(`${name} is ${found.toUpperCase()}: decoded.`);
    if (carriageReturns) notes.push(`${name} ends its lines with CR: read as line feeds.`);
    return { bytes: text, notes };
  } catch (error) {
    throw await refusal(name, bytes, error as UnfoldError);
  }
}

async function refusal(name: string, bytes: Uint8Array, error: UnfoldError): Promise<Error> {
  const { code, expected, actual } = error;
  if (code !== 'INVALID_TEXT') return new UsageError(`--${error.message}.`);
  const what = bytes.subarray(0, HEAD).includes(0) ? await kindOf(bytes) : undefined;
  if (what) return new FileError(`${name} is no text: it is ${what}.`);
  if (expected === 'one encoding')
    return new FileError(
      `${name} is partly UTF-8, partly another encoding (${actual}): save it anew as UTF-8.`,
    );
  const wayOn = expected === 'UTF-8' ? ` (${actual}): --encoding names what it is, such as latin1` : '';
  return new FileError(`${name} is not ${expected}${wayOn}.`);
}

/** What the package calls a file that is no model, and what to do with it where that holds for data; a model is one. */
async function kindOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    (await openModel(bytes, undefined, { threads: 1, worker: false })).dispose();
    return 'a saved model';
  } catch (error) {
    if (!(error instanceof UnfoldError) || error.field !== 'file') return undefined;
    const advised = /^this is (.*: (?:unpack it first|export .* as CSV))$/.exec(error.message);
    return advised?.[1] ?? error.actual;
  }
}

const nameOf = (path: string) => (path === '-' ? 'standard input' : path);

/** Several files as one text. */
export interface Texts extends Text {
  /** Where each begins: the number of lines before it. */
  places: { path: string; lines: number }[];
  /** Of music: the file of each piece. */
  pieces?: string[];
}

/** One behind the other, each on lines of its own. Without a name: what is piped in. */
export async function readTexts(paths: string[], reading: Reading): Promise<Texts> {
  const parts: Uint8Array[] = [];
  const notes: string[] = [];
  const places = [];
  let lines = 0;
  for (const path of paths.length ? paths : ['-']) {
    const last = parts.at(-1);
    if (!reading.raw && last?.length && last.at(-1) !== LINE_FEED) {
      parts.push(Uint8Array.of(LINE_FEED));
      lines += 1;
    }
    places.push({ path, lines });
    const text = await decode(path, await read(path, reading.signal), reading);
    notes.push(...text.notes);
    parts.push(text.bytes);
    for (const byte of text.bytes) lines += Number(byte === LINE_FEED);
  }
  return { bytes: Buffer.concat(parts), notes, places };
}

/** An error about a line of the whole, about the line of its file. */
export function placed(error: unknown, { places, pieces }: Texts): unknown {
  const [, piece, within = ''] =
    (pieces && error instanceof UnfoldError && /^text train\[(\d+)\](.*)$/.exec(error.field ?? '')) || [];
  if (piece !== undefined) return renamed(error as UnfoldError, `${pieces![Number(piece)]}${within}`);
  const [, row] =
    (error instanceof UnfoldError &&
      error.code === 'INVALID_TEXT' &&
      /^dataset(|\[.*)$/.exec(error.field ?? '')) ||
    [];
  if (row !== undefined && places.length === 1)
    return renamed(error as UnfoldError, `${nameOf(places[0]!.path)}${row}`);
  const line = error instanceof UnfoldError ? Number(/^text line (\d+)$/.exec(error.field ?? '')?.[1]) : NaN;
  const place = places.findLast(({ lines }) => lines < line);
  if (!place || !(error instanceof UnfoldError)) return error;
  return renamed(error, `${nameOf(place.path)} line ${line - place.lines}`);
}

/** The same error of another field. */
export function renamed({ code, expected = '', actual = '' }: UnfoldError, field: string): UnfoldError {
  return new UnfoldError(code, `${field}: expected ${expected}, got ${actual}`, { field, expected, actual });
}

/** Symbols that are named one by one. */
const MOST_NAMED = 12;

/** Symbols for people to read. */
export function namedSymbols(symbols: string[]): string {
  const named = symbols.slice(0, MOST_NAMED).map((symbol) => JSON.stringify(symbol));
  return named.join(', ') + (symbols.length > MOST_NAMED ? ', …' : '');
}

/** The lines of a text that ends its last one. */
export function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
