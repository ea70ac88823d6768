/// <reference lib="esnext.disposable" preserve="true" />
import type { CanonicalConfig, Config, Task } from './config.js';
import type { NetworkGraph } from './graph-types.js';
import type { Dataset, ExampleResult, Prediction, PredictRequest, TableRows } from './task-types.js';

export type * from './config.js';
export type * from './task-types.js';

/** What can be changed while a model trains. */
export interface LiveConfig {
  /** Base of the schedule, 0 to 1e6. The method and its other settings stay as they were made. */
  optimizer?: { learningRate?: number };
  /** Of the learning rate, counted from the first step of the model, not from the change. */
  schedule?: Config['schedule'];
  /** Largest gradient norm, or norm and value; 0 turns either off. */
  clip?: Config['clip'];
  /** Between layers, 0 to 0.95. */
  dropout?: number;
  /** Regularizers besides dropout. */
  regularization?: Config['regularization'];
  /** The numbers of an average of the weights; its `name` stays as it was made. */
  averaging?: Config['averaging'];
  /** Windows an update. */
  accumulate?: number;
  /** How often the network reads its own predictions in training; tasks with an answer of several steps. */
  scheduledSampling?: Config['scheduledSampling'];
  /** Steps between validations, 1 or more. */
  evaluateEvery?: number;
  /** When a run ends by itself. */
  earlyStopping?: Config['earlyStopping'];
}

/** The engine builds: the same numbers from each of them. */
export type Build = 'simd' | 'simd-threads';

/**
 * How numbers are rounded. `reproducible`: the same bits on every platform and with any number of threads. `fast`:
 * fuses multiplications and additions where the processor can, and gives that up.
 */
export type Arithmetic = 'reproducible' | 'fast';

/** `WebAssembly.Module`, also for compilers that are not told of any platform that has it. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: abstract new (...args: never[]) => infer Module };
}
  ? Module
  : object;

/** Where and how the engine runs. Every field may be left out; none is saved with a model. */
export interface Runtime {
  /**
   * Threads, the worker's own included. Default `auto`: half the cores, at most 4. Falls back to 1 where threads
   * cannot be had; `info.runtime.reason` says why.
   */
  threads?: number | 'auto';
  /**
   * Default `reproducible`. Falls back to it where `fast` (which needs relaxed SIMD) cannot be had; `info.runtime` says
   * so.
   */
  math?: Arithmetic;
  /**
   * Where the `.wasm` file is, when the bundler's own address will not do. A single file decides whether there are
   * threads; a function may name one for each build and arithmetic.
   */
  wasmUrl?: string | URL | ((build: Build, math: Arithmetic) => string | URL);
  /** A compiled engine, instead of any address. */
  wasmModule?: WasmModule;
  /** Where `worker.js` (or `worker-threads.js`) is, when the bundler's own address will not do. */
  workerUrl?: string | URL | ((build: Build) => string | URL);
  /** `false` runs on the calling thread, in slices that give way to other work. Default true where workers exist. */
  worker?: boolean;
  /** Milliseconds that loading may take. Default 30000. */
  timeout?: number;
  /** Gives up the loading. A model that is open is not affected. */
  signal?: AbortSignal | undefined;
}

/** How `openModel` opens a file. */
export interface OpenOptions extends Runtime {
  /** The dataset may be another one than the model was trained on: see `openModel`. Default false. */
  extend?: boolean;
}

/** How the engine of a model runs. */
export interface RuntimeInfo {
  /** The compiled engine: `simd`, or `simd-threads` where there are several threads. */
  build: Build;
  /** The worker's own thread included. */
  threads: number;
  /** Whether it runs in a worker (true) or on the calling thread. */
  worker: boolean;
  /** The arithmetic in use. */
  math: Arithmetic;
  /** Why there is one thread only, or not the arithmetic asked for; null where there is nothing to explain. */
  reason: string | null;
}

/** What the engine says of a model. */
export interface Info {
  /** Canonical: every field filled in. */
  config: CanonicalConfig;
  /** Numbers that are learned, in all tensors together. */
  parameters: number;
  /** What the engine needs for the model: parameters, moments, buffers of a training step and data. */
  memoryBytes: number;
  /** Of tasks other than `next`: the symbols that examples are written in, none if these are numbers. */
  vocabulary: {
    size: number;
    /** In index order. */
    symbols: string[];
    /** Symbols of the text that the cap replaced. */
    unknown: number;
    /** Symbols and labels that `openModel` with `extend` has added. */
    added: string[];
    /** See `Config.unit`. Of `bpe`, a token that is a part of a character is shown as U+FFFD. */
    unit: string;
  };
  /** Length of the two parts of the text; of other tasks: examples. */
  tokens: { train: number; validation: number };
  /**
   * Of `next`: the characters (code points) that the predictions of each part stand for, those of all tokens but the
   * first. A loss of L nats a token is L · predictions / (ln 2 · characters) bits a character.
   */
  characters?: { train: number; validation: number };
  /** Of tasks other than `next`. */
  data?: DataInfo;
  /** Optimizer steps taken since the model was made. */
  step: number;
  /** Passes over the training text, the present one as a fraction (which a model without its text leaves out). */
  epoch: number;
  /** Threads of the engine, its own included; see `runtime`. */
  threads: number;
  /** Kernels in use: `base` in WebAssembly, the name of an instruction set in native builds. */
  build: string;
  /** Arithmetic in use, `reproducible` or `fast`; see `Arithmetic`. */
  math: string;
  /** False for a model opened without a text. */
  canTrain: boolean;
  /** Whether a run without a limit ends by itself, see `Config.earlyStopping`. */
  stopsEarly: boolean;
  /** What the validations have found best; null before the first, and in a model opened without its text. */
  best: BestWeights | null;
}

/** The weights with the lowest validation loss so far, which the engine keeps beside the present ones. */
export interface BestWeights {
  /** After which they were measured. */
  step: number;
  /** Of that validation, see `Evaluation.loss`. */
  loss: number;
  /** Whether they are the model's weights now. */
  present: boolean;
}

/**
 * A column of numbers. With u = v, or sign(v)·ln(1 + |v|) where `log` is true, the network reads and answers
 * (u − mean) / scale for a number v of the file; requests and answers are in the units of the file.
 */
export interface ColumnInfo {
  /** In the header, or `column 3` without one. */
  name: string;
  /** An example reads it. */
  input: boolean;
  /** An example answers with it. */
  target: boolean;
  /** 0 where numbers stay as they are. */
  mean: number;
  /** 1 where numbers stay as they are. */
  scale: number;
  /** Whether it is logarithmic. */
  log: boolean;
  /** It is read, and says something of the row's date, which is known beforehand. */
  date?: true;
}

/** What a task's data are. */
export interface DataInfo {
  /** What each input token stands for, in the order of the indices: symbols or words. Empty where numbers are read. */
  inputs: string[];
  /** The same of the answers: symbols or labels. `probabilities` have this order. Empty where numbers are predicted. */
  targets: string[];
  /** Numbers a step that are read; 0 where symbols are. */
  numbers: number;
  /** Numbers per step that the readout gives: one per symbol or label (and for the end of a sequence), or the columns of the answer. */
  outputs: number;
  /** C, the numbers of a context; 0 where there is none. */
  context: number;
  /** The inputs are words, with spaces between them. */
  words: boolean;
  /** Sequences that were cut to `task.maxLength`. */
  truncated: number;
  /** What was found out about the dataset, and done with it, in sentences. Empty where the model was opened without it. */
  notes: string[];
  /** Steps of the longest example. */
  steps: number;
  /** Steps of the longest source; 0 where no encoder reads one. */
  encoderSteps: number;
  /** Examples. */
  train: number;
  /** Held out to validate on. */
  validation: number;
  /** Held out until `evaluate({ split: 'test' })` asks for it. */
  test: number;
  /** Columns of numbers, with their scales; where a step's numbers have names. */
  columns?: ColumnInfo[];
  /** Loss of the trivial baseline (the best constant prediction), on the validation examples. Only with data. */
  trivialLoss?: number;
}

/** `info` of a model: of the present moment, a new object after every change. */
export interface ModelInfo extends Info {
  /** How the engine runs: build, threads, worker, arithmetic, and why it is not more. */
  runtime: RuntimeInfo;
}

/** What training reports. One report covers every step since the last one that was read. */
export interface Progress {
  /** Optimizer steps since the model was made: the newest that this report covers. */
  step: number;
  /** Passes over the training text, the present one as a fraction. */
  epoch: number;
  /**
   * Of the newest step, in nats a token; of other tasks see `Evaluation.loss`. NaN, like what else describes a step,
   * where only a validation was left to do in a model that has just been opened.
   */
  loss: number;
  /** The same loss in bits; null of `regress`, whose errors have none. */
  bitsPerToken: number | null;
  /** The latest known of this run of `train`, in nats a token; null before the first, see `Config.evaluateEvery`. */
  validationLoss: number | null;
  /** The step it was measured at. */
  validationStep: number | null;
  /** Share of right answers in the newest step, see `Evaluation.accuracy`; null where the task has none. */
  accuracy: number | null;
  /** The same in the validation of `validationLoss`. */
  validationAccuracy: number | null;
  /** Before clipping. */
  gradientNorm: number;
  /** Of the newest step, after schedule and warm-up. */
  learningRate: number;
  /** Trained since the model was made; of tasks other than `next`: examples. */
  tokens: number;
  /** Over the last few seconds of training; time spent waiting, sampling or validating does not count. */
  tokensPerSecond: number;
  /** Of work, to the end of this run; null when the run has no end. */
  secondsLeft: number | null;
  /** The loss of each step since the last report; empty if only a validation was waited for. */
  losses: Float32Array;
  /** The best weights so far, see `Info.best`. */
  best: BestWeights | null;
  /** The run has ended because the validations did not get better any more, see `Config.earlyStopping`. */
  stoppedEarly: boolean;
  /** This is the last report of the run. */
  done: boolean;
}

/**
 * The first limit that is reached ends the run. With none it goes on while the validations get better, and ends with
 * the best weights (see `Config.earlyStopping`); where nothing is validated, until it is stopped.
 */
export interface TrainOptions {
  /** Steps from now, a whole number. */
  steps?: number;
  /** Step to end at, a whole number. */
  until?: number;
  /** Seconds of work. */
  seconds?: number;
  /** Stops within a few milliseconds; the loop throws its reason at once, and the model stays usable. */
  signal?: AbortSignal | undefined;
}

/** How a text is written. A value out of range rejects with `INVALID_ARGUMENT` and the field. */
export interface SampleOptions {
  /** Text to go on from. Default none. */
  prompt?: string;
  /** Symbols to write. Default 500. */
  length?: number;
  /** 0 is greedy, 1 the model's own distribution. Default 1. */
  temperature?: number;
  /** Draw from the k likeliest only; 0 is off. Default 0. */
  topK?: number;
  /** Draw from the likeliest that hold this probability together. Default 1. */
  topP?: number;
  /** Always the likeliest. Default false. */
  greedy?: boolean;
  /** Same seed and weights, same text. Default: the configuration's. */
  seed?: number | null;
  /** Stops the writing; the loop throws its reason. */
  signal?: AbortSignal | undefined;
}

/** Which examples. */
export type Split = 'train' | 'validation' | 'test';

/** What `Model.evaluate` measures, and how. */
export interface EvaluateOptions {
  /** Default `validation`. */
  split?: Split;
  /** Ends it at once. */
  signal?: AbortSignal | undefined;
  /** Of a text: the loss while the model goes on learning as it reads. The model itself stays as it is. */
  dynamic?: boolean | DynamicOptions;
}

/**
 * Dynamic evaluation (Mikolov et al. 2010; Krause et al. 2018): the text is read as one sequence, in short windows, and
 * after each of them a copy of the weights is updated by its gradient, clipped as in training.
 */
export interface DynamicOptions {
  /**
   * `sgd`: w ← w − η·g; `rms`: each weight's gradient is divided by the root of the mean of its squares so far. Default
   * `sgd`.
   */
  optimizer?: 'sgd' | 'rms' | (string & {});
  /** η. Default 0.1, of `rms` 0.001. */
  learningRate?: number;
  /** λ of w ← w + λ·(w₀ − w), back to the trained weights, after each window; 0 to 1. Default 0. */
  decay?: number;
  /** Steps of a window, 1 to 65536. Default 20. */
  sequenceLength?: number;
}

/** What one pass over a split measured. */
export interface Evaluation {
  /**
   * Mean over what was predicted; infinite when it overflows. In nats a token, symbol or label; `notes`: nats a
   * step, summed over the keys; `regress`: see `TaskConfig.loss`, in the file's units (of squares their squares) where one
   * column is predicted, else of the scaled columns (see `FileConfig.scaling`), whose variance in the training part is 1.
   * Of `gaussian` it may be negative.
   */
  loss: number;
  /** The loss in bits; null of `regress`, whose errors have none. */
  bitsPerToken: number | null;
  /** Of `next`: the loss in bits a character (code point), which may be compared whatever the unit. */
  bitsPerCharacter?: number;
  /** Of `next`: e to the power of the loss, the perplexity of a token; of words, per word. */
  perplexity?: number;
  /** How many were predicted. */
  tokens: number;
  /**
   * Share of right answers: labels; whole sequences (written by greedy decoding); of `notes`, those both played and
   * predicted among those that are either. Null for `next` and `regress`.
   */
  accuracy: number | null;
  /** classify and tag, with at most 200 labels: how each label was predicted. */
  classes?: LabelMetrics;
  /** Of `regress`: root mean squared error of each column that is predicted, in the units of the file. */
  rmse?: number[];
  /** Of `regress`: mean absolute error, likewise. */
  mae?: number[];
}

/** How labels were predicted. */
export interface LabelMetrics {
  /** Each label, in the order of `info.data.targets`. */
  labels: LabelMetric[];
  /** Mean of the F1 of the labels that occur or are predicted. */
  macroF1: number | null;
  /** A row for each true label: how often each label was predicted. */
  confusion: number[][];
  /** Whether probabilities are what they claim to be. */
  calibration: Calibration;
}

/** A label among others. */
export interface LabelMetric {
  /** The label. */
  name: string;
  /** How often it is the right one. */
  count: number;
  /** Share of its predictions that are right; null where it was never predicted. */
  precision: number | null;
  /** Share of its occurrences that were predicted; null where it never occurs. */
  recall: number | null;
  /** Harmonic mean of both. */
  f1: number | null;
}

/** Of the predicted labels, by their probability in tenths. */
export interface Calibration {
  /** Mean distance of accuracy and confidence (expected calibration error, Guo et al. 2017). */
  error: number;
  /** Tenths with predictions: how many, their mean probability, the share that is right. */
  bins: { count: number; confidence: number; accuracy: number }[];
}

/** Errors of forecasts. */
export interface ForecastErrors {
  /** As `Evaluation.loss` has it. */
  loss: number;
  /** Root mean square of each column that is predicted, in the units of the file. */
  rmse: number[];
  /** Mean absolute value, likewise. */
  mae: number[];
  /** Of a model with a band (see `Backtest.band`): the share of each column's true numbers within it. */
  coverage?: number[];
}

/**
 * The model beside simple forecasts, which are fitted to the training part; each column from its own past. These have no
 * band: with the losses `quantile` and `gaussian`, their loss is that of the constant band that fits their errors on
 * these very rows best.
 */
export interface ForecastScores {
  /** The model, on its own answers where several steps are forecast. */
  model: ForecastErrors;
  /** The best constant prediction. */
  trivial: ForecastErrors;
  /** The last number again. */
  naive: ForecastErrors;
  /** The number one season earlier; only where a season was found. */
  seasonalNaive?: ForecastErrors;
  /** On along the line from the first number to the last. */
  drift: ForecastErrors;
  /** Linear in the last `order` numbers, by least squares. */
  linear: ForecastErrors;
}

/** See `Model.backtest`. */
export interface Backtest {
  /** Steps after which the first column that is predicted repeats itself; 0 where no season was found. */
  season: number;
  /** Numbers that the linear forecast reads. */
  order: number;
  /**
   * With the losses `quantile` and `gaussian`: the share of true numbers that should lie between the outermost quantiles,
   * or within 1.96 standard deviations of the mean (0.95).
   */
  band?: number;
  /** Every row from the true rows before it; how many rows there were. */
  oneStep: ForecastScores & { predictions: number };
  /**
   * Means over `steps` rows in a row, from up to 64 origins evenly apart; how many there were. Left out where no example
   * of the split has so many rows, or where the model reads columns that it does not predict.
   */
  multiStep?: ForecastScores & { steps: number; origins: number };
}

/** Losses of predictors that only count, in nats a character: what a model has to beat. */
export interface Baselines {
  /** Every symbol as likely as any other. */
  uniform: number;
  /** Interpolated n-grams with 0, 1, … characters of context; empty without a validation part. */
  markov: number[];
}

/**
 * What `train` and `sample` give. The work starts with the first `next()`, is never more than a little ahead of its
 * reader, and stops when the loop is left: by `break`, by an exception, by `return()`, or at the end of the block
 * with `await using`.
 */
export interface Stream<T> extends AsyncIterableIterator<T> {
  /** Stops the work; resolves when it stands still. */
  return(): Promise<IteratorResult<T>>;
  /** The same, for `await using`: called at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** One layer while a text was read: each series has `units` numbers a character, character after character. */
export interface LayerInspection {
  /** H, the hidden units. */
  units: number;
  /**
   * `h`: the state after each character; `c`: an LSTM's cell state; the gates by their names in the schema, after
   * their squashing; `v`, of a vanilla cell that leaks, ticks or zones out: its answer before
   * the previous state is mixed in.
   */
  series: Record<string, Float32Array>;
}

/** What a model does while it reads a text from the zero state, without dropout. */
export interface Inspection {
  /** Of the weights. */
  step: number;
  /** Indices of the characters read. */
  tokens: number[];
  /** The same as text; everything below has one entry for each. */
  symbols: string[];
  /** Characters of the text that the model does not know and skipped. */
  unknown: string[];
  /** From the input upwards. */
  layers: LayerInspection[];
  /** Of the character that follows: as many numbers a character as the vocabulary has symbols. */
  probabilities: Float32Array;
  /** Bits that each character cost, −log₂ of its probability; NaN for the first, which nothing predicted. */
  surprise: Float32Array;
}

/** What one parameter adds to the preactivations of a layer's cell in one step. */
export interface Term {
  /** Of the parameter, as in a saved file. */
  name: string;
  /** It adds to the recurrent part that the cell keeps apart: a GRU with the reset gate after the product. */
  apart: boolean;
  /** One number a row: the hidden units of the first gate, then of the second, … */
  values: number[];
}

/** How the elements of one parameter are spread. */
export interface TensorStats {
  /** Of the parameter, as in a saved file. */
  name: string;
  /** Rows and columns; a vector has one column. */
  shape: [number, number];
  /** Smallest element. */
  low: number;
  /** Largest element. */
  high: number;
  /** Mean of the elements. */
  mean: number;
  /** Standard deviation. */
  deviation: number;
  /** Elements in each of equal bins from `low` to `high`. */
  counts: number[];
}

/**
 * The reports of a run. Awaited instead of read, it runs to its end, which `steps`, `until`, `seconds` or a signal has to
 * bring, and resolves with the last report (undefined where there was nothing to do).
 */
export interface Training extends Stream<Progress>, PromiseLike<Progress | undefined> {}

/**
 * The text, in pieces of whole characters; awaited instead of read, all of it. Of a model of bytes, each character is a
 * byte (`Buffer.from(text, 'latin1')`).
 */
export interface Sampling extends Stream<string>, PromiseLike<string> {
  /** Characters of `prompt` that the model does not know and skipped. Known with the first piece. */
  readonly unknown: readonly string[];
}

/**
 * A network, its text and its training. Everything but `train` and `sample` waits its turn between two slices of
 * work.
 */
export interface Model<T extends Task = string> {
  /** Of this moment; known at once, no message is sent. */
  readonly info: ModelInfo;
  /**
   * Starts with the first `next()`, or when it is awaited. Leaving the loop stops the work; a loop that falls behind
   * gets fewer, larger reports, and one that stands still pauses the work. Truncated back-propagation through time
   * (Werbos 1990) over `batchSize` × `sequenceLength` characters a step. The loop throws `NON_FINITE` when a loss or gradient overflows,
   * `INVALID_STATE` without a text or beside another run, a signal's reason when it fires; the model stays usable.
   * Throws `INVALID_ARGUMENT` and the field for an option that is unknown or no such number.
   */
  train(options?: TrainOptions): Training;
  /**
   * May run beside `train`: it then writes with the weights of the moment. The loop throws `INVALID_ARGUMENT` and the
   * field for an option out of range.
   */
  sample(options?: SampleOptions): Sampling;
  /**
   * One whole pass over a split, by default the validation part; a text has a training part beside it. A part of a text
   * is read as `batchSize` segments of equal length side by side, each from the zero state: with more than one segment the
   * loss is a little above that of the same text read in one go. Training pauses meanwhile, so one set of weights is
   * measured. A signal ends it at once. Rejects with `INVALID_ARGUMENT` for the split `test` of a text, `INVALID_STATE`
   * without a validation part, `NON_FINITE` when the loss overflows.
   */
  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  /**
   * What the model answers to an input, with the weights of the moment; of tasks other than `next`. Rejects with
   * `INVALID_ARGUMENT` and the field, also of one that the task does not read, with `INVALID_STATE` for `next`.
   */
  predict(request: PredictRequest): Promise<Prediction<T>>;
  /**
   * The same of many requests in one call, in their order and all with the same weights: training waits. An error names
   * the request, `requests[3].input`.
   */
  predict(requests: readonly PredictRequest[]): Promise<Prediction<T>[]>;
  /** ln P(target | input) in nats, see `PredictRequest.target`: of a sequence with its end. */
  logProbability(request: PredictRequest): Promise<number>;
  /**
   * Reads a table as the model's own was read: its columns by their names (by their places in a table without names),
   * dates, missing values. The rows of each series are what `predict` takes. `steps`: as many dates after the last one
   * of each series, for a forecast (days, working days, weeks, months, quarters, years, hours: whatever separates the
   * dates). `last`: at most as many rows of each series, from its end; default all. Rejects with `INVALID_TEXT` and the
   * line, with `INVALID_STATE` for a model that reads no table.
   */
  readTable(dataset: Dataset, options?: { steps?: number; last?: number }): Promise<TableRows>;
  /** One of the model's examples and its answer. `index` from 0, see `info.data`. */
  example(split: Split, index: number): Promise<ExampleResult<Prediction<T>>>;
  /**
   * Counted on the training part, measured on the validation part: interpolated n-grams with absolute discounting
   * (Ney, Essen & Kneser 1994). `maxOrder`: most context, 0 to 8. Default 2.
   */
  baselines(options?: { maxOrder?: number; signal?: AbortSignal | undefined }): Promise<Baselines>;
  /**
   * Of `regress`, where the next row is predicted: how the model and simple forecasts (the last number, that of one
   * season earlier, a line, a linear autoregression) do on a split that training has not seen, at one step and, from
   * rolling origins, at `steps` steps. `split`: default `test`. `steps`: 1 to 1000, default 12. Rejects with
   * `INVALID_STATE` for another task, or a split without examples.
   */
  backtest(options?: { split?: Split; steps?: number }): Promise<Backtest>;
  /**
   * How far errors reach back: the norm of the gradient of one step's loss in the state k steps before, as
   * `[layer][k]` for k from 0 to `lags` (Pascanu, Mikolov & Bengio 2013). Measured on the text from the zero state.
   * `lags`: 1 to 4096, default 64.
   */
  gradientFlow(options?: { lags?: number }): Promise<number[][]>;
  /**
   * Reads a text (a string, or its bytes as the model was trained on them) with the weights of the moment and tells
   * everything that happened: states, gates, predictions, surprise. Needs four bytes for each number, at most 256 MB.
   */
  inspect(text: string | Uint8Array): Promise<Inspection>;
  /**
   * Which earlier characters the prediction of character `at` depends on: for each of them the norm of the gradient
   * of −ln p in its one-hot vector, whatever way it took into the network. `at` counts from 0 the characters that the
   * model knows, and is at least 1: nothing predicts the first.
   */
  saliency(text: string | Uint8Array, options: { at: number }): Promise<Float32Array>;
  /** What the preactivations of layer `layer` (default 0) consist of once character `at` (from 0) was read. */
  preactivations(text: string | Uint8Array, options: { at: number; layer?: number }): Promise<Term[]>;
  /** Its parameters, layers and operations, as `describeNetwork` gives them for its configuration and vocabulary. */
  graph(): Promise<NetworkGraph>;
  /** A histogram of every parameter. `bins`: 1 to 1000, default 40. */
  histograms(options?: { bins?: number }): Promise<TensorStats[]>;
  /**
   * Makes the weights of the best validation the model's own; a run that goes on starts from them. The optimizer's
   * moments and the number of steps stay. Rejects with `INVALID_STATE` before the first validation that was due.
   */
  restoreBest(): Promise<ModelInfo>;
  /** Changes settings between two steps, also of a run under way. Rejects with `INVALID_CONFIG`, changing nothing. */
  update(settings: LiveConfig): Promise<ModelInfo>;
  /**
   * A safetensors file. `optimizer: false` leaves out what only training on needs: the optimizer's moments, the place in
   * the text and its fingerprint, and the number of steps. What is opened from it counts from step 0, and takes another
   * text of the same symbols.
   */
  save(options?: { optimizer?: boolean }): Promise<Uint8Array>;
  /**
   * Ends the model, its memory and its threads: a worker is killed in the middle of whatever it does. Calls still running
   * reject with `DISPOSED`. May be called again.
   */
  dispose(): void;
  /** For `using model = await createModel(…)`. */
  [Symbol.dispose](): void;
}

/** What `checkConfig` finds out. */
export interface CheckedConfig {
  /** Canonical: every field filled in. */
  config: CanonicalConfig;
  /** Null when the size of the vocabulary is not known. */
  parameters: number | null;
  /** What a model of it needs, see `Info.memoryBytes`. Null when the size of the vocabulary is not known. */
  memoryBytes: number | null;
}

/** What a platform has, see `support`. */
export interface Support {
  /** Without WebAssembly SIMD nothing runs. */
  simd: boolean;
  /** `math: 'fast'` can be had (relaxed SIMD). */
  fast: boolean;
  /** More than one thread can be had. */
  threads: boolean;
  /** Node, or a page that is cross-origin isolated. */
  isolated: boolean;
  /** What is missing; null when nothing is. */
  reason: string | null;
}
