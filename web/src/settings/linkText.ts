// A text of one's own inside a link, only where somebody asks for it: compressed, and bounded in both directions, as
// links come from strangers.
import type { Corpus } from '../data/corpus';

const KEY = 'x';
/** Characters that mail and chat programs still take for one link. */
const LONGEST_LINK = 60_000;
/** Bytes that a link may unfold to. */
const LONGEST_TEXT = 1_000_000;

async function through(
  bytes: Uint8Array,
  stream: GenericTransformStream,
  limit: number,
): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = (source.pipeThrough(stream) as ReadableStream<Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      void reader.cancel().catch(() => {});
      throw new RangeError(`more than ${limit} bytes`);
    }
    pieces.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** What to put behind a link; null when the text is too long for one. */
export async function packText({ bytes }: Pick<Corpus, 'bytes'>): Promise<string | null> {
  if (bytes.length > LONGEST_TEXT) return null;
  try {
    const packed = await through(bytes, new CompressionStream('deflate-raw'), LONGEST_LINK * 0.75);
    const letters = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
    return `&${KEY}=${btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The text that a link carries; null without one, or when it is none. */
export async function unpackText(hash: string): Promise<string | null> {
  const written = new URLSearchParams(hash.replace(/^#/, '')).get(KEY);
  if (!written || written.length > LONGEST_LINK || !/^[\w-]+$/.test(written)) return null;
  try {
    const letters = atob(written.replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream('deflate-raw'), LONGEST_TEXT);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
