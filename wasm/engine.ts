/** The wasm module as Emscripten's Embind presents it, and the one place where its replies are read. */
import { UnfoldError, type ErrorData } from './errors.js';

/** Every call answers so; it never throws unless the engine crashed. `value` is JSON. */
export interface Reply {
  ok: boolean;
  value: string;
  bytes?: Uint8Array;
}

/** Trains, evaluates and samples for about `milliseconds` a call, at least one step. */
export interface EngineSession {
  create(config: string, text: Uint8Array): Reply;
  open(checkpoint: Uint8Array, text: Uint8Array): Reply;
  info(): Reply;
  train(targetStep: number, milliseconds: number): Reply;
  update(settings: string): Reply;
  evaluate(milliseconds: number): Reply;
  baselines(highest: number): Reply;
  gradientFlow(lags: number): Reply;
  sampleStart(options: string): Reply;
  sampleNext(count: number, milliseconds: number): Reply;
  save(options: string): Reply;
  delete(): void;
}

export interface Engine {
  schema(): Reply;
  check(config: string, vocabulary: number): Reply;
  setThreads(count: number): Reply;
  Session: new () => EngineSession;
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
