/** The tensor level in both hosts: optimiser steps, learning, overflow, dropout; the same bits everywhere. */
import { describe, expect, test, vi } from 'vitest';
import {
  createNetwork,
  type Network,
  type NetworkConfig,
  type OptimizerConfig,
  type StepOptions,
} from 'unfold-rnn';
import * as inline from 'unfold-rnn/inline';
import { hosts, rejection } from './harness.js';
import { create, difference, draw, golden, hashOf, kept, random } from './tensors.js';

/** Of PyTorch: the parameters after each step. */
interface OptimizerCase {
  optimizer: OptimizerConfig;
  clip: { norm: number; value: number };
  parameters: number[][];
}
interface Optimizers {
  initial: number[];
  gradients: number[][];
  gradient_norms: number[];
  cases: OptimizerCase[];
}

vi.setConfig({ testTimeout: 60_000 });

describe.each(hosts)('in $host', ({ worker }) => {
  const { cases, ...optimizers }: Optimizers = golden('optimizers');
  // One unit without a readout whose input weights are the five numbers: at zero input its gradient is what is asked.
  test.each(cases.map((c) => [JSON.stringify([c.optimizer, c.clip]), c] as const))(
    "torch.optim's parameters, step by step: %s",
    async (_, { optimizer, clip, parameters }) => {
      const network = await create(
        {
          task: { inputs: 5 },
          layers: [
            { cell: 'rnn', units: 1, activation: 'identity', bias: 'none', edges: [{ from: 'input' }] },
          ],
        },
        { worker },
      );
      const [name] = network.info.tensors[0]!;
      expect(network.info.parameters).toBe(5);
      await network.setParameters({ [name]: Float32Array.from(optimizers.initial) });
      for (const [k, gradient] of optimizers.gradients.entries()) {
        await network.zeroGradients();
        await network.forward({ shape: [1, 1, 5], data: Float32Array.from(gradient) });
        await network.backward(Float32Array.of(1));
        const norm = await network.step({ optimizer: { weightDecay: 0, ...optimizer }, clip });
        expect(difference([norm], [optimizers.gradient_norms[k]!])).toBeLessThan(1e-6);
        const { data } = (await network.parameters())[name]!;
        expect(difference(data, parameters[k]!), `step ${k}`).toBeLessThan(2e-6);
      }
      expect(network.info.step).toBe(optimizers.gradients.length);
    },
  );

  test("an optimizer's defaults are PyTorch's, but for momentum", async () => {
    const after = async (optimizer: StepOptions['optimizer']) => {
      const network = await create({ task: { inputs: 1 }, layers: [{ units: 2 }], seed: 1 }, { worker });
      for (let step = 0; step < 3; ++step) {
        const { y } = await network.forward(draw([3, 2, 1], 1));
        await network.zeroGradients();
        await network.backward(y);
        await network.step({ optimizer });
      }
      return network.parameters();
    };
    const same: [StepOptions['optimizer'], OptimizerConfig][] = [
      ['sgd', { name: 'sgd', learningRate: 1e-3, momentum: 0, weightDecay: 0 }],
      ['momentum', { name: 'sgd', learningRate: 1e-3, momentum: 0.9 }],
      [{ name: 'momentum', momentum: 0 }, { name: 'sgd' }],
      ['nesterov', { name: 'nesterov', learningRate: 1e-3, momentum: 0.9 }],
      ['rmsprop', { name: 'rmsprop', learningRate: 1e-2, decay: 0.99, epsilon: 1e-8, centered: false }],
      ['adagrad', { name: 'adagrad', learningRate: 1e-2, epsilon: 1e-10 }],
      ['adadelta', { name: 'adadelta', learningRate: 1, decay: 0.9, epsilon: 1e-6 }],
      [
        { name: 'adam', beta1: 0.9 },
        { name: 'adam', learningRate: 1e-3, beta2: 0.999, epsilon: 1e-8 },
      ],
      ['adamw', { name: 'adamw', weightDecay: 1e-2 }],
    ];
    const all = [];
    for (const [short, long] of same) {
      const one = await after(short);
      expect(await after(long), JSON.stringify(long)).toEqual(one);
      all.push(hashOf(Object.values(one)));
    }
    expect(new Set(all).size).toBe(all.length - 1); // no momentum, twice
  });

  test('learns to add the two marked numbers of a sequence', async () => {
    const network = await create(
      {
        task: { inputs: 2, outputs: 1 },
        layers: [{ cell: 'lstm', units: 16 }],
        seed: 1,
      },
      { worker },
    );
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
      await network.step({ optimizer: { name: 'adam', learningRate: 0.01 }, clip: { norm: 1 } });
    }
    expect(loss).toBeLessThan(0.05); // 0.167 without information
  });

  test('a step that overflows changes nothing, and the next one goes on', async () => {
    const network = await create({ task: { inputs: 1 }, layers: [{ cell: 'gru', units: 2 }] }, { worker });
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
    const update = await rejection(network.step({ optimizer: { name: 'sgd', learningRate: 9e5 } }));
    expect(update).toMatchObject({ code: 'NON_FINITE', overflow: { learningRate: 9e5 } });
    expect(await network.parameters()).toEqual(before);
    expect(network.info.step).toBe(0);
    expect(await network.step({ optimizer: 'adam' })).toBeGreaterThan(1e9);
    expect(await network.parameters()).not.toEqual(before);
  });

  test('dropout acts in training only, with another mask each time', async () => {
    const network = await create(
      {
        task: { inputs: 2, outputs: 1 },
        layers: [{ units: 8 }, { units: 8 }],
        dropout: 0.5,
      },
      { worker },
    );
    const x = draw([4, 2, 2], 1);
    const run = async (training: boolean) => [...(await network.forward(x, { training })).y.data];
    expect(await run(false)).toEqual(await run(false));
    const [first, second] = [await run(true), await run(true)];
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(await run(false));
  });
});

test('the same bits in either host, with threads and with the engine inside', async () => {
  const options: NetworkConfig = {
    task: { inputs: 3, outputs: 2 },
    layers: [
      { cell: 'gru', units: 20, bidirectional: true },
      { cell: 'lstm', units: 20 },
    ],
    dropout: 0.2,
    seed: 11,
  };
  const train = async (network: Network) => {
    kept(network);
    const x = draw([7, 6, 3], 4);
    for (let i = 0; i < 5; ++i) {
      const { y } = await network.forward(x, { lengths: [7, 1, 0, 4, 7, 6], training: true });
      await network.backward(y);
      await network.step({ optimizer: { name: 'adamw', learningRate: 0.05 }, clip: { norm: 1 } });
    }
    return network.save();
  };
  const here = await createNetwork(options, { threads: 1, worker: false });
  const expected = await train(here);
  expect(hashOf(Object.values(await here.parameters()))).toBe('341147863c579677'); // native too: tests/core/api/tensor_test.cpp
  expect(await train(await createNetwork(options, { threads: 1, worker: true }))).toEqual(expected);
  expect(await train(await createNetwork(options, { threads: 2 }))).toEqual(expected);
  expect(await train(await inline.createNetwork(options))).toEqual(expected);
});
