/**
 * The wire format of protocol buffers, as far as an ONNX model needs it: varints, bytes and messages within messages.
 * A library would be fifty times as long, and bring a description of all of ONNX besides.
 */

/** A message being written: pieces in order, so that weights are copied once, at the end. */
export class Message {
  readonly pieces: Uint8Array[] = [];
  length = 0;

  /** An integer (int32, int64, enum). */
  int(field: number, value: number): this {
    return this.#key(field, 0).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A string, bytes, or a message. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    this.#key(field, 2).#varint(BigInt(content.length));
    for (const piece of content instanceof Message ? content.pieces : [content]) this.#push(piece);
    return this;
  }

  /** Packed floats. */
  floats(field: number, values: readonly number[]): this {
    return this.bytes(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #key(field: number, type: number): this {
    return this.#varint(BigInt(field * 8 + type));
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128);
    return this.#push(Uint8Array.of(...bytes, Number(value)));
  }

  #push(piece: Uint8Array): this {
    this.pieces.push(piece);
    this.length += piece.length;
    return this;
  }
}

/** Numbers of ONNX's enumeration of element types. */
export const FLOAT = 1;
const INT8 = 3;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
const FLOAT16 = 10;

/** ints and floats are told apart by their type: a list of numbers is ints. */
export type Attribute = number | readonly number[] | Float32Array | string | readonly string[] | Message;

/** AttributeProto. A Message is a graph. */
export function attribute(name: string, value: Attribute): Message {
  const message = new Message().bytes(1, name);
  const typed = (type: number) => message.int(20, type);
  if (typeof value === 'number') return typed(2).int(3, value);
  if (typeof value === 'string') return typed(3).bytes(4, value);
  if (value instanceof Message) return typed(5).bytes(6, value);
  if (value instanceof Float32Array) return typed(6).floats(7, [...value]);
  if (typeof value[0] === 'string') {
    for (const text of value) message.bytes(9, text as string);
    return typed(8);
  }
  for (const number of value) message.int(8, number as number);
  return typed(7);
}

/** NodeProto. An input named '' is left out. */
export function node(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): Message {
  const message = new Message();
  for (const name of inputs) message.bytes(1, name);
  for (const name of outputs) message.bytes(2, name);
  message.bytes(3, `${type}:${outputs.find((name) => name)}`).bytes(4, type);
  for (const [name, value] of Object.entries(attributes)) message.bytes(5, attribute(name, value));
  return message;
}

/** TensorProto: float32, int64, int8, or the bits of float16. */
export function tensor(
  name: string,
  shape: readonly number[],
  data: Float32Array | BigInt64Array | Int8Array | Uint16Array,
): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  const type =
    data instanceof Float32Array
      ? FLOAT
      : data instanceof Int8Array
        ? INT8
        : data instanceof Uint16Array
          ? FLOAT16
          : INT64;
  return message
    .int(2, type)
    .bytes(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** ValueInfoProto of a tensor; a size that is a name stands for any number. */
export function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Message {
  const sizes = new Message();
  for (const size of shape)
    sizes.bytes(1, typeof size === 'number' ? new Message().int(1, size) : new Message().bytes(2, size));
  return new Message()
    .bytes(1, name)
    .bytes(2, new Message().bytes(1, new Message().int(1, type).bytes(2, sizes)));
}
