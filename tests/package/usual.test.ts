/**
 * Every call of the public interface on networks of a usual size, whose steps take many slices each. One model is
 * trained and asked by one test after the other.
 */
import {
  checkConfig,
  createModel,
  createNetwork,
  getSchema,
  type LayerConfig,
  type Model,
  type Network,
  openModel,
  preload,
} from 'unfold-rnn';
import { fromStateDict, toKeras, toOnnx, toPyTorch, toStateDict } from 'unfold-rnn/export';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, hosts, rejection } from './harness.js';

const TEXT = Array.from(
  { length: 200 },
  (_, i) => `${i} sheep and ${(i * i) % 97} goats went up the hill.\n`,
).join('');

const layers: LayerConfig[] = [
  { cell: 'lstm', units: 256 },
  { cell: 'lstm', units: 256 },
];

describe.each(hosts)('LSTM 2×256 with the default batch and window, in $host', ({ worker }) => {
  const runtime = { worker, threads: 1 };

  describe('a model of a text', () => {
    let model: Model;
    beforeAll(async () => {
      await preload(runtime);
      model = await createModel({ layers, seed: 1 }, TEXT, runtime);
    });
    afterAll(() => model.dispose());
    const losses = async (trained: Model, steps: number) =>
      (await collect(trained.train({ steps }))).flatMap((report) => [...report.losses]);

    test.each([
      { limit: { steps: 1 }, step: 1 },
      { limit: { until: 2 }, step: 2 },
      { limit: { seconds: 0 }, step: 3 },
      { limit: { seconds: 0.005 }, step: 4 }, // over inside a step
    ])('train ends with step $step after $limit', async ({ limit, step }) => {
      const reports = await collect(model.train(limit));
      expect(reports.flatMap((report) => [...report.losses])).toHaveLength(1);
      expect(reports.at(-1)).toMatchObject({ step, done: true, secondsLeft: 0 });
      expect(model.info.step).toBe(step);
    });

    test('train is stopped by a signal, and by leaving its loop, in the middle of a step', async () => {
      const { step } = model.info;
      const controller = new AbortController();
      const training = rejection(collect(model.train({ seconds: 60, signal: controller.signal })));
      await collect(model.sample({ length: 1 })); // the step is under way
      controller.abort();
      expect(await training).toBe(controller.signal.reason);
      expect((await model.update({})).step).toBe(step);
      const reports = model.train();
      const first = reports.next();
      await collect(model.sample({ length: 1 }));
      await reports.return();
      expect((await first).done).toBe(true);
      expect((await model.update({})).step).toBe(step);
    });

    test('what is asked for beside a run is answered, and the run ends', async () => {
      const { step } = model.info;
      const training = collect(model.train({ seconds: 0 }));
      const [pieces, evaluation, baselines, bytes] = await Promise.all([
        collect(model.sample({ length: 20 })),
        model.evaluate(),
        model.baselines(),
        model.save(),
      ]);
      expect(pieces.join('')).toHaveLength(20);
      expect(evaluation.loss).toBeGreaterThan(0);
      expect(baselines.markov).toHaveLength(3);
      expect(bytes.byteLength).toBeGreaterThan(model.info.parameters * 4);
      expect((await training).at(-1)).toMatchObject({ step: step + 1, done: true });
    });

    test('a validation that is due is reported', async () => {
      await model.update({ evaluateEvery: 1, optimizer: { learningRate: 0.002 } });
      const last = (await collect(model.train({ steps: 1 }))).at(-1)!;
      expect(last).toMatchObject({ validationStep: last.step, done: true });
      expect(last.validationLoss).toBe((await model.evaluate({ split: 'validation' })).loss);
      await model.update({ evaluateEvery: 0 });
    });

    test('evaluate and baselines give way to a signal', async () => {
      const reason = new Error('enough');
      for (const call of ['evaluate', 'baselines'] as const) {
        const controller = new AbortController();
        const running = rejection(model[call]({ signal: controller.signal }));
        controller.abort(reason);
        expect(await running, call).toBe(reason);
      }
    });

    test('inspect, saliency, terms, spreads, gradient flow', async () => {
      const text = TEXT.slice(0, 100);
      const { layers: seen, probabilities } = await model.inspect(text);
      expect(seen.map(({ series }) => series['h']!.length)).toEqual([100 * 256, 100 * 256]);
      expect(probabilities).toHaveLength(100 * model.info.vocabulary.size);
      expect(await model.saliency(text, { at: 50 })).toHaveLength(50);
      const [term] = await model.preactivations(text, { at: 50, layer: 1 });
      expect(term!.values).toHaveLength(4 * 256);
      const counted = (await model.histograms()).flatMap(({ counts }) => counts);
      expect(counted.reduce((a, b) => a + b)).toBe(model.info.parameters);
      const flow = await model.gradientFlow();
      expect(flow.map((norms) => norms.length)).toEqual([65, 65]);
      expect(flow.flat().every((norm) => norm > 0)).toBe(true);
    });

    test('what is saved is opened, in the same bytes, goes on the same way, and leaves', async () => {
      const bytes = await model.save();
      const [again, weights] = await Promise.all([
        openModel(bytes, TEXT, runtime),
        openModel(await model.save({ optimizer: false }), undefined, runtime),
      ]);
      try {
        expect(Buffer.compare(await again.save(), bytes)).toBe(0);
        expect(await losses(again, 1)).toEqual(await losses(model, 1));
        expect((await collect(weights.sample({ length: 20, greedy: true }))).join('')).toHaveLength(20);
      } finally {
        again.dispose();
        weights.dispose();
      }
      expect((toOnnx(bytes) as Uint8Array).byteLength).toBeGreaterThan(model.info.parameters * 4);
      expect(Object.keys(toPyTorch(bytes)).length).toBeGreaterThan(1);
      expect(Object.keys(toKeras(bytes)).length).toBeGreaterThan(1);
      const back = await openModel(fromStateDict(toStateDict(bytes)), undefined, runtime);
      expect(back.info.parameters).toBe(model.info.parameters);
      back.dispose();
    });

    test('questions about configurations', async () => {
      const { config, parameters } = await checkConfig(
        { layers },
        { vocabulary: model.info.vocabulary.size },
        runtime,
      );
      expect(parameters).toBe(model.info.parameters);
      const { sequenceLength, batchSize } = (await getSchema(runtime)).defaults;
      expect(config).toMatchObject({ sequenceLength, batchSize });
      expect(model.info.config).toMatchObject({ sequenceLength, batchSize });
    });
  });

  test('a model of a task', async () => {
    using model = await createModel(
      {
        dataset: { name: 'reversal', count: 300 },
        encoder: [{ cell: 'lstm', units: 256, bidirectional: true }],
        layers: layers.slice(1),
        attention: 'additive',
        seed: 1,
      },
      undefined,
      runtime,
    );
    const reports = await collect(model.train({ seconds: 0 }));
    expect(reports.at(-1)).toMatchObject({ step: 1, done: true });
    const { output, alternatives, attention } = await model.predict({ input: 'abc', beamWidth: 4 });
    expect(alternatives![0]!.output).toBe(output);
    expect(attention!.every((row) => row.length > 2)).toBe(true);
    expect(await model.logProbability({ input: 'abc', target: 'cba' })).toBeLessThan(0);
    expect((await model.example('test', 0)).answer.output).toBeTypeOf('string');
    expect((await model.evaluate({ split: 'test' })).accuracy).toBeGreaterThanOrEqual(0);
    expect((await openAgain(await model.save())).config).toEqual(model.info.config);
  });
  const openAgain = async (bytes: Uint8Array) => {
    using model = await openModel(bytes, undefined, runtime);
    return model.info;
  };

  test('a network of numbers', async () => {
    const [T, N] = [64, 32];
    const make = (): Promise<Network> =>
      createNetwork({ task: { inputs: 8, outputs: 4 }, layers, seed: 1 }, runtime);
    using network = await make();
    const x = { shape: [T, N, 8], data: Float32Array.from({ length: T * N * 8 }, (_, i) => Math.sin(i)) };
    const { y, state } = await network.forward(x);
    expect(y.shape).toEqual([T, N, 4]);
    const { dx } = await network.backward(y.data);
    expect(dx.shape).toEqual(x.shape);
    const norm = Math.hypot(
      ...Object.values(await network.gradients()).map(({ data }) => Math.hypot(...data.slice(0, 1000))),
    );
    expect(norm).toBeGreaterThan(0);
    expect(await network.step({ optimizer: 'adam', clip: { norm: 1 } })).toBeGreaterThanOrEqual(norm);
    await network.zeroGradients();
    expect(Object.values(await network.gradients()).every(({ data }) => data.every((d) => d === 0))).toBe(
      true,
    );
    using other = await make();
    await other.load(await network.save());
    const next = await network.forward(x, { state });
    expect((await other.forward(x, { state })).y).toEqual(next.y);
    await other.setParameters(await network.parameters());
    expect((await other.forward(x)).y).toEqual((await network.forward(x)).y);
  });
});
