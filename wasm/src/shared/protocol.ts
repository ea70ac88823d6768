/**
 * Everything a client and a session say to each other, in the page, in a worker or in one thread.
 *
 *     client                          session
 *                               ←   alive       of workers only: the script runs, nothing is started
 *     call   {id, name, args}   →               opens call `id`
 *                               ←   chunk       streams only, as long as there is credit
 *     pull   {id}               →               one chunk was consumed: one more credit
 *     stop   {id}               →               ends a long call before its end
 *                               ←   result      or error: closes call `id`, exactly once
 *                               ←   dead        the engine crashed: every call is lost, the session refuses more
 *     close                     →               frees the engine; nothing comes back
 *
 * Messages are handled in the order they were sent. Between two slices of long work the session returns to its
 * queue, so every message is served within one slice.
 */
import type { ErrorData } from './errors.js';
import type { InspectionData } from './inspection.js';
import type { NetworkGraph } from './graph-types.js';
import type { NetworkInfo } from './network-types.js';
import type {
  ExampleResult,
  Arithmetic,
  Backtest,
  Baselines,
  CheckedConfig,
  DatasetPreview,
  Evaluation,
  Info,
  Prediction,
  Progress,
  Schema,
  Split,
  TableRows,
  TensorStats,
  Term,
} from './types.js';

/** Raised with every change that an older worker or page would misread. */
export const VERSION = 9;

/** Chunks a session sends ahead of the client's pulls. */
export const CREDIT = 2;

/** What the engine says of a network, see bindings_network.cpp. */
export interface NetworkData extends Pick<
  NetworkInfo,
  'config' | 'outputs' | 'maxInputDelay' | 'pytorchNames'
> {
  layers: [units: number, maxDelay: number, direction: number][];
  /** Of each layer. */
  states: NetworkInfo['layers'][number]['states'][];
  names: string[];
  shapes: number[][];
}

/** The calls: arguments in, result out. Configurations and options travel as JSON, the engine alone reads them. */
export interface Calls {
  /** First, once. */
  start(args: StartArgs): { threads: number; math: Arithmetic };
  schema(args: object): Schema;
  /** `vocabulary` 0: not known. */
  check(args: { config: string; vocabulary: number; tokens: number }): CheckedConfig;
  /** `vocabulary` is not read where the configuration's network needs none. */
  describe(args: { config: string; vocabulary: number }): NetworkGraph;
  /** Not sliced: takes about as long as reading the text does for `create`. */
  preview(args: { config: string; text: Uint8Array }): DatasetPreview;
  create(args: { config: string; text: Uint8Array }): Info;
  /** An empty text: for sampling only. */
  open(args: { bytes: Uint8Array; text: Uint8Array; extend: boolean }): Info;
  update(args: { settings: string }): Info;
  restoreBest(args: object): Info;
  /** Of the model. */
  graph(args: object): NetworkGraph;
  save(args: { options: string }): Uint8Array;
  /** Long. */
  baselines(args: { maxOrder: number }): Baselines;
  backtest(args: { split: Split; steps: number }): Backtest;
  /** [layer][lag]. */
  gradientFlow(args: { lags: number }): number[][];
  /** Not sliced, like the two below: takes as long as reading the text; `connectivity`, as training on it. */
  inspect(args: { text: Uint8Array }): InspectionData;
  saliency(args: { text: Uint8Array; at: number }): number[];
  preactivations(args: { text: Uint8Array; layer: number; at: number }): Term[];
  histograms(args: { bins: number }): TensorStats[];
  /** Long. */
  evaluate(args: { split: Split; dynamic?: string }): Omit<Evaluation, 'bitsPerToken'>;
  /** `request`: JSON. Not sliced: takes about as long as reading the input and writing the answer. */
  predict(args: { request: string }): Prediction;
  /** Long. All with the same weights. */
  predictAll(args: { requests: string[] }): Prediction[];
  rows(args: { text: Uint8Array; steps: number; last: number }): TableRows;
  example(args: { split: Split; index: number }): ExampleResult;
  /** Long, a stream of Progress. Stopping it is not an error: the result is the state it ended in. */
  train(args: TrainArgs): Info;
  /** Long, a stream of SampleChunk. */
  sample(args: { options: string }): null;

  // The tensor level, instead of a model. Tensors travel one after the other in one array, in the order that
  // bindings_network.cpp names. Not sliced: each call is as long as its computation.
  createNetwork(args: { config: string }): NetworkData;
  networkGraph(args: object): NetworkGraph;
  forward(args: TensorArgs): { clock: number; bytes: Uint8Array };
  backward(args: TensorArgs): { bytes: Uint8Array };
  tensors(args: { which: 'parameters' | 'gradients' }): Uint8Array;
  setTensors(args: TensorArgs): object;
  zeroGradients(args: object): object;
  step(args: { options: string }): { gradientNorm: number; step: number };
}

export interface StartArgs {
  version: number;
  module: WebAssembly.Module;
  threads: number;
  math: Arithmetic;
}

/** `options`: JSON. */
export interface TensorArgs {
  options: string;
  numbers: Float32Array;
}

export interface TrainArgs {
  steps?: number | undefined;
  until?: number | undefined;
  seconds?: number | undefined;
}

/** `unknown` comes with the first chunk. */
export interface SampleChunk {
  text: string;
  unknown?: string[];
}

export interface Chunks {
  /** The client knows whether the loss has bits. */
  train: Omit<Progress, 'bitsPerToken'>;
  sample: SampleChunk;
}

export type CallName = keyof Calls;
export type StreamName = keyof Chunks;
export type Args<K extends CallName> = Parameters<Calls[K]>[0];
export type Result<K extends CallName> = ReturnType<Calls[K]>;

/** Client to session. */
export type Request =
  | { [K in CallName]: { type: 'call'; id: number; name: K; args: Args<K> } }[CallName]
  | { type: 'pull'; id: number }
  | { type: 'stop'; id: number }
  | { type: 'close' };

/** Session to client. */
export type Answer =
  | { type: 'chunk'; id: number; chunk: Chunks[StreamName] }
  | { type: 'result'; id: number; result: Result<CallName> }
  | { type: 'error'; id: number; error: ErrorData }
  | { type: 'dead'; error: ErrorData };

/** A worker's first words, for the channel. `lock`: the Web Lock that the worker holds for as long as it lives. */
export interface Alive {
  type: 'alive';
  lock?: string;
}

/** The session's end of the queue. */
export interface Port {
  post(answer: Answer, transfer?: Transferable[]): void;
  listen(handler: (request: Request) => void): void;
}

/** The client's end of the queue, and its hold on whatever runs the session. */
export interface Channel {
  post(request: Request, transfer?: Transferable[]): void;
  listen(handlers: { answer(answer: Answer): void; failure(error: unknown): void }): void;
  /** Whether anything is awaited: a Node process ends when nothing is. */
  hold(waiting: boolean): void;
  /** Ends the session at once, frees what it held. */
  close(): void;
}
