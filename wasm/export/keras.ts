/** Weights for the layers that Keras has. */
import { checkTask, readCheckpoint } from './checkpoint.js';
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

const CLASSES: Record<string, string> = { rnn: 'SimpleRNN', lstm: 'LSTM', gru: 'GRU' };
/** Keras's gates as numbers of ours (PyTorch's): LSTM i, f, c, o as it is; GRU z, r, h from r, z, n. */
const ORDERS: Record<string, readonly number[]> = { rnn: [0], lstm: [0, 1, 2, 3], gru: [1, 0, 2] };

/** Why Keras has no such layer. */
function objection({ kind, activation }: StandardCell): string | undefined {
  if (!CLASSES[kind]) return `the cell ${kind}`;
  return kind === 'lstm' && activation !== 'tanh' ? `cellInput '${activation}'` : undefined;
}

/**
 * A checkpoint as a Keras model (2.4 or newer, and 3): `SimpleRNN`, `LSTM` and `GRU` (`reset_after` either way), an
 * `Embedding` (of the unit vectors if the network reads one-hot symbols) and a `Dense` layer that gives logits.
 *
 * @param checkpoint what `Model.save()` gave
 * @throws UnfoldError `UNSUPPORTED` naming what Keras has no layer for; `INVALID_CHECKPOINT`
 */
export function toKeras(checkpoint: Uint8Array): KerasProject {
  const read = readCheckpoint(checkpoint);
  checkTask(read, ['next'], 'Keras');
  const network = lower(read);
  const { embedding, layers, readout } = stackOf(network, 'SimpleRNN, LSTM or GRU of Keras', objection);
  const V = network.sizes.symbols;
  const tensors = new Map<string, Tensor>();
  const lines: string[] = [];
  /** Adds a layer with its weights in the order in which Keras keeps them. */
  const add = (name: string, code: string, weights: Record<string, Tensor>) => {
    for (const [key, tensor] of Object.entries(weights)) tensors.set(`${name}.${key}`, tensor);
    lines.push(`    ("${name}", layers.${code}, [${Object.keys(weights).map((key) => `"${key}"`)}]),`);
  };
  if (embedding) add('embedding', `Embedding(${embedding.tensor.shape})`, { embeddings: embedding.tensor });
  else add('symbols', `Embedding(${V}, ${V}, trainable=False)`, { embeddings: identity(V) });
  layers.forEach((layer, k) => {
    const { size, input } = layer;
    const { kind, activation, resetBefore, recurrent, biases } = layer.cell;
    const order = ORDERS[kind]!;
    const options = [String(size), 'return_sequences=True'];
    if (!biases.length) options.push('use_bias=False');
    if (kind === 'rnn') options.push(`activation="${activation === 'identity' ? 'linear' : activation}"`);
    if (kind === 'gru') options.push(`reset_after=${resetBefore ? 'False' : 'True'}`);
    add(`layers_${k}`, `${CLASSES[kind]}(${options.join(', ')})`, {
      kernel: transposed(input.tensor, order),
      recurrent_kernel: transposed(recurrent.tensor, order),
      ...(biases.length && { bias: biasOf(layer, order) }),
    });
  });
  add('readout', `Dense(${V})`, {
    kernel: transposed(readout.weight.tensor, [0]),
    bias: readout.bias.tensor,
  });
  const { config, vocabulary } = read.file.metadata as { config: string; vocabulary: string };
  return {
    'model.py': modelPy(lines),
    'weights.safetensors': writeSafetensors({ metadata: { config, vocabulary }, tensors }),
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

function modelPy(lines: readonly string[]): string {
  return `"""A recurrent network, exported by Unfold (unfold-rnn): build() gives the Keras model with its weights.

Token numbers [N, T] in, logits [N, T, V] out; the symbols are in the file's metadata "vocabulary".
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
    model.build((None, None))
    for name, layer, weights in LAYERS:
        layer.set_weights([arrays[f"{name}.{weight}"] for weight in weights])
    return model
`;
}
