/** Weights for the layers that Keras has. */
import { checkTask, readCheckpoint, TASKS } from './checkpoint.js';
import { folded } from './folding.js';
import { readGraph } from './graph.js';
import { lower } from './lowering.js';
import { type Tensor, writeSafetensors } from './safetensors.js';
import { reorderRows, type StackLayer, stackOf } from './stack.js';
import type { StandardCell } from './standard.js';

/** The files of a folder, by name. */
export interface KerasProject {
  /** Builds the model and puts the weights in place: `from model import build`. Needs Keras and NumPy alone. */
  'model.py': string;
  /** Weights with Keras's layouts and gate orders, configuration and vocabulary. */
  'weights.safetensors': Uint8Array;
}

const TARGET = 'SimpleRNN, LSTM or GRU of Keras';
const CLASSES: Record<string, string> = { rnn: 'SimpleRNN', lstm: 'LSTM', gru: 'GRU' };
/** Keras's gates as numbers of ours (PyTorch's): LSTM i, f, c, o as it is; GRU z, r, h from r, z, n. */
const ORDERS: Record<string, readonly number[]> = { rnn: [0], lstm: [0, 1, 2, 3], gru: [1, 0, 2] };

/** Why Keras has no such layer. */
function objection({ kind, activation }: StandardCell): string | undefined {
  if (!CLASSES[kind]) return `the cell ${kind}`;
  return kind === 'lstm' && activation !== 'tanh' ? `cellInput '${activation}'` : undefined;
}

/**
 * A checkpoint as a Keras model (2.4 or newer, and 3): `SimpleRNN`, `LSTM` and `GRU` (`reset_after` either way), in a
 * `Bidirectional` where the network reads both ways; an `Embedding` (of the unit vectors if the network reads one-hot
 * symbols), none below numbers; and a `Dense` layer that gives logits (`regress`: numbers; with the losses
 * `quantile` and `gaussian` the quantiles of each column, or its mean and log variance). Where a whole sequence is
 * answered, the top layer gives its last states alone, or `GlobalAveragePooling1D` their mean.
 *
 * For text models, and the tasks `classify`, `tag`, `regress` and `notes`. The sequences of a batch are equally long.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `UNSUPPORTED` naming what Keras has no layer for; `INVALID_CHECKPOINT`
 */
export function toKeras(checkpoint: Uint8Array): KerasProject {
  const read = readCheckpoint(checkpoint);
  checkTask(read, ['next', ...TASKS], 'Keras');
  const network = lower(read, [], { folded: true });
  const { scaling } = readGraph(read.file.metadata);
  const stack = folded(stackOf(network, TARGET, objection), scaling, TARGET);
  const { embedding, layers, readout, pooling } = stack;
  const { symbols: V, numbers: D, outputs: O } = network.sizes;
  const tensors = new Map<string, Tensor>();
  const lines: string[] = [];
  /** Adds a layer with its weights in the order in which Keras keeps them. */
  const add = (name: string, code: string, weights: Record<string, Tensor>) => {
    for (const [key, tensor] of Object.entries(weights)) tensors.set(`${name}.${key}`, tensor);
    lines.push(`    ("${name}", ${code}, [${Object.keys(weights).map((key) => `"${key}"`)}]),`);
  };
  const table = (shape: readonly number[], more = '') => `layers.Embedding(${shape.join(', ')}${more})`;
  if (embedding) add('embedding', table(embedding.tensor.shape), { embeddings: embedding.tensor });
  else if (!D) add('symbols', table([V, V], ', trainable=False'), { embeddings: identity(V) });
  layers.forEach((layer, k) => {
    const sequences = pooling !== 'last' || k < layers.length - 1;
    const { backward } = layer;
    const code = layerCode(layer, sequences);
    if (!backward) return add(`layers_${k}`, code, weightsOf(layer, ''));
    const [ahead, back] = [weightsOf(layer, 'forward_'), weightsOf(backward, 'backward_')];
    const same = layerCode(backward, sequences) === code;
    const other = same ? '' : `, backward_layer=${layerCode(backward, sequences, true)}`;
    add(`layers_${k}`, `layers.Bidirectional(${code}${other})`, { ...ahead, ...back });
  });
  if (pooling === 'mean') add('mean', 'layers.GlobalAveragePooling1D()', {});
  add('readout', `layers.Dense(${O})`, {
    kernel: transposed(readout.weight.tensor, [0]),
    bias: readout.bias.tensor,
  });
  const kept = ['config', read.task === 'next' ? 'vocabulary' : 'symbols'] as const;
  const metadata = Object.fromEntries(kept.map((key) => [key, read.file.metadata[key]!]));
  const into = D ? `Numbers [N, T, ${D}]` : 'Token numbers [N, T]';
  const out = `${read.task === 'regress' ? 'numbers' : 'logits'} [N, ${pooling === 'none' ? 'T, ' : ''}${O}]`;
  const about = `${into} in, ${out} out; the file's metadata "${kept[1]}" tells what they mean.`;
  return {
    'model.py': modelPy(lines, about, D ? `(None, None, ${D})` : '(None, None)'),
    'weights.safetensors': writeSafetensors({ metadata, tensors }),
  };
}

/** The Python that makes a layer. */
function layerCode({ cell, size }: StackLayer, sequences: boolean, backward = false): string {
  const { kind, activation, resetBefore, biases } = cell;
  const options = [String(size), ...(sequences ? ['return_sequences=True'] : [])];
  if (!biases.length) options.push('use_bias=False');
  if (kind === 'rnn') options.push(`activation="${activation === 'identity' ? 'linear' : activation}"`);
  if (kind === 'gru') options.push(`reset_after=${resetBefore ? 'False' : 'True'}`);
  if (backward) options.push('go_backwards=True');
  return `layers.${CLASSES[kind]}(${options.join(', ')})`;
}

/** The weights of a layer, in Keras's order. */
function weightsOf(layer: StackLayer, prefix: string): Record<string, Tensor> {
  const { kind, recurrent, biases } = layer.cell;
  const order = ORDERS[kind]!;
  return {
    [`${prefix}kernel`]: transposed(layer.input.tensor, order),
    [`${prefix}recurrent_kernel`]: transposed(recurrent.tensor, order),
    ...(biases.length && { [`${prefix}bias`]: biasOf(layer, order) }),
  };
}

/** [inputs, G·H], gates reordered. */
function transposed(tensor: Tensor, order: readonly number[]): Tensor {
  const [rows, columns] = tensor.shape as [number, number];
  const from = reorderRows(tensor, order);
  const data = new Float32Array(from.length);
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c) data[c * rows + r] = from[r * columns + c]!;
  return { shape: [columns, rows], data };
}

/** One vector, the sum of ours; two rows for a GRU that resets after the product. */
function biasOf({ cell }: StackLayer, order: readonly number[]): Tensor {
  const { kind, resetBefore, biases, recurrent } = cell;
  const rows = recurrent.tensor.shape[0]!;
  const [first, second] = [0, 1].map((k) =>
    biases[k] ? reorderRows(biases[k].tensor, order) : new Float32Array(rows),
  ) as [Float32Array, Float32Array];
  if (kind !== 'gru' || resetBefore) return { shape: [rows], data: first.map((x, i) => x + second[i]!) };
  const data = new Float32Array(2 * rows);
  data.set(first);
  data.set(second, rows);
  return { shape: [2, rows], data };
}

function identity(size: number): Tensor {
  const data = new Float32Array(size * size);
  for (let k = 0; k < size; ++k) data[k * (size + 1)] = 1;
  return { shape: [size, size], data };
}

function modelPy(lines: readonly string[], about: string, shape: string): string {
  return `"""A recurrent network, exported by Unfold (unfold-rnn): build() gives the Keras model with its weights.

${about}
"""

import json
from pathlib import Path

import numpy
from keras import Sequential, layers

# Name, layer, and its weights in the order in which Keras keeps them.
LAYERS = [
${lines.join('\n')}
]


def read_safetensors(path):
    """Arrays by name, and the metadata."""
    data = Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    return arrays, metadata


def build():
    arrays, _ = read_safetensors(Path(__file__).resolve().parent / "weights.safetensors")
    model = Sequential([layer for _, layer, _ in LAYERS])
    model.build(${shape})
    for name, layer, weights in LAYERS:
        layer.set_weights([arrays[f"{name}.{weight}"] for weight in weights])
    return model
`;
}
