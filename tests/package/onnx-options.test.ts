/** Opsets and precisions of exported networks, cells that the package has never heard of, and the options themselves. */
import { describe, expect, test, vi } from 'vitest';
import { toOnnx, toPyTorch } from 'unfold-rnn/export';
// Not exported: reads and writes checkpoints with a graph of the test's own.
import { readCheckpoint, writeCheckpoint } from '../../dist/export/checkpoint.js';
import type { GraphExpression } from 'unfold-rnn';
import { BATCH, difference, TEXT, trained } from './networks.js';
import { float32, floats, int64, opened, whole, zeros } from './onnx-models.js';

vi.setConfig({ testTimeout: 120_000 });

const alphabet = [...new Set(TEXT)].sort();

/** Bits per character of a text that follows from the one before. */
async function bits(onnx: Uint8Array, text: string): Promise<number> {
  const session = await opened(onnx);
  const tokens = [...text].map((symbol) => alphabet.indexOf(symbol));
  const T = tokens.length - 1;
  const input = { tokens: int64(tokens.slice(0, -1), [T, 1]) };
  const logits = floats((await session.run(zeros(session, input, 1)))['logits']!);
  await session.release();
  const V = alphabet.length;
  const nats = tokens.slice(1).reduce((sum, token, t) => {
    const row = logits.subarray(t * V, (t + 1) * V);
    const most = Math.max(...row);
    return sum - (row[token]! - most - Math.log(row.reduce((total, x) => total + Math.exp(x - most), 0)));
  }, 0);
  return nats / T / Math.LN2;
}

test('float16 and int8 cost less than they may, and make files of a half and of a quarter', async () => {
  const cases = [
    { cell: 'lstm', units: 96 },
    { cell: 'gru', units: 96, layerNorm: true }, // a Scan
  ];
  const later = Array.from({ length: 60 }, (_, k) => {
    const i = 220 + k;
    return `${i} ${(i * i) % 97}${i % 3 ? '+' : '\n'}${(i * 7) % 31}-`;
  }).join('');
  for (const layer of cases) {
    const model = await trained(
      { layers: [layer], sequenceLength: 24, batchSize: 8, optimizer: { learningRate: 0.01 } },
      80,
    );
    const { checkpoint } = model;
    model.dispose();
    const [full, half, small] = (['float32', 'float16', 'int8'] as const).map((precision) =>
      whole(toOnnx(checkpoint, { precision })),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    expect(half.length / full.length).toBeLessThan(0.55);
    expect(small.length / full.length).toBeLessThan(0.33);
    const [a, b, c] = [await bits(full, later), await bits(half, later), await bits(small, later)];
    expect(a).toBeLessThan(3.2); // it has learnt something: 14 symbols are 3.8 bits
    expect(Math.abs(b - a)).toBeLessThan(0.001);
    expect(Math.abs(c - a)).toBeLessThan(0.02);
  }
});

test('a number that is too large for float16 is refused by name', async () => {
  const model = await trained({ layers: [{ cell: 'rnn', units: 3 }] }, 1);
  const { config, vocabulary, parameters, file } = readCheckpoint(model.checkpoint);
  model.dispose();
  const graph = JSON.parse(file.metadata['graph']!);
  const weight = parameters.get('readout.weight')!;
  const tensors = new Map(parameters).set('readout.weight', { ...weight, data: weight.data.with(1, 7e4) });
  const bytes = writeCheckpoint(config, { vocabulary, graph }, tensors);
  expect(toOnnx(bytes)).toBeInstanceOf(Uint8Array);
  expect(() => toOnnx(bytes, { precision: 'float16' })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', field: 'readout.weight.T' }),
  );
});

test.each([14, 15, 17, 18, 20, 21])('opset %i computes the same', async (opset) => {
  for (const layer of [{ cell: 'lstm' }, { cell: 'gru', layerNorm: true, clock: [1, 2] }]) {
    const model = await trained({ layers: [{ units: 5, ...layer }] });
    const session = await opened(whole(toOnnx(model.checkpoint, { opset })));
    const tokens = Array.from({ length: 4 * BATCH }, (_, i) => (i * i) % model.symbols);
    const values = new Float32Array(model.state.values.length);
    const [expected] = model.logits(tokens, BATCH, { ...model.state, values, clock: 0 });
    model.dispose();
    const results = await session.run(zeros(session, { tokens: int64(tokens, [4, BATCH]) }, BATCH));
    expect(difference(floats(results['logits']!), expected)).toBeLessThan(1e-5);
  }
});

test.each([
  [{ opset: 13 }, 'opset'],
  [{ opset: 22 }, 'opset'],
  [{ opset: 14.5 }, 'opset'],
  [{ precision: 'int4' }, 'precision'],
  [{ prcision: 'int8' }, 'prcision'],
])('refuses %j', async (options, field) => {
  const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT', field });
  expect(() => toOnnx(new Uint8Array(), options as never)).toThrow(refusal);
});

// The engine's LSTM, its equations written in other words: a cell that nothing here knows, and the engine's answers.
const σ = (z: GraphExpression): GraphExpression => ['/', 1, ['+', 1, ['exp', ['neg', z]]]];
const tanh = (z: GraphExpression): GraphExpression => ['-', ['*', 2, ['sigmoid', ['*', 2, z]]], 1];
const strange: [string, GraphExpression][] = [
  ['i', σ('z_i')],
  ['f', ['exp', ['log', ['sigmoid', 'z_f']]]],
  ['lambda', ['max', ['tanh', 'z_g'], -5]],
  ['g', ['-', ['relu', 'lambda'], ['relu', ['neg', 'lambda']]]],
  ['o', ['max', ['+', ['sigmoid', 'z_o'], 0], ['*', ['/', 1, 4], 0]]],
  ['c', ['+', ['*', 'f', 'c_prev'], ['*', 'i', 'g']]],
  ['n', ['+', ['*', 0.5, 'n_prev'], 'i']],
  ['m', ['max', 'm_prev', 'n']],
  ['h', ['*', 'o', tanh(['+', 'c', ['*', 0, ['-', 'n', 'm']]])]],
];

test('equations that double are no hindrance, and those without an end are refused', async () => {
  const model = await trained({ layers: [{ cell: 'rnn', units: 3 }] }, 1);
  const { config, vocabulary, parameters, file } = readCheckpoint(model.checkpoint);
  model.dispose();
  const written = (equations: unknown) => {
    const graph = JSON.parse(file.metadata['graph']!);
    graph.operations.find(({ operation }: { operation: string }) => operation === 'cell').equations =
      equations;
    return writeCheckpoint(config, { vocabulary, graph }, parameters);
  };
  const doubled = (count: number) =>
    Array.from({ length: count }, (_, k): [string, GraphExpression] => {
      const one = k ? `x${k - 1}` : 'z_h';
      return [k === count - 1 ? 'h' : `x${k}`, ['tanh', ['*', one, one]]];
    });
  for (const exported of [toOnnx, toPyTorch]) {
    expect(exported(written(doubled(200)))).toBeDefined();
    expect(() => exported(written(doubled(300)))).toThrow(
      expect.objectContaining({ code: 'INVALID_CHECKPOINT' }),
    );
  }
});

describe('a cell of four states that nothing here has heard of', () => {
  test('takes the general path and gives what the same equations give', async () => {
    const model = await trained({ layers: [{ cell: 'lstm', units: 5 }] });
    const { config, vocabulary, parameters, file } = readCheckpoint(model.checkpoint);
    const graph = JSON.parse(file.metadata['graph']!);
    const cell = graph.operations.find(({ operation }: { operation: string }) => operation === 'cell');
    Object.assign(cell, { cell: 'strange-lstm', equations: strange });
    for (const name of ['n', 'm']) {
      const like = graph.buffers.find((buffer: { name: string }) => buffer.name === 'layers.0.c');
      graph.buffers.push({ ...like, name: `layers.0.${name}` });
      graph.layers[0].states.push(`layers.0.${name}`);
      cell.states.push(`layers.0.${name}`);
      cell.stateNames.push(name);
    }
    const session = await opened(whole(toOnnx(writeCheckpoint(config, { vocabulary, graph }, parameters))));
    expect(session.inputNames).toEqual(['tokens', 'layers.0.h', 'layers.0.c', 'layers.0.n', 'layers.0.m']);
    const T = 6;
    const tokens = Array.from({ length: T * BATCH }, (_, i) => (i * i) % model.symbols);
    const [expected, after] = model.logits(tokens, BATCH, model.state);
    model.dispose();
    const H = 5 * BATCH;
    const { values } = model.state;
    const results = await session.run(
      zeros(
        session,
        {
          tokens: int64(tokens, [T, BATCH]),
          'layers.0.h': float32(values.subarray(0, H), [1, BATCH, 5]),
          'layers.0.c': float32(values.subarray(H), [1, BATCH, 5]),
        },
        BATCH,
      ),
    );
    expect(difference(floats(results['logits']!), expected)).toBeLessThan(1e-5);
    expect(difference(floats(results['layers.0.c.next']!), after.values.subarray(H))).toBeLessThan(1e-5);
    expect(Math.min(...floats(results['layers.0.m.next']!))).toBeGreaterThan(0);
  });
});
