import type { Client } from './client.js';
import { refuse, UnfoldError, wrap } from './errors.js';
import type { NetworkGraph } from './graph-types.js';
import { inspectionOf } from './inspection.js';
import { CallStream, type Sink, type Source } from './stream.js';
import { DISPOSE } from './symbols.js';
import type {
  Answered,
  Baselines,
  Evaluation,
  Info,
  Inspection,
  Model,
  ModelInfo,
  Prediction,
  PredictRequest,
  Progress,
  RuntimeInfo,
  SampleOptions,
  Sampling,
  Settings,
  Split,
  Spread,
  Stream,
  Term,
  TrainOptions,
} from './types.js';

/** JSON as the engine reads it: NaN and infinities arrive as text to be refused by name, not as null. */
export function toJson(value: object): string {
  const spell = (_: string, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  try {
    return JSON.stringify(given(value), spell);
  } catch (error) {
    throw error instanceof UnfoldError
      ? error
      : wrap('INVALID_ARGUMENT', 'The options hold what JSON cannot', error);
  }
}

/** Options, which a caller in JavaScript may forget: what crosses over to the engine has to be of its type. */
export function given<T>(options: T): T {
  if (typeof options === 'object' && options) return options;
  throw refuse('INVALID_ARGUMENT', 'options', 'an object', options);
}

/** UTF-8; bytes as they are. */
export function encode(text: string | Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  if (typeof text === 'string') return new TextEncoder().encode(text);
  if (text instanceof Uint8Array) return text as Uint8Array<ArrayBuffer>;
  throw refuse('INVALID_TEXT', 'text', 'a string or a Uint8Array', text);
}

export class TextModel implements Model {
  readonly #client: Client;
  #info: ModelInfo;

  constructor(client: Client, info: Info, runtime: RuntimeInfo) {
    this.#client = client;
    this.#info = { ...info, runtime };
  }

  get info(): ModelInfo {
    return this.#info;
  }

  train(options: TrainOptions = {}): Stream<Progress> {
    const { signal, ...limits } = given(options);
    for (const [field, limit] of Object.entries(limits)) checkLimit(field, limit);
    return this.#stream<Progress>(
      (sink) =>
        this.#client.stream('train', limits, {
          ...sink,
          push: (progress) => {
            this.#update({ step: progress.step, epoch: progress.epoch });
            sink.push(progress);
          },
          result: (info) => this.#update(info),
        }),
      signal,
    );
  }

  sample(options: SampleOptions = {}): Sampling {
    const { signal, ...others } = given(options);
    const unknown: string[] = [];
    const args = { options: toJson(others) };
    const stream = this.#stream<string>(
      (sink) =>
        this.#client.stream('sample', args, {
          ...sink,
          push: (chunk) => {
            if (chunk.unknown) unknown.push(...chunk.unknown);
            sink.push(chunk.text);
          },
          result: () => {},
        }),
      signal,
    );
    return Object.assign(stream, { unknown });
  }

  async evaluate(options: { split?: Split; signal?: AbortSignal | undefined } = {}): Promise<Evaluation> {
    const { split = 'validation', signal } = given(options);
    checkSplit(split);
    const result = await this.#client.call('evaluate', { split }, { signal });
    return { ...result, bitsPerCharacter: result.loss / Math.LN2 };
  }

  async predict(request: PredictRequest): Promise<Prediction> {
    return this.#client.call('predict', { request: toJson(request) });
  }

  async logProbability(request: PredictRequest): Promise<number> {
    if (given(request).target === undefined)
      throw refuse('INVALID_ARGUMENT', 'target', 'an answer', undefined);
    return (await this.predict(request)).logProbability!;
  }

  async example(split: Split, index: number): Promise<Answered> {
    checkSplit(split);
    checkWhole('index', index, 0, 2 ** 31 - 1);
    return this.#client.call('example', { split, index });
  }

  async baselines(options: { highest?: number; signal?: AbortSignal | undefined } = {}): Promise<Baselines> {
    const { highest = 2, signal } = given(options);
    checkWhole('highest', highest, 0, 8);
    return this.#client.call('baselines', { highest }, { signal });
  }

  async gradientFlow(options: { lags?: number } = {}): Promise<number[][]> {
    const { lags = 64 } = given(options);
    checkWhole('lags', lags, 1, 4096);
    return this.#client.call('gradientFlow', { lags });
  }

  async graph(): Promise<NetworkGraph> {
    return this.#client.call('graph', {});
  }

  async inspect(text: string | Uint8Array): Promise<Inspection> {
    const data = await this.#client.call('inspect', { text: encode(text) });
    return inspectionOf(data, this.#info.vocabulary.symbols);
  }

  async connectivity(text: string | Uint8Array, options: { at: number }): Promise<Float32Array> {
    const { at } = given(options);
    checkWhole('at', at, 1, MOST_CHARACTERS);
    return Float32Array.from(await this.#client.call('connectivity', { text: encode(text), at }));
  }

  async terms(text: string | Uint8Array, options: { at: number; layer?: number }): Promise<Term[]> {
    const { at, layer = 0 } = given(options);
    checkWhole('at', at, 0, MOST_CHARACTERS);
    checkWhole('layer', layer, 0, 1000);
    return this.#client.call('terms', { text: encode(text), layer, at });
  }

  async spreads(options: { bins?: number } = {}): Promise<Spread[]> {
    const { bins = 40 } = given(options);
    checkWhole('bins', bins, 1, 1000);
    return this.#client.call('spreads', { bins });
  }

  async update(settings: Settings): Promise<ModelInfo> {
    return this.#update(await this.#client.call('update', { settings: toJson(settings) }));
  }

  async save(options: { optimizer?: boolean } = {}): Promise<Uint8Array> {
    return this.#client.call('save', { options: toJson(options) });
  }

  dispose(): void {
    this.#client.end(new UnfoldError('DISPOSED', 'This model was disposed of.'));
  }

  [DISPOSE](): void {
    this.dispose();
  }

  terminate(): void {
    this.dispose();
  }

  #stream<T>(open: (sink: Sink<T>) => Source, signal: AbortSignal | undefined): CallStream<T> {
    return new CallStream(open, { signal, hold: (promise) => this.#client.hold(promise) });
  }

  #update(changes: Partial<Info>): ModelInfo {
    this.#info = { ...this.#info, ...changes };
    return this.#info;
  }
}

/** More than memory could hold the states of. */
const MOST_CHARACTERS = 1e8;

function checkSplit(split: unknown): void {
  if (typeof split !== 'string')
    throw refuse('INVALID_ARGUMENT', 'split', 'train, validation or test', split);
}

export function checkWhole(field: string, value: unknown, low: number, high: number): void {
  if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return;
  throw refuse('INVALID_ARGUMENT', field, `a whole number from ${low} to ${high}`, value);
}

function checkLimit(field: string, limit: unknown): void {
  if (!['steps', 'until', 'seconds'].includes(field)) {
    throw refuse('INVALID_ARGUMENT', field, 'one of steps, until, seconds and signal', 'an unknown option');
  }
  if (limit === undefined || (typeof limit === 'number' && limit >= 0)) return;
  throw refuse('INVALID_ARGUMENT', field, 'a number, 0 or more', limit);
}
