/** Layers that ONNX has an operator for: RNN, LSTM (with peepholes) and GRU (with both resets). */
import type { LoweredLayer } from '../lowering.js';
import type { StandardCell } from '../standard.js';
import type { Parameter, Value } from '../values.js';
import { emit, type Scope } from './operators.js';
import type { Attribute } from './proto.js';

interface Kind {
  operator: 'RNN' | 'LSTM' | 'GRU';
  /** ONNX's row blocks, as numbers of ours (PyTorch's). */
  order: readonly number[];
}

const kinds: Record<StandardCell['kind'], Kind> = {
  rnn: { operator: 'RNN', order: [0] },
  lstm: { operator: 'LSTM', order: [0, 3, 1, 2] }, // i, o, f, c from i, f, g, o
  'peephole-lstm': { operator: 'LSTM', order: [0, 3, 1, 2] },
  gru: { operator: 'GRU', order: [1, 0, 2] }, // z, r, h from r, z, n
};

/**
 * Adds the operator of a standard layer.
 * @param states names of the initial states, [1, N, H] each
 * @param lengths int32 [N], or '': all have T steps
 * @param every gives a value at every step, [T, N, F]
 * @returns names of h at every step, [T, N, H], and of the last states
 */
export function standardLayer(
  { name, standard, size: H, backward }: LoweredLayer,
  states: readonly string[],
  lengths: string,
  every: (value: Value) => string,
  scope: Scope,
): { sequence: string; last: string[] } {
  const { graph } = scope;
  const cell = standard as StandardCell;
  const { inputs, recurrent, biases } = cell;
  const { operator, order } = kinds[cell.kind];
  const rows = order.length * H;
  const sources = inputs.map(({ source }) => {
    if (source.op.kind !== 'token') return every(source);
    const value = emit(source, scope);
    const zeroOne = graph.floats('zero_one', [2], () => Float32Array.of(0, 1));
    return graph.add(`${name}/one_hot`, 'OneHot', [value, graph.ints(source.size), zeroOne], { axis: -1 });
  });
  const X = sources.length === 1 ? sources[0]! : graph.add(`${name}/x`, 'Concat', sources, { axis: -1 });
  const columns = inputs.reduce((total, { source }) => total + source.size, 0);
  const W = graph.weights(`${name}.W`, [1, rows, columns], 1, () =>
    beside(inputs.map(({ matrix }) => reordered(matrix, order, H))),
  );
  const R = graph.weights(`${name}.R`, [1, rows, H], 1, () => reordered(recurrent, order, H).data);
  const B = biases.length
    ? graph.floats(`${name}.B`, [1, 2 * rows], () => {
        const both = new Float32Array(2 * rows); // one bias of ours: the recurrent one is 0
        biases.forEach((bias, k) => both.set(reordered(bias, order, H).data, k * rows));
        return both;
      })
    : '';
  const needed = [X, W, R, B, lengths, ...states];
  if (cell.peepholes.length)
    needed.push(
      graph.floats(`${name}.P`, [1, 3 * H], () => {
        const P = new Float32Array(3 * H);
        const named = (gate: string) => cell.peepholes.find((one) => one.name.endsWith(`peephole_${gate}`))!;
        ['i', 'o', 'f'].forEach((gate, k) => P.set(named(gate).tensor.data, k * H));
        return P;
      }),
    );
  const hints = operator === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
  const [Y, ...last] = graph.addMany(
    hints.map((hint) => `${name}/${hint}`),
    operator,
    needed,
    { hidden_size: H, ...(backward && { direction: 'reverse' }), ...functionsOf(cell) },
  );
  return { sequence: graph.add(`${name}/h`, 'Squeeze', [Y!, graph.ints([1])]), last };
}

function functionsOf({ kind, activation, resetBefore }: StandardCell): Record<string, Attribute> {
  if (kind === 'gru') return { linear_before_reset: resetBefore ? 0 : 1 };
  if (kind !== 'rnn') return activation === 'sigmoid' ? { activations: ['Sigmoid', 'Sigmoid', 'Tanh'] } : {};
  if (activation === 'identity')
    return {
      activations: ['Affine'],
      activation_alpha: Float32Array.of(1),
      activation_beta: Float32Array.of(0),
    };
  return { activations: [{ relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }[activation]] };
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
