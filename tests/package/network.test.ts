/** The tensor level in both hosts: PyTorch's numbers, differences, shapes, memory, and how it ends. */
import { readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { createModel, type NetworkConfig, type Tensor } from 'unfold-rnn';
import { hosts, rejection } from './harness.js';
import { create, difference, draw, flat, folder, golden, stateOf } from './tensors.js';

vi.setConfig({ testTimeout: 60_000 });

const ragged = readdirSync(folder)
  .filter((name) => name.startsWith('ragged_'))
  .map((name) => name.replace('.json', ''));

test('goldens of ragged batches are there', () => expect(ragged).toHaveLength(6));

const methods = 'sgd, momentum, nesterov, rmsprop, adagrad, adadelta, adam, adamw';

/** Of an update: options, and what is wrong with them. */
const steps: [options: unknown, field: string, expected: string, actual: string][] = [
  [undefined, 'options', 'an object', 'undefined'],
  [{}, 'optimizer', 'an object', 'undefined'],
  [{ optimizer: 'lion' }, 'optimizer.name', methods, "'lion'"],
  [{ optimizer: { learningRate: 1 } }, 'optimizer.name', methods, 'undefined'],
  [{ optimizer: { name: 'adam', momentum: 0.9 } }, 'optimizer.momentum', 'one of learningRate, weightDecay, beta1, beta2, epsilon', 'an unknown option'],
  [{ optimizer: { name: 'sgd', learningRate: NaN } }, 'optimizer.learningRate', 'a number from 0 to 1000000', '"NaN"'],
  [{ optimizer: { name: 'adam', beta2: 1 } }, 'optimizer.beta2', 'a number from 0 to 1', '1'],
  [{ optimizer: { name: 'adadelta', decay: 2 } }, 'optimizer.decay', 'a number from 0 to 1', '2'],
  [{ optimizer: { name: 'rmsprop', centered: 1 } }, 'optimizer.centered', 'true or false', '1'],
  [{ optimizer: { name: 'nesterov', momentum: 0 } }, 'optimizer.momentum', 'above 0 with nesterov', '0'],
  [{ optimizer: 'sgd', clip: -1 }, 'clip.norm', 'a number from 0 to 1e+30', '-1'],
  [{ optimizer: 'sgd', clip: { value: -1 } }, 'clip.value', 'a number from 0 to 1e+30', '-1'],
  [{ optimizer: 'sgd', clip: { maximum: 1 } }, 'clip.maximum', 'one of norm, value', 'an unknown option'],
  // What those who come from PyTorch and Keras try.
  ...Object.entries({
    lr: 'optimizer.learningRate',
    betas: 'optimizer.beta1 and optimizer.beta2',
    eps: 'optimizer.epsilon',
    weight_decay: 'optimizer.weightDecay',
    alpha: 'optimizer.decay',
    rho: 'optimizer.decay',
    nesterov: "optimizer.name: 'nesterov'",
    max_norm: 'clip.norm',
    clip_value: 'clip.value',
    learningRate: 'optimizer.learningRate',
  }).flatMap(([name, right]): [unknown, string, string, string][] => [
    [{ optimizer: 'adam', [name]: 1 }, name, right, 'another name of it'],
    ...(name === 'learningRate' ? [] : [[{ optimizer: { name: 'adam', [name]: 1 } }, `optimizer.${name}`, right, 'another name of it'] as [unknown, string, string, string]]),
  ]),
]; // prettier-ignore

describe.each(hosts)('in $host', ({ worker }) => {
  test.each(ragged)("%s: PyTorch's answers, states and every gradient", async (name) => {
    const g = golden(name);
    const { steps: T, batch: N, lengths } = g;
    const network = await create(g.config, { worker });
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
    const network = await create(
      {
        task: { inputs: 2, outputs: 3, context: 2 },
        context: 'input',
        layers: [{ cell, units: 4, ...more }],
        seed: 5,
      },
      { worker },
    );
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

  test('shapes that do not fit are refused by name, with what was expected and what came', async () => {
    const network = await create(
      {
        task: { inputs: 2, outputs: 1, context: 3 },
        context: 'input',
        layers: [{ cell: 'lstm', units: 3 }],
      },
      { worker },
    );
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
      ...steps.map(([options, field, expected, actual]): [() => Promise<unknown>, string, string?, string?] => [() => network.step(options as never), field, expected, actual]),
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
      [{ task: { inputs: 2 }, layers: [{ units: 0 }] }, 'layers[0].units'],
      [{ layers: [{ units: 2 }] }, 'task'],
      [{ task: { name: 'next' } }, 'task.name'],
      [{ task: { inputs: 2, colour: 1 } }, 'task.colour'],
    ] as [NetworkConfig, string][])
      expect(await rejection(create(options, { worker }))).toMatchObject({
        code: 'INVALID_CONFIG',
        field,
      });
  });

  test('memory that grows leaves no stale view behind', async () => {
    const network = await create(
      {
        task: { inputs: 8, outputs: 8 },
        layers: [{ cell: 'gru', units: 8 }],
      },
      { worker },
    );
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
    const options = { task: { inputs: 2, outputs: 1 }, layers: [{ cell: 'lstm', units: 3 }] };
    const [one, other] = [
      await create({ ...options, seed: 1 }, { worker }),
      await create({ ...options, seed: 2 }, { worker }),
    ];
    const x = draw([4, 2, 2], 1);
    const { y } = await one.forward(x);
    expect((await other.forward(x)).y).not.toEqual(y);
    await other.load(await one.save());
    expect((await other.forward(x)).y).toEqual(y);
    const larger = await create({ ...options, layers: [{ cell: 'lstm', units: 4 }] }, { worker });
    expect(await rejection(larger.load(await one.save()))).toMatchObject({ field: 'weight_ih_l0.shape' });
    expect(await rejection(one.load(Uint8Array.of(1, 2)))).toMatchObject({ code: 'INVALID_CHECKPOINT' });
  });

  test('ends: what runs and what comes after rejects with DISPOSED', async () => {
    const network = await create({ task: { inputs: 1 }, layers: [{ units: 2 }] }, { worker });
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
    const other = await create({ task: { inputs: 1 }, layers: [{ units: 2 }] }, { worker });
    const waiting = rejection(other.gradients());
    other.dispose();
    expect(await waiting).toMatchObject({ code: 'DISPOSED' });
  });
});

test('a model does not train on it, and says who does', async () => {
  expect(
    await rejection(createModel({ task: { name: 'tensor', inputs: 2 } }, '', { threads: 1, worker: false })),
  ).toMatchObject({
    code: 'INVALID_CONFIG',
    field: 'task.name',
    expected: expect.stringContaining('createNetwork'),
    actual: '"tensor"',
  });
});
