/**
 * The tensor level against the recurrent operators of ONNX, as ONNX Runtime computes them: directions, unequal lengths,
 * first and last states, peepholes, both resets, with and without biases. Graphs of one operator, made here.
 */
import * as ort from 'onnxruntime-web';
import { afterAll, describe, expect, test, vi } from 'vitest';
// Not exported: what writes a graph of one operator.
import { FLOAT, Graph } from '../../dist/export/onnx/graph.js';
import { Message } from '../../dist/export/onnx/proto.js';
import { createNetwork, type LayerConfig, type Network, type NetworkState } from 'unfold-rnn';

vi.setConfig({ testTimeout: 60_000 });
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const [T, N, D, H] = [6, 4, 3, 5];
const INT32 = 6;

interface Case {
  layer: LayerConfig;
  operator: 'RNN' | 'LSTM' | 'GRU';
  /** ONNX's row blocks, as numbers of PyTorch's. */
  order: number[];
  attributes?: Record<string, number | string[]>;
  peepholes?: boolean;
}

const cases: Case[] = [
  { layer: { cell: 'rnn' }, operator: 'RNN', order: [0] },
  {
    layer: { cell: 'rnn', activation: 'relu' },
    operator: 'RNN',
    order: [0],
    attributes: { activations: ['Relu'] },
  },
  { layer: { cell: 'lstm' }, operator: 'LSTM', order: [0, 3, 1, 2] },
  { layer: { cell: 'peephole-lstm' }, operator: 'LSTM', order: [0, 3, 1, 2], peepholes: true },
  {
    layer: { cell: 'lstm', cellInput: 'sigmoid' },
    operator: 'LSTM',
    order: [0, 3, 1, 2],
    attributes: { activations: ['Sigmoid', 'Sigmoid', 'Tanh'] },
  },
  {
    layer: { cell: 'gru', reset: 'after' },
    operator: 'GRU',
    order: [1, 0, 2],
    attributes: { linear_before_reset: 1 },
  },
  {
    layer: { cell: 'gru', reset: 'before' },
    operator: 'GRU',
    order: [1, 0, 2],
    attributes: { linear_before_reset: 0 },
  },
];

const directions = [
  { direction: 'forward', config: { direction: 'forward' } },
  { direction: 'reverse', config: { direction: 'backward' } },
  { direction: 'bidirectional', config: { bidirectional: true } },
];

let seed = 1;
function draw(size: number): Float32Array {
  return Float32Array.from({ length: size }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  });
}

/** What a layer's parameters are called: PyTorch's names, or those of a saved model, where x is not below layer 1. */
function nameOf(network: Network, l: number, part: string): string {
  if (!network.info.pytorchNames) return `layers.${l}.${l && part === 'weight_ih' ? 'weight_x' : part}`;
  return `${part}_l0${network.info.layers[l]!.direction === 'backward' ? '_reverse' : ''}`;
}

/** One operator with the network's weights. */
async function operatorOf(network: Network, { operator, order, attributes, peepholes }: Case, bias: string) {
  const parameters = await network.parameters();
  const layers = network.info.layers;
  const kind =
    layers.length > 1 ? 'bidirectional' : layers[0]!.direction === 'forward' ? 'forward' : 'reverse';
  const of = (part: string) =>
    layers.map((_, l) => {
      const { data } = parameters[nameOf(network, l, part)]!;
      const block = data.length / order.length;
      return order.flatMap((from) => [...data.subarray(from * block, (from + 1) * block)]);
    });
  const graph = new Graph();
  const dirs = layers.length;
  const rows = order.length * H;
  const floats = (name: string, shape: number[], data: number[]) =>
    graph.floats(name, shape, () => Float32Array.from(data));
  const inputs = [
    graph.input('X', FLOAT, ['T', 'N', D]),
    floats('W', [dirs, rows, D], of('weight_ih').flat()),
    floats('R', [dirs, rows, H], of('weight_hh').flat()),
    '',
    graph.input('lengths', INT32, ['N']),
    graph.input('h0', FLOAT, [dirs, 'N', H]),
  ];
  if (bias === 'two') {
    const [input, recurrent] = [of('bias_ih'), of('bias_hh')];
    inputs[3] = floats('B', [dirs, 2 * rows], input.flatMap((own, l) => [...own, ...recurrent[l]!])); // prettier-ignore
  }
  if (operator === 'LSTM') inputs.push(graph.input('c0', FLOAT, [dirs, 'N', H]));
  if (peepholes) {
    const gates = (l: number) =>
      ['i', 'o', 'f'].flatMap((gate) => [...parameters[nameOf(network, l, `peephole_${gate}`)]!.data]);
    inputs.push(floats('P', [dirs, 3 * H], layers.flatMap((_, l) => gates(l)))); // prettier-ignore
  }
  const outputs = operator === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
  const activations = attributes?.['activations'];
  const made = graph.addMany(outputs.map((name) => `${name}.raw`), operator, inputs, {
    hidden_size: H,
    direction: kind,
    ...attributes,
    ...(Array.isArray(activations) && { activations: Array(dirs).fill(activations).flat() }),
  }); // prettier-ignore
  graph.output('Y', made[0]!, FLOAT, ['T', dirs, 'N', H]);
  for (const [k, name] of outputs.slice(1).entries()) graph.output(name, made[k + 1]!, FLOAT, [dirs, 'N', H]);
  const model = new Message()
    .int(1, 7)
    .bytes(8, new Message().bytes(1, '').int(2, 14))
    .bytes(7, graph.finish('one operator'));
  return ort.InferenceSession.create(model.finish());
}

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** [T, N, dirs·H] from ONNX's [T, dirs, N, H]. */
function sideBySide(Y: Float32Array, dirs: number, steps: number): Float32Array {
  const y = new Float32Array(Y.length);
  for (let t = 0; t < steps; ++t)
    for (let d = 0; d < dirs; ++d)
      for (let n = 0; n < N; ++n)
        y.set(Y.subarray(((t * dirs + d) * N + n) * H, ((t * dirs + d) * N + n + 1) * H), ((t * N + n) * dirs + d) * H);
  return y;
} // prettier-ignore

const made: Network[] = [];
afterAll(() => made.forEach((network) => network.dispose()));

describe.each(directions)('$direction', ({ config }) => {
  const named = cases.flatMap((one) =>
    ['two', 'none'].map((bias): [string, Case, string] => {
      const layer = { ...one.layer, bias };
      return [`${one.operator} ${JSON.stringify(layer)}`, { ...one, layer }, bias];
    }),
  );
  test.each(named)('%s', async (_, one, bias) => {
    const network = await createNetwork(
      { task: { inputs: D }, layers: [{ units: H, ...one.layer, ...config }] },
      { threads: 1, worker: false },
    );
    made.push(network);
    const shapes = network.info.tensors.map(([name, shape]): [string, Float32Array] => [
      name,
      draw(shape.reduce((a, b) => a * b)),
    ]);
    await network.setParameters(Object.fromEntries(shapes));
    const session = await operatorOf(network, one, bias);
    const dirs = network.info.layers.length;
    const zeros = () => new Float32Array(dirs * N * H);
    let [h, c]: [Float32Array, Float32Array] = [zeros(), zeros()];
    let state: NetworkState | undefined; // the zeros
    for (const [round, lengths] of [
      [T, T, T, T],
      [3, 6, 1, 2],
      [2, 1, 5, 4],
    ].entries()) {
      if (round === 1) {
        [h, c] = [draw(h.length), draw(c.length)];
        const part = (all: Float32Array, l: number) => all.slice(l * N * H, (l + 1) * N * H);
        state = {
          layers: network.info.layers.map(({ states }, l) => ({
            h: { shape: [1, N, H], data: part(h, l) },
            ...(states.includes('c') && { c: { shape: [N, H], data: part(c, l) } }),
          })),
        };
      }
      const x = draw(T * N * D);
      const results = await session.run({
        X: new ort.Tensor('float32', x, [T, N, D]),
        lengths: new ort.Tensor('int32', Int32Array.from(lengths), [N]),
        h0: new ort.Tensor('float32', h, [dirs, N, H]),
        ...(one.operator === 'LSTM' && { c0: new ort.Tensor('float32', c, [dirs, N, H]) }),
      });
      const floats = (name: string) => Float32Array.from(results[name]!.data as Float32Array);
      const forward = await network.forward({ shape: [T, N, D], data: x }, { lengths, state });
      expect(network.info.outputs).toBe(dirs * H);
      expect(difference(forward.y.data, sideBySide(floats('Y'), dirs, T))).toBeLessThan(1e-5);
      const joined = (which: 'h' | 'c') =>
        Float32Array.from(forward.state.layers.flatMap((layer) => [...layer[which]!.data]));
      h = floats('Y_h');
      expect(difference(joined('h'), h)).toBeLessThan(1e-5);
      if (one.operator === 'LSTM') {
        c = floats('Y_c');
        expect(difference(joined('c'), c)).toBeLessThan(1e-5);
      }
      expect(Math.max(...forward.y.data)).toBeGreaterThan(0.1);
      state = forward.state; // the last round goes on from where the one before ended
    }
    await session.release();
  });
});
