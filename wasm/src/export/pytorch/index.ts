import type { CanonicalConfig, TaskConfig } from '../../shared/config.js';
import { mismatch, refuse } from '../../shared/errors.js';
import { readCheckpoint, sound } from '../checkpoint.js';
import { readGraph } from '../graph.js';
import { lower } from '../lowering.js';
import { numberOutputs } from '../number-outputs.js';
import { checkpointPy } from './checkpoint-py.js';
import { networkPy } from './network.js';
import { examplesPy } from './examples-py.js';
import { tensorCheckpointPy, tensorTrainPy } from './tensor-py.js';
import { textPy } from './text-py.js';
import { trainPy } from './train-py.js';

/** What train.py reads of a configuration. */
const TRAINING = [
  'optimizer',
  'schedule',
  'clip',
  'sequenceLength',
  'batchSize',
  'seed',
  'evaluateEvery',
] as const;

/** The files of a folder, by name. */
export interface PyTorchProject {
  /** The network, readable: a `torch.nn.Module` that needs PyTorch alone. */
  'network.py': string;
  /**
   * Continues the training: `python3 train.py --data FILE`, or the same through `torchrun`. At the tensor level:
   * `fit(batches, loss, steps)`, for a loss of one's own.
   */
  'train.py': string;
  /**
   * Reads what the model learns from, in the format that `unfold-rnn train` reads: a text, or examples of its task; the
   * examples of a generated dataset it makes itself. Not at the tensor level.
   */
  'data.py'?: string;
  /**
   * Reads and writes checkpoints: `arrays, metadata = read_safetensors(path)`, `named = load(network, arrays)`,
   * `save_weights(path, named, metadata)`.
   */
  'checkpoint.py': string;
  /** The checkpoint as it is: weights under the names of the module, configuration, vocabulary, optimizer, progress. */
  'model.safetensors': Uint8Array;
}

/**
 * A PyTorch project that computes what the checkpoint's network computes and trains it as Unfold trains, whatever the
 * task: with the same splits and batches, losses and metrics, optimizer moments, schedule and clipping, so that a run
 * goes on. Over several processes (`torchrun`, DistributedDataParallel) the columns of a batch are divided; `--compile`
 * compiles the network where PyTorch can (2 and newer). What it saves, `openModel` opens and goes on with.
 *
 * `network(tokens)` gives logits [T, N, O] and the state after T steps of N sequences, [N, O] where a whole sequence is
 * answered; `regress`, `notes` and the tensor level take numbers [T, N, D]. `lengths` are the true steps of each
 * sequence, `state` is where to go on from. With the losses `quantile` and `gaussian` the answers are the quantiles of
 * the first column, then of the second, or the mean and the log variance of each. Encoder–decoders take `source` and `source_lengths`, too, or in two calls:
 * `given = network.encode(source)`, then `network.decode(tokens, given, state)`, a step at a time. A given context is
 * `context`; where the length is drawn first, `remaining` is the share of it that is left, and the logits of lengths
 * come beside the others.
 *
 * Answers and losses agree with the engine's to about 1e-6. Randomness differs: dropout, zoneout and scheduled sampling
 * draw PyTorch's numbers. Training has none of `regularization`, `averaging`, `accumulate`, `labelSmoothing` and the
 * optimizer's `groups`, and says so.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file, or of a network that this version does not know, by name;
 *   `UNSUPPORTED`: a task that this version does not know
 */
export function toPyTorch(checkpoint: Uint8Array): PyTorchProject {
  const read = readCheckpoint(checkpoint);
  if (read.task === 'tensor')
    return {
      'network.py': sound('graph', () => networkPy(lower(read))),
      'train.py': tensorTrainPy,
      'checkpoint.py': tensorCheckpointPy(readGraph(read.file.metadata)),
      'model.safetensors': checkpoint,
    };
  for (const name of TRAINING)
    if (read.config[name] === undefined)
      throw mismatch('UNSUPPORTED', `config.${name}`, 'a value (open this file and save it once)', 'nothing');
  return {
    'network.py': sound('graph', () => networkPy(lower(read, [], { training: true }))),
    'train.py': trainPy,
    'data.py': dataPy(read.config),
    'checkpoint.py': checkpointPy,
    'model.safetensors': checkpoint,
  };
}

function dataPy({ task: given = 'next', dataset: corpus }: CanonicalConfig): string {
  const task: TaskConfig = typeof given === 'string' ? { name: given } : given;
  if (task.name === 'next') return textPy;
  const { name = '', pooling, loss = 'squared' } = task;
  const dataset = typeof corpus === 'string' ? corpus : corpus?.name;
  const pooled = pooling === 'last' || pooling === 'mean';
  const { per: outputs } = numberOutputs({ ...task }, 0);
  const code = examplesPy({ name, pooled, loss, outputs, ...(dataset !== undefined && { dataset }) });
  if (code === undefined)
    throw refuse(
      'UNSUPPORTED',
      'config.task',
      'a task and a loss that PyTorch projects learn',
      `${name} ${loss}`,
    );
  return code;
}
