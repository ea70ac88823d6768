/**
 * As calls.test.ts, for models of tasks and for networks of the tensor level: in any order, with good and bad
 * arguments, awaited or not, every promise settles with an answer or one typed error, and what is left goes on.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Model, type Network } from 'unfold-rnn';
import { goesOnLikeItsCopy, mostly, read, settles, strange } from './calls.js';
import { count, many } from './counts.js';
import { argumentsOf, hosts } from './harness.js';

const word = (i: number) => ['abc', 'ba', 'cab', 'c', 'bbca'][i % 5]!;
const lines = (line: (i: number) => string) => Array.from({ length: 24 }, (_, i) => line(i)).join('\n');

/** Small models: of sequences that are written, of labels, of numbers, and of made examples. */
const models: {
  options: object;
  text: string;
  input: fc.Arbitrary<unknown>;
  target: fc.Arbitrary<unknown>;
}[] = [
  {
    options: { task: 'translate', encoder: [{ units: 3, bidirectional: true }], attention: 'additive' },
    text: lines((i) => `${word(i)}\t${word(i + 1)}`),
    input: fc.constantFrom('abc', 'c', ''),
    target: fc.constantFrom('ab', ''),
  },
  {
    options: { task: { name: 'generate', termination: 'count' } },
    text: lines(word),
    input: fc.constant(undefined),
    target: fc.constantFrom('abc', 'abcabcabc', ''),
  },
  {
    options: { task: 'classify' },
    text: lines((i) => `${i % 2 ? 'odd' : 'even'}\t${word(i)}`),
    input: fc.constantFrom('abc', '§', 'b'),
    target: fc.constantFrom('odd', 'none'),
  },
  {
    options: { task: 'regress' },
    text: lines((i) => `${Math.sin(i)},${i % 2}`),
    input: fc.constantFrom([[0.5, 1]], [[1]], [0.5, 1, 2], [[NaN, 1e300]], []),
    target: fc.constantFrom([[0.5, 1]], [[1]]),
  },
  {
    options: { dataset: { name: 'parity', count: 60 } },
    text: '',
    input: fc.constantFrom('0110', '01x'),
    target: fc.constantFrom('0', '1'),
  },
];

const asked = (which: (typeof models)[number]) =>
  fc.record(
    {
      input: mostly(which.input),
      target: mostly(which.target),
      beamWidth: mostly(fc.constantFrom(1, 4, 256)),
      lengthPenalty: mostly(fc.constantFrom(0, 0.6)),
      temperature: mostly(fc.constantFrom(0, 1)),
      steps: mostly(fc.constantFrom(0, 3)),
      seed: mostly(fc.nat()),
      context: mostly(fc.constantFrom([1], [])),
      __proto__: fc.constant({}),
    },
    { requiredKeys: ['input'] },
  );

type Act = { wait: boolean; call: (model: Model) => unknown; name: string };

const named = (name: string, call: (model: Model) => unknown) => ({ name, call });

const acts = (which: (typeof models)[number]): fc.Arbitrary<Act> =>
  fc
    .record({
      wait: fc.boolean(),
      what: fc.oneof(
        asked(which).map((request) =>
          named(`predict(${JSON.stringify(request)})`, (model) => model.predict(request as never)),
        ),
        asked(which).map((request) =>
          named(`logProbability(${JSON.stringify(request)})`, (model) =>
            model.logProbability(request as never),
          ),
        ),
        fc
          .tuple(mostly(fc.constantFrom('train', 'validation', 'test')), mostly(fc.constantFrom(0, 3, 1e6)))
          .map(([split, index]) =>
            named(`example(${JSON.stringify([split, index])})`, (model) =>
              model.example(split as 'test', index as number),
            ),
          ),
        mostly(fc.constantFrom('train', 'validation', 'test')).map((split) =>
          named(`evaluate(${JSON.stringify(split)})`, (model) => model.evaluate({ split } as never)),
        ),
        fc
          .integer({ min: 0, max: 6 })
          .map((steps) => named(`train(${steps})`, (model) => read(model.train({ steps })))),
        fc.constantFrom(
          named('save', (model) => model.save()),
          named('info', (model) => model.info),
          named('sample', (model) => read(model.sample())),
          named('baselines', (model) => model.baselines()),
          named('inspect', (model) => model.inspect('abc')),
          named('update', (model) => model.update({ dropout: 0.3 })),
        ),
      ),
    })
    .map(({ wait, what }) => ({ wait, ...what }));

/** Makes the calls; each settles. */
async function made<T extends { wait: boolean; name: string }>(
  list: T[],
  call: (act: T) => unknown,
): Promise<void> {
  const settling: Promise<void>[] = [];
  for (const act of list) {
    const settled = settles(new Promise((resolve) => resolve(call(act))), act.name);
    settled.catch(() => {});
    settling.push(settled);
    if (act.wait) await settled;
  }
  await Promise.all(settling);
}

/** A fixed seed in the short form; the long one tries others, and tells which failed. */
const seed = () => (process.env['UNFOLD_CALLS'] ? Date.now() & 0x7fffffff : 20261127);
const limits = (runs: number) => ({
  numRuns: runs,
  seed: seed(),
  endOnFailure: false,
  interruptAfterTimeLimit: 50_000 + runs * 4500,
  markInterruptAsFailure: true,
});

describe.each(hosts)('in $host', ({ worker }) => {
  // Of each kind: there are six.
  const runs = Math.ceil(many('CALLS', worker ? 20 : 50) / 5);

  test.each(models)('sequences of calls of $options', { timeout: 60_000 + runs * 5000 }, async (which) => {
    const { options, text } = which;
    const small = {
      layers: [{ cell: 'gru' as const, units: 3 }],
      batchSize: 4,
      seed: 1,
      threads: 1,
      evaluateEvery: 0,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(acts(which), { maxLength: 10 }), async (list) => {
        const model = await createModel(
          ...argumentsOf({ ...small, ...options, ...(text && { text }), worker }),
        );
        try {
          await made(list, ({ call }) => call(model));
          await model.update({ dropout: 0 });
          await goesOnLikeItsCopy(model, text);
        } finally {
          model.dispose();
        }
      }),
      limits(runs),
    );
    count(`sequence of calls of a task (${worker ? 'worker' : 'this thread'})`, runs, runs);
  });

  test('sequences of calls of a network', { timeout: 60_000 + runs * 5000 }, async () => {
    const numbers = (size: number) =>
      fc.oneof(
        { weight: 6, arbitrary: fc.constant(new Float32Array(size).fill(0.5)) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(new Float32Array(size + 1), new Float32Array(size).fill(1e38)),
        },
        { weight: 1, arbitrary: strange as fc.Arbitrary<never> },
      );
    const sized = fc.record({ T: fc.integer({ min: 1, max: 5 }), N: fc.integer({ min: 1, max: 3 }) });
    type Call = { wait: boolean; name: string; call: (network: Network) => unknown };
    const forward = sized.chain(({ T, N }) =>
      fc
        .record({
          data: numbers(2 * T * N),
          shape: mostly(fc.constant([T, N, 2])),
          lengths: mostly(fc.constantFrom(undefined, Array(N).fill(T), Array(N).fill(0), [T + 1])),
          training: fc.boolean(),
        })
        .map(({ data, shape, ...options }) => ({
          name: `forward(${JSON.stringify(shape)}, ${JSON.stringify(options)})`,
          call: async (network: Network) => {
            const { y, state } = await network.forward({ shape, data } as never, options as never);
            await network.backward(y, state); // another forward may have come in between: then it is refused
          },
        })),
    );
    const step = fc
      .record(
        {
          optimizer: mostly(
            fc.oneof(
              fc.constantFrom('sgd', 'adam', 'adadelta'),
              fc.record(
                {
                  name: mostly(fc.constantFrom('momentum', 'nesterov', 'rmsprop', 'adamw')),
                  learningRate: mostly(fc.constantFrom(0, 0.01, 1e30)),
                  beta1: mostly(fc.constant(0.9)),
                  momentum: mostly(fc.constant(0.9)),
                },
                { requiredKeys: ['name'] },
              ),
            ),
          ),
          clip: mostly(fc.constantFrom(1, { norm: 1 }, { value: 0.1 })),
          __proto__: fc.constant({}),
        },
        { requiredKeys: ['optimizer'] },
      )
      .map((options) => ({
        name: `step(${JSON.stringify(options)})`,
        call: (network: Network) => network.step(options as never),
      }));
    const set = fc
      .record({ name: fc.constantFrom('weight_ih_l0', '__proto__', 'no'), data: numbers(2 * 9) })
      .map(({ name, data }) => ({
        name: `setParameters(${name})`,
        call: (network: Network) => network.setParameters({ [name]: data }),
      }));
    const load = fc
      .oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 80 }), strange)
      .map((bytes) => ({
        name: 'load',
        call: (network: Network) => network.load(bytes as never),
      }));
    const others = fc.constantFrom(
      { name: 'parameters', call: (network: Network) => network.parameters() },
      { name: 'gradients', call: (network: Network) => network.gradients() },
      { name: 'zeroGradients', call: (network: Network) => network.zeroGradients() },
      { name: 'save', call: (network: Network) => network.save() },
      { name: 'info', call: (network: Network) => network.info },
    );
    const calls: fc.Arbitrary<Call> = fc
      .record({ wait: fc.boolean(), what: fc.oneof(forward, step, set, load, others) })
      .map(({ wait, what }) => ({ wait, ...what }));
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { maxLength: 12 }), async (list) => {
        const config = {
          task: { inputs: 2, outputs: 1 },
          layers: [{ cell: 'gru' as const, units: 3 }],
          dropout: 0.2,
        };
        const network = await createNetwork({ ...config, seed: 1 }, { threads: 1, worker });
        try {
          await made(list, ({ call }) => call(network));
          for (const [name, { data }] of Object.entries(await network.parameters()))
            expect(data.every(Number.isFinite), name).toBe(true);
          const x = { shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) };
          const saved = await network.save();
          const before = await network.forward(x);
          await network.load(saved);
          expect((await network.forward(x)).y).toEqual(before.y);
        } finally {
          network.dispose();
        }
      }),
      limits(runs),
    );
    count(`sequence of calls of a network (${worker ? 'worker' : 'this thread'})`, runs, runs);
  });
});
