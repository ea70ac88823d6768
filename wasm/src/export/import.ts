/** Models of other programs, whatever they are. */
import { sound } from './checkpoint.js';
import { tensorsOfOnnx } from './onnx/import.js';
import { fromStateDict, fromTensors, type StateDictOptions } from './pytorch/state-dict.js';

/** What a file of another program does not say of its model, for `importModel`. */
export type ImportOptions = StateDictOptions;

/**
 * A checkpoint for `openModel` from a file of another program: weights of PyTorch, see `fromStateDict`, or an ONNX model
 * of the same networks (an embedding or one-hot symbols or numbers; RNN, LSTM or GRU; one product with a bias). What
 * cannot be opened is named for what it is, with what to do.
 *
 * @throws UnfoldError as `fromStateDict`; `UNSUPPORTED` with the operator that an imported network cannot have
 */
export async function importModel(
  file: Uint8Array,
  options: ImportOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(file instanceof Uint8Array) || !isOnnx(file)) return fromStateDict(file, options);
  return sound('file', () => {
    const { activation, ...read } = tensorsOfOnnx(file);
    return fromTensors(read, true, { ...(activation && { activation }), ...options });
  });
}

/** A protobuf: a small version, then the name of the producer, the graph or another field. */
const isOnnx = ([first, version = 0, next = 0]: Uint8Array) =>
  first === 0x08 && version > 0 && version < 32 && [0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x42].includes(next);
