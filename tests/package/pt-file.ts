/** What `torch.save(state_dict)` writes, where there is no PyTorch to write it: tensors of float32 with any strides. */

export interface Strided {
  shape: readonly number[];
  /** Numbers from one element to the next, of each dimension. */
  strides: readonly number[];
  storage: Float32Array;
}

const ascii = (text: string) => [...new TextEncoder().encode(text)];
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, at) => Math.floor(value / 2 ** (8 * at)) & 255);

// Opcodes of pickle's protocol 2.
const MARK = 0x28;
const TUPLE = 0x74;
const REDUCE = 0x52;
const text = (value: string) => [0x58, ...little(ascii(value).length, 4), ...ascii(value)];
const int = (value: number) => [0x4a, ...little(value, 4)];
const tuple = (...items: number[][]) => [MARK, ...items.flat(), TUPLE];
const named = (module: string, name: string) => [0x63, ...ascii(`${module}\n${name}\n`)];
const empty = [...named('collections', 'OrderedDict'), 0x29, REDUCE];

function tensor({ shape, strides, storage }: Strided, key: string): number[] {
  const place = [
    ...tuple(text('storage'), named('torch', 'FloatStorage'), text(key), text('cpu'), int(storage.length)),
    0x51, // BINPERSID
  ];
  const numbers = (all: readonly number[]) => tuple(...all.map(int));
  const about = tuple(place, int(0), numbers(shape), numbers(strides), [0x89], empty);
  return [...named('torch._utils', '_rebuild_tensor_v2'), ...about, REDUCE];
}

/** A zip archive, stored. */
function zip(files: Map<string, Uint8Array>): Uint8Array {
  const [local, directory]: [number[], number[]] = [[], []];
  for (const [name, data] of files) {
    // Method, time, date, checksum (which nobody compares here), both sizes, length of the name, none of what follows it.
    const sizes = [...little(data.length, 4), ...little(data.length, 4)];
    const about = [...little(0, 10), ...sizes, ...little(ascii(name).length, 2), ...little(0, 2)];
    const at = little(local.length, 4);
    local.push(...ascii('PK\x03\x04'), ...little(20, 2), ...little(0, 2), ...about, ...ascii(name), ...data);
    directory.push(...ascii('PK\x01\x02'), ...little(20, 2), ...little(20, 2), ...little(0, 2), ...about);
    directory.push(...little(0, 10), ...at, ...ascii(name));
  }
  const counts = [...little(files.size, 2), ...little(files.size, 2)];
  const end = [...little(directory.length, 4), ...little(local.length, 4), ...little(0, 2)];
  return Uint8Array.from([
    ...local,
    ...directory,
    ...ascii('PK\x05\x06'),
    ...little(0, 4),
    ...counts,
    ...end,
  ]);
}

/** What a name of Python gives for arguments. */
export class Call {
  constructor(
    readonly module: string,
    readonly name: string,
    readonly args: readonly Saved[],
  ) {}
}

/** Maps are ordered dictionaries. */
export type Saved = number | string | null | Call | Strided | ReadonlyMap<string, Saved> | readonly Saved[];

const isList = (value: Saved): value is readonly Saved[] => Array.isArray(value);

/** @param storages that tensors are in; each tensor gets one */
function pickled(value: Saved, storages: Float32Array[]): number[] {
  const all = (values: readonly Saved[]) => values.map((one) => pickled(one, storages));
  if (value === null) return [0x4e];
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? int(value)
      : [0x47, ...new Uint8Array(new Float64Array([value]).buffer).reverse()]; // BINFLOAT, big-endian
  if (value instanceof Call)
    return [...named(value.module, value.name), ...tuple(...all(value.args)), REDUCE];
  if (isList(value)) return [0x5d, MARK, ...all(value).flat(), 0x65];
  if ('storage' in value) return tensor(value, String(storages.push(value.storage) - 1));
  const items = [...value].flatMap(([name, one]) => [...text(name), ...pickled(one, storages)]);
  return [...empty, MARK, ...items, 0x75];
}

/** `torch.save(value)`. */
export function writePt(value: Saved): Uint8Array {
  const storages: Float32Array[] = [];
  const pickle = Uint8Array.from([0x80, 2, ...pickled(value, storages), 0x2e]);
  const files = storages.map(
    (storage, at) =>
      [`archive/data/${at}`, new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength)] as const,
  );
  return zip(new Map([['archive/data.pkl', pickle], ...files]));
}
