/** The vocabulary of the tensor level. Shapes: T steps, N sequences, D inputs, O outputs, H units of a layer. */
import type { CanonicalConfig, Config } from './config.js';
import type { NetworkGraph } from './graph-types.js';
import type { RuntimeInfo } from './types.js';

/** Numbers with a shape, row-major as PyTorch stores them: the last index runs fastest. */
export interface Tensor {
  /** Size of each dimension, the outermost first. */
  readonly shape: readonly number[];
  /** As many numbers as the product of `shape`. */
  readonly data: Float32Array;
}

/** What `createNetwork` makes: the network of a `Config`. */
export interface NetworkConfig extends Omit<Config, 'task' | 'dataset'> {
  /** Sizes. */
  task: NetworkTask;
}

/** What goes in and what comes out. */
export interface NetworkTask {
  /** Left out or `tensor`. */
  name?: 'tensor';
  /** D, numbers a step, 1 to 65536. */
  inputs: number;
  /**
   * O, numbers a step that a linear readout gives. 0 (the default): no readout; what the last layer gives is the answer,
   * of two directions side by side, forward first.
   */
  outputs?: number;
  /** C, numbers of a context that is given to each sequence (see `Config.context`). Default 0. */
  context?: number;
}

/** What a network says of itself. */
export interface NetworkInfo {
  /** Canonical: every field filled in. */
  config: CanonicalConfig;
  /** D. */
  inputs: number;
  /** O; without a readout the units of the last layer, of both directions together. */
  outputs: number;
  /** C. */
  context: number;
  /** Largest delay of an edge from the input: its last `maxInputDelay` steps are part of the state. */
  maxInputDelay: number;
  /** How many numbers are learnt. */
  parameters: number;
  /** The parameters' names are those of one module of `torch.nn` (RNN, LSTM or GRU), which is the same network. */
  pytorchNames: boolean;
  /** From the input upwards. */
  layers: {
    /** H. */
    units: number;
    /** Largest delay of an edge from the layer, 1 or more: its last `maxDelay` steps of h are its state. */
    maxDelay: number;
    /** Names of what the cell carries from step to step: h first. */
    states: ('h' | 'c' | 'n' | 'm')[];
    direction: 'forward' | 'backward';
  }[];
  /** Name and shape of each parameter. */
  tensors: [name: string, shape: number[]][];
  /** Optimizer steps taken. */
  step: number;
  /** How the engine runs, as of a model. */
  runtime: RuntimeInfo;
}

/** What a network remembers of N sequences after some steps, or a gradient of it. */
export interface NetworkState {
  /** One entry per layer, from the input upwards. */
  layers: {
    /** [maxDelay, N, H], in the order of time; of backward layers the state before the first step. */
    h: Tensor;
    /** [N, H], as the further states of each cell. */
    c?: Tensor;
    n?: Tensor;
    m?: Tensor;
  }[];
  /** [maxInputDelay, N, D]: the newest inputs, where edges read them late. */
  inputs?: Tensor;
  /** Number of the next step, for layers with a clock. Default 0. */
  clock?: number;
}

/** What a forward pass may be given beside its input. */
export interface ForwardOptions {
  /** True steps of each sequence, 0 to T. What lies beyond is not read; answers there are 0. Default: all T. */
  lengths?: readonly number[];
  /** Where to go on from. Default zeros, or what the network makes of the context. */
  state?: NetworkState | undefined;
  /** [N, C]. Needed if the network has a context. */
  context?: Tensor | Float32Array;
  /** Dropout and zoneout act, with other masks each time. Default false. */
  training?: boolean;
}

/** What a forward pass gives. */
export interface Forward {
  /** [T, N, O]. */
  y: Tensor;
  /** After each sequence's last step. */
  state: NetworkState;
}

/** Gradients of what went into a forward pass. Those of the parameters: `Network.gradients`. */
export interface Backward {
  /** ∂L/∂x, [T, N, D]. */
  dx: Tensor;
  /** ∂L/∂ the state before the first step; 0 where the network made it of the context. */
  dstate: NetworkState;
  /** ∂L/∂ the context, [N, C]; only of a network that has one. */
  dcontext?: Tensor;
}

/**
 * An update, in the words of a configuration. Fields that the method lacks, and other names of them (`lr`, `max_norm`, …),
 * are refused with the right one. Defaults are those of `torch.optim`, see `OptimizerConfig`.
 */
export interface StepOptions {
  /** A name, or a name with its settings. Of another method than before: its moments begin at 0. */
  optimizer: NonNullable<Config['optimizer']>;
  /**
   * `value`: first, each element of the gradients into ±this, as `clip_grad_value_`; `norm`, or a number alone: then, all
   * gradients together to this norm (Pascanu et al. 2013), as `clip_grad_norm_`. Default 0: off.
   */
  clip?: Config['clip'];
}

/**
 * A network over sequences of numbers, whose loss is the caller's. Calls are answered in the order in which they are
 * made. What does not fit rejects with `INVALID_ARGUMENT`, which names field, expected and actual shape, and changes
 * nothing.
 */
export interface Network {
  /** Of this moment; known at once, no message is sent. */
  readonly info: NetworkInfo;
  /**
   * Answers to `x`, [T, N, D]. Forward layers carry on from the state and leave their own; backward layers read each
   * sequence from its true end (Schuster & Paliwal 1997).
   */
  forward(x: Tensor, options?: ForwardOptions): Promise<Forward>;
  /**
   * Back-propagation through time (Werbos 1990): from ∂L/∂y, [T, N, O], and, if the loss reads it, ∂L/∂ the state after,
   * the gradients of everything that went in. Adds to those of the parameters. Once after each `forward`, with the
   * same parameters: else it rejects with `INVALID_STATE`.
   */
  backward(dy: Tensor | Float32Array, dstate?: NetworkState): Promise<Backward>;
  /** Its parameters, layers and operations, as `describeNetwork` gives them for `info.config`. */
  graph(): Promise<NetworkGraph>;
  /**
   * Copies of all parameters by name: PyTorch's names, layouts and gate orders (`weight_ih_l0`, …) where
   * `info.pytorchNames`, else those of a saved model (`layers.0.weight_ih`, …).
   */
  parameters(): Promise<Record<string, Tensor>>;
  /** Copies of their gradients, summed since they were last zeroed. */
  gradients(): Promise<Record<string, Tensor>>;
  /** Sets the parameters that are named: all of them, or, if one does not fit, none. */
  setParameters(parameters: Readonly<Record<string, Tensor | Float32Array>>): Promise<void>;
  /** The gradients begin at 0 again. */
  zeroGradients(): Promise<void>;
  /**
   * Clips the gradients, then updates the parameters; gradients stay, as in PyTorch. Moments begin anew when another
   * method is asked for. Gives the norm of all gradients before clipping. Rejects with `NON_FINITE` (see `overflow`) if
   * a gradient or a new parameter overflows; the parameters are then as they were.
   */
  step(options: StepOptions): Promise<number>;
  /**
   * The parameters as a safetensors file, which PyTorch reads: `module.load_state_dict(load_file(…))`. Configuration and
   * graph are in its metadata, so that exporters read it, too.
   */
  save(): Promise<Uint8Array>;
  /** Sets the parameters from such a file. Rejects with `INVALID_CHECKPOINT` if it is none or is damaged. */
  load(bytes: Uint8Array): Promise<void>;
  /** Ends the network, its memory and its threads. Calls still running reject with `DISPOSED`. May be called again. */
  dispose(): void;
  /** For `using network = await createNetwork(…)`. */
  [Symbol.dispose](): void;
}
