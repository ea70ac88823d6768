/** An ONNX file taken apart: nodes, and the weights that they name. */
import { mismatch } from '../../shared/errors.js';
import { readNumbers, sizeOf, type Tensor } from '../safetensors.js';

/** An attribute: what of it the import asks for. */
export interface ReadAttribute {
  int?: number;
  text?: string;
  texts: string[];
  float?: number;
}

export interface ReadNode {
  type: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, ReadAttribute>;
}

export interface ReadGraph {
  nodes: ReadNode[];
  /** Of floats; others have no data. */
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

const damaged = (actual: string) => mismatch('INVALID_CHECKPOINT', 'file', 'a whole ONNX model', actual);

type Field = [field: number, value: number | Uint8Array];

/** The fields of a message, in their order. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let k = 0; k < 10; ++k) {
      const byte = bytes[at++];
      if (byte === undefined) throw damaged('one that is cut off');
      value += (byte & 127) * 128 ** k;
      if (byte < 128) return value;
    }
    throw damaged('a number of more than ten bytes');
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, type] = [Math.floor(key / 8), key % 8];
    if (type === 0) yield [field, varint()];
    else if (type === 1 || type === 5) {
      const size = type === 1 ? 8 : 4;
      if (at + size > bytes.length) throw damaged('one that is cut off');
      yield [field, type === 5 ? view.getFloat32(at, true) : view.getFloat64(at, true)];
      at += size;
    } else if (type === 2) {
      const size = varint();
      if (at + size > bytes.length) throw damaged('one that is cut off');
      yield [field, bytes.subarray(at, (at += size))];
    } else throw damaged(`a field of type ${type}`);
  }
}

const isBytes = (value: number | Uint8Array): value is Uint8Array => value instanceof Uint8Array;
const text = (value: number | Uint8Array) => (isBytes(value) ? new TextDecoder().decode(value) : '');

/** Integers, packed or one by one. */
function integers(value: number | Uint8Array): number[] {
  if (!isBytes(value)) return [value];
  const all: number[] = [];
  let number = 0;
  let power = 1;
  for (const byte of value) {
    number += (byte & 127) * power;
    power *= 128;
    if (byte < 128) {
      all.push(number);
      number = 0;
      power = 1;
    }
  }
  return all;
}

/** ONNX's element types of weights. */
const DTYPES: Record<number, string> = { 1: 'F32', 10: 'F16', 11: 'F64', 16: 'BF16' };

function tensorOf(bytes: Uint8Array): [name: string, tensor: Tensor] {
  const shape: number[] = [];
  const listed: Uint8Array[] = [];
  let [name, type] = ['', 0];
  let raw: Uint8Array | undefined;
  let outside = false;
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) shape.push(...integers(value));
    else if (field === 2) type = Number(value);
    else if (field === 4 && isBytes(value)) listed.push(value);
    else if (field === 8) name = text(value);
    else if (field === 9 && isBytes(value)) raw = value;
    else if (field === 14) outside = value === 1;
  }
  const dtype = DTYPES[type];
  if (!dtype) return [name, { shape, data: new Float32Array() }];
  if (outside)
    throw mismatch('UNSUPPORTED', name, 'weights in the file itself', 'weights in a file beside it');
  const data = raw ?? (listed.length === 1 ? listed[0]! : new Uint8Array());
  const count = shape.reduce((product, size) => product * size, 1);
  const size = sizeOf(name, dtype);
  if (shape.length > 8 || count * size !== data.length)
    throw damaged(`${data.length} bytes for the shape [${shape.slice(0, 8)}] of ${name}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return [name, { shape, data: readNumbers(name, dtype, view, count, (i) => i * size) }];
}

function attributeOf(bytes: Uint8Array): [string, ReadAttribute, Uint8Array | undefined] {
  const attribute: ReadAttribute = { texts: [] };
  let name = '';
  let tensor: Uint8Array | undefined;
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) name = text(value);
    else if (field === 2) attribute.float = Number(value);
    else if (field === 3) attribute.int = Number(value);
    else if (field === 4) attribute.text = text(value);
    else if (field === 5 && isBytes(value)) tensor = value;
    else if (field === 9) attribute.texts.push(text(value));
  }
  return [name, attribute, tensor];
}

function nodeOf(bytes: Uint8Array, tensors: Map<string, Tensor>): ReadNode {
  const node: ReadNode = { type: '', inputs: [], outputs: [], attributes: new Map() };
  let constant: Uint8Array | undefined;
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) node.inputs.push(text(value));
    else if (field === 2) node.outputs.push(text(value));
    else if (field === 4) node.type = text(value);
    else if (field === 5 && isBytes(value)) {
      const [name, attribute, tensor] = attributeOf(value);
      node.attributes.set(name, attribute);
      constant ??= tensor;
    }
  }
  if (node.type === 'Constant' && constant) tensors.set(node.outputs[0] ?? '', tensorOf(constant)[1]);
  return node;
}

export function readOnnx(bytes: Uint8Array): ReadGraph {
  const read: ReadGraph = { nodes: [], tensors: new Map(), metadata: {} };
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 14 && isBytes(value)) {
      const entry = new Map([...fieldsOf(value)].map(([key, content]) => [key, text(content)]));
      read.metadata[entry.get(1) ?? ''] = entry.get(2) ?? '';
    }
    if (field !== 7 || !isBytes(value)) continue;
    for (const [part, content] of fieldsOf(value)) {
      if (part === 1 && isBytes(content)) read.nodes.push(nodeOf(content, read.tensors));
      if (part === 5 && isBytes(content)) read.tensors.set(...tensorOf(content));
    }
  }
  if (!read.nodes.length) throw damaged('one without nodes');
  return read;
}
