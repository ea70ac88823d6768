/**
 * The machine that a pickle is written for, as far as dictionaries of tensors and of plain values need it. Pickles are
 * programs that can call anything; here nothing is called. A few names of values that checkpoints often hold beside
 * their tensors stand for themselves; every other name is refused.
 */
import { refuse } from '../../shared/errors.js';
import { readNumbers, sizeOf, type Tensor } from '../safetensors.js';

const bad = (field: string, expected: string, actual: unknown) =>
  refuse('INVALID_CHECKPOINT', field, expected, actual);

const MOST_DIMENSIONS = 8;

const PLAIN = 'tensors and plain values: save model.state_dict()';

/** A name in a pickle. Of anything else the text could be endless: a list can hold itself, or a list twice, and so on. */
export function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw bad('data.pkl', 'names', typeof value);
}

const dtypes: Record<string, string> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
};

interface Storage {
  key: string;
  dtype: string;
}

/** A tensor that lies in a storage with steps of its own. */
export class Strided {
  constructor(
    readonly storage: Storage,
    private readonly offset: number,
    private readonly shape: readonly number[],
    private readonly strides: readonly number[],
  ) {}

  get #count(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  bytes(name: string): number {
    return this.#count * sizeOf(name, this.storage.dtype);
  }

  read(name: string, file: Uint8Array | undefined): Tensor {
    const { dtype, key } = this.storage;
    const size = sizeOf(name, dtype);
    const count = this.#count;
    const last = this.shape.reduce((sum, n, k) => sum + (n - 1) * this.strides[k]!, this.offset);
    const extent = Math.max(count, count && last + 1) * size; // no element twice: a small file is no large tensor
    if (!file || extent > file.byteLength)
      throw bad(name, `a storage data/${key} that holds it`, file ? `${file.byteLength} bytes` : 'none');
    const place = (i: number) => {
      let at = this.offset;
      for (let k = this.shape.length; k-- > 0; i = Math.floor(i / this.shape[k]!))
        at += (i % this.shape[k]!) * this.strides[k]!;
      return at * size;
    };
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    return { shape: this.shape, data: readNumbers(name, dtype, view, count, place) };
  }
}

class Global {
  constructor(readonly name: string) {}
}

/** A value that is none of a network's: its name is all that is known of it. */
class Other {
  constructor(readonly name: string) {}
}

/** What makes values that nobody reads. */
const others = new Set([
  '_codecs.encode',
  'argparse.Namespace',
  'builtins.set',
  '__builtin__.set',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  'pathlib.PosixPath',
  'pathlib.WindowsPath',
  'torch.device',
  'torch.Size',
  'types.SimpleNamespace',
]);

const MARK = Symbol('mark');

/** What a pickle builds: dictionaries are maps, tuples and lists arrays, tensors `Strided`. */
export const unpickle = (bytes: Uint8Array): unknown => new Unpickler(bytes).run();

class Unpickler {
  readonly #stack: unknown[] = [];
  readonly #memo: unknown[] = [];
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    try {
      for (;;) {
        const op = this.#byte();
        if (op === 0x2e) return this.#stack.pop();
        this.#step(op);
      }
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError)
        throw bad('data.pkl', 'a whole pickle', 'a damaged one');
      throw error;
    }
  }

  #step(op: number): void {
    const stack = this.#stack;
    switch (op) {
      case 0x80:
        return void this.#byte(); // PROTO
      case 0x95:
        return void this.#text(8); // FRAME
      case 0x28:
        return void stack.push(MARK);
      case 0x29: // EMPTY_TUPLE
      case 0x5d:
        return void stack.push([]); // EMPTY_LIST
      case 0x7d:
        return void stack.push(new Map());
      case 0x63:
        return void stack.push(new Global(`${this.#line()}.${this.#line()}`));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = stack.splice(-2);
        return void stack.push(new Global(`${text(module)}.${text(name)}`));
      }
      case 0x71:
        return void (this.#memo[this.#byte()] = stack.at(-1)); // BINPUT
      case 0x72:
        return void (this.#memo[this.#uint(4)] = stack.at(-1)); // LONG_BINPUT
      case 0x94:
        return void this.#memo.push(stack.at(-1)); // MEMOIZE
      case 0x68:
        return void stack.push(this.#memo[this.#byte()]); // BINGET
      case 0x6a:
        return void stack.push(this.#memo[this.#uint(4)]); // LONG_BINGET
      case 0x58:
        return void stack.push(this.#text(this.#uint(4))); // BINUNICODE
      case 0x8c:
        return void stack.push(this.#text(this.#byte())); // SHORT_BINUNICODE
      case 0x42:
        return void stack.push(this.#text(this.#uint(4))); // BINBYTES
      case 0x43:
        return void stack.push(this.#text(this.#byte())); // SHORT_BINBYTES
      case 0x47:
        return void stack.push(this.#view.getFloat64((this.#at += 8) - 8)); // BINFLOAT
      case 0x4b:
        return void stack.push(this.#byte()); // BININT1
      case 0x4d:
        return void stack.push(this.#uint(2)); // BININT2
      case 0x4a:
        return void stack.push(this.#uint(4) | 0); // BININT
      case 0x8a:
        return void stack.push(this.#long(this.#byte())); // LONG1
      case 0x88:
        return void stack.push(true);
      case 0x89:
        return void stack.push(false);
      case 0x4e:
        return void stack.push(null);
      case 0x74:
        return void stack.push(this.#fromMark()); // TUPLE
      case 0x85: // TUPLE1, TUPLE2, TUPLE3
      case 0x86:
      case 0x87:
        return void stack.push(stack.splice(0x84 - op));
      case 0x51:
        return void stack.push(storageOf(stack.pop())); // BINPERSID
      case 0x81: // NEWOBJ
      case 0x52: {
        // REDUCE
        const [callable, args] = stack.splice(-2);
        return void stack.push(call(callable, args));
      }
      case 0x75:
        return this.#set(this.#fromMark()); // SETITEMS
      case 0x73:
        return this.#set(stack.splice(-2)); // SETITEM
      case 0x61: // APPEND
      case 0x65: {
        // APPENDS
        const items = op === 0x61 ? [stack.pop()] : this.#fromMark();
        return void (stack.at(-1) as unknown[]).push(...items);
      }
      case 0x62:
        return void stack.pop(); // BUILD: attributes, such as the _metadata of a dictionary
      default:
        throw bad('data.pkl', PLAIN, `the pickle operation 0x${op.toString(16)}`);
    }
  }

  #set(items: unknown[]): void {
    const target = this.#stack.at(-1);
    if (!(target instanceof Map)) throw bad('data.pkl', 'a dictionary', typeof target);
    for (let k = 0; k < items.length; k += 2) target.set(items[k], items[k + 1]);
  }

  #fromMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new RangeError();
    return this.#stack.splice(mark).slice(1);
  }

  #byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  #uint(size: number): number {
    let value = 0;
    for (let k = 0; k < size; ++k) value += this.#byte() * 256 ** k;
    return value;
  }

  /** Little-endian, in two's complement. */
  #long(size: number): number {
    const value = this.#uint(size);
    return size > 0 && this.bytes[this.#at - 1]! > 127 ? value - 256 ** size : value;
  }

  #text(size: number): string {
    if (this.#at + size > this.bytes.length) throw new RangeError();
    return new TextDecoder().decode(this.bytes.subarray(this.#at, (this.#at += size)));
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.#at);
    if (end < 0) throw new RangeError();
    const line = this.#text(end - this.#at);
    this.#at += 1;
    return line;
  }
}

function storageOf(id: unknown): Storage {
  const [kind, type, key] = id as [unknown, unknown, unknown];
  const dtype = type instanceof Global ? (dtypes[type.name] ?? type.name) : text(type);
  if (kind !== 'storage') throw bad('data.pkl', 'storages', typeof kind);
  return { key: text(key), dtype };
}

function call(callable: unknown, args: unknown): unknown {
  const name = callable instanceof Global ? callable.name : typeof callable;
  const given = args as unknown[];
  if (others.has(name)) return new Other(name);
  if (name === 'collections.defaultdict') return new Map();
  if (name === 'collections.OrderedDict') return new Map((given[0] ?? []) as [unknown, unknown][]);
  if (name === 'torch._utils._rebuild_parameter') return given[0];
  if (name !== 'torch._utils._rebuild_tensor_v2') throw bad('data.pkl', PLAIN, name);
  const [storage, offset, shape, strides] = given as [Storage, number, number[], number[]];
  const whole = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  const some = (list: unknown) => Array.isArray(list) && list.length <= MOST_DIMENSIONS && list.every(whole);
  if (!whole(offset) || !some(shape) || !some(strides) || shape.length !== strides.length)
    throw bad('data.pkl', `an offset, and up to ${MOST_DIMENSIONS} sizes and strides`, 'others');
  return new Strided(storage, offset, shape, strides);
}
