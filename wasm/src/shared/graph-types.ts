/**
 * The graph of a network: the plan that the engine executes, with every parameter, buffer and operation by name. It is
 * enough to compute the network with other means, given its parameters.
 *
 * Shapes: T steps, N sequences, H units of a layer, V symbols. A buffer holds columns of `rows` numbers, one for each
 * step and sequence unless its `extent` says otherwise.
 */

/** See `describeNetwork`. */
export interface NetworkGraph {
  /** Of this format. */
  version: 1;
  /** What it reads and answers. */
  sizes: GraphSizes;
  /** In the order in which they lie in memory. */
  parameters: GraphParameter[];
  /** Memory of a window of T steps and N sequences. */
  buffers: GraphBuffer[];
  /** In the order in which they run. */
  layers: GraphLayer[];
  /** Those of a scan name operations by their place in this list. */
  operations: GraphOperation[];
  /** In the order in which they run. */
  scans: GraphScan[];
  /** Of a model whose numbers are scaled: what stands between the file's units and those of the network. */
  scaling?: GraphScaling;
  /** Sums over the whole network. */
  totals: GraphTotals;
}

/**
 * With u = v, or u = sign(v)·ln(1 + |v|) of logarithmic columns, the network reads (u − mean) / scale of each number v,
 * and what it answers is scaled likewise.
 */
export interface GraphScaling {
  /** Of the numbers of a step, one by one. */
  inputs: GraphScale[];
  /** Of the rows of the readout; none where these are no numbers of the file. */
  outputs: GraphScale[];
}

/** See `GraphScaling`. */
export interface GraphScale {
  /** In the unit of u. */
  mean: number;
  /** Above 0. */
  scale: number;
  /** The same for all columns of a side. */
  log: boolean;
}

/** What the network reads and answers. */
export interface GraphSizes {
  /** V of the input tokens; 0: the input is numbers. */
  symbols: number;
  /** Numbers per step of the input; 0: it is tokens. */
  numbers: number;
  /** Rows of the readout; 0: there is none. */
  outputs: number;
  /** Numbers of a given context. */
  context: number;
  /** Rows of the answer to "how long", of tasks that draw the length first; 0: there is none. */
  lengths: number;
}

/** Counts over the whole network. */
export interface GraphTotals {
  /** How many numbers are learned. */
  parameters: number;
  /**
   * Estimated bytes while training, without the text: over a window where the task is `next` or `tensor`, else over
   * sequences as long as the task allows.
   */
  memoryBytes: number;
  /** Floating-point operations of forward, backward and gradients for one column; a multiply–add counts two. */
  flopsPerToken: number;
}

/** Row-major, as PyTorch stores it; of a saved model the tensor of this name. */
export interface GraphParameter {
  /** Unique. */
  name: string;
  /** [rows, columns], or [rows] of a vector. */
  shape: number[];
  /** Of its first number among all parameters, one after the other in the order of this list. */
  offset: number;
  /** Which of the configured initializations fills it. `constant`: a number per gate, such as a forget bias. */
  initializer: 'zero' | 'constant' | 'input' | 'recurrent' | 'readout' | 'embedding';
  /** Of a `Network` with `info.pytorchNames`: the tensor that `parameters()` gives it in. */
  tensor?: string;
  /** Beside `tensor`: its first column there. */
  column?: number;
}

/** Memory of a window. */
export interface GraphBuffer {
  /** Unique: the layer's name, a dot, and its own. */
  name: string;
  /** Numbers per column. */
  rows: number;
  /**
   * Its columns. `window`: T·N. `state`: T·N and, before them, the `delay` steps that are read late (the initial state;
   * of a backward layer after them). `step`: N of the present step. `once`: one. `scores`: T·N, with a row for each step
   * of the encoder. `scoreStep`: N, likewise.
   */
  extent: 'window' | 'state' | 'step' | 'once' | 'scores' | 'scoreStep';
  /**
   * When it exists. `training`: for gradients only. `dropout`: in training with dropout between layers; otherwise it is
   * its `alias`. `request`: where a caller asks for it.
   */
  lifetime: 'always' | 'training' | 'dropout' | 'request';
  /** Whose steps T counts: 0 the main sequence, 1 the encoder's. */
  sequence: number;
  /** Of a state: the largest number of steps by which it is read late. */
  delay?: number;
  /** Of a state: −1 if it is computed from the last step to the first. */
  direction?: number;
  /** The buffer that this one is, where it has no memory of its own. */
  alias?: string;
}

/** A layer of the configuration, or an embedding, a context, attention and its keys, a readout. */
export interface GraphLayer {
  /** `layers.0`, `encoder.0`, `embedding`, `readout`, … */
  name: string;
  /** 0: of the main sequence, 1: of the encoder's. */
  sequence: number;
  /** 1: from the first step to the last; −1: backward. */
  direction: number;
  /** Rows of its output. */
  units: number;
  /** The cell's name. */
  cell?: string;
  /** Buffers; the first is h, which others read late. */
  states: string[];
  /** The buffer that upper layers read. */
  output: string | null;
  /** The buffer of its preactivations; of a readout its answer (logits, or numbers). */
  sum: string | null;
}

/** Layers that run through time together. */
export interface GraphScan {
  /** 0: over the steps of the main sequence, 1: over those of the encoder. */
  sequence: number;
  /** −1: from the last step to the first. */
  direction: number;
  /** By name. */
  layers: string[];
  /** Operations that run first, over all T·N columns at a time. */
  once: number[];
  /** Operations that run then, before the first step. */
  begin: number[];
  /** Operations that run in this order at every step. */
  step: number[];
}

/** What an operation reads: rows of a buffer, some steps earlier. */
export interface GraphSignal {
  /** `tokens`: those of the operation's sequence, as one-hot columns. */
  buffer: string;
  /** The first row that is read; not of tokens. */
  row?: number;
  /** How many rows. */
  rows: number;
  /** Steps earlier, in the direction of the buffer. */
  delay: number;
}

/**
 * A number, a name, or an operator with one or two expressions, by element: `["+", "z_i", ["*", "peephole_i", "c_prev"]]`.
 */
export type GraphExpression =
  | number
  | string
  | [operator: 'neg' | 'sigmoid' | 'tanh' | 'relu' | 'exp' | 'log' | 'sin' | 'cos', of: GraphExpression]
  | [operator: '+' | '-' | '*' | '/' | 'max', left: GraphExpression, right: GraphExpression];

/** What every operation says. */
export interface GraphOperationBase {
  /** The layer that it belongs to, by name. */
  layer: string;
  /** See `GraphScan`. `never`: another operation computes it (a linear map that starts a sum takes in the bias). */
  when: 'once' | 'begin' | 'step' | 'never';
}

/** Told apart by `operation`. Names in `to`, `sum`, `states` and so on are buffers. */
export type GraphOperation = GraphOperationBase &
  (
    | GraphLinear
    | GraphBias
    | GraphActivation
    | GraphLayerNorm
    | GraphCell
    | GraphInterpolate
    | GraphPaddingMask
    | GraphDropout
    | GraphResidual
    | GraphProduct
    | GraphContext
    | GraphInitialState
    | GraphAttention
    | GraphOutputFeedback
    | GraphScheduledSampling
  );

/** y += W·x, for `rows` rows of `to` from `row` on. `lookup`: x is one-hot, so a column of W is added for each token. */
export interface GraphLinear {
  /** The kind of operation. */
  operation: 'linear' | 'lookup';
  /** What it reads. */
  from: GraphSignal;
  /** The buffer that it writes. */
  to: string;
  /** The first row of `to` that it writes. */
  row: number;
  /** How many rows. */
  rows: number;
  /** The parameter that holds W. */
  weight: string;
  /** Its row from which on W's rows are taken. */
  weightRow: number;
  /**
   * It is the first that adds to these rows: they start from the sum of the biases of `to` (see `GraphBias`), or from 0
   * where a layer normalization of `to` adds these.
   */
  start: boolean;
  /** Of an embedding: a token takes a row of the parameter instead of a column. */
  byRow?: true;
  /** Of a clockwork layer: the period of each unit; weights from faster to slower units are 0. */
  periods?: number[];
}

/** y ← Σ biases, or 0 where a layer normalization of `to` adds them. */
export interface GraphBias {
  /** The kind of operation. */
  operation: 'bias';
  /** The buffer that it writes. */
  to: string;
  /** Parameters; there may be none. */
  biases: string[];
}

/** y ← φ(y), for `rows` rows of `to` from `row` on. */
export interface GraphActivation {
  /** The kind of operation. */
  operation: 'activation';
  /** The buffer that it writes. */
  to: string;
  /** The first row of `to` that it writes. */
  row: number;
  /** How many rows. */
  rows: number;
  /** φ. */
  function: 'tanh' | 'relu' | 'sigmoid' | 'identity';
}

/** z ← γ∘(z − μ)/√(σ² + ε) + Σ biases, over each gate's rows (Ba et al. 2016). */
export interface GraphLayerNorm {
  /** The kind of operation. */
  operation: 'layerNorm';
  /** The buffer that it writes. */
  to: string;
  /** The parameter γ: one name. */
  gain: string[];
  /** H, rows of a gate. */
  units: number;
  /** The first gate of `to` that is normalized. */
  firstGate: number;
  /** The first gate after these that is not. */
  endGate: number;
  /** ε. */
  epsilon: number;
}

/** Preactivations and the states of the step before → new states, by the equations. */
export interface GraphCell {
  /** The kind of operation. */
  operation: 'cell';
  /** Its name. */
  cell: string;
  /** H. */
  units: number;
  /** Gate g is rows g·H to (g+1)·H of `sum`, in this order. */
  gates: string[];
  /** The gate whose rows of `sum` are activated already when the cell runs: its equation has been applied. */
  earlyGate?: string;
  /** z: `z_<gate>` of the equations, or `zx_<gate>` where there is a `recurrent` part. */
  sum: string;
  /** `zh_<gate>`: the recurrent part, where the cell reads it separately. */
  recurrent?: string;
  /** Buffers. `<name>_prev` in the equations is the state one step earlier, unless there is a `previous`. */
  states: string[];
  /** Names of the states in the equations. */
  stateNames: string[];
  /** The states of another layer that `<name>_prev` stands for, one for each of `states` (`LayerConfig.stateFrom`). */
  previous?: GraphSignal[];
  /** The cell's own vectors; the equations call them by what follows the last dot. */
  parameters: string[];
  /** In order: what is assigned (gates and states) and its expression. */
  equations: [name: string, expression: GraphExpression][];
}

/**
 * h ← k∘h₋ + (1 − k)∘h with k = m + (1 − m)·α: α is the leak (0 without one), m the share that clock and zoneout keep.
 * Of the other states the same without the leak.
 */
export interface GraphInterpolate {
  /** The kind of operation. */
  operation: 'interpolate';
  /** H. */
  units: number;
  /** Buffers. */
  states: string[];
  /** α rises evenly over the units from `from` to `to`; learned: that is where it starts. */
  leak?: { from: number; to: number; learned: boolean };
  /** Of a learned leak: a, with α = σ(a). */
  parameters?: string[];
  /** The period of each unit: m is 1, for every state, unless the period divides the step's number. */
  periods?: number[];
  /** In training m of h is 1 with this probability; without training m is the probability (Krueger et al. 2017). */
  zoneout: number;
  /** The same of the other states. */
  zoneoutCell: number;
}

/** Once a sequence has ended, every state is that of the step before. */
export interface GraphPaddingMask {
  /** The kind of operation. */
  operation: 'paddingMask';
  /** H. */
  units: number;
  /** Buffers. */
  states: string[];
}

/** y ← x∘mask/(1 − p); without training y is x. */
export interface GraphDropout {
  /** The kind of operation. */
  operation: 'dropout';
  /** What it reads. */
  from: GraphSignal;
  /** The buffer that it writes. */
  to: string;
  /** p of recurrent dropout. Without it p is `dropout` of the configuration, which may change while a model trains. */
  rate?: number;
}

/** y += x: a residual connection, or an edge without a matrix. */
export interface GraphResidual {
  /** The kind of operation. */
  operation: 'residual';
  /** What it reads. */
  from: GraphSignal;
  /** The buffer that it writes. */
  to: string;
  /** Where x begins in it. Default 0. */
  row?: number;
}

/** y ← a∘b; a factor of one row multiplies every row of the other. */
export interface GraphProduct {
  /** The kind of operation. */
  operation: 'product';
  /** a. */
  left: GraphSignal;
  /** b. */
  right: GraphSignal;
  /** The buffer that it writes. */
  to: string;
}

/** The same numbers at every step: what layers of the other sequence leave behind, side by side, or the given context. */
export interface GraphContext {
  /** The kind of operation. */
  operation: 'context';
  /** None: the given context. */
  from: GraphSignal[];
  /** Of these layers: what a backward one leaves behind is its first step. */
  directions: number[];
  /** The last step, or the mean over time. */
  pooling: 'last' | 'mean';
  /** The buffer that it writes. */
  to: string;
}

/** The states before the first step: φ(W·x + b). */
export interface GraphInitialState {
  /** The kind of operation. */
  operation: 'initialState';
  /** What it reads. */
  from: GraphSignal;
  /** For each state: its buffer, of which the step before the first is written, W, b and φ. */
  states: { to: string; weight: string; bias: string; function: 'tanh' | 'identity' }[];
}

/**
 * The mean of the encoder's outputs, weighted by the softmax over its steps of the scores: v·tanh(q + k) (additive,
 * Bahdanau et al. 2015) or q·k (multiplicative, Luong et al. 2015).
 */
export interface GraphAttention {
  /** The kind of operation. */
  operation: 'attention';
  /** The buffer of q. */
  query: string;
  /** The buffer of k, of the encoder's sequence. */
  keys: string;
  /** What is averaged, side by side. */
  memory: GraphSignal[];
  /** How a query and a key are compared. */
  score: 'additive' | 'multiplicative';
  /** The buffer of the softmax, of extent `scores`. */
  weights: string;
  /** The buffer that it writes. */
  to: string;
  /** Of additive scores: v. */
  parameters?: string[];
}

/** p ← softmax(o): the answer, which layers read as input one step later. */
export interface GraphOutputFeedback {
  /** The kind of operation. */
  operation: 'outputFeedback';
  /** The buffer of o. */
  from: string;
  /** The buffer that it writes. */
  to: string;
}

/**
 * In training the next input token is, at times, drawn from softmax(o) (Bengio et al. 2015). Of numbers the next row of
 * the input is at times, and in the last `steps` of a sequence always, the answer in o; errors flow back through it.
 */
export interface GraphScheduledSampling {
  /** The kind of operation. */
  operation: 'scheduledSampling';
  /** The buffer of o. */
  from: string;
  /** Of numbers: the buffer of the input. */
  to?: string;
  /** Of numbers: `TaskConfig.feedbackSteps`. */
  steps?: number;
}
