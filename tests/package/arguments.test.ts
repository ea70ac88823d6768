/** What callers in JavaScript pass by mistake: one typed error, and model, network and engine go on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkConfig,
  createModel,
  createNetwork,
  describeNetwork,
  getSchema,
  type Model,
  type Network,
  openModel,
  UnfoldError,
} from 'unfold-rnn';
import { read } from './calls.js';
import { argumentsOf, hosts } from './harness.js';

const loop: Record<string, unknown> = {};
loop['loop'] = loop;
const thrower = {
  toJSON() {
    throw new Error('mine');
  },
};
const strange = [null, 0, NaN, 'x', true, [], {}, () => 1, Symbol('s'), 10n, thrower, loop] as never[];

/** An answer or one typed error. */
async function settles(name: string, call: () => unknown): Promise<void> {
  const error = await new Promise((resolve) => resolve(call())).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error === undefined) return;
  if (!(error instanceof UnfoldError)) throw new Error(`${name}: no typed error`, { cause: error });
  expect(['INTERNAL', 'WORKER_FAILED'], `${name}: ${error.message}`).not.toContain(error.code);
}

const calls: Record<string, (model: Model, x: never) => unknown> = {
  predict: (model, x) => model.predict(x),
  logProbability: (model, x) => model.logProbability(x),
  'example (split)': (model, x) => model.example(x, 0),
  'example (index)': (model, x) => model.example('train', x),
  evaluate: (model, x) => model.evaluate(x),
  'evaluate (split)': (model, x) => model.evaluate({ split: x }),
  update: (model, x) => model.update(x),
  save: (model, x) => model.save(x),
  sample: (model, x) => read(model.sample(x), 3),
  train: (model, x) => read(model.train(x), 3),
  'train (steps)': (model, x) => read(model.train({ steps: x }), 3),
  inspect: (model, x) => model.inspect(x),
  saliency: (model, x) => model.saliency('abc', x),
  terms: (model, x) => model.preactivations(x, { at: 0 }),
  'terms (at)': (model, x) => model.preactivations('abc', { at: x }),
  spreads: (model, x) => model.histograms(x),
  baselines: (model, x) => model.baselines(x),
  gradientFlow: (model, x) => model.gradientFlow(x),
};

describe.each(hosts)('in $host', ({ worker }) => {
  const small = {
    layers: [{ cell: 'gru' as const, units: 2 }],
    batchSize: 2,
    sequenceLength: 4,
    threads: 1,
    worker,
  };
  const tagged = 'abc\txyx\nab\txy\nc\tx\n'.repeat(4);
  const models: Model[] = [];
  let network: Network;
  beforeAll(async () => {
    models.push(await createModel(...argumentsOf({ ...small, text: 'abc abd '.repeat(60) })));
    models.push(
      await createModel(
        ...argumentsOf({ ...small, sequenceLength: undefined as never, task: 'tag', text: tagged }),
      ),
    );
    network = await createNetwork(
      { task: { inputs: 2, outputs: 1 }, layers: [{ units: 2 }] },
      { threads: 1, worker },
    );
  });
  afterAll(() => {
    for (const model of models) model.dispose();
    network.dispose();
  });

  test.each(Object.entries(calls))('%s', async (name, call) => {
    for (const model of models) {
      for (const x of [...strange, ...(name.includes('(') ? [] : [undefined as never])])
        if (!(name === 'train' && (x === undefined || typeof x === 'object')))
          await settles(`${name}(${typeof x})`, () => call(model, x));
      expect(await read(model.train({ steps: 1 }))).toBeUndefined();
    }
  });

  test('of a network', async () => {
    const x = { shape: [1, 1, 2], data: new Float32Array(2) };
    for (const s of strange) {
      await settles('forward', () => network.forward(s));
      await settles('forward (options)', () => network.forward(x, s));
      for (const field of ['lengths', 'state', 'context', 'training', 'other'])
        await settles(`forward (${field})`, () => network.forward(x, { [field]: s }));
      await settles('backward', () => network.backward(s));
      await settles('backward (state)', () => network.backward(new Float32Array(1), s));
      await settles('setParameters', () => network.setParameters(s));
      await settles('setParameters (one)', () => network.setParameters({ weight_ih_l0: s }));
      await settles('step', () => network.step(s));
      await settles('step (optimizer)', () => network.step({ optimizer: s }));
      await settles('load', () => network.load(s));
    }
    expect((await network.forward(x)).y.shape).toEqual([1, 1, 1]);
  });
});

const here = { threads: 1, worker: false };

test('of functions; questions about configurations are answered afterwards', async () => {
  for (const s of [...strange, undefined as never]) {
    await settles('createModel', () => createModel(s));
    await settles('createNetwork', () => createNetwork(s));
    await settles('openModel', () => openModel(s));
    await settles('openModel (options)', () => openModel(new Uint8Array(9), s));
    await settles('createModel (dataset)', () => createModel({}, s, here));
    await settles('createModel (runtime)', () => createModel({}, 'abc', s));
    await settles('openModel (runtime)', () => openModel(new Uint8Array(9), '', s));
    await settles('createNetwork (runtime)', () => createNetwork({ task: { inputs: 1 } }, s));
    await settles('checkConfig', () => checkConfig(s));
    await settles('checkConfig (vocabulary)', () => checkConfig({}, { vocabulary: s }));
    await settles('checkConfig (tokens)', () => checkConfig({}, { tokens: s }));
    await settles('describeNetwork', () => describeNetwork(s));
    await settles('describeNetwork (vocabulary)', () => describeNetwork({}, { vocabulary: s }));
    await settles('checkConfig (runtime)', () => checkConfig({}, {}, s));
    await settles('getSchema', () => getSchema(s));
  }
  expect((await checkConfig({}, { vocabulary: 20 })).parameters).toBeGreaterThan(0);
});
