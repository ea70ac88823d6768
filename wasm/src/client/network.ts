/** The tensor level: checks shapes, puts the tensors of a call into one array and takes answers apart. */
import { requireObject, toJson } from './arguments.js';
import type { Client } from './client.js';
import type { TaskConfig } from '../shared/config.js';
import { mismatch, refuse, UnfoldError } from '../shared/errors.js';
import { renamed, stepOptions } from './optimizer.js';
import { readSafetensors, writeSafetensors } from '../export/safetensors.js';
import type { NetworkGraph } from '../shared/graph-types.js';
import type {
  Backward,
  Forward,
  ForwardOptions,
  Network,
  NetworkInfo,
  NetworkState,
  StepOptions,
  Tensor,
} from '../shared/network-types.js';
import type { NetworkData, TensorArgs } from '../shared/protocol.js';
import { DISPOSE } from './symbols.js';
import type { RuntimeInfo } from '../shared/types.js';

type Given = Tensor | Float32Array;

/** An error about shapes, whose text stands without quotes. */
const misfit = (field: string, expected: string, actual: string) =>
  mismatch('INVALID_ARGUMENT', field, expected, actual);

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const spell = (shape: readonly unknown[]) => `[${shape.join(', ')}]`;

/** The numbers of a tensor that has to have this shape; one without a shape has it if there are as many. */
function numbersOf(field: string, given: Given | undefined, shape: readonly number[]): Float32Array {
  const data = given instanceof Float32Array ? given : given?.data;
  if (!(data instanceof Float32Array))
    throw refuse('INVALID_ARGUMENT', field, `numbers of shape ${spell(shape)}, as a Float32Array`, data);
  const own = given instanceof Float32Array ? shape : given!.shape;
  if (!Array.isArray(own) || own.length !== shape.length || own.some((size, i) => size !== shape[i]))
    throw misfit(`${field}.shape`, spell(shape), Array.isArray(own) ? spell(own) : String(own));
  if (data.length !== sizeOf(shape))
    throw misfit(field, `${sizeOf(shape)} numbers, ${spell(shape)}`, `${data.length} numbers`);
  return data;
}

const sizesOf = (parts: readonly Float32Array[]) => parts.map(({ length }) => length);

/** One array of many. */
function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Many arrays of one, each with memory of its own. */
class Parts {
  readonly #all: Float32Array;
  #at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#all = new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
  }

  take(shape: readonly number[]): Tensor {
    return { shape, data: this.#all.slice(this.#at, (this.#at += sizeOf(shape))) };
  }
}

export class TensorNetwork implements Network {
  readonly #client: Client;
  #info: NetworkInfo;
  /** [T, N] of the last forward. */
  #window: [number, number] | undefined;

  constructor(client: Client, { layers, states, names, shapes, ...info }: NetworkData, runtime: RuntimeInfo) {
    this.#client = client;
    const { inputs = 0, context = 0 } = info.config.task as TaskConfig;
    this.#info = {
      ...info,
      inputs,
      context,
      parameters: shapes.reduce((sum, shape) => sum + sizeOf(shape), 0),
      layers: layers.map(([units, maxDelay, direction], l) => ({
        units,
        maxDelay,
        states: states[l]!,
        direction: direction > 0 ? 'forward' : 'backward',
      })),
      tensors: names.map((name, i) => [name, shapes[i]!]),
      step: 0,
      runtime,
    };
  }

  get info(): NetworkInfo {
    return this.#info;
  }

  async forward(x: Tensor, options: ForwardOptions = {}): Promise<Forward> {
    const { inputs, outputs, context: numbers } = this.#info;
    const {
      lengths,
      state,
      context,
      training = false,
    } = requireObject(options, ['lengths', 'state', 'context', 'training']);
    const [T, N] = windowOf(x, inputs);
    const parts = [
      numbersOf('x', x, [T, N, inputs]),
      context || numbers ? numbersOf('context', context, [N, numbers]) : new Float32Array(),
      ...(state ? this.#stateNumbers('state', state, N) : []),
    ];
    const asked = {
      steps: T,
      columns: N,
      lengths: lengths ? lengthsOf(lengths, T, N) : [],
      training: Number(Boolean(training)),
      sizes: sizesOf(parts),
      clock: state ? (state.clock ?? 0) : null,
    };
    const former = this.#window;
    const window = (this.#window = [T, N]);
    const answer = await this.#send('forward', asked, parts).catch((error: unknown) => {
      if (this.#window === window) this.#window = former; // the engine has that one still
      throw error;
    });
    const found = new Parts(answer.bytes);
    const y = found.take([T, N, outputs]);
    return { y, state: { ...this.#takeState(found, N), clock: answer.clock } };
  }

  async backward(dy: Given, dstate?: NetworkState): Promise<Backward> {
    if (!this.#window) throw new UnfoldError('INVALID_STATE', 'backward: a forward has to come first.');
    const { inputs, outputs, context } = this.#info;
    const [T, N] = this.#window;
    const parts = [
      numbersOf('dy', dy, [T, N, outputs]),
      ...(dstate ? this.#stateNumbers('dstate', dstate, N) : [new Float32Array(), new Float32Array()]),
    ];
    const { bytes } = await this.#send('backward', { sizes: sizesOf(parts) }, parts);
    const found = new Parts(bytes);
    const dx = found.take([T, N, inputs]);
    const dcontext = found.take([N, context]);
    return { dx, dstate: this.#takeState(found, N), ...(context && { dcontext }) };
  }

  graph(): Promise<NetworkGraph> {
    return this.#client.call('networkGraph', {});
  }

  parameters(): Promise<Record<string, Tensor>> {
    return this.#tensors('parameters');
  }

  gradients(): Promise<Record<string, Tensor>> {
    return this.#tensors('gradients');
  }

  async setParameters(parameters: Readonly<Record<string, Given>>): Promise<void> {
    if (typeof parameters !== 'object' || !parameters)
      throw refuse('INVALID_ARGUMENT', 'parameters', 'tensors by name', parameters);
    const shapes = new Map(this.#info.tensors);
    const parts = Object.entries(parameters).map(([name, given]) => {
      const shape = shapes.get(name);
      if (!shape) throw misfit('name', `one of ${[...shapes.keys()].join(', ')}`, `"${name}"`);
      const data = numbersOf(name, given, shape);
      const hole = data.findIndex((x) => !Number.isFinite(x));
      if (hole >= 0) throw misfit(name, 'finite numbers', `${data[hole]} at ${hole}`);
      return { name, data };
    });
    const numbers = parts.map(({ data }) => data);
    await this.#send(
      'setTensors',
      { names: parts.map(({ name }) => name), sizes: sizesOf(numbers) },
      numbers,
    );
  }

  async zeroGradients(): Promise<void> {
    await this.#client.call('zeroGradients', {});
  }

  async step(options: StepOptions): Promise<number> {
    const call = this.#client.call('step', { options: stepOptions(options) });
    const { gradientNorm, step } = await call.catch((error: unknown) => {
      throw renamed(error);
    });
    this.#info = { ...this.#info, step };
    return gradientNorm;
  }

  async save(): Promise<Uint8Array> {
    const tensors = new Map(Object.entries(await this.parameters()));
    const { totals: _, ...graph } = await this.graph();
    const config = JSON.stringify(this.#info.config);
    return writeSafetensors({ metadata: { format: 'pt', config, graph: JSON.stringify(graph) }, tensors });
  }

  async load(bytes: Uint8Array): Promise<void> {
    const { tensors } = readSafetensors(bytes);
    const missing = this.#info.tensors.find(([name]) => !tensors.has(name));
    if (missing) throw mismatch('INVALID_CHECKPOINT', missing[0], 'a tensor of this name', 'none');
    await this.setParameters(Object.fromEntries(tensors));
  }

  dispose(): void {
    this.#client.end(new UnfoldError('DISPOSED', 'This network was disposed of.'));
  }

  [DISPOSE](): void {
    this.dispose();
  }

  #send<K extends 'forward' | 'backward' | 'setTensors'>(name: K, options: object, parts: Float32Array[]) {
    const numbers = joined(parts);
    const args: TensorArgs = { options: toJson(options), numbers };
    return this.#client.call(name, args, {
      transfer: [numbers.buffer],
    });
  }

  async #tensors(which: 'parameters' | 'gradients'): Promise<Record<string, Tensor>> {
    const found = new Parts(await this.#client.call('tensors', { which }));
    return Object.fromEntries(this.#info.tensors.map(([name, shape]) => [name, found.take(shape)]));
  }

  /** Values and inputs of a state, as TensorState in core/api/tensor.h has them. */
  #stateNumbers(field: string, { layers, inputs, clock = 0 }: NetworkState, N: number) {
    if (!Number.isSafeInteger(clock) || clock < 0)
      throw refuse('INVALID_ARGUMENT', `${field}.clock`, 'a whole number, 0 or more', clock);
    const wanted = this.#info.layers;
    if (!Array.isArray(layers) || layers.length !== wanted.length)
      throw misfit(
        `${field}.layers`,
        `${wanted.length} layers`,
        Array.isArray(layers) ? `${layers.length} layers` : String(layers),
      );
    const values = wanted.flatMap(({ units: hidden, maxDelay: lead, states }, l) =>
      states.map((name, i) =>
        numbersOf(
          `${field}.layers[${l}].${name}`,
          layers[l]?.[name],
          i === 0 ? [lead, N, hidden] : [N, hidden],
        ),
      ),
    );
    const { maxInputDelay: maxInputDelay, inputs: D } = this.#info;
    const late = maxInputDelay
      ? numbersOf(`${field}.inputs`, inputs, [maxInputDelay, N, D])
      : new Float32Array();
    return [joined(values), late] as const;
  }

  #takeState(found: Parts, N: number): NetworkState {
    const layers = this.#info.layers.map(({ units: hidden, maxDelay: lead, states }) => ({
      h: found.take([lead, N, hidden]),
      ...Object.fromEntries(states.slice(1).map((name) => [name, found.take([N, hidden])])),
    }));
    const { maxInputDelay: maxInputDelay, inputs } = this.#info;
    return { layers, ...(maxInputDelay && { inputs: found.take([maxInputDelay, N, inputs]) }) };
  }
}

/** T and N of an input. */
function windowOf(x: Tensor, inputs: number): [number, number] {
  const shape: readonly unknown[] = Array.isArray(x?.shape) ? x.shape : [];
  const [T, N, D] = shape;
  if (shape.length !== 3 || !isSize(T) || !isSize(N) || D !== inputs)
    throw misfit('x.shape', `[T, N, ${inputs}]`, x?.shape ? spell(shape) : String(x?.shape));
  return [T, N];
}

function isSize(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) > 0;
}

function lengthsOf(lengths: ArrayLike<number>, T: number, N: number): number[] {
  if (lengths.length !== N) throw misfit('lengths', `${N} numbers, one a sequence`, `${lengths.length}`);
  return Array.from(lengths, (length, n) => {
    if (Number.isInteger(length) && length >= 0 && length <= T) return length;
    throw misfit(`lengths[${n}]`, `a whole number from 0 to ${T}`, String(length));
  });
}
