/** From the bytes of a file to the UTF-8 that is read: encodings and line ends as people's programs write them. */
import { mismatch, refuse } from '../shared/errors.js';

/** What `decodeText` gives. */
export interface DecodedText {
  /** UTF-8 without a byte order mark. */
  text: Uint8Array;
  /** What was read: the encoding that was asked for, or UTF-16 that was recognized. */
  encoding: string;
  /** The lines ended with CR alone; they end with line feeds now. */
  carriageReturns: boolean;
}

/** Bytes that are looked at to recognize UTF-16 by its zeros. */
const HEAD = 4096;
const LINE_FEED = 10;

/**
 * The text of a file. UTF-16 is recognized by its byte order mark, or by its zeros; any other encoding has to be named,
 * as `TextDecoder` calls it. Throws `INVALID_TEXT` with `expected` (the encoding, or `one encoding`) and where the
 * bytes are another, and `INVALID_ARGUMENT` for an encoding that there is not.
 */
export function decodeText(bytes: Uint8Array, encoding = 'utf-8'): DecodedText {
  if (!(bytes instanceof Uint8Array)) throw refuse('INVALID_ARGUMENT', 'bytes', 'a Uint8Array', bytes);
  const found = (encoding === 'utf-8' && recognize(bytes)) || encoding;
  const whole = decoderOf(found);
  let text;
  try {
    text = whole.decode(bytes);
  } catch {
    throw misread(bytes, found);
  }
  const carriageReturns = text.includes('\r') && !text.includes('\n');
  if (carriageReturns) text = text.replaceAll('\r', '\n');
  return { text: new TextEncoder().encode(text), encoding: found, carriageReturns };
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw refuse('INVALID_ARGUMENT', 'encoding', 'utf-8, latin1, utf-16le, …', encoding);
  }
}

/** By its byte order mark, or by the zeros that half of the bytes of most texts in UTF-16 are. */
function recognize(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && !(third === 0 && fourth === 0)) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, HEAD);
  if (head.length < 4 || bytes.length % 2) return undefined;
  const zeros = [0, 0];
  head.forEach((byte, i) => (zeros[i % 2]! += Number(byte === 0)));
  const [even, odd] = zeros as [number, number];
  const many = head.length * 0.4;
  if (odd > many && even === 0) return 'utf-16le';
  return even > many && odd === 0 ? 'utf-16be' : undefined;
}

function misread(bytes: Uint8Array, encoding: string) {
  if (encoding !== 'utf-8') return mismatch('INVALID_TEXT', 'text', encoding.toUpperCase(), 'other bytes');
  const at = firstInvalid(bytes);
  const byte = `byte 0x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}`;
  if (!isMixed(bytes)) return mismatch('INVALID_TEXT', 'text', 'UTF-8', `${byte} at offset ${at}`);
  const line = bytes.subarray(0, at).reduce((lines, one) => lines + Number(one === LINE_FEED), 1);
  return mismatch('INVALID_TEXT', 'text', 'one encoding', `${byte} in line ${line}`);
}

/** Whether there are characters of two bytes or more, which hardly any text in another encoding has. */
const isMixed = (bytes: Uint8Array) => /[\x80-\ufffc]/.test(new TextDecoder().decode(bytes));

/** The length of the longest beginning that is UTF-8. */
function firstInvalid(bytes: Uint8Array): number {
  const holds = (length: number, stream: boolean) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (holds(middle, true)) good = middle;
    else bad = middle;
  }
  while (!holds(good, false)) --good; // to where the character began that was not completed
  return good;
}
