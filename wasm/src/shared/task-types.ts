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
 * `classify`, `translate`: `input` and `target`, strings. `tag`: the same, or lists of strings: words and a label for
 * each. `regress`: `input`, two or
 * more steps, of which each is to be predicted from those before it; pooled: `input` and `target`. `notes`: `input`.
 */
export interface Example {
  /** A string; of `tag` also words; of `regress` an array of steps: a number or as many numbers each; of `notes` what sounds at each step, see `FileConfig.keys`. */
  input?: string | readonly string[] | ArrayLike<number | Numbers>;
  /** A string; of `classify` a label, also a number or a truth value; of `tag` a label a step, in a string one character each; of `regress` a number or numbers. */
  target?: string | readonly string[] | number | boolean | Numbers;
  /** generate: as many numbers as `task.context` says. */
  context?: Numbers;
}

/**
 * What a model learns from: a text, or examples as the task writes them (see `TaskConfig.name`), in one string, as UTF-8
 * bytes, a `Blob` or a `File`, or in pieces of strings or bytes from an iterable such as a stream of a file; or an array of
 * examples. A byte order mark at its beginning is dropped, here and everywhere; bytes or a `Blob` with that of UTF-16
 * are decoded, unless the model reads bytes. Half of a surrogate pair is refused.
 */
export type Dataset =
  | string
  | Uint8Array
  | BlobLike
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | readonly Example[];

/** A column of a table, see `DatasetPreview`. */
export interface ColumnPreview {
  /** Of the header; `column 3` where there is none. */
  name: string;
  /** What most of its fields are. `index` counts rows or time; `constant` has one value, or none; `truth`: TRUE or FALSE, yes or no, which are read as 1 and 0 where `dataset.inputs` or `targets` name the column. */
  kind: 'number' | 'date' | 'text' | 'index' | 'constant' | 'truth';
  /** `both`: read and predicted; `id` says which series a row belongs to; `label` of the series; `none`: left out. */
  use: 'none' | 'input' | 'target' | 'both' | 'id' | 'label';
  /** Why it is left out; else empty. */
  reason: string;
  /** Fields without a value: empty, NA, N/A, n.a., NaN, null, none, dashes, dots, ? or an error of a spreadsheet. */
  missing: number;
  /** Smallest number; null of a column without numbers. */
  min: number | null;
  /** Largest number. */
  max: number | null;
}

/** How a dataset is read, see `previewDataset`. */
export interface DatasetPreview {
  /** `table`: columns of numbers; `lines`: an example a line; `text`: of the task `next`. */
  format: 'table' | 'lines' | 'CoNLL' | 'JSON Lines' | 'text' | (string & {});
  /** Of data, without header; of lines those that are not empty. */
  rows: number;
  /** The first rows as text, without the header: fields of a table, else whole lines. Long ones are cut. */
  first: string[][] | string[];
  /** What was found out and done, a sentence each, in English. */
  notes: string[];
  /** What stands between its fields, such as `,`; `tab`, `space` or `none`. */
  separator?: string;
  /** Of a table: the decimal separator. */
  decimal?: '.' | ',';
  /** Of a table: whether its first row is names. */
  header?: boolean;
  /** Of a table: an empty line, or a new value of the column `id`, begins one. */
  series?: number;
  /** Of a table, and of lines with a label, in their order. */
  columns?: ColumnPreview[];
  /** classify and tag: how often each label is the answer. */
  labels?: { name: string; count: number }[];
  /** Of texts: different symbols, or words, that are read. */
  symbols?: number;
  /** Of texts: steps of the examples. */
  lengths?: { min: number; median: number; max: number };
}

/** What a model reads of a table, see `Model.readTable`. */
export interface TableRows {
  /** Rows of each series, as `PredictRequest.input` takes them; null where a value is missing and masked. */
  series: (number | null)[][][];
  /** Rows that each series has in the table, also those that `last` left out. */
  lengths: number[];
  /** Names of the columns that the model predicts. */
  targets: string[];
  /** Whether the table has names. */
  header: boolean;
  /** Between its columns: `tab`, `space`, `none` or a character. */
  separator: string;
  /** Before the fraction of its numbers. */
  decimal: '.' | ',';
  /** What was found out and done, a sentence each, in English. */
  notes: string[];
  /** Where dates were asked for (`steps`) and a column has some. */
  dates?: NextDates;
  /**
   * Of each series, at these dates, what the columns hold that the model reads and does not predict, as
   * `PredictRequest.future` takes it: where the dates say all of it, as they do their features.
   */
  future?: number[][][];
}

/** The dates after the last ones of a table, in its notation, where its dates are evenly spaced. */
export interface NextDates {
  /** The column that dates the rows. */
  column: string;
  /** Of each series. */
  next?: string[][];
  /** Why there are none, in English. */
  reason?: string;
}

/** What to answer: an example without (or with) its answer. A field that the task does not read is refused. */
export interface PredictRequest {
  /**
   * A text of symbols in the model's vocabulary (of words with spaces between them, where `info.data.words` says so), a
   * list of symbols, or rows of numbers (with `dataset.missing: 'mask'` null where one is missing). Not of `generate`.
   */
  input?: string | readonly string[] | (number | null)[][];
  /** Of `generate` with a context. */
  context?: number[];
  /** The answer whose probability is asked for. */
  target?: string | readonly string[] | number[][];
  /**
   * Symbols outside the vocabulary: an `error` that names the first, `skip` them, or read the unknown `symbol` instead,
   * which a model has learned whose `dataset.unknown` was `symbol`. Default: `dataset.unknown`.
   */
  unknown?: 'error' | 'skip' | 'symbol' | (string & {});
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
  /**
   * Of a model that reads columns that it does not predict: what they will hold at each of these steps but the last, a
   * row a step. Of features of dates `Model.readTable` says it.
   */
  future?: number[][];
}

/** A symbol that the model does not know. */
export interface UnknownSymbol {
  /** The character, or the word. */
  symbol: string;
  /** Its place in the input, from 0: in characters, or in words. */
  position: number;
}

/** Of every prediction whose request has a target. */
interface Scored {
  /** Symbols outside the vocabulary that were skipped or replaced, with their places from 0; left out where there are none. */
  unknown?: UnknownSymbol[];
  /** ln P of the target; of `regress` minus the loss (`TaskConfig.loss`), summed over the steps. */
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
export interface TextPrediction extends Pick<Scored, 'unknown'> {
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
  /** With `task.loss: 'quantile'`: of each value all `task.quantiles`, [step][column][quantile]. They may cross. */
  quantiles?: number[][][];
  /**
   * The same of the forecast. From the second step on those of 100 sample paths, each of which goes on from numbers that
   * `seed` drew from what the network said, so that the band widens; between quantiles a distribution is taken to be
   * linear.
   */
  forecastQuantiles?: number[][][];
  /** With `task.loss: 'gaussian'`: the standard deviation of each value. */
  deviations?: number[][];
  /** The same of the forecast, with the answers before it taken for true. */
  forecastDeviations?: number[][];
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
