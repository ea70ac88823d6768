/** A graph of ONNX operators under construction; the body of a Scan is one within another. */
import { type Attribute, BOOL, FLOAT, INT32, INT64, Message, node, tensor, valueInfo } from './proto.js';
import { halves, quantized } from '../precision.js';

export interface GraphOptions {
  opset: number;
  /** How weights are stored. */
  precision: 'float32' | 'float16' | 'int8';
}

export class Graph {
  readonly #outer: Graph | undefined;
  readonly #options: GraphOptions;
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #names: Set<string>;
  readonly #constants = new Map<string, string>();

  /** Names of the inner graph differ from all of the outer one, whose values it may read. */
  constructor(outer?: Graph, options?: GraphOptions) {
    this.#outer = outer;
    this.#names = outer ? outer.#names : new Set();
    this.#options = outer ? outer.#options : (options ?? { opset: 14, precision: 'float32' });
  }

  /** A name that no other value has, nor any input or output: those have no slash. */
  name(hint: string): string {
    const base = hint.includes('/') ? hint : `/${hint}`;
    let name = base;
    for (let k = 2; this.#names.has(name); ++k) name = `${base}.${k}`;
    this.#names.add(name);
    return name;
  }

  input(name: string, type: number, shape: readonly (number | string)[]): string {
    this.#names.add(name);
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Makes `value` an output of the given name. */
  output(name: string, value: string, type: number, shape: readonly (number | string)[]): void {
    this.#names.add(name);
    this.#nodes.push(node('Identity', [value], [name], {}));
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds an operator with one result. */
  add(
    hint: string,
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string {
    return this.addMany([hint], type, inputs, attributes)[0]!;
  }

  addMany(
    hints: readonly string[],
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string[] {
    const names = hints.map((hint) => this.name(hint));
    this.#nodes.push(node(type, inputs, names, attributes));
    return names;
  }

  /** float32 numbers that are part of the model; the same name again is the same tensor. */
  floats(hint: string, shape: readonly number[], make: () => Float32Array): string {
    return this.#constant(`${hint} ${shape}`, hint, (name) => tensor(name, shape, make()));
  }

  /**
   * The weights of a matrix, stored as the precision says; the same name again is the same tensor.
   * @param axis that of the matrix's rows: each has a scale of its own
   */
  weights(hint: string, shape: readonly number[], axis: number, make: () => Float32Array): string {
    const { precision } = this.#options;
    if (precision === 'float32') return this.floats(hint, shape, make);
    if (this.#outer) return this.#outer.weights(hint, shape, axis, make);
    const key = `weights ${hint} ${shape}`;
    const known = this.#constants.get(key);
    if (known) return known;
    let name: string;
    if (precision === 'float16') {
      const half = this.#constant(`${key} half`, `${hint}.f16`, (own) =>
        tensor(own, shape, halves(hint, make())),
      );
      name = this.add(hint, 'Cast', [half], { to: FLOAT });
    } else {
      const { numbers, scales } = quantized(make(), shape, axis);
      const small = this.#constant(`${key} small`, `${hint}.i8`, (own) => tensor(own, shape, numbers));
      const scale = this.floats(`${hint}.scale`, [scales.length], () => scales);
      name = this.add(hint, 'DequantizeLinear', [small, scale], { axis });
    }
    this.#constants.set(key, name);
    return name;
  }

  /** The mean over an axis. */
  mean(hint: string, x: string, axis: number, keepdims: 0 | 1): string {
    if (this.#options.opset < 18) return this.add(hint, 'ReduceMean', [x], { axes: [axis], keepdims });
    return this.add(hint, 'ReduceMean', [x, this.ints([axis])], { keepdims });
  }

  /** int64 numbers: a vector, or a scalar. */
  ints(value: number | readonly number[]): string {
    const data = BigInt64Array.from(typeof value === 'number' ? [BigInt(value)] : value.map(BigInt));
    const shape = typeof value === 'number' ? [] : [value.length];
    return this.#constant(JSON.stringify(value), 'int', (name) => tensor(name, shape, data));
  }

  scalar(value: number): string {
    return this.#constant(`scalar ${value}`, 'number', (name) => tensor(name, [], Float32Array.of(value)));
  }

  finish(name: string, description = ''): Message {
    const message = new Message();
    for (const one of this.#nodes) message.bytes(1, one);
    message.bytes(2, name);
    for (const one of this.#initializers) message.bytes(5, one);
    if (description) message.bytes(10, description);
    for (const one of this.#inputs) message.bytes(11, one);
    for (const one of this.#outputs) message.bytes(12, one);
    return message;
  }

  /** Constants live in the outermost graph. */
  #constant(key: string, hint: string, make: (name: string) => Message): string {
    if (this.#outer) return this.#outer.#constant(key, hint, make);
    const known = this.#constants.get(key);
    if (known) return known;
    const name = this.name(hint);
    this.#constants.set(key, name);
    this.#initializers.push(make(name));
    return name;
  }
}

export { BOOL, FLOAT, INT32, INT64 };
