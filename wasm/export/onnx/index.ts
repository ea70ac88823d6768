import { refuse } from '../../errors.js';
import { checkTask, readCheckpoint, TASKS } from '../checkpoint.js';
import { lower } from '../lowering.js';
import { networkGraph } from './network.js';
import { Message } from './proto.js';

const OPSET = 14;
/** Of the format; the one that came with opset 14. */
const IR_VERSION = 7;
/** Protocol buffers cannot be larger. */
const MOST_BYTES = 2 ** 31 - 1;

const description = `Recurrent network over symbols, made by Unfold.
Inputs: tokens [T, N], numbers of symbols as in the metadata "vocabulary", V or more for no symbol; the states before the
first step. To begin: zeros, clock 0, and V (no symbol) in tokens_before.
Outputs: logits [T, N, V], whose softmax are the probabilities of the next symbols; "<state>.next", the states after the
last step, to be given as "<state>" to go on.`;

const taskDescription = `Recurrent network for a task of Unfold, whose name is in the metadata "config".
Inputs: tokens [T, N], places in "inputs" of the metadata "symbols", or x [T, N, D], numbers; the states before the first
step: zeros. All N sequences have T steps.
Outputs: logits [T, N, O], or [N, O] where a whole sequence is answered; their softmax are probabilities of the labels
(classify, tag), their sigmoid those of the keys (notes), or they are the numbers themselves (regress).`;

/**
 * A checkpoint's network as an ONNX model (opset 14), for ONNX Runtime and what else reads the format.
 *
 * Inputs: `tokens` [T, N] (int64; V or more stands for no symbol) and the states before the first step, as far as the
 * network has them: `<layer>.h` [longest delay, N, H], oldest first; `<layer>.c` [1, N, H]; `tokens_before` [delay, N];
 * `clock`, the number of the first step. Outputs: `logits` [T, N, V] and every state as `<state>.next`. T and N are
 * free. Zeros, V for `tokens_before`, begin a text.
 *
 * Of the tasks `classify` and `tag` the same, with the labels' logits, [N, O] where a whole sequence is answered; of
 * `regress` and `notes` with `x` [T, N, D] (float) for `tokens` and `x_before` for `tokens_before`. `lengths` [N] (int64)
 * are the true steps of each sequence, from 1 to T: what follows is padding and changes no answer. Give zeros for the
 * states of layers of both directions, which read whole sequences.
 *
 * The model computes what sampling computes, so nothing is dropped at random; configuration and vocabulary are in its
 * metadata, optimizer and training progress stay behind.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file, or of a network that this version does not know, by name;
 *   `UNSUPPORTED`: larger than the 2 GiB that an ONNX file may have
 */
export function toOnnx(checkpoint: Uint8Array): Uint8Array<ArrayBuffer> {
  const read = readCheckpoint(checkpoint);
  checkTask(read, ['next', ...TASKS], 'ONNX');
  if (checkpoint.byteLength > MOST_BYTES)
    throw refuse('UNSUPPORTED', 'checkpoint', `at most ${MOST_BYTES} bytes for ONNX`, checkpoint.byteLength);
  const graph = networkGraph(
    lower(read, read.task === 'next' ? [] : [0, 1]),
    'whole',
    read.config.task ? taskDescription : description,
  );
  const model = new Message()
    .int(1, IR_VERSION)
    .bytes(8, new Message().bytes(1, '').int(2, OPSET))
    .bytes(2, 'unfold-rnn')
    .bytes(7, graph);
  for (const key of ['config', read.config.task ? 'symbols' : 'vocabulary'])
    model.bytes(14, new Message().bytes(1, key).bytes(2, read.file.metadata[key]!));
  return model.finish();
}
