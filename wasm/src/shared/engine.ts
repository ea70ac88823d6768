/** The wasm module as Emscripten's Embind presents it, and the one place where its replies are read. */
import { UnfoldError, type ErrorData } from './errors.js';
import type { Arithmetic } from './types.js';

/** Every call answers so; it never throws unless the engine crashed. `value` is JSON. */
export interface Reply {
  ok: boolean;
  value: string;
  bytes?: Uint8Array;
}

/** Trains, evaluates and samples for about `milliseconds` a call, at least one step. */
export interface EngineSession {
  create(config: string, text: Uint8Array): Reply;
  open(checkpoint: Uint8Array, text: Uint8Array, extend: boolean): Reply;
  info(): Reply;
  graph(): Reply;
  /** @param targetStep Infinity: nobody has limited the run, which ends when nothing better comes */
  train(targetStep: number, milliseconds: number): Reply;
  trainStop(): Reply;
  restoreBest(): Reply;
  update(settings: string): Reply;
  evaluate(split: string, milliseconds: number): Reply;
  /** By dynamic evaluation; `options` are `DynamicOptions`. */
  evaluateDynamic(split: string, options: string, milliseconds: number): Reply;
  predict(request: string): Reply;
  rows(text: Uint8Array, future: number, last: number): Reply;
  example(split: string, index: number): Reply;
  /** Drops a pass half done. */
  evaluateStop(): Reply;
  backtest(split: string, steps: number): Reply;
  baselinesStart(maxOrder: number): Reply;
  /** null until all is counted. */
  baselinesNext(milliseconds: number): Reply;
  gradientFlow(lags: number): Reply;
  /**
   * What the network answers to a window, for the tests of what is exported: `options` is {tokens, columns, inputs,
   * clock}, see Session::logits in core/api/session.h; `state` holds float32 numbers, or nothing.
   */
  logits(options: string, state: Uint8Array): Reply;
  inspect(text: Uint8Array): Reply;
  saliency(text: Uint8Array, at: number): Reply;
  preactivations(text: Uint8Array, layer: number, at: number): Reply;
  histograms(bins: number): Reply;
  sampleStart(options: string): Reply;
  sampleNext(count: number, milliseconds: number): Reply;
  save(options: string): Reply;
  delete(): void;
}

/** The tensor level: JSON and numbers in, JSON and numbers out. See bindings_network.cpp. */
export interface EngineNetwork {
  create(config: string, none: Float32Array): Reply;
  graph(none: string, nothing: Float32Array): Reply;
  forward(options: string, numbers: Float32Array): Reply;
  backward(options: string, numbers: Float32Array): Reply;
  tensors(which: string, none: Float32Array): Reply;
  setTensors(options: string, numbers: Float32Array): Reply;
  zeroGradients(none: string, nothing: Float32Array): Reply;
  step(options: string, none: Float32Array): Reply;
  delete(): void;
}

export interface Engine {
  schema(): Reply;
  check(config: string, vocabulary: number, tokens: number): Reply;
  describe(config: string, vocabulary: number): Reply;
  preview(config: string, text: Uint8Array): Reply;
  setThreads(count: number): Reply;
  /** Answers which one is in use from now on: `fast` only in a `-fast` file. */
  setMath(math: Arithmetic): Reply;
  Session: new () => EngineSession;
  Network: new () => EngineNetwork;
  /** Emscripten's own, in builds with threads. */
  PThread?: { terminateAllThreads?(): void };
}

/** The default export of `simd.js` and `simd-threads.js`. */
export type EngineFactory = (options: Record<string, unknown>) => Promise<Engine>;

/** Makes an instance of a compiled engine. `threads` includes the caller. */
export function startEngine(
  factory: EngineFactory,
  module: WebAssembly.Module,
  threads: number,
): Promise<Engine> {
  // Emscripten's promise stays pending when `instantiateWasm` fails, hence our own.
  return new Promise((resolve, reject) => {
    const options = {
      numThreads: threads - 1, // the size of Emscripten's pool of workers
      instantiateWasm(
        imports: WebAssembly.Imports,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) {
        WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
        return {};
      },
      print: () => {},
      printErr: () => {}, // what goes wrong arrives as an exception too
      onAbort: (what: unknown) => reject(new Error(`the engine aborted: ${what}`)),
    };
    factory(options).then(resolve, reject);
  });
}

/** The value of a good reply; the error of a bad one. */
export function read<T>(reply: Reply): T {
  const value = parse(reply);
  if (reply.ok) return value as T;
  throw UnfoldError.from(value as ErrorData);
}

/** The bytes of a good reply. */
export function readBytes(reply: Reply): Uint8Array {
  if (!reply.ok) read(reply);
  if (reply.bytes instanceof Uint8Array) return reply.bytes;
  throw new UnfoldError('INTERNAL', 'The engine answered without the bytes asked for.');
}

function parse(reply: Reply): unknown {
  try {
    if (typeof reply.ok === 'boolean') {
      const value: unknown = JSON.parse(reply.value);
      if (reply.ok || typeof (value as ErrorData | null)?.code === 'string') return value;
    }
  } catch {
    // Falls through: an unreadable reply is the same defect as a malformed one.
  }
  throw new UnfoldError(
    'INTERNAL',
    `The engine gave an answer that cannot be read: ${String(reply?.value).slice(0, 80)}`,
  );
}
