/** What a network can be, as the caller writes it: the engine's validator has the last word. */

/** Offers the known names and accepts any: `getSchema()` is the truth of what a build has. */
type Name<Known extends string> = Known | (string & {});

type Activation = Name<'tanh' | 'relu' | 'sigmoid' | 'identity'>;
type Initializer = Name<'xavier' | 'he' | 'orthogonal' | 'identity' | 'uniform' | 'sparse' | 'zero'>;

/**
 * A connection into a layer or into the readout: a source, a delay, and what lies between. Two edges may not share
 * source, delay and gates.
 */
export interface EdgeConfig {
  /**
   * `input`, `self` (this layer's own state), `output` (what the network predicted or, see `Config.feedback`, should
   * have), the number of another layer, a product of two edges, or what an earlier edge gives; in a network that has them also `context`,
   * `attention` (one step late, unless it enters the readout) and `remaining` (the steps that are left, see
   * `TaskConfig.termination`). An upper layer is read at least one step late, and neither in an encoder nor in a network that
   * gives one answer for a whole sequence. The readout takes all but `self`, `output`, products and earlier edges.
   */
  from:
    | Name<'input' | 'self' | 'output' | 'context' | 'attention' | 'remaining'>
    | number
    | ProductConfig
    | EarlierConfig;
  /**
   * Steps, up to 1000. Default 1 from `self`, `output` and an upper layer, which need at least 1, else 0. A product and
   * the readout: 0 only (the factors of a product have delays of their own). With a delay a layer's state h is read,
   * without one its output: h under dropout, plus what lies below where the layer is `residual`.
   */
  delay?: number;
  /**
   * What the source passes through before anything else, element by element. Not symbols and the network's input of
   * numbers. Default `identity`.
   */
  sourceActivation?: Activation;
  /** Sizes of the hidden layers between, at most 16. Default none: one matrix. */
  hidden?: number[];
  /** Of those hidden layers. Default `tanh`. */
  activation?: Activation;
  /** Full matrices from the source past the hidden layers, added before the squashing. Default false. */
  shortcut?: boolean;
  /** At which of the hidden layers the layer's undelayed inputs enter. Edges with a delay only. Default `last`. */
  join?: Name<'first' | 'last' | 'all'>;
  /**
   * Edges from `self` without hidden layers: the matrix of each gate is block-diagonal, with that many square blocks, so
   * units read those of their own block only. A divisor of the layer's units. Default 1.
   */
  blocks?: number;
  /**
   * Names of the cell's gates that the edge enters; the others do not see it. Edges of layers only, and all gates where
   * there are blocks. No gates: the edge is there for others, which read what it gives (`EarlierConfig`). Default: all.
   */
  gates?: string[];
  /**
   * False: the source, or the last hidden layer, is added to each gate as it is. It must have as many numbers as the
   * layer has units. Edges of layers only. Default true.
   */
  matrix?: boolean;
}

/** What an earlier edge of the layer gives: the product that it reads, else its last hidden layer. */
export interface EarlierConfig {
  /** The number of that edge, from 0. */
  edge: number;
}

/** Several sources, one below the other. */
export interface ConcatConfig {
  /** Sources and delays, nothing else. At least two. */
  concat: Pick<EdgeConfig, 'from' | 'delay'>[];
}

/** The product of two edges, element by element: gates of your own, or multiplicative connections. */
export interface ProductConfig {
  /** As many numbers each, or one of them a single number. A factor may be a product again, at most four deep. */
  product: [FactorConfig, FactorConfig];
}

/** One side of a product. */
export interface FactorConfig extends Omit<EdgeConfig, 'blocks' | 'gates' | 'from' | 'matrix'> {
  /** As of an edge, or, with `units`, several sources. */
  from: EdgeConfig['from'] | ConcatConfig;
  /**
   * Rows of a matrix of the factor's own, 1 to 8192. Default none: the factor is the source itself, which
   * symbols and the network's input of numbers cannot be.
   */
  units?: number;
  /** Of what that matrix gives. Default `identity`. */
  outputActivation?: Activation;
  /** Whether that matrix has a bias, in a layer that has any. Default true. */
  bias?: boolean;
}

/** One recurrent layer. Options that a cell does not have are refused. */
export interface LayerConfig {
  /**
   * `mgu`: minimal gated unit; `coupled-lstm`: the input gate is 1 − f; `slstm`: exponential gates; `janet`: the forget
   * gate alone; `indrnn`, `sru`, `mingru`, `minlstm`, `lru`, `rwkv`, `rru`: without a recurrent matrix. Default `lstm`.
   */
  cell?: Name<
    | 'rnn'
    | 'lstm'
    | 'peephole-lstm'
    | 'coupled-lstm'
    | 'slstm'
    | 'gru'
    | 'mgu'
    | 'janet'
    | 'indrnn'
    | 'sru'
    | 'mingru'
    | 'minlstm'
    | 'lru'
    | 'rwkv'
    | 'rru'
  >;
  /** Hidden units, 1 to 8192. Default 128. */
  units?: number;
  /** rnn: default `tanh`. indrnn: `relu` or `tanh`, default `relu`. */
  activation?: Activation;
  /** lstm, peephole-lstm: the squashing of the candidate. Default `tanh`. */
  cellInput?: Name<'tanh' | 'sigmoid'>;
  /** coupled-lstm: h is o∘tanh(c), or o∘c as in a QRNN. Default `tanh`. */
  cellOutput?: Name<'tanh' | 'identity'>;
  /** Every LSTM, minlstm, janet, sru: initial bias of the forget gate, −10 to 10. Default 1, of sru 0. */
  forgetBias?: number;
  /** sru: initial bias of the gate between cell state and input, −10 to 10. Default 0. */
  highwayBias?: number;
  /** janet: the share that is written is 1 − σ(z − 1), where f is σ(z), or 1 − f. Default `shifted`. */
  inputControl?: Name<'shifted' | 'coupled'>;
  /** mingru, minlstm: the candidate is the sum, or z + ½ above 0 and σ(z) below. Default `identity`. */
  candidate?: Name<'identity' | 'positive'>;
  /** gru: the reset gate after or before the recurrent product. Default `after`. */
  reset?: Name<'after' | 'before'>;
  /** Bias vectors: none, one, or two (input and recurrent apart, as PyTorch). Default `two`. */
  bias?: Name<'none' | 'one' | 'two'>;
  /**
   * `backward`: from the last step to the first (Schuster & Paliwal 1997). Default `forward`. A network that predicts
   * has no backward layers.
   */
  direction?: Name<'forward' | 'backward'>;
  /** Two layers of this kind, one of each direction, numbered one after the other. Default false. */
  bidirectional?: boolean;
  /** The first state is computed from the context. Default: as `Config.context` says. */
  initial?: boolean;
  /**
   * The number of another layer of the same cell and size, whose states this one continues in place of its own: a lower
   * layer's of the same step, an upper one's of the step before. `self` edges read them too. Several layers then make one
   * step of a recurrence, as in recurrent highway and fast-slow networks. Not in an encoder, where layers run backward, nor
   * in a network that gives one answer for a whole sequence. Default: its own.
   */
  stateFrom?: number;
  /**
   * Everything that enters the layer, 1 to 64. Default: from below (and the input, see `skipInputs`), and `self`, which
   * indrnn, sru, mingru, minlstm, lru, rwkv and rru do without.
   */
  edges?: EdgeConfig[];
  /**
   * How much of its previous state a unit keeps, 0 (none, the default) to 1: one number, or from the first unit's to
   * the last unit's, fixed or as a start to learn from.
   */
  leak?: number | { from?: number; to?: number; learned?: boolean };
  /** Periods of equal groups of units; a group changes when the step is a multiple. Default none: every step. */
  clock?: number[];
  /** Probability that a unit keeps its previous state for a step of training, 0 to 0.95. Default 0. */
  zoneout?: number | { hidden?: number; cell?: number };
  /** Adds what lies below, which must be as wide, to what the layer gives upwards. Default false. */
  residual?: boolean;
  /** Normalises the summed input of each gate. Default false. */
  layerNorm?: boolean;
  /** On the previous state, one mask for a window, 0 to 0.95. Default 0. */
  recurrentDropout?: number;
}

/** What a network is asked for, and how its examples are written as text. */
export interface TaskConfig {
  /**
   * - `next`: predict each character of a text.
   * - `generate`: write sequences. A sequence a line; with a context, its numbers (with commas) and a tab before it.
   * - `classify`: one label for a sequence. A label and a sequence a line, on either side of a tab, or CSV, or JSON Lines
   *   (`{"text": "…", "label": "…"}`); with or without a header, see `FileConfig`.
   * - `tag`: a label for each step. Sequence, tab, as many labels of one character; or words: CoNLL (a word, a tab or a
   *   space, its label a line; an empty line between sentences), or JSON Lines (`{"tokens": ["…"], "tags": ["…"]}`).
   * - `translate`: a sequence into another. Source, tab, target; or JSON Lines (`{"input": "…", "target": "…"}`).
   * - `regress`: numbers. A table (see `FileConfig`), the next row is predicted; pooled: a series a line, steps divided by commas and numbers
   *   of a step by spaces, then a tab and the numbers of the answer.
   * - `tensor`: whatever you make of it, see `createNetwork`.
   * - `notes`: 88 keys, many at a time. JSON, `{"keys": "midi", "train": [[[note, …], …], …], "valid": …, "test": …}`:
   *   pieces of steps of what sounds. `keys` (or `dataset.keys`) says what the numbers are: `piano`, 0 to 87, or `midi`,
   *   21 to 108. A step may be 88 or 128 zeros and ones instead.
   */
  name?: Task;
  /** classify and regress: one answer, from the last states or from their mean. Default `last`, of regress `none`. */
  pooling?: Name<'none' | 'last' | 'mean'>;
  /**
   * regress: how predicted numbers are measured, after scaling (see `FileConfig.scaling`), with e = prediction − truth.
   * - `squared`: e².
   * - `absolute`: |e|; the median is its best prediction, and outliers count less.
   * - `huber`: e²/2 up to `delta`, δ(|e| − δ/2) beyond (PyTorch's HuberLoss).
   * - `quantile`: the mean over `quantiles` q of (1 − q)e where e > 0, −qe elsewhere (pinball loss). The network has an
   *   output for each column and quantile; the middle quantile is the answer, the others are a band.
   * - `gaussian`: −ln of the normal density (PyTorch's GaussianNLLLoss with `full=True` and `eps` 1e-6), in nats. The
   *   network has a mean and a log variance for each column; the mean is the answer. Not with `scaling: 'log'`.
   *
   * Default `squared`.
   */
  loss?: Name<'squared' | 'absolute' | 'huber' | 'quantile' | 'gaussian'>;
  /** Of the loss `huber`: where it becomes linear, in scaled units, above 0, at most 1e6. Default 1. */
  delta?: number;
  /** Of the loss `quantile`: an odd number of them, at most 15, ascending, each from 0.001 to 0.999. Default [0.1, 0.5, 0.9]. */
  quantiles?: number[];
  /**
   * regress without `pooling`, where every column is read and predicted: in training, this many last steps of each
   * example read the network's own answers instead of the true rows, and the errors of all of these steps flow back
   * through them (Goodfellow et al. 2016, 10.2.1). Examples are as long as `maxLength` allows. Default 0: every step
   * reads a true row. `scheduledSampling` replaces rows anywhere, at times.
   */
  feedbackSteps?: number;
  /**
   * generate and translate: how a sequence ends. `end`: a symbol of its own; `halt`: a unit that says so; `count`: the
   * length is answered first, and the steps that are left are fed in. Default `end`.
   */
  termination?: Name<'end' | 'halt' | 'count'>;
  /**
   * Of tasks that learn from examples: most steps of a sequence, 1 to 65536. Default: as many as the longest example
   * has, 256 at least; of `regress`, which cuts a series into windows of this length, 256.
   */
  maxLength?: number;
  /** Of symbols and labels: every target is spread over all of them by this share in training (Szegedy et al. 2016), 0 to 0.9. Default 0. */
  labelSmoothing?: number;
  /** classify and tag: `balanced`: rare labels weigh as much in training as frequent ones. Default `none`. */
  classWeights?: Name<'none' | 'balanced'>;
  /** Longer sequences are cut to `maxLength`, which `info.data.truncated` counts; else they are refused. Default false. */
  truncate?: boolean;
  /**
   * classify, regress, tag and notes: examples are read in windows of `sequenceLength` steps, each of which begins with
   * the states that the one before it ended with, so that long examples need no more memory; gradients stop at the
   * beginning of a window (truncated back-propagation). One answer for a sequence (`pooling: 'last'`) is learned from
   * the last window; those before it are only read. A table is cut into as many examples as a batch has (`batchSize`),
   * or into those of `maxLength`. Not with backward layers, nor with `pooling: 'mean'`, which needs every step at once.
   * Default false: an example is one window.
   */
  carryState?: boolean;
  /** generate, tensor: numbers of a given context. Default 0. */
  context?: number;
  /** tensor: numbers a step that go in. */
  inputs?: number;
  /** tensor: numbers a step that a readout gives. Default 0: no readout. */
  outputs?: number;
}

/** A configuration that spells its task. */
export interface ConfigOf<T extends Task> extends Config {
  /** The task by its name, or with its settings. */
  task: T | (TaskConfig & { name: T });
}

/** A configuration of the task that is the default, `next`. */
export interface TextConfig extends Config {
  /** Left out: `next`. */
  task?: never;
  /** Left out: the text is the second argument. */
  dataset?: never;
}

/** Names of tasks; `TaskConfig.name` says what each is. */
export type Task = Name<
  'next' | 'generate' | 'classify' | 'tag' | 'translate' | 'regress' | 'notes' | 'tensor'
>;

/**
 * Examples that the engine makes: see `getSchema().datasets`. The same ones on every platform.
 */
export interface DatasetConfig {
  /** Such as `addition`: one of `getSchema().datasets`. */
  name: string;
  /** 0 (the default): the usual one. */
  difficulty?: number;
  /** Examples in all; one in ten is held back for validation, one in ten for the test. Default 10000. */
  count?: number;
  /** Default 1. */
  seed?: number;
}

/** How a dataset of your own is read; the first fields are for tables (regress, classify). `previewDataset` shows what comes of it. */
export interface FileConfig {
  /** Not here: it names examples that the engine makes, see `DatasetConfig`. */
  name?: never;
  /** Names of the columns that are read, of numbers or dates. Default: all of numbers, but constant ones and an index. */
  inputs?: string[];
  /**
   * regress: names of the columns that are predicted; the others are read only. Default: all that are read. classify: the
   * one column of labels.
   */
  targets?: string[];
  /** Names of columns that are left out. */
  ignore?: string[];
  /** The column that says which series a row belongs to (long form). Default: found out. */
  id?: string;
  /** Of columns of dates. `features`: hour, weekday and month are read, each as sine and cosine. Default `ignore`. */
  dates?: Name<'ignore' | 'features'>;
  /**
   * Of values that are missing. `forward`: the value before, in its series; `interpolate`: between its neighbours; `mask`:
   * read as zero, and no part of the loss. Default `refuse`.
   */
  missing?: Name<'refuse' | 'forward' | 'interpolate' | 'mask'>;
  /**
   * Of the numbers that are read and predicted, by statistics of the training part, which the model's file holds.
   * `standard`: mean 0 and variance 1; `minmax`: from 0 to 1; `log`: `standard` after sign(x)·ln(1 + |x|). Answers are in
   * the file's units. Default `standard`.
   */
  scaling?: Name<'none' | 'standard' | 'minmax' | 'log'>;
  /** classify: on which side of a line the label stands. Default `auto`: by the header, else where values recur. */
  label?: Name<'auto' | 'first' | 'last'>;
  /** Whether the first line names the columns. Default `auto`: where it has names such as label and text. */
  header?: 'auto' | boolean;
  /**
   * Symbols that the model does not know: `error`, `skip`, or `symbol`: training makes rare symbols of its inputs one,
   * which then stands for all others (classify, tag, translate). Default `error`; see `PredictRequest.unknown`.
   */
  unknown?: Name<'error' | 'skip' | 'symbol'>;
  /**
   * notes: what the numbers are, a piano's keys (0 to 87) or MIDI notes (21 to 108). There is no
   * default: a text whose numbers nobody declares is refused. A JSON text may declare them itself, as `"keys"`.
   */
  keys?: Name<'piano' | 'midi'>;
  /**
   * notes: steps a quarter note, 1 to 96, which the model's file remembers for MIDI (see `readMidi`); 0
   * (the default): unknown.
   */
  grid?: number;
  /**
   * notes: the MIDI note of the first column of a piano roll (a step is as many zeros and ones as there
   * are columns). Default 21 of 88 columns, 0 of 128; a roll of any other width needs it.
   */
  roll?: number;
}

/** Of the decoder's last layer over the states of the encoder. */
export interface AttentionConfig {
  /** `additive` (Bahdanau, Cho & Bengio 2015) or `multiplicative` (Luong, Pham & Manning 2015). Default `additive`. */
  score?: Name<'additive' | 'multiplicative'>;
  /** Numbers that are compared. 0 (the default): as many as the decoder's last layer has units. */
  size?: number;
  /** The decoder's first layer reads it one step later. Default true. */
  inputFeeding?: boolean;
}

/** Scheduled sampling (Bengio et al. 2015): how likely an input symbol is the true one, at training step i. */
export interface ScheduledSamplingConfig {
  /** `none`: always. `linear`: start − i/k; `exponential`: start·(1 − 1/k)ⁱ; `inverse-sigmoid`: start·k/(k + e^(i/k)). */
  name?: Name<'none' | 'linear' | 'exponential' | 'inverse-sigmoid'>;
  /** Default 1000. */
  k?: number;
  /** Default 1. */
  start?: number;
  /** Never less than this. Default 0. */
  minimum?: number;
}

/** How weights begin, drawn from `Config.seed`. Biases begin at 0, but for `LayerConfig.forgetBias` and `chrono`. */
export interface InitializationConfig {
  /** Weights from below. Default `xavier`. */
  input?: Initializer;
  /** Weights from the layer's own state. Default `orthogonal`. */
  recurrent?: Initializer;
  /** Default `xavier`. */
  readout?: Initializer;
  /** Factor on all of them. Default 1. */
  gain?: number;
  /** `sparse`: weights a unit that are not zero. Default 15. */
  nonzeros?: number;
  /** `sparse`: the recurrent matrix is scaled to it. Default 0.95. */
  spectralRadius?: number;
  /**
   * Longest lag T of chrono initialization (Tallec & Ollivier 2018): the bias of each unit's forget gate (of a GRU the
   * update gate) is ln u with u ~ U[1, T − 1], of its input gate −ln u, instead of `forgetBias`. 3 to 10⁹; default 0: off.
   */
  chrono?: number;
}

type Optimizer = Name<
  'sgd' | 'momentum' | 'nesterov' | 'rmsprop' | 'adagrad' | 'adadelta' | 'adam' | 'adamw'
>;

/**
 * Of a configuration and of `Network.step`. Methods take the fields named for them; their defaults at the two levels are
 * the same but where both are given, the second being that of `Network.step`, which is PyTorch's.
 */
export interface OptimizerConfig {
  /** Default `adam`; `Network.step` needs one. `momentum`, `nesterov`: sgd with it. */
  name?: Optimizer;
  /** Default 0.002; of a step 1e-3, rmsprop and adagrad 1e-2, adadelta 1. */
  learningRate?: number;
  /** adam, adamw: smoothing of the gradients (Kingma & Ba 2015). Default 0.9. */
  beta1?: number;
  /** adam, adamw: of their squares. Default 0.999. */
  beta2?: number;
  /** rmsprop, adagrad, adadelta, adam, adamw. Default 1e-8; of a step adagrad 1e-10, adadelta 1e-6. */
  epsilon?: number;
  /** momentum, nesterov (Sutskever et al. 2013), default 0.9; rmsprop, and of a step sgd, default 0. */
  momentum?: number;
  /** rmsprop, adadelta (Zeiler 2012): smoothing of the squares. Default 0.99; of a step adadelta 0.9. */
  decay?: number;
  /** λp is added to the gradient; adamw shrinks the weights instead (Loshchilov & Hutter 2019). Default 0; of a step adamw 1e-2. */
  weightDecay?: number;
  /** rmsprop: subtracts the square of the mean of the gradients (Graves 2013). Default false. */
  centered?: boolean;
  /** Of a configuration: parameters with settings of their own, at most 32 groups. Of one that several match, the last counts. */
  groups?: OptimizerGroup[];
}

/** Parameters with a learning rate of their own. */
export interface OptimizerGroup {
  /** Their names, such as `readout.*` (see `Model.graph()`): `*` stands for any characters. Refused where none has such a name. */
  match: string;
  /** A factor on the optimizer's; 0 leaves them as they are. Default 1. */
  learningRate?: number;
  /** Instead of the optimizer's. */
  weightDecay?: number;
}

/** How the learning rate changes with the step t. Every kind takes `warmup` and `minimum`. */
export interface ScheduleConfig {
  /** `constant`; `step` and `exponential`: times `factor` per `every` steps, in jumps or smoothly; `cosine`: half a wave down to `minimum`; `plateau`: times `factor` when validation stops improving. Default `constant`. */
  name?: Name<'constant' | 'step' | 'exponential' | 'cosine' | 'plateau'>;
  /** Steps of linear growth from zero. Default 0. */
  warmup?: number;
  /** step: multiply by `factor` each time this number of steps has passed. */
  every?: number;
  /** step, exponential, plateau: above 0, at most 1. Default 0.5. */
  factor?: number;
  /** cosine: length of the descent in steps. */
  steps?: number;
  /** The rate never falls below this. */
  minimum?: number;
  /** plateau: evaluations without improvement before `factor` applies. */
  patience?: number;
}

/** Regularizers besides dropout, each 0 (off) by default. All may change while the model trains, see `Model.update`. */
export interface RegularizationConfig {
  /** σ of normal noise on every weight, one sample an update: w + σ·n (Graves 2011). 0 to 10. */
  weightNoise?: number;
  /** Probability that a recurrent weight is 0 for an update, the others are divided by 1 − p (DropConnect: Wan et al. 2013; Merity et al. 2018). 0 to 0.95. */
  weightDrop?: number;
  /** α of α·mean(y²) in the loss, y what the last layer gives, after dropout (Merity et al. 2017). 0 to 1000. */
  activation?: number;
  /** β of β·mean((h_t − h_{t−1})²) in the loss, h the states of the last layer (Merity et al. 2017). 0 to 1000. */
  temporalActivation?: number;
  /** Probability that an input (a symbol's vector, a number) is 0, the others are divided by 1 − p (Gal & Ghahramani 2016); with `variationalDropout` the same ones for a window. 0 to 0.95. */
  inputDropout?: number;
  /** Each row of a matrix, what one unit reads, is shortened to this norm after an update (Srivastava et al. 2014). 0 to 10⁶. */
  maxNorm?: number;
}

/**
 * The model's weights are an average of those that are trained (Polyak & Juditsky 1992): validations, the best weights,
 * sampling and files have it.
 */
export interface AveragingConfig {
  /**
   * `ema`: a running mean; `nt-asgd`: the mean of all weights since a validation was worse than the best of all but the
   * last `patience` ones (Merity et al. 2018). Default `none`; a change needs a new model.
   */
  name?: Name<'none' | 'ema' | 'nt-asgd'>;
  /** ema: what of the mean stays at each update; of the first 1/(1 − decay) updates it is the plain mean. Default 0.999. */
  decay?: number;
  /** nt-asgd, in validations. Default 5. */
  patience?: number;
}

/** When a run ends by itself: after `patience` validations in a row without a better loss, and with the best weights. */
export interface EarlyStoppingConfig {
  /**
   * Validations without a better loss; 0: never. Default `auto`: 10 in a run without a limit (`steps`, `until`,
   * `seconds`) on data of your own, never in others.
   */
  patience?: number | 'auto';
  /** How much lower a better loss is at least. Default 0. */
  minDelta?: number;
}

/** Everything that defines a model and its training. Unknown fields are errors. */
export interface Config {
  /** Of the configuration's format: 1, the only one. Left out, it is 1. */
  version?: number;
  /** What the network is asked for: a name, or a name with its settings. Default `next`, or what the dataset is for. */
  task?: Task | TaskConfig;
  /** Examples that the engine makes, instead of a text; or how the dataset that you give is read. */
  dataset?: string | DatasetConfig | FileConfig;
  /** translate: the layers that read the source. Default one lstm of 128. */
  encoder?: LayerConfig[];
  /** translate: default `none`. */
  attention?: Name<'none' | 'additive' | 'multiplicative'> | AttentionConfig;
  /**
   * Where the context (the encoder's last states, or a given one) enters: the first layer at every step, the first
   * states of all layers, or both. Default `both`.
   */
  context?: Name<'none' | 'input' | 'initial' | 'both'>;
  /** Scheduled sampling: how often the network reads its own predictions in training. Default `none`. */
  scheduledSampling?: ScheduledSamplingConfig | string;
  /** Same seed, text and configuration: same model, bit for bit, on every platform. Default 1. */
  seed?: number;
  /**
   * What one token of a text is. Default `character` (a Unicode code point).
   *
   * - `word`: a run of letters and digits, with the apostrophes inside it, or one mark, each with the blank before it if
   *   there is one; or a line end, a tab or a further blank. Tokens side by side are the text again.
   * - `whitespace`: what stands between blanks, as the file is split; a line end is the token that others call `<eos>`,
   *   and `<unk>` in the text is the unknown word.
   * - `bpe`: bytes, and pairs of tokens that were merged because they are frequent in the training part (byte-pair
   *   encoding). Merges stay within words. Every text has an encoding, and decoding is exact.
   */
  unit?: Name<'character' | 'byte' | 'word' | 'whitespace' | 'bpe'>;
  /**
   * Most symbols kept, 2 to 65535; rarer ones become the unknown symbol, which is never written. Of `bpe` bytes and
   * merges together, from 256. Default 8192.
   */
  vocabulary?: number;
  /** Share of the text held out for validation, 0 to 0.5. Default 0.1. */
  validationSplit?: number;
  /** Size of learned symbol vectors; 0 (the default) feeds the symbols themselves. */
  embedding?: number;
  /** The readout uses the embedding's matrix; the last layer must be as wide. Default false. */
  tieWeights?: boolean;
  /** What edges from `output` carry: the previous target, or the network's own prediction. Default `target`. */
  feedback?: Name<'target' | 'softmax'>;
  /** A network by name, instead of `layers`: see `getSchema().presets`. Fields beside it overrule the preset's. */
  preset?: Preset;
  /** With `preset`: its hidden units. Default 128. */
  units?: number;
  /** From the input upwards. Default one lstm of 128. */
  layers?: LayerConfig[];
  /** Edges into the prediction. Default: one, from the last layer. */
  readout?: EdgeConfig[];
  /** Feed the input to every layer (that names no edges). Default false. */
  skipInputs?: boolean;
  /** Read the output from every layer (without `readout`). Default false. */
  skipOutputs?: boolean;
  /** Of the weights. */
  initialization?: InitializationConfig;
  /** Time steps of one truncated back-propagation. Default 64. */
  sequenceLength?: number;
  /** Sequences trained side by side. Default 32. */
  batchSize?: number;
  /** A name, or a name with its settings. Default adam at 0.002. */
  optimizer?: Optimizer | OptimizerConfig;
  /** Of the learning rate. Default constant. */
  schedule?: Name<'constant' | 'step' | 'exponential' | 'cosine' | 'plateau'> | ScheduleConfig;
  /** Largest gradient norm, or norm and value; 0 turns it off. Default 5. */
  clip?: number | { norm?: number; value?: number };
  /** Between layers, 0 to 0.95. Default 0. */
  dropout?: number;
  /** One dropout mask for all steps of a window. Default false. */
  variationalDropout?: boolean;
  /** Regularizers besides dropout. Default none. */
  regularization?: RegularizationConfig;
  /** Whether the model's weights are an average of those that are trained. Default `none`. */
  averaging?: Name<'none' | 'ema' | 'nt-asgd'> | AveragingConfig;
  /**
   * Windows (of examples: batches) an update: its gradient is the mean of theirs, as of a batch so many times as large.
   * The state is carried from one to the next, and a step is an update. Default 1.
   */
  accumulate?: number;
  /** Steps between validations. Default 500. */
  evaluateEvery?: number;
  /** When a run ends by itself: a patience, or more. Default `auto`. */
  earlyStopping?: number | 'auto' | EarlyStoppingConfig;
}

/** The names people know. */
export type Preset = Name<
  | 'rnn'
  | 'irnn'
  | 'lstm'
  | 'peephole-lstm'
  | 'gru'
  | 'cifg-lstm'
  | 'mgu'
  | 'janet'
  | 'slstm'
  | 'mlstm'
  | 'mogrifier'
  | 'mut1'
  | 'mut2'
  | 'mut3'
  | 'rru'
  | 'indrnn'
  | 'sru'
  | 'mingru'
  | 'minlstm'
  | 'lru'
  | 'rwkv'
  | 'qrnn'
  | 'srnn'
  | 'dt-rnn'
  | 'dt(s)-rnn'
  | 'do-rnn'
  | 'dot-rnn'
  | 'dot(s)-rnn'
  | 'rhn'
  | 'fast-slow'
  | 'gated-feedback'
  | 'deep-gated-lstm'
  | 'leaky-rnn'
  | 'clockwork-rnn'
  | 'jordan-rnn'
  | 'narx'
>;

/** A configuration with every field filled in and shorthands spelt out; edges that are the default are left out. */
export type CanonicalConfig = Required<
  Omit<Config, 'preset' | 'units' | 'skipInputs' | 'skipOutputs' | OptionalField>
> &
  Pick<Config, OptionalField>;

/** Left out where they are not asked for. */
type OptionalField =
  | 'readout'
  | 'task'
  | 'dataset'
  | 'encoder'
  | 'attention'
  | 'context'
  | 'scheduledSampling'
  | 'earlyStopping'
  | 'regularization'
  | 'averaging'
  | 'accumulate';

/** One option of a cell, as a menu needs it: one of some choices, or a number in a range. */
export type SchemaOption = { name: string; help: string } & (
  { choices: string[]; default: string } | { minimum: number; maximum: number; default: number }
);

/** A cell that this build knows. */
export interface SchemaCell {
  /** As `LayerConfig.cell` takes it. */
  name: string;
  /** As people write it, such as `GRU`. */
  label: string;
  /** One sentence in English. */
  summary: string;
  /** In plain text; h₋ is the previous state, ∘ the product element by element. */
  equations: string;
  /** Authors and year of the papers. */
  source: string;
  /** Short names of its gates and candidates, in the order of the rows of its weights. */
  gates: string[];
  /** Whether a layer reads its own previous state through a matrix where its edges are not named. */
  recurrent: boolean;
  /** Fields of `LayerConfig` that this cell reads. */
  options: SchemaOption[];
}

/** A named network. `config` is the plain configuration that `preset` stands for. */
export interface SchemaPreset {
  /** As `Config.preset` takes it. */
  name: string;
  /** As people write it. */
  label: string;
  /** What it is, in English. */
  sentence: string;
  /** In plain text. */
  equations: string;
  /** Authors and year of the papers. */
  source: string;
  /** With the default of 128 hidden units. */
  config: Config;
}

/** A task that the engine makes examples for. */
export interface SchemaDataset {
  /** As `DatasetConfig.name` takes it. */
  name: string;
  /** As people write it. */
  label: string;
  /** What an example is, in English. */
  summary: string;
  /** Authors and year of the papers. */
  source: string;
  /** The task that its examples are for, see `TaskConfig.name`. */
  task: string;
  /** Of that task, see `TaskConfig.pooling`; empty where it has none. */
  pooling: string;
  /** What the difficulty counts. */
  difficulty: string;
  /** Smallest difficulty. */
  min: number;
  /** Difficulty that 0 stands for. */
  default: number;
  /** Largest difficulty. */
  max: number;
  /** What the best possible answer reaches, and what the trivial baseline reaches, in words. */
  optimum: string;
  /** Of the best constant prediction. */
  trivial: string;
  /** What to judge by: `accuracy`; `exact`, whole sequences; `mse`, the squared error; `nats`, the loss. */
  metric: string;
}

/** The names this build knows. */
export interface Schema {
  /** Of `LayerConfig.cell`, with their equations and options. */
  cells: SchemaCell[];
  /** Of `Config.preset`. */
  presets: SchemaPreset[];
  /** Of `OptimizerConfig.name`. */
  optimizers: string[];
  /** Of `ScheduleConfig.name`. */
  schedules: string[];
  /** Of edges and of the vanilla cell. */
  activations: string[];
  /** Of `InitializationConfig`. */
  initializations: string[];
  /** Of `LayerConfig.bias`. */
  biases: string[];
  /** Of `EdgeConfig.join`. */
  joins: string[];
  /** Of `TaskConfig.name`. */
  tasks: string[];
  /** Of `TaskConfig.termination`. */
  terminations: string[];
  /** Of `TaskConfig.loss`. */
  losses: string[];
  /** Of `Config.context`. */
  contexts: string[];
  /** Of `ScheduledSamplingConfig.name`. */
  scheduledSamplings: string[];
  /** Of `AveragingConfig.name`. */
  averagings: string[];
  /** Of `DatasetConfig.name`, with their difficulties and trivial baselines. */
  datasets: SchemaDataset[];
  /** The canonical form of an empty configuration. */
  defaults: CanonicalConfig;
}
