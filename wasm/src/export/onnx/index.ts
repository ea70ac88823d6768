import { refuse } from '../../shared/errors.js';
import { type Checkpoint, readCheckpoint, sound } from '../checkpoint.js';
import { type LoweredNetwork, lower } from '../lowering.js';
import { everything } from '../values.js';
import { isContext, networkGraph, type Part } from './network.js';
import { Message } from './proto.js';

const OLDEST = 14;
const NEWEST = 21;
/** Of the format, by opset: the one that came with it. */
const irVersion = (opset: number) => (opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10);
/** Protocol buffers cannot be larger. */
const MOST_BYTES = 2 ** 31 - 1;

/** How `toOnnx` writes. */
export interface OnnxOptions {
  /** The version of ONNX's operators, from 14 to 21. Default 14. */
  opset?: number;
  /**
   * How weights are stored; everything is computed in float32. `float16` halves the file, `int8` (a scale for each row
   * of a matrix) makes a quarter of it and costs less than 0.02 bits per character (0.0003 where it was measured). Default
   * `float32`.
   */
  precision?: 'float32' | 'float16' | 'int8';
}

/** An encoder–decoder, or a network that writes sequences: two models, whose shared names fit. */
export interface OnnxPair {
  /** Runs once: reads the source (or the context), gives what the decoder begins with, under the names of its inputs. */
  'encoder.onnx': Uint8Array<ArrayBuffer>;
  /** Runs for any number of steps at a time, with states in and out. */
  'decoder.onnx': Uint8Array<ArrayBuffer>;
}

const texts = `Recurrent network over symbols, made by Unfold.
Inputs: tokens [T, N], numbers of symbols as in the metadata "vocabulary", V or more for no symbol; the states before the
first step. To begin: zeros, clock 0, and V (no symbol) in tokens_before.
Outputs: logits [T, N, V], whose softmax are the probabilities of the next symbols; "<state>.next", the states after the
last step, to be given as "<state>" to go on.`;

const sequences = `Recurrent network for a task of Unfold, whose name is in the metadata "config".
Inputs: tokens [T, N], places in "inputs" of the metadata "symbols", or x [T, N, D], numbers; lengths [N], the true steps
of each sequence; the states before the first step: zeros.
Outputs: logits [T, N, O], or [N, O] where a whole sequence is answered; their softmax are probabilities of the labels
(classify, tag), their sigmoid those of the keys (notes), or they are the numbers themselves (regress; for each column
all "quantiles", or the mean and the log variance, where the "loss" of the task is quantile or gaussian).`;

const encoder = `Encoder of a recurrent network, made by Unfold: runs once, before decoder.onnx.
Inputs: tokens [S, N], places in "inputs" of the metadata "symbols", and lengths [N], the true steps of each source; or
context [N, C].
Outputs: what decoder.onnx reads under the same names, and length_logits [N, L] where the length is drawn first.`;

const decoder = `Decoder of a recurrent network, made by Unfold: runs after encoder.onnx, step by step.
Inputs: tokens [T, N], the symbols written so far (V or more, no symbol, to begin); remaining [T, N, 1] where the length
is drawn first; everything else from encoder.onnx, and then "<state>.next" as "<state>".
Outputs: logits [T, N, O] and the states after the last step.`;

/**
 * A checkpoint's network as an ONNX model, for ONNX Runtime and what else reads the format. Every network can go.
 *
 * Inputs: `tokens` [T, N] (int64; V or more stands for no symbol), or `x` [T, N, D] (float32) where the network reads
 * numbers; and the states before the first step, as far as the network has them: `<layer>.h` and further states of its
 * cell, such as `<layer>.c`, [delay, N, H], oldest first; `tokens_before` [delay, N] or `x_before` [delay, N, D]; `clock`,
 * the number of the first step. Outputs: `logits` [T, N, O] (of a network without a readout `y` [T, N, H]) and every
 * state as `<state>.next`. T and N are free. Zeros, V for `tokens_before`, begin a sequence.
 *
 * Except for texts there is also `lengths` [N] (int64), the true steps of each sequence, from 1 to T: what follows is
 * padding and changes no answer. Where a whole sequence is answered (classify, regress with a `pooling`), `logits` is
 * [N, O] and there are no states. With the losses `quantile` and `gaussian` O counts the quantiles of the first column,
 * then those of the second, or the mean and the log variance of each, in the units of the file. Layers of both directions read whole sequences: give zeros for their states.
 *
 * Encoder–decoders, `generate`, and networks with a given context become an `OnnxPair`. `encoder.onnx` reads `tokens`
 * [S, N] and `lengths` [N], or `context` [N, C] (C is 0 where there is none); its outputs are inputs of `decoder.onnx`,
 * which also reads `lengths` where there is attention, a given `context` where that enters at every step, and `tokens`
 * [T, N]: V to begin, then the symbols that were chosen. So greedy decoding is:
 *
 * 1. `states` is what the encoder answers; the token is V.
 * 2. Run the decoder with `states` and the token, [1, 1]; the new token is the largest of `logits`.
 * 3. Stop if that is the symbol after the last target, the end; else write it.
 * 4. Every `<state>.next` becomes `<state>`; go on with 2.
 *
 * For a beam, N is the number of hypotheses: repeat the encoder's answers N times along their axis N, and after each step
 * take columns of the states with the hypotheses that go on. `length: 'halt'` answers with one more row, whose sigmoid is
 * the probability that the sequence ends with this symbol; with `length: 'count'`, `length_logits` [N, L] is over lengths
 * from 0, and `remaining` [T, N, 1] is (length − t)/(L − 1).
 *
 * The model computes what prediction computes, so nothing is dropped at random; configuration and vocabulary (of tasks
 * `symbols`) are in its metadata, optimizer and training progress stay behind.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file, or of a network that this version does not know, by name;
 *   `INVALID_ARGUMENT`: an option; `UNSUPPORTED`: larger than the 2 GiB that an ONNX file may have, or numbers that are
 *   too large for float16
 */
export function toOnnx(
  checkpoint: Uint8Array,
  options: OnnxOptions = {},
): Uint8Array<ArrayBuffer> | OnnxPair {
  const checked = checkOptions(options);
  const read = readCheckpoint(checkpoint);
  if (checkpoint.byteLength > MOST_BYTES)
    throw refuse('UNSUPPORTED', 'checkpoint', `at most ${MOST_BYTES} bytes for ONNX`, checkpoint.byteLength);
  return sound('graph', () => written(read, checked));
}

function written(read: Checkpoint, options: Required<OnnxOptions>): Uint8Array<ArrayBuffer> | OnnxPair {
  const write = (network: LoweredNetwork, part: Part, description: string) =>
    modelOf(read, networkGraph(network, part, description, options), options.opset);
  const text = read.task === 'next';
  const network = lower(read, text ? [1] : [0, 1]);
  if (!isPair(network)) return write(network, 'whole', text ? texts : sequences);
  const goesOn = lower(read, [1]);
  return {
    'encoder.onnx': write(goesOn, 'encoder', encoder),
    'decoder.onnx': write(goesOn, 'decoder', decoder),
  };
}

function checkOptions(options: OnnxOptions): Required<OnnxOptions> {
  const { opset = OLDEST, precision = 'float32', ...more } = options;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined)
    throw refuse('INVALID_ARGUMENT', unknown.slice(0, 40), 'opset or precision', 'an unknown option');
  if (!Number.isInteger(opset) || opset < OLDEST || opset > NEWEST)
    throw refuse(
      'INVALID_ARGUMENT',
      'opset',
      `a whole number from ${OLDEST} to ${NEWEST}`,
      String(opset).slice(0, 40),
    );
  if (!['float32', 'float16', 'int8'].includes(precision))
    throw refuse('INVALID_ARGUMENT', 'precision', 'float32, float16 or int8', String(precision).slice(0, 40));
  return { opset, precision };
}

/** Whether something is computed before the main sequence begins, which reads steps of its own. */
function isPair({ layers, checkpoint }: LoweredNetwork): boolean {
  if (checkpoint.task === 'generate') return true;
  const main = layers.filter((layer) => layer.sequence === 0 && !isContext(layer));
  const values = everything(main.flatMap(({ states, out }) => [...states.map(({ value }) => value), out]));
  const steps = values.some(({ op }) => op.kind === 'token' || op.kind === 'numbers' || op.kind === 'past');
  const before = values.some(({ op }) => ['memory', 'pooled', 'context'].includes(op.kind));
  return steps && (before || main.some(({ states }) => states.some(({ initial }) => initial)));
}

function modelOf({ file, task }: Checkpoint, graph: Message, opset: number): Uint8Array<ArrayBuffer> {
  const model = new Message()
    .int(1, irVersion(opset))
    .bytes(8, new Message().bytes(1, '').int(2, opset))
    .bytes(2, 'unfold-rnn')
    .bytes(7, graph);
  for (const key of ['config', task === 'next' ? 'vocabulary' : 'symbols']) {
    const value = file.metadata[key];
    if (value !== undefined) model.bytes(14, new Message().bytes(1, key).bytes(2, value));
  }
  return model.finish();
}
