import type { CanonicalConfig } from '../../config.js';
import { refuse } from '../../errors.js';
import { readCheckpoint } from '../checkpoint.js';
import { readGraph } from '../graph.js';
import { lower } from '../lowering.js';
import { checkpointPy } from './checkpoint-py.js';
import { networkPy } from './network.js';
import { examplesPy } from './examples-py.js';
import { tensorCheckpointPy, tensorTrainPy } from './tensor-py.js';
import { textPy } from './text-py.js';
import { trainPy } from './train-py.js';

/** What train.py reads of a configuration. */
const TRAINING = ['optimizer', 'schedule', 'clip', 'window', 'batch', 'seed', 'evaluateEvery'] as const;

/** The files of a folder, by name. */
export interface PyTorchProject {
  /** The network, readable: a `torch.nn.Module` that needs PyTorch alone. */
  'network.py': string;
  /** Continues the training: `python3 train.py --data FILE`, or the same through `torchrun`. */
  'train.py'?: string;
  /** Reads what the model learns from, in the format that `unfold-rnn train` reads: text, or examples of its task. */
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
 * A PyTorch project that computes what the checkpoint's network computes and trains it as Unfold trains: with the same
 * windows, optimizer moments, schedule and clipping, so that a run goes on. Over several processes (`torchrun`,
 * DistributedDataParallel) the columns of a batch are divided. What it saves, `openModel` opens.
 *
 * Of the tasks `classify`, `tag`, `regress` and `notes` it computes what the network computes, also with layers of both
 * directions, and has no `train.py`. `network(tokens, network.start(N))` gives logits [T, N, O] of N whole sequences of
 * T steps each, [N, O] where a whole sequence is answered; `regress` and `notes` take numbers [T, N, D] for tokens.
 * What `save_weights` of its `checkpoint.py` writes, `openModel` opens.
 *
 * Randomness differs: dropout and zoneout draw PyTorch's numbers.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file, or of a network that this version does not know, by name
 */
export function toPyTorch(checkpoint: Uint8Array): PyTorchProject {
  const read = readCheckpoint(checkpoint);
  if (read.task === 'tensor')
    return {
      'network.py': networkPy(lower(read)),
      'train.py': tensorTrainPy,
      'checkpoint.py': tensorCheckpointPy(readGraph(read.file.metadata)),
      'model.safetensors': checkpoint,
    };
  for (const name of TRAINING)
    if (read.config[name] === undefined)
      throw refuse(
        'INVALID_CHECKPOINT',
        `config.${name}`,
        'a value (open this file and save it once)',
        'nothing',
      );
  const data = dataPy(read.config);
  return {
    'network.py': networkPy(lower(read, [], true)),
    ...(data !== undefined && { 'train.py': trainPy, 'data.py': data }),
    'checkpoint.py': checkpointPy,
    'model.safetensors': checkpoint,
  };
}

function dataPy({ task: given, corpus }: CanonicalConfig): string | undefined {
  if (given === undefined) return textPy;
  const { name = '', pool } = typeof given === 'string' ? { name: given } : given;
  const dataset = typeof corpus === 'string' ? corpus : corpus?.name;
  return examplesPy({ name, pooled: pool === 'last' || pool === 'mean', ...(dataset && { dataset }) });
}
