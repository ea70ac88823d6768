import type { Client } from './client.js';
import { refuse, UnfoldError, wrap } from './errors.js';
import { type Sink, type Source, Stream } from './stream.js';
import type {
  Baselines,
  Evaluation,
  Info,
  Model,
  ModelInfo,
  Progress,
  RuntimeInfo,
  SampleOptions,
  Sampling,
  Settings,
  TrainOptions,
} from './types.js';

/** Older platforms lack the symbol; a class must not get a method named "undefined" there. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** JSON as the engine reads it: NaN and infinities arrive as text to be refused by name, not as null. */
export function toJson(value: object): string {
  const spell = (_: string, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  try {
    return JSON.stringify(value, spell);
  } catch (error) {
    throw wrap('INVALID_ARGUMENT', 'The options hold what JSON cannot', error);
  }
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

  train({ signal, ...limits }: TrainOptions = {}): AsyncIterableIterator<Progress> {
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

  sample({ signal, ...options }: SampleOptions = {}): Sampling {
    const unknown: string[] = [];
    const args = { options: toJson(options) };
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

  async evaluate({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<Evaluation> {
    const result = await this.#client.call('evaluate', {}, { signal });
    return { ...result, bitsPerCharacter: result.loss / Math.LN2 };
  }

  async baselines({ highest = 2 }: { highest?: number } = {}): Promise<Baselines> {
    checkWhole('highest', highest, 0, 8);
    return this.#client.call('baselines', { highest });
  }

  async gradientFlow({ lags = 64 }: { lags?: number } = {}): Promise<number[][]> {
    checkWhole('lags', lags, 1, 4096);
    return this.#client.call('gradientFlow', { lags });
  }

  async update(settings: Settings): Promise<ModelInfo> {
    return this.#update(await this.#client.call('update', { settings: toJson(settings) }));
  }

  save(options: { optimizer?: boolean } = {}): Promise<Uint8Array> {
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

  #stream<T>(open: (sink: Sink<T>) => Source, signal: AbortSignal | undefined): Stream<T> {
    return new Stream(open, { signal, hold: (promise) => this.#client.hold(promise) });
  }

  #update(changes: Partial<Info>): ModelInfo {
    this.#info = { ...this.#info, ...changes };
    return this.#info;
  }
}

function checkWhole(field: string, value: unknown, low: number, high: number): void {
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
