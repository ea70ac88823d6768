/**
 * The arrays of an HDF5 file, as far as h5py writes them by itself: superblocks 0 to 3, groups with a symbol table or with
 * links in their header, and contiguous or compact data. See the HDF5 File Format Specification, version 3.0.
 */
import { mismatch } from '../shared/errors.js';
import { readNumbers, type Tensor } from './safetensors.js';

const bad = (expected: string, came: string) => mismatch('INVALID_CHECKPOINT', 'file', expected, came);
const damaged = (at: number) => bad('a whole HDF5 file', `one that is damaged or cut off at byte ${at}`);
const other = (field: string, came: string) =>
  mismatch('UNSUPPORTED', field, 'arrays as h5py writes them unless told otherwise', came);

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

/** Arrays of floats by their paths, such as `layers/lstm/cell/vars/0`, in the order of their names; others are left out. */
export function readHdf5(bytes: Uint8Array): Map<string, Tensor> {
  const file = new Reader(bytes);
  const found = new Map<string, Tensor>();
  file.walk(file.root(), '', 0, found);
  return found;
}

/** Types of messages in an object's header. */
const MESSAGE = { space: 1, links: 2, type: 3, link: 6, layout: 8, filters: 11, next: 16, table: 17 };
/** Groups within groups, and objects in all: a file with a circle has an end too. */
const MOST = { depth: 32, objects: 20_000, rank: 8 };
const FLOATS: Record<number, string> = { 2: 'F16', 4: 'F32', 8: 'F64' };

interface Message {
  type: number;
  at: number;
}

class Reader {
  readonly #view: DataView;
  #objects = 0;
  /** Bytes of arrays so far. */
  #taken = 0;
  /** Addresses count from here. */
  #base = 0;

  constructor(private readonly bytes: Uint8Array) {
    if (!isHdf5(bytes)) throw bad('an HDF5 file', 'another format');
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The address of the header of the root group. */
  root(): number {
    const version = this.#number(8, 1);
    if (version > 3) throw bad('a superblock of version 0 to 3', String(version));
    const [offsets, lengths] = version < 2 ? [13, 14] : [9, 10];
    if (this.#number(offsets, 1) !== 8 || this.#number(lengths, 1) !== 8)
      throw bad('addresses of 8 bytes', 'others');
    if (version >= 2) {
      this.#base = this.#number(12, 8);
      return this.#number(36, 8);
    }
    const at = version === 1 ? 28 : 24;
    this.#base = this.#number(at, 8);
    return this.#number(at + 40, 8);
  }

  walk(address: number, path: string, depth: number, found: Map<string, Tensor>): void {
    if (depth > MOST.depth || ++this.#objects > MOST.objects)
      throw bad('fewer groups and arrays', 'too many');
    const messages = this.#messages(this.#base + address);
    const of = (type: number) => messages.find((message) => message.type === type);
    if (of(MESSAGE.space) && of(MESSAGE.layout)) {
      const tensor = this.#array(path, messages);
      if (tensor) found.set(path, tensor);
      return;
    }
    const table = of(MESSAGE.table);
    const links = table ? this.#symbols(table.at) : this.#links(messages, path);
    for (const [name, child] of links) this.walk(child, path ? `${path}/${name}` : name, depth + 1, found);
  }

  #messages(at: number): Message[] {
    if (this.#text(at, 4) === 'OHDR') {
      const flags = this.#number(at + 5, 1);
      let begin = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
      const width = 2 ** (flags & 3);
      const size = this.#number(begin, width);
      begin += width;
      return this.#read([[begin, begin + size]], flags & 4 ? 6 : 4);
    }
    if (this.#number(at, 1) !== 1) throw damaged(at);
    return this.#read([[at + 16, at + 16 + this.#number(at + 8, 4)]], 8);
  }

  /**
   * The messages of a header.
   * @param blocks from where to where they stand; those in which they go on are added
   * @param head bytes before a message's own: 8 in the first version, where types have two bytes
   */
  #read(blocks: [from: number, to: number][], head: number): Message[] {
    const found: Message[] = [];
    const old = head === 8;
    for (const [from, to] of blocks)
      for (let at = from; at + head <= to;) {
        const type = this.#number(at, old ? 2 : 1);
        const size = this.#number(at + (old ? 2 : 1), 2);
        const begin = at + head;
        if (begin + size > to || found.length > MOST.objects) throw damaged(at);
        found.push({ type, at: begin });
        at = begin + size;
        if (type !== MESSAGE.next) continue;
        const next = this.#base + this.#number(begin, 8);
        const end = next + this.#number(begin + 8, 8);
        blocks.push(old ? [next, end] : [next + 4, end - 4]);
      }
    return found;
  }

  /** The children of a group whose names lie in a heap, through a B-tree. */
  #symbols(at: number): [string, number][] {
    const heap = this.#base + this.#number(at + 8, 8);
    if (this.#text(heap, 4) !== 'HEAP') throw damaged(heap);
    const names = this.#base + this.#number(heap + 24, 8);
    const found: [string, number][] = [];
    const visit = (node: number, depth: number) => {
      if (found.length > MOST.objects) throw damaged(node);
      if (this.#text(node, 4) === 'SNOD') {
        for (let k = this.#number(node + 6, 2), entry = node + 8; k > 0; --k, entry += 40)
          found.push([this.#name(names + this.#number(entry, 8)), this.#number(entry + 8, 8)]);
      } else {
        if (this.#text(node, 4) !== 'TREE' || depth > MOST.depth) throw damaged(node);
        for (let k = this.#number(node + 6, 2), child = node + 32; k > 0; --k, child += 16)
          visit(this.#base + this.#number(child, 8), depth + 1);
      }
    };
    visit(this.#base + this.#number(at, 8), 0);
    return found;
  }

  /** The children of a group whose links lie in its header. */
  #links(messages: readonly Message[], path: string): [string, number][] {
    const dense = messages.find(({ type }) => type === MESSAGE.links);
    if (dense) {
      const indexed = this.#number(dense.at + 1, 1) & 1;
      const heap = dense.at + 2 + (indexed ? 8 : 0);
      if (this.#view.getBigUint64(heap, true) !== 2n ** 64n - 1n)
        throw other(path || 'file', 'a group with a heap of links');
    }
    return messages
      .filter(({ type }) => type === MESSAGE.link)
      .map(({ at }) => {
        const flags = this.#number(at + 1, 1);
        let next = at + 2;
        if (flags & 8 && this.#number(next++, 1) !== 0)
          throw other(path || 'file', 'a link to another place');
        next += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
        const width = 2 ** (flags & 3);
        const length = this.#number(next, width);
        const name = this.#text(next + width, length);
        return [name, this.#number(next + width + length, 8)];
      });
  }

  #array(path: string, messages: readonly Message[]): Tensor | undefined {
    const of = (type: number) => messages.find((message) => message.type === type)?.at;
    const [space, type, layout] = [of(MESSAGE.space)!, of(MESSAGE.type), of(MESSAGE.layout)!];
    if (type === undefined) throw damaged(layout);
    if ((this.#number(type, 1) & 15) !== 1) return undefined; // not floats: seeds, counters, names
    const size = this.#number(type + 4, 4);
    const dtype = FLOATS[size];
    if (!dtype || this.#number(type + 1, 1) & 1) throw other(path, `floats of ${size} bytes, or big-endian`);
    const shape = this.#shape(space, path);
    const [from, length] = this.#data(layout, path);
    const count = shape.reduce((product, one) => product * one, 1);
    if (count * size !== length || from + length > this.bytes.length) throw damaged(layout);
    this.#taken += length;
    if (this.#taken > this.bytes.length) throw bad('arrays with numbers of their own', 'shared ones');
    return { shape, data: readNumbers(path, dtype, this.#view, count, (i) => from + i * size) };
  }

  #shape(at: number, path: string): number[] {
    const [version, rank] = [this.#number(at, 1), this.#number(at + 1, 1)];
    if (version > 2 || rank > MOST.rank) throw other(path, `${rank} dimensions`);
    const first = at + (version === 1 ? 8 : 4);
    return Array.from({ length: rank }, (_, k) => this.#number(first + 8 * k, 8));
  }

  /** Where the numbers begin, and their bytes. */
  #data(at: number, path: string): [number, number] {
    const [version, kind] = [this.#number(at, 1), this.#number(at + 1, 1)];
    if (version < 3 || version > 4) throw other(path, `a layout of version ${version}`);
    if (kind === 0) return [at + 4, this.#number(at + 2, 2)];
    if (kind === 1) return [this.#base + this.#number(at + 2, 8), this.#number(at + 10, 8)];
    throw other(path, 'data in chunks, or compressed');
  }

  /** Little-endian. */
  #number(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw damaged(at);
    if (size === 8) {
      const value = Number(this.#view.getBigUint64(at, true));
      if (value > Number.MAX_SAFE_INTEGER) throw damaged(at);
      return value;
    }
    return size === 4
      ? this.#view.getUint32(at, true)
      : size === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getUint8(at);
  }

  #text(at: number, length: number): string {
    if (at < 0 || at + length > this.bytes.length) throw damaged(at);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  /** Up to a zero. */
  #name(at: number): string {
    const end = this.bytes.indexOf(0, at);
    if (end < 0) throw damaged(at);
    return this.#text(at, end - at);
  }
}
