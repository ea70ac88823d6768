// Several files as one: a zip archive, stored as they are (APPNOTE 6.3.10: local headers, central directory, end).
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}

/** The first of January 1980, the earliest that there is: the same files give the same bytes. */
const DATE = (1 << 5) | 1;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 1 << 11;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Little-endian numbers of two or four bytes. */
function fields(...numbers: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(numbers.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of numbers) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** Of the file's type. */
export const ARCHIVE = 'application/zip';

export function zip(files: Readonly<Record<string, string | Uint8Array>>): Blob {
  const body: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let [at, listed] = [0, 0];
  for (const [path, content] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const bytes = (
      typeof content === 'string' ? new TextEncoder().encode(content) : content
    ) as Uint8Array<ArrayBuffer>;
    const { length } = bytes;
    const common = [
      [VERSION, 2],
      [FLAGS, 2],
      [0, 2],
      [0, 2],
      [DATE, 2],
      [crc32(bytes), 4],
      [length, 4],
      [length, 4],
      [name.length, 2],
      [0, 2],
    ] as const;
    const local = fields([LOCAL, 4], ...common);
    const entry = fields([CENTRAL, 4], [VERSION, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]);
    body.push(local, name, bytes);
    directory.push(entry, name);
    at += local.length + name.length + length;
    listed += entry.length + name.length;
  }
  const count = Object.keys(files).length;
  const end = fields([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [listed, 4], [at, 4], [0, 2]);
  return new Blob([...body, ...directory, end], { type: ARCHIVE });
}
