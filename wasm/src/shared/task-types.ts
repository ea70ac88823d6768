/** What tasks read and answer: datasets, requests, predictions. */
import type { Task } from './config.js';

/** A `Blob` or a `File`. */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  /** Its content. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** An array or a typed array. */
export type Numbers = ArrayLike<number>;

/**
 * What a task learns from, and what it is to answer. `generate`: `target`, and `context` where `task.context` is above 0.
 * `classify`, `tag`, `translate`: `input` and `target`, strings without tabs and line breaks. `regress`: `input`, two or
 * more steps, of which each is to be predicted from those before it; pooled: `input` and `target`. `notes`: `input`.
 */
export interface Example {
  /** A string; of `regress` an array of steps: a number or as many numbers each; of `notes` what sounds at each step, see `DatasetConfig.keys`. */
  input?: string | ArrayLike<number | Numbers>;
  /** A string; of `classify` a label; of `tag` labels of one character, one a step; of `regress` a number or numbers. */
  target?: string | readonly string[] | number | Numbers;
  /** generate: as many numbers as `task.context` says. */
  context?: Numbers;
}

/**
 * What a model learns from: a text, or examples as the task writes them (see `TaskConfig.name`), in one string, as UTF-8
 * bytes, a `Blob` or a `File`, or in pieces of strings or bytes from an iterable such as a stream of a file; or an array of
 * examples. A byte order mark at its beginning is dropped, here and everywhere; half of a surrogate pair is refused.
 */
export type Dataset =
  | string
  | Uint8Array
  | BlobLike
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | readonly Example[];

/** What to answer: an example without (or with) its answer. A field that the task does not read is refused. */
export interface PredictRequest {
  /** A text of symbols in the model's vocabulary, or rows of numbers. Not of `generate`. */
  input?: string | number[][];
  /** Of `generate` with a context. */
  context?: number[];
  /** The answer whose probability is asked for. */
  target?: string | number[][];
  /** generate and translate: hypotheses followed at a time, 1 to 256. Default 1, greedy. */
  beamWidth?: number;
  /** generate and translate: scores are log P/((5 + length)/6)^this (Wu et al. 2016). Default 0. */
  lengthPenalty?: number;
  /** generate, translate and notes. Above 0: symbols (or notes) are drawn. Default 0; of forecast notes 1. */
  temperature?: number;
  /** Of what is drawn. Default: the configuration's. */
  seed?: number;
  /** regress (not pooled) and notes: steps to go on for after the input, on the network's own answers. Default 0. */
  steps?: number;
}

/** Of every prediction whose request has a target. */
interface Scored {
  /** ln P of the target; of `regress` minus the squared error. */
  logProbability?: number;
}

/** A sequence that was written and how likely it is. */
export interface Hypothesis {
  /** The sequence. */
  output: string;
  /** Its ln P. */
  logProbability: number;
  /** log P/((5 + length)/6)^lengthPenalty. */
  score: number;
}

/** Of `generate` and `translate`. */
export interface TextPrediction {
  /** The sequence. */
  output: string;
  /** ln P of the target, or of the sequence written. */
  logProbability: number;
  /**
   * The best first, at most `beamWidth`: sequences that ended, each once. Where none ended within `task.maxLength`, those
   * that were cut there, without the probability of an end.
   */
  alternatives: Hypothesis[];
  /** With attention: a row for each symbol written and the end: how much each step of the source counted. */
  attention?: number[][];
}

/** Of `classify`. */
export interface ClassifyPrediction extends Scored {
  /** The label. */
  output: string;
  /** Of each label, in the order of `info.data.targets`. */
  probabilities: number[];
}

/** Of `tag`. */
export interface TagPrediction extends Scored {
  /** The label of each step. */
  outputs: string[];
  /** A row a step: of each label. */
  probabilities: number[][];
}

/** Of `regress` and `notes`. */
export interface NumbersPrediction extends Scored {
  /** A row a step (pooled: one row); of `notes` the probability of each key. */
  values: number[][];
  /** `steps` further rows. */
  forecast?: number[][];
}

type Each = TextPrediction | ClassifyPrediction | TagPrediction | NumbersPrediction;
type FieldOf<P> = P extends unknown ? keyof P : never;
type Open<P, All extends PropertyKey> = P extends unknown
  ? P & { [Other in Exclude<All, keyof P>]?: undefined }
  : never;

/** Of a task that is not known at compile time: one of them, told apart by its fields. */
export type AnyPrediction = Open<Each, FieldOf<Each>>;

/** By task. `next` and `tensor` predict nothing of this kind. */
export interface Predictions {
  /** Texts are continued by `sample`. */
  next: never;
  /** A sequence. */
  generate: TextPrediction;
  /** A label for the whole sequence. */
  classify: ClassifyPrediction;
  /** A label for each step. */
  tag: TagPrediction;
  /** Another sequence. */
  translate: TextPrediction;
  /** Numbers. */
  regress: NumbersPrediction;
  /** Probabilities of keys. */
  notes: NumbersPrediction;
  /** See `Network.forward`. */
  tensor: never;
  /** A task that is known only at run time. */
  [other: string]: AnyPrediction;
}

/** What `Model.predict` answers. */
export type Prediction<T extends Task = string> = Predictions[T];

/** An example, and what the model answers to it. */
export interface ExampleResult<P = Prediction> {
  /** Symbols as text, or rows of numbers, a row a step. Empty for `generate`. */
  input: string | number[][];
  /** generate: the numbers given with it. */
  context?: number[];
  /** The true answer: text, or rows of numbers. Of `tag` see `targets`. */
  target?: string | number[][];
  /** tag: null where a step does not count. */
  targets?: (string | null)[];
  /** What `predict` gives for this input, with the probability of the true answer. */
  answer: P;
}
