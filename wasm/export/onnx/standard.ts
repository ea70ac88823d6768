/** Layers that ONNX has an operator for: RNN, LSTM (with peepholes) and GRU (with both resets). */
import type { LayerEquations, StandardCell } from '../equations.js';
import type { Parameter } from '../values.js';
import { emit, type Scope } from './operators.js';
import type { Attribute } from './proto.js';

interface Kind {
  operator: 'RNN' | 'LSTM' | 'GRU';
  /** ONNX's row blocks, as numbers of ours (PyTorch's). */
  order: readonly number[];
}

const kinds: Record<StandardCell['cell'], Kind> = {
  rnn: { operator: 'RNN', order: [0] },
  lstm: { operator: 'LSTM', order: [0, 3, 1, 2] }, // i, o, f, c from i, f, g, o
  'peephole-lstm': { operator: 'LSTM', order: [0, 3, 1, 2] },
  gru: { operator: 'GRU', order: [1, 0, 2] }, // z, r, h from r, z, n
};

/**
 * Adds the operator.
 * @param states names of the initial states, [1, N, H] each
 * @returns names of h at every step, [T, N, H], and of the last states
 */
export function standardLayer(
  { name, config, size: H, backward }: LayerEquations,
  { cell, inputs, recurrent, biases }: StandardCell,
  peepholes: readonly Parameter[],
  states: { h: string; c: string | undefined },
  scope: Scope,
): { sequence: string; h: string; c?: string } {
  const { graph } = scope;
  const { operator, order } = kinds[cell];
  const rows = order.length * H;
  const sources = inputs.map(({ source }) => {
    const value = emit(source, scope);
    if (source.op.kind !== 'token') return value;
    const zeroOne = graph.floats('zero_one', [2], () => Float32Array.of(0, 1));
    return graph.add(`${name}/one_hot`, 'OneHot', [value, graph.ints(source.size), zeroOne], { axis: -1 });
  });
  const X = sources.length === 1 ? sources[0]! : graph.add(`${name}/x`, 'Concat', sources, { axis: -1 });
  const columns = inputs.reduce((total, { source }) => total + source.size, 0);
  const W = graph.floats(`${name}.W`, [1, rows, columns], () =>
    beside(inputs.map(({ matrix }) => reordered(matrix, order, H))),
  );
  const R = graph.floats(`${name}.R`, [1, rows, H], () => reordered(recurrent, order, H).data);
  const B = biases.length
    ? graph.floats(`${name}.B`, [1, 2 * rows], () => {
        const both = new Float32Array(2 * rows); // one bias of ours: the recurrent one is 0
        biases.forEach((bias, k) => both.set(reordered(bias, order, H).data, k * rows));
        return both;
      })
    : '';
  const needed = [X, W, R, B, '', states.h];
  if (operator === 'LSTM') needed.push(states.c!);
  if (cell === 'peephole-lstm')
    needed.push(
      graph.floats(`${name}.P`, [1, 3 * H], () => {
        const P = new Float32Array(3 * H);
        const named = (gate: string) => peepholes.find((one) => one.name.endsWith(`peephole_${gate}`))!;
        ['i', 'o', 'f'].forEach((gate, k) => P.set(named(gate).tensor.data, k * H));
        return P;
      }),
    );
  const hints = operator === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
  const [Y, h, c] = graph.addMany(
    hints.map((hint) => `${name}/${hint}`),
    operator,
    needed,
    { hidden_size: H, ...(backward && { direction: 'reverse' }), ...functionsOf(cell, config!) },
  );
  return {
    sequence: graph.add(`${name}/h`, 'Squeeze', [Y!, graph.ints([1])]),
    h: h!,
    ...(c && { c }),
  };
}

function functionsOf(cell: StandardCell['cell'], config: NonNullable<LayerEquations['config']>) {
  const attributes: Record<string, Attribute> = {};
  if (cell === 'gru') attributes['linear_before_reset'] = config.reset === 'before' ? 0 : 1;
  if (cell === 'rnn' && config.activation === 'identity') {
    attributes['activations'] = ['Affine'];
    attributes['activation_alpha'] = Float32Array.of(1);
    attributes['activation_beta'] = Float32Array.of(0);
  } else if (cell === 'rnn') {
    attributes['activations'] = [
      config.activation === 'relu' ? 'Relu' : config.activation === 'sigmoid' ? 'Sigmoid' : 'Tanh',
    ];
  }
  if (config.cellInput === 'sigmoid') attributes['activations'] = ['Sigmoid', 'Sigmoid', 'Tanh'];
  return attributes;
}

interface Matrix {
  columns: number;
  data: Float32Array;
}

/** A matrix or vector with its blocks of H rows in another order. */
function reordered({ tensor }: Parameter, order: readonly number[], H: number): Matrix {
  const columns = tensor.shape[1] ?? 1;
  const block = H * columns;
  const data = new Float32Array(tensor.data.length);
  order.forEach((from, to) => data.set(tensor.data.subarray(from * block, (from + 1) * block), to * block));
  return { columns, data };
}

/** [A B …]: matrices of as many rows, side by side. */
function beside(matrices: readonly Matrix[]): Float32Array {
  const columns = matrices.reduce((total, matrix) => total + matrix.columns, 0);
  const rows = matrices[0]!.data.length / matrices[0]!.columns;
  const all = new Float32Array(rows * columns);
  let at = 0;
  for (const { columns: width, data } of matrices) {
    for (let r = 0; r < rows; ++r) all.set(data.subarray(r * width, (r + 1) * width), r * columns + at);
    at += width;
  }
  return all;
}
