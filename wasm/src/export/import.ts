/** Models of other programs, whatever they are. */
import type { TaskConfig } from '../shared/config.js';
import { sound } from './checkpoint.js';
import { tensorsOfOnnx } from './onnx/import.js';
import { fromStateDict, fromTensors, type StateDictOptions } from './pytorch/state-dict.js';

/** What a file of another program does not say of its model, for `importModel`. */
export type ImportOptions = StateDictOptions;

/**
 * A checkpoint for `openModel` from a file of another program: weights of PyTorch, see `fromStateDict`; an ONNX model of
 * the same networks (an embedding or one-hot symbols or numbers; RNN, LSTM or GRU; one product with a bias); or a model
 * of Keras 3 (`.keras`, `.weights.h5`) of the same, with GRUs that reset before the product too. Weights alone do not
 * tell the order of unlike layers of Keras, see `modules`. What cannot be opened is named for what it is, with what to do.
 *
 * @throws UnfoldError as `fromStateDict`; `UNSUPPORTED` with the operator that an imported network cannot have
 */
export async function importModel(
  file: Uint8Array,
  options: ImportOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(file instanceof Uint8Array)) return fromStateDict(file, options);
  if (mayBeKeras(file)) {
    const keras = await import('./keras-import.js'); // with a reader of HDF5
    if (keras.isKeras(file))
      return sound('file', () => {
        const { read, ordered, layer, pooling } = keras.tensorsOfKeras(file);
        return fromTensors(read, ordered, withPooling(options, pooling), layer);
      });
  }
  if (!isOnnx(file)) return fromStateDict(file, options);
  return sound('file', () => {
    const { activation, ...read } = tensorsOfOnnx(file);
    return fromTensors(read, true, { ...(activation && { activation }), ...options });
  });
}

/** HDF5, or an archive that holds it. */
const mayBeKeras = ([first, second]: Uint8Array) => first === 0x89 || (first === 0x50 && second === 0x4b);

/** The task with the pooling of the file, where the caller says none. */
function withPooling(options: ImportOptions, pooling: 'last' | 'mean' | undefined): ImportOptions {
  const { task } = options.config ?? {};
  const given: TaskConfig = typeof task === 'object' ? task : { name: task ?? 'next' };
  if (!pooling || !['classify', 'regress'].includes(given.name ?? '')) return options;
  return { ...options, config: { ...options.config, task: { pooling, ...given } } };
}

/** A protobuf: a small version, then the name of the producer, the graph or another field. */
const isOnnx = ([first, version = 0, next = 0]: Uint8Array) =>
  first === 0x08 && version > 0 && version < 32 && [0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x42].includes(next);
