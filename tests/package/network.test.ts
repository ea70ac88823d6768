/** The tensor level in both hosts: PyTorch's numbers, differences, optimiser steps, shapes, and how it ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  createModel,
  createNetwork,
  type Network,
  type NetworkOptions,
  type NetworkState,
  type StepOptions,
  type Tensor,
} from '../../dist/index.js';
import * as inline from '../../dist/inline.js';
import { hosts, rejection } from './harness.js';

vi.setConfig({ testTimeout: 60_000 });

const folder = new URL('../golden/', import.meta.url);
const golden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

const made: Network[] = [];
afterAll(() => made.forEach((network) => network.dispose()));

async function create(options: NetworkOptions): Promise<Network> {
  const network = await createNetwork({ threads: 1, ...options });
  made.push(network);
  return network;
}

/** The largest difference, relative to the largest number expected. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let most = 0;
  let scale = 1e-12;
  for (let i = 0; i < expected.length; ++i) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    if (!(Math.abs(actual[i]! - expected[i]!) <= most)) most = Math.abs(actual[i]! - expected[i]!);
  }
  return most / scale;
}

/** Numbers between −1 and 1, the same ones for a seed. */
function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

function draw(shape: number[], seed: number): Tensor {
  const next = random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: Float32Array.from({ length: size }, next) };
}

/** h and c of PyTorch, [layers, N, H] each, as states of layers. */
function stateOf(arrays: number[][], network: Network, N: number): NetworkState {
  const layers = network.info.layers.map(({ hidden }, l) => {
    const part = (k: number) => Float32Array.from(arrays[k]!.slice(l * N * hidden, (l + 1) * N * hidden));
    const h = { shape: [1, N, hidden], data: part(0) };
    return arrays.length > 1 ? { h, c: { shape: [N, hidden], data: part(1) } } : { h };
  });
  return { layers };
}

function flat({ layers }: NetworkState, which: 'h' | 'c'): number[] {
  return layers.flatMap((layer) => [...layer[which]!.data]);
}

/** FNV-1a, 64 bits, as core/hash.h. */
function hashOf(tensors: Tensor[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const { data } of tensors)
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  return hash.toString(16).padStart(16, '0');
}

const ragged = readdirSync(folder)
  .filter((name) => name.startsWith('ragged_'))
  .map((name) => name.replace('.json', ''));

test('goldens of ragged batches are there', () => expect(ragged).toHaveLength(6));

describe.each(hosts)('in $host', ({ worker }) => {
  test.each(ragged)("%s: PyTorch's answers, states and every gradient", async (name) => {
    const g = golden(name);
    const { steps: T, batch: N, lengths } = g;
    const network = await create({ ...g.config, worker });
    expect(network.info.pytorchNames).toBe(true);
    const numbers = Object.entries<number[]>(g.parameters).map(([key, values]) => [
      key,
      Float32Array.from(values),
    ]);
    expect(Object.keys(await network.parameters()).sort()).toEqual(Object.keys(g.parameters).sort());
    await network.setParameters(Object.fromEntries(numbers));
    const D = network.info.inputs;
    const data = Float32Array.from(g.x as number[], (value, i) =>
      Math.floor(i / (N * D)) < lengths[Math.floor(i / D) % N] ? value : NaN,
    );
    const state = stateOf(g.state, network, N);
    const dstate = stateOf(g.dstate, network, N);
    for (const pass of [1, 2]) {
      const forward = await network.forward({ shape: [T, N, D], data }, { lengths, state });
      expect(forward.y.shape).toEqual([T, N, network.info.outputs]);
      expect(difference(forward.y.data, g.y)).toBeLessThan(1e-5);
      const { dx, dstate: first } = await network.backward(Float32Array.from(g.dy as number[]), dstate);
      expect(dx.shape).toEqual([T, N, D]);
      expect(difference(dx.data, g.dx)).toBeLessThan(1e-5);
      for (const [k, which] of (['h', 'c'] as const).entries()) {
        if (!g.state[k]) continue;
        expect(difference(flat(forward.state, which), g.final_state[k])).toBeLessThan(1e-5);
        expect(difference(flat(first, which), g.dfirst[k])).toBeLessThan(1e-5);
      }
      const gradients = await network.gradients();
      for (const [key, expected] of Object.entries<number[]>(g.gradients)) {
        const sum = expected.map((value) => value * pass); // they add up
        expect(difference(gradients[key]!.data, sum), key).toBeLessThan(1e-5);
      }
    }
    await network.zeroGradients();
    for (const { data: zeros } of Object.values(await network.gradients()))
      expect(zeros.every((x) => x === 0)).toBe(true);
  });

  test.each([
    ['lstm', {}],
    ['gru', { reset: 'before' }],
    [
      'rnn',
      {
        edges: [
          { from: 'input' },
          { from: 'input', delay: 2 },
          { from: 'self', delay: 3 },
          { from: 'context' },
        ],
      },
    ],
    ['peephole-lstm', { bidirectional: true }],
  ])('central differences of x, state and context: %s %j', async (cell, more) => {
    const network = await create({
      worker,
      task: { inputs: 2, outputs: 3, context: 2 },
      context: 'input',
      layers: [{ cell, hidden: 4, ...more }],
      seed: 5,
    } as NetworkOptions);
    const [T, N] = [5, 3];
    const lengths = cell === 'rnn' ? [5, 4, 5] : [3, 5, 1];
    const x = draw([T, N, 2], 1);
    const context = draw([N, 2], 2);
    const dy = draw([T, N, 3], 3);
    const { state } = await network.forward(x, { lengths, context });
    const run = async () => {
      const { y, state: after } = await network.forward(x, { lengths, context, state });
      return (
        y.data.reduce((sum, value, i) => sum + value * dy.data[i]!, 0) +
        after.layers.reduce((sum, { h }) => h.data.reduce((s, value) => s + 0.5 * value, sum), 0)
      );
    };
    await run();
    const layers = state.layers.map(({ h, c }) => ({
      h: { ...h, data: h.data.map(() => 0.5) },
      ...(c && { c: { ...c, data: c.data.map(() => 0) } }),
    }));
    const zeros = (tensor: Tensor) => ({ ...tensor, data: tensor.data.map(() => 0) });
    const inputs = state.inputs && { inputs: zeros(state.inputs) };
    const d = await network.backward(dy, { layers, ...inputs });
    const pairs: [Tensor, Tensor][] = [
      [x, d.dx],
      [context, d.dcontext!],
      ...state.layers.flatMap(({ h, c }, l): [Tensor, Tensor][] => {
        const own = d.dstate.layers[l]!;
        return c ? [[h, own.h], [c, own.c!]] : [[h, own.h]]; // prettier-ignore
      }),
      ...(state.inputs ? [[state.inputs, d.dstate.inputs!] as [Tensor, Tensor]] : []),
    ];
    for (const [value, gradient] of pairs) {
      expect(gradient.shape).toEqual(value.shape);
      expect(gradient.data.some((g) => g !== 0)).toBe(true);
      for (let i = 0; i < value.data.length; i += 3) {
        const [at, step] = [value.data[i]!, 2 ** -7];
        value.data[i] = at + step;
        const above = await run();
        value.data[i] = at - step;
        const below = await run();
        value.data[i] = at;
        expect(Math.abs((above - below) / (2 * step) - gradient.data[i]!)).toBeLessThan(2e-3);
      }
    }
  });

  const { cases, ...optimizers } = golden('optimizers');
  const numbersOf = (options: Record<string, any>, clip: Record<string, number>): StepOptions => {
    const { name, learningRate, weightDecay, epsilon, decay, beta1, beta2, ...more } = options;
    return {
      optimizer: ['momentum', 'nesterov'].includes(name) ? 'sgd' : name,
      lr: learningRate,
      weight_decay: weightDecay ?? 0,
      ...(epsilon && { eps: epsilon }),
      ...(decay && (name === 'adadelta' ? { rho: decay } : { alpha: decay })),
      ...(beta1 && { betas: [beta1, beta2] as [number, number] }),
      ...(name === 'nesterov' && { nesterov: true }),
      ...(clip['norm'] && { max_norm: clip['norm'] }),
      ...(clip['value'] && { clip_value: clip['value'] }),
      ...more,
    };
  };
  // One unit without a readout whose input weights are the five numbers: at zero input its gradient is what is asked.
  test.each(cases.map((c: any) => [JSON.stringify([c.optimizer, c.clip]), c]))(
    "torch.optim's parameters, step by step: %s",
    async (_, { optimizer, clip, parameters }) => {
      const network = await create({
        worker,
        task: { inputs: 5 },
        layers: [
          { cell: 'rnn', hidden: 1, activation: 'identity', bias: 'none', edges: [{ from: 'input' }] },
        ],
      });
      const [name] = network.info.tensors[0]!;
      expect(network.info.parameters).toBe(5);
      await network.setParameters({ [name]: Float32Array.from(optimizers.initial) });
      for (const [k, gradient] of optimizers.gradients.entries()) {
        await network.zeroGradients();
        await network.forward({ shape: [1, 1, 5], data: Float32Array.from(gradient) });
        await network.backward(Float32Array.of(1));
        const norm = await network.step(numbersOf(optimizer, clip));
        expect(difference([norm], [optimizers.gradient_norms[k]])).toBeLessThan(1e-6);
        const { data } = (await network.parameters())[name]!;
        expect(difference(data, parameters[k]), `step ${k}`).toBeLessThan(2e-6);
      }
      expect(network.info.step).toBe(optimizers.gradients.length);
    },
  );

  test('learns to add the two marked numbers of a sequence', async () => {
    const network = await create({
      worker,
      task: { inputs: 2, outputs: 1 },
      layers: [{ cell: 'lstm', hidden: 16 }],
      seed: 1,
    });
    const next = random(7);
    const [T, N] = [10, 32];
    let loss = Infinity;
    for (let step = 1; step <= 400; ++step) {
      const x = new Float32Array(T * N * 2);
      const sums = Array.from({ length: N }, (_, n) => {
        for (let t = 0; t < T; ++t) x[(t * N + n) * 2] = (next() + 1) / 2;
        const marks = [0, 5].map((from) => ((from + Math.floor(((next() + 1) / 2) * 5)) * N + n) * 2);
        for (const at of marks) x[at + 1] = 1;
        return marks.reduce((sum, at) => sum + x[at]!, 0);
      });
      const { y } = await network.forward({ shape: [T, N, 2], data: x });
      const dy = new Float32Array(T * N);
      loss = 0;
      for (const [n, sum] of sums.entries()) {
        const error = y.data[(T - 1) * N + n]! - sum;
        dy[(T - 1) * N + n] = (2 * error) / N;
        loss += error ** 2 / N;
      }
      await network.zeroGradients();
      await network.backward(dy);
      await network.step({ optimizer: 'adam', lr: 0.01, max_norm: 1 });
    }
    expect(loss).toBeLessThan(0.05); // 0.167 without information
  });

  test('shapes that do not fit are refused by name, with what was expected and what came', async () => {
    const network = await create({
      worker,
      task: { inputs: 2, outputs: 1, context: 3 },
      context: 'input',
      layers: [{ cell: 'lstm', hidden: 3 }],
    });
    const x = draw([4, 2, 2], 1);
    const context = draw([2, 3], 2);
    const before = await network.parameters();
    expect(await rejection(network.backward(new Float32Array(8)))).toMatchObject({ code: 'INVALID_STATE' });
    const { y, state } = await network.forward(x, { context });
    const wrong = { ...state, layers: [{ h: state.layers[0]!.h, c: draw([3, 2], 1) }] };
    const hole = Float32Array.from({ length: 24 }, (_, i) => (i === 4 ? NaN : 1));
    const cases: [() => Promise<unknown>, string, string?, string?][] = [
      [() => network.forward(draw([4, 2, 3], 1), { context }), 'x.shape', '[T, N, 2]', '[4, 2, 3]'],
      [() => network.forward(draw([8, 2], 1), { context }), 'x.shape', '[T, N, 2]', '[8, 2]'],
      [() => network.forward(x.data as never, { context }), 'x.shape', '[T, N, 2]', 'undefined'],
      [() => network.forward(undefined as never), 'x.shape'],
      [() => network.forward({ ...x, data: new Float32Array(5) }, { context }), 'x', '16 numbers, [4, 2, 2]', '5 numbers'],
      [() => network.forward({ ...x, data: [...x.data] as never }, { context }), 'x'],
      [() => network.forward(x), 'context'],
      [() => network.forward(x, { context: draw([3, 2], 1) }), 'context.shape', '[2, 3]', '[3, 2]'],
      [() => network.forward(x, { context, lengths: [1] }), 'lengths', '2 numbers, one a sequence', '1'],
      [() => network.forward(x, { context, lengths: [1, 5] }), 'lengths[1]', 'a whole number from 0 to 4', '5'],
      [() => network.forward(x, { context, lengths: [0.5, 1] }), 'lengths[0]'],
      [() => network.forward(x, { context, state: wrong }), 'state.layers[0].c.shape', '[2, 3]', '[3, 2]'],
      [() => network.forward(x, { context, state: { layers: [] } }), 'state.layers', '1 layers', '0 layers'],
      [() => network.forward(x, { context, state: { ...state, clock: -1 } }), 'state.clock'],
      [() => network.forward(x, { context, mask: 1 } as never), 'mask'],
      [() => network.backward(draw([4, 2, 2], 1)), 'dy.shape', '[4, 2, 1]', '[4, 2, 2]'],
      [() => network.backward(new Float32Array(3)), 'dy', '8 numbers, [4, 2, 1]', '3 numbers'],
      [() => network.backward(y, wrong), 'dstate.layers[0].c.shape'],
      [() => network.setParameters({ weight: new Float32Array(2) }), 'name'],
      [() => network.setParameters({ 'readout.bias': draw([1], 1), 'layers.0.weight_ih': hole }), 'layers.0.weight_ih', 'finite numbers', 'NaN at 4'],
      [() => network.setParameters({ 'readout.bias': draw([1], 1), 'readout.weight': draw([3, 1], 1) }), 'readout.weight.shape', '[1, 3]', '[3, 1]'],
      [() => network.setParameters(null as never), 'parameters'],
      [() => network.step(undefined as never), 'optimizer'],
      [() => network.step({ optimizer: 'lion' as never }), 'optimizer'],
      [() => network.step({ optimizer: 'adam', momentum: 0.9 }), 'momentum'],
      [() => network.step({ optimizer: 'sgd', lr: NaN }), 'lr'],
      [() => network.step({ optimizer: 'adam', betas: [0.9] as never }), 'betas'],
      [() => network.step({ optimizer: 'sgd', nesterov: true }), 'momentum'],
    ]; // prettier-ignore
    for (const [call, field, expected, actual] of cases) {
      const error = await rejection(call());
      expect(error, field).toMatchObject({ name: 'UnfoldError', code: 'INVALID_ARGUMENT', field });
      if (expected) expect(error, field).toMatchObject({ expected, actual });
    }
    expect(await network.parameters()).toEqual(before);
    expect(network.info.step).toBe(0);
    await network.backward(y); // of the forward that went well
    expect(await rejection(network.backward(y))).toMatchObject({ code: 'INVALID_STATE' });
    for (const [options, field] of [
      [{ task: { inputs: 0 } }, 'task.inputs'],
      [{ task: { inputs: 2 }, layers: [{ hidden: 0 }] }, 'layers[0].hidden'],
      [{ layers: [{ hidden: 2 }] }, 'task.inputs'],
      [{ task: { name: 'next' } }, 'task.name'],
      [{ task: { inputs: 2, colour: 1 } }, 'task.colour'],
    ] as [NetworkOptions, string][])
      expect(await rejection(create({ worker, ...options }))).toMatchObject({
        code: 'INVALID_CONFIG',
        field,
      });
  });

  test('a step that overflows changes nothing, and the next one goes on', async () => {
    const network = await create({ worker, task: { inputs: 1 }, layers: [{ cell: 'gru', hidden: 2 }] });
    const x = draw([3, 2, 1], 1);
    const before = await network.parameters();
    await network.forward(x);
    await network.backward(new Float32Array(12).fill(Infinity));
    const error = await rejection(network.step({ optimizer: 'adam' }));
    expect(error).toMatchObject({ code: 'NON_FINITE', overflow: { step: 1, gradientNorm: null } });
    expect(error.overflow.parameter).toMatch(/_l0$/);
    expect(await network.parameters()).toEqual(before);
    await network.zeroGradients();
    await network.forward(x);
    await network.backward(new Float32Array(12).fill(1e9));
    const update = await rejection(network.step({ optimizer: 'sgd', lr: 9e5 }));
    expect(update).toMatchObject({ code: 'NON_FINITE', overflow: { learningRate: 9e5 } });
    expect(await network.parameters()).toEqual(before);
    expect(network.info.step).toBe(0);
    expect(await network.step({ optimizer: 'adam' })).toBeGreaterThan(1e9);
    expect(await network.parameters()).not.toEqual(before);
  });

  test('memory that grows leaves no stale view behind', async () => {
    const network = await create({
      worker,
      task: { inputs: 8, outputs: 8 },
      layers: [{ cell: 'gru', hidden: 8 }],
    });
    const [small, large] = [draw([3, 2, 8], 1), draw([500, 200, 8], 2)];
    const first = await network.forward(small);
    const kept = first.y.data.slice();
    const parameters = await network.parameters();
    await network.forward(large); // tens of megabytes
    const again = await network.forward(small);
    expect(again).toEqual(first);
    expect(first.y.data).toEqual(kept);
    first.y.data.fill(9); // the caller's own
    expect((await network.forward(small)).y.data).toEqual(kept);
    expect(await network.parameters()).toEqual(parameters);
    expect(small.data).toHaveLength(48); // what was given is copied, not taken away
    expect(
      await rejection(network.forward({ shape: [1 << 24, 1 << 24, 8], data: new Float32Array(1) })),
    ).toMatchObject({ field: 'x' });
  });

  test('saves and loads; a file of another network is refused whole', async () => {
    const options = { worker, task: { inputs: 2, outputs: 1 }, layers: [{ cell: 'lstm', hidden: 3 }] };
    const [one, other] = [await create({ ...options, seed: 1 }), await create({ ...options, seed: 2 })];
    const x = draw([4, 2, 2], 1);
    const { y } = await one.forward(x);
    expect((await other.forward(x)).y).not.toEqual(y);
    await other.load(await one.save());
    expect((await other.forward(x)).y).toEqual(y);
    const larger = await create({ ...options, layers: [{ cell: 'lstm', hidden: 4 }] });
    expect(await rejection(larger.load(await one.save()))).toMatchObject({ field: 'weight_ih_l0.shape' });
    expect(await rejection(one.load(Uint8Array.of(1, 2)))).toMatchObject({ code: 'INVALID_CHECKPOINT' });
  });

  test('dropout acts in training only, with another mask each time', async () => {
    const network = await create({
      worker,
      task: { inputs: 2, outputs: 1 },
      layers: [{ hidden: 8 }, { hidden: 8 }],
      dropout: 0.5,
    });
    const x = draw([4, 2, 2], 1);
    const run = async (training: boolean) => [...(await network.forward(x, { training })).y.data];
    expect(await run(false)).toEqual(await run(false));
    const [first, second] = [await run(true), await run(true)];
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(await run(false));
  });

  test('ends: what runs and what comes after rejects with DISPOSED', async () => {
    const network = await create({ worker, task: { inputs: 1 }, layers: [{ hidden: 2 }] });
    const running = rejection(network.forward(draw([2, 1, 1], 1)));
    network.dispose();
    network.dispose();
    expect(await running).toMatchObject({ code: 'DISPOSED' });
    for (const call of [
      () => network.parameters(),
      () => network.step({ optimizer: 'sgd' }),
      () => network.save(),
    ])
      expect(await rejection(call())).toMatchObject({ code: 'DISPOSED' });
    const other = await create({ worker, task: { inputs: 1 }, layers: [{ hidden: 2 }] });
    const waiting = rejection(other.gradients());
    other.terminate();
    expect(await waiting).toMatchObject({ code: 'DISPOSED' });
  });
});

test('the same bits in either host, with threads and with the engine inside', async () => {
  const options: NetworkOptions = {
    task: { inputs: 3, outputs: 2 },
    layers: [
      { cell: 'gru', hidden: 20, bidirectional: true },
      { cell: 'lstm', hidden: 20 },
    ],
    dropout: 0.2,
    seed: 11,
  };
  const train = async (network: Network) => {
    made.push(network);
    const x = draw([7, 6, 3], 4);
    for (let i = 0; i < 5; ++i) {
      const { y } = await network.forward(x, { lengths: [7, 1, 0, 4, 7, 6], training: true });
      await network.backward(y);
      await network.step({ optimizer: 'adamw', lr: 0.05, max_norm: 1 });
    }
    return network.save();
  };
  const here = await createNetwork({ ...options, threads: 1, worker: false });
  const expected = await train(here);
  expect(hashOf(Object.values(await here.parameters()))).toBe('341147863c579677'); // native too: tests/core/tensor_test.cpp
  expect(await train(await createNetwork({ ...options, threads: 1, worker: true }))).toEqual(expected);
  expect(await train(await createNetwork({ ...options, threads: 2 }))).toEqual(expected);
  expect(await train(await inline.createNetwork(options))).toEqual(expected);
});

test('a model does not train on it', async () => {
  const model = await createModel({
    task: { name: 'tensor', inputs: 2 },
    text: '',
    threads: 1,
    worker: false,
  });
  try {
    expect(model.info.canTrain).toBe(false);
    expect(await rejection(model.predict({ input: [[1, 2]] }))).toMatchObject({ code: 'INVALID_STATE' });
  } finally {
    model.dispose();
  }
});
