import { checkWhole, encode, requireObject, toJson } from './arguments.js';
import type { Client } from './client.js';
import { readDataset, taskOf } from './dataset.js';
import { mismatch, placed, refuse, UnfoldError } from '../shared/errors.js';
import type { NetworkGraph } from '../shared/graph-types.js';
import { inspectionOf } from '../shared/inspection.js';
import { CallStream, type Sink, type Source } from './stream.js';
import { DISPOSE } from './symbols.js';
import type {
  Dataset,
  ExampleResult,
  Backtest,
  Baselines,
  EvaluateOptions,
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
  LiveConfig,
  Split,
  TableRows,
  TensorStats,
  TaskConfig,
  Term,
  Training,
  TrainOptions,
} from '../shared/types.js';

/** As large as an int32 of the engine may be. */
const MOST_INT32 = 2 ** 31 - 1;

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

  train(options: TrainOptions = {}): Training {
    const { signal, ...limits } = requireObject(options, [...LIMITS, 'signal']);
    for (const field of LIMITS) checkLimit(field, limits[field]);
    const limited = LIMITS.some((field) => limits[field] !== undefined);
    const ends = signal ?? (limited || this.#info.stopsEarly);
    return this.#stream<Progress, Progress | undefined>(
      (sink) =>
        this.#client.stream('train', limits, {
          ...sink,
          push: (progress) => {
            this.#update({ step: progress.step, epoch: progress.epoch });
            sink.push({ ...progress, bitsPerToken: this.#bits(progress.loss) });
          },
          result: (info) => this.#update(info),
        }),
      signal,
      (_, progress) => {
        if (ends) return progress;
        throw mismatch('INVALID_ARGUMENT', 'steps', 'a limit of an awaited run', 'none');
      },
      undefined,
    );
  }

  sample(options: SampleOptions = {}): Sampling {
    const { signal, ...others } = requireObject(options);
    if (others.prompt === null) throw refuse('INVALID_ARGUMENT', 'prompt', 'a text', null);
    const unknown: string[] = [];
    const args = { options: toJson(others) };
    const stream = this.#stream<string, string>(
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
      (text, piece) => text + piece,
      '',
    );
    return Object.assign(stream, { unknown });
  }

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    const { split = 'validation', signal, dynamic } = requireObject(options, ['split', 'signal', 'dynamic']);
    checkSplit(split);
    const learning = dynamic === true ? {} : dynamic || undefined;
    if (!this.#info.data && split !== 'validation' && split !== 'train')
      throw refuse('INVALID_ARGUMENT', 'split', "'train' or 'validation'", split);
    const result = await this.#client.call(
      'evaluate',
      { split, ...(learning && { dynamic: toJson(learning, 'dynamic') }) },
      { signal },
    );
    return { ...result, bitsPerToken: this.#bits(result.loss) };
  }

  async predict(request: PredictRequest): Promise<Prediction>;
  async predict(requests: readonly PredictRequest[]): Promise<Prediction[]>;
  async predict(asked: PredictRequest | readonly PredictRequest[]): Promise<Prediction | Prediction[]> {
    if (!isList(asked)) return this.#client.call('predict', { request: this.#written(asked) });
    const requests = asked.map((request, i) => {
      requireObject(request, undefined, `requests[${i}]`);
      try {
        return this.#written(request);
      } catch (error) {
        throw error instanceof UnfoldError ? placed(error, `requests[${i}]`) : error;
      }
    });
    return this.#client.call('predictAll', { requests });
  }

  async logProbability(request: PredictRequest): Promise<number> {
    if (requireObject(request, undefined, 'request').target === undefined)
      throw refuse('INVALID_ARGUMENT', 'target', 'an answer', undefined);
    return (await this.predict(request)).logProbability!;
  }

  async readTable(dataset: Dataset, options: { steps?: number; last?: number } = {}): Promise<TableRows> {
    const { steps = 0, last = MOST_INT32 } = requireObject(options, ['steps', 'last']);
    checkWhole('steps', steps, 0, 65536);
    checkWhole('last', last, 1, MOST_INT32);
    const { text, placed: place } = await readDataset(dataset, () => this.#info.config);
    return this.#client.call('rows', { text, steps, last }).catch((error: unknown) => {
      throw error instanceof UnfoldError ? place(error) : error;
    });
  }

  async example(split: Split, index: number): Promise<ExampleResult> {
    checkSplit(split);
    checkWhole('index', index, 0, MOST_INT32);
    return this.#client.call('example', { split, index });
  }

  async baselines(options: { maxOrder?: number; signal?: AbortSignal | undefined } = {}): Promise<Baselines> {
    const { maxOrder = 2, signal } = requireObject(options, ['maxOrder', 'signal']);
    checkWhole('maxOrder', maxOrder, 0, 8);
    return this.#client.call('baselines', { maxOrder }, { signal });
  }

  async backtest(options: { split?: Split; steps?: number } = {}): Promise<Backtest> {
    const { split = 'test', steps = 12 } = requireObject(options, ['split', 'steps']);
    checkSplit(split);
    checkWhole('steps', steps, 1, 1000);
    return this.#client.call('backtest', { split, steps });
  }

  async gradientFlow(options: { lags?: number } = {}): Promise<number[][]> {
    const { lags = 64 } = requireObject(options, ['lags']);
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

  async saliency(text: string | Uint8Array, options: { at: number }): Promise<Float32Array> {
    const { at } = requireObject(options, ['at']);
    checkWhole('at', at, 1, MOST_CHARACTERS);
    return Float32Array.from(await this.#client.call('saliency', { text: encode(text), at }));
  }

  async preactivations(text: string | Uint8Array, options: { at: number; layer?: number }): Promise<Term[]> {
    const { at, layer = 0 } = requireObject(options, ['at', 'layer']);
    checkWhole('at', at, 0, MOST_CHARACTERS);
    checkWhole('layer', layer, 0, 1000);
    return this.#client.call('preactivations', { text: encode(text), layer, at });
  }

  async histograms(options: { bins?: number } = {}): Promise<TensorStats[]> {
    const { bins = 40 } = requireObject(options, ['bins']);
    checkWhole('bins', bins, 1, 1000);
    return this.#client.call('histograms', { bins });
  }

  async update(settings: LiveConfig): Promise<ModelInfo> {
    return this.#update(await this.#client.call('update', { settings: toJson(settings) }));
  }

  async restoreBest(): Promise<ModelInfo> {
    return this.#update(await this.#client.call('restoreBest', {}));
  }

  async save(options: { optimizer?: boolean } = {}): Promise<Uint8Array> {
    return this.#client.call('save', { options: toJson(requireObject(options, ['optimizer'])) });
  }

  dispose(): void {
    this.#client.end(new UnfoldError('DISPOSED', 'This model was disposed of.'));
  }

  [DISPOSE](): void {
    this.dispose();
  }

  #stream<T, R>(
    open: (sink: Sink<T>) => Source,
    signal: AbortSignal | undefined,
    add: (sum: R, chunk: T) => R,
    nothing: R,
  ): CallStream<T, R> {
    return new CallStream(open, add, nothing, { signal, hold: (promise) => this.#client.hold(promise) });
  }

  /** A request as the engine reads it. What the task does not read is refused: the engine would pass over it. */
  #written(request: PredictRequest): string {
    requireObject(request, undefined, 'request');
    const { config, data } = this.#info;
    if (!data) return toJson(request); // the engine says why there is no answer
    const { name, pooling } = config.task as TaskConfig;
    const beam = name === 'generate' || name === 'translate';
    const drawn = beam || name === 'notes';
    const reads = {
      ...{
        input: name !== 'generate',
        unknown: data.inputs.length > 0 && name !== 'generate',
        context: data.context,
        beamWidth: beam,
        lengthPenalty: beam,
      },
      ...{ temperature: drawn, seed: drawn, steps: data.numbers && pooling !== 'last' && pooling !== 'mean' },
    };
    for (const field of Object.keys(reads) as (keyof typeof reads)[])
      if (!reads[field] && request[field] !== undefined)
        throw mismatch('INVALID_ARGUMENT', field, `nothing of ${name}`, 'a value');
    if (data.numbers > 1) checkRows(request.input, data.numbers);
    return toJson(request);
  }

  /** Errors of numbers have none. */
  #bits(loss: number): number | null {
    return taskOf(this.#info.config).name === 'regress' ? null : loss / Math.LN2;
  }

  #update(changes: Partial<Info>): ModelInfo {
    this.#info = { ...this.#info, ...changes };
    return this.#info;
  }
}

const isList = (asked: unknown): asked is readonly PredictRequest[] => Array.isArray(asked);

/** More than memory could hold the states of. */
const MOST_CHARACTERS = 1e8;

/** A flat list would be read as rows, however it was meant. */
function checkRows(input: unknown, columns: number): void {
  const flat =
    (Array.isArray(input) && typeof input[0] === 'number') ||
    (ArrayBuffer.isView(input) && !(input instanceof DataView));
  if (flat) throw mismatch('INVALID_ARGUMENT', 'input', `rows of ${columns} numbers`, 'a flat list');
}

function checkSplit(split: unknown): void {
  if (typeof split !== 'string')
    throw refuse('INVALID_ARGUMENT', 'split', 'train, validation or test', split);
}

/** What ends a run. */
const LIMITS = ['steps', 'until', 'seconds'] as const;

function checkLimit(field: (typeof LIMITS)[number], limit: unknown): void {
  const whole = field !== 'seconds';
  if (limit === undefined || limit === Infinity) return;
  if (typeof limit === 'number' && limit >= 0 && !(whole && limit % 1)) return;
  throw refuse('INVALID_ARGUMENT', field, `a ${whole ? 'whole ' : ''}number, 0 or more`, limit);
}
