/** Zip archives whose files are stored as they are, such as those of PyTorch and Keras. */
import { refuse } from '../shared/errors.js';

/**
 * Files of a zip archive by name, as they lie in it.
 *
 * @throws UnfoldError `INVALID_CHECKPOINT` of one that is compressed or damaged
 */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (actual: string) =>
    refuse('INVALID_CHECKPOINT', 'file', 'a whole zip archive, not compressed', actual);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) --end;
  if (end < 0) throw damaged('one without an end');
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; --left) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw damaged('a damaged directory');
    const [method, size, length] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
    ];
    const header = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    if (method !== 0) throw damaged(`${name}, compressed`);
    if (header + 30 > at) throw damaged(`${name}, damaged or beyond 4 GB`);
    const begin = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (begin + size > end) throw damaged(`${name}, cut off`);
    files.set(name, bytes.subarray(begin, begin + size));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
