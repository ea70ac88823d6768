import type { CanonicalConfig, Config } from './config.js';

export type * from './config.js';

/** What can be changed while a model trains. */
export interface Settings {
  optimizer?: { learningRate?: number };
  schedule?: Config['schedule'];
  clip?: Config['clip'];
  dropout?: number;
  evaluateEvery?: number;
}

/** The engine builds: the same numbers from each of them. */
export type Build = 'simd' | 'simd-threads';

/** Where and how the engine runs. Every field may be left out. */
export interface Runtime {
  /**
   * Threads, the worker's own included. Default `auto`: half the cores, at most 4. Falls back to 1 where threads
   * cannot be had; `info.runtime.reason` says why.
   */
  threads?: number | 'auto';
  /** Default, and so far the only one, `reproducible`. */
  math?: 'reproducible';
  /**
   * Where the `.wasm` file is, when the bundler's own address will not do. A single file decides whether there are
   * threads; a function may name one for each build.
   */
  wasmUrl?: string | URL | ((build: Build) => string | URL);
  /** A compiled engine, instead of any address. */
  wasmModule?: WebAssembly.Module;
  /** Where `worker.js` (or `worker-threads.js`) is, when the bundler's own address will not do. */
  workerUrl?: string | URL | ((build: Build) => string | URL);
  /** `false` runs on the calling thread, in slices that give way to other work. Default true where workers exist. */
  worker?: boolean;
  /** Milliseconds that loading may take. Default 30000. */
  timeout?: number;
  /** Gives up the loading. A model that is open is not affected. */
  signal?: AbortSignal | undefined;
}

/** How the engine of a model runs. */
export interface RuntimeInfo {
  build: Build;
  /** The worker's own thread included. */
  threads: number;
  worker: boolean;
  /** Why there is one thread only; null where there are more. */
  reason: string | null;
}

/** What the engine says of a model. */
export interface Info {
  /** Canonical: every field filled in. */
  config: CanonicalConfig;
  parameters: number;
  memoryBytes: number;
  vocabulary: {
    size: number;
    /** In index order. */
    symbols: string[];
    /** Characters of the text that the cap replaced. */
    unknown: number;
    unit: string;
  };
  /** Length of the two parts of the text. */
  characters: { train: number; validation: number };
  /** Optimizer steps taken since the model was made. */
  step: number;
  /** Passes over the training text, fractional. */
  epoch: number;
  threads: number;
  build: string;
  math: string;
  /** False for a model opened without a text. */
  canTrain: boolean;
}

/** `info` of a model: of the present moment, a new object after every change. */
export interface ModelInfo extends Info {
  runtime: RuntimeInfo;
}

/** What training reports. One report covers every step since the last one that was read. */
export interface Progress {
  step: number;
  epoch: number;
  /** Of the newest step, in nats a character. */
  loss: number;
  /** The same loss in bits. */
  bitsPerCharacter: number;
  /** The latest known of this run of `train`, in nats a character. */
  validationLoss: number | null;
  /** The step it was measured at. */
  validationStep: number | null;
  /** Before clipping. */
  gradientNorm: number;
  learningRate: number;
  /** Trained since the model was made. */
  characters: number;
  /** Over the last few seconds of training; time spent waiting, sampling or validating does not count. */
  charsPerSecond: number;
  /** Of work, to the end of this run; null when the run has no end. */
  secondsLeft: number | null;
  /** The loss of each step since the last report; empty if only a validation was waited for. */
  losses: Float32Array;
  /** This is the last report of the run. */
  done: boolean;
}

/** The first limit that is reached ends the run; with none it goes on until it is stopped. */
export interface TrainOptions {
  /** Steps from now. */
  steps?: number;
  /** Step to end at. */
  until?: number;
  /** Seconds of work. */
  seconds?: number;
  signal?: AbortSignal | undefined;
}

export interface SampleOptions {
  /** Text to go on from. Default none. */
  prime?: string;
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
  signal?: AbortSignal | undefined;
}

export interface Evaluation {
  /** Mean over the validation part, in nats a character; infinite when it overflows. */
  loss: number;
  bitsPerCharacter: number;
  /** How many were predicted. */
  characters: number;
}

/** Losses of predictors that only count, in nats a character: what a model has to beat. */
export interface Baselines {
  /** Every symbol as likely as any other. */
  uniform: number;
  /** Interpolated n-grams with 0, 1, … characters of context; empty without a validation part. */
  markov: number[];
}

/** The text, in pieces of whole characters. Stops when the loop is left. */
export interface Sampling extends AsyncIterableIterator<string> {
  /** Characters of `prime` that the model does not know and skipped. Known with the first piece. */
  readonly unknown: readonly string[];
}

/**
 * A network, its text and its training. Everything but `train` and `sample` waits its turn between two slices of
 * work.
 */
export interface Model {
  readonly info: ModelInfo;
  /**
   * Starts with the first `next()`. Leaving the loop stops the work; a loop that falls behind gets fewer, larger
   * reports, and one that stands still pauses the work.
   */
  train(options?: TrainOptions): AsyncIterableIterator<Progress>;
  /** May run beside `train`: it then writes with the weights of the moment. */
  sample(options?: SampleOptions): Sampling;
  /** One pass over the validation part. Training pauses meanwhile, so one set of weights is measured. */
  evaluate(options?: { signal?: AbortSignal | undefined }): Promise<Evaluation>;
  /** Counted on the training part, measured on the validation part. `highest`: most context, 0 to 8. Default 2. */
  baselines(options?: { highest?: number }): Promise<Baselines>;
  /**
   * How far errors reach back: the norm of the gradient of one step's loss in the state k steps before, as
   * `[layer][k]` for k from 0 to `lags`. Measured on the text from the zero state. Default 64, at most 4096.
   */
  gradientFlow(options?: { lags?: number }): Promise<number[][]>;
  update(settings: Settings): Promise<ModelInfo>;
  /** A safetensors file. `optimizer: false` leaves out what only training on needs. */
  save(options?: { optimizer?: boolean }): Promise<Uint8Array>;
  /** Ends the model, its memory and its threads. Calls still running reject with `DISPOSED`. May be called again. */
  dispose(): void;
  [Symbol.dispose](): void;
  /** The same by the name that a `Worker` has for it: a worker is killed in the middle of whatever it does. */
  terminate(): void;
}

export interface CreateOptions extends Config, Runtime {
  /** A string, or UTF-8 bytes. */
  text: string | Uint8Array;
}

export interface OpenOptions extends Runtime {
  /** Needed to train on; without it the model samples only. */
  text?: string | Uint8Array;
}

export interface CheckedConfig {
  /** Canonical: every field filled in. */
  config: CanonicalConfig;
  /** Null when the size of the vocabulary is not known. */
  parameters: number | null;
  memoryBytes: number | null;
}

export interface Support {
  /** Without WebAssembly SIMD nothing runs. */
  simd: boolean;
  /** More than one thread can be had. */
  threads: boolean;
  /** Node, or a page that is cross-origin isolated. */
  isolated: boolean;
  /** What is missing; null when nothing is. */
  reason: string | null;
}
