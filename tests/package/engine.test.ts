/** What holds only with the real engine behind: the same numbers, wherever they are computed. */
import { describe, expect, test } from 'vitest';
import { checkConfig, getSchema, type Model, openModel, type UnfoldError } from 'unfold-rnn';
import * as inline from 'unfold-rnn/inline';
import { collect, hosts, realModel, rejection, SMALL, TEXT, turn } from './harness.js';

const train = async (model: Model, steps: number) =>
  (await collect(model.train({ steps }))).flatMap(({ losses }) => [...losses]);

const write = async (model: Model) =>
  (await collect(model.sample({ prompt: 'the ', length: 200, seed: 3 }))).join('');

/** Opens, uses and disposes of. */
async function reopen<T>(
  bytes: Uint8Array,
  { text, worker }: { text?: string; worker?: boolean },
  use: (model: Model) => Promise<T>,
): Promise<T> {
  const model = await openModel(bytes, text, { threads: 1, ...(worker !== undefined && { worker }) });
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

describe.each(hosts)('in $host', ({ worker }) => {
  test('a saved model continues bit for bit', async () => {
    const model = await realModel({ worker, dropout: 0.1 });
    await train(model, 60);
    const bytes = await model.save();
    const text = await write(model);
    const losses = await train(model, 60);
    await reopen(bytes, { worker, text: TEXT }, async (again) => {
      expect(again.info).toMatchObject({ step: 60, canTrain: true });
      expect(await write(again)).toBe(text);
      expect(await train(again, 60)).toEqual(losses);
      expect(await again.save()).toEqual(await model.save());
    });
  });

  test('without a text a model writes and does not train', async () => {
    const model = await realModel({ worker });
    await train(model, 20);
    const text = await write(model);
    await reopen(await model.save({ optimizer: false }), { worker }, async (again) => {
      expect(again.info.canTrain).toBe(false);
      expect(await write(again)).toBe(text);
      expect(await rejection(train(again, 1))).toMatchObject({ code: 'INVALID_STATE' });
    });
  });

  test('a file that is none is refused, and the next one opens', async () => {
    const model = await realModel({ worker });
    const bytes = await model.save();
    for (const bad of [
      new Uint8Array(),
      bytes.slice(0, 40),
      bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte)),
    ]) {
      expect(await rejection(reopen(bad, { worker }, write))).toMatchObject({ code: 'INVALID_CHECKPOINT' });
    }
    await reopen(bytes, { worker }, write);
  });

  test('an overflow stops the run, typed; the weights stay good', async () => {
    const model = await realModel({ worker, layers: [{ cell: 'rnn', activation: 'relu', units: 24 }] });
    await train(model, 20);
    await model.update({ optimizer: { learningRate: 1e6 }, clip: 0 });
    expect(await rejection(train(model, 50))).toMatchObject({ code: 'NON_FINITE' });
    const text = await write(model);
    expect(text).toHaveLength(200);
    await reopen(await model.save(), { worker }, async (again) => expect(await write(again)).toBe(text));
  });

  test.each([
    ['a lower rate', { optimizer: { learningRate: 1e-4 } }],
    ['clipping', { clip: 1, optimizer: { learningRate: 1e-3 } }],
  ])('an overflow says what a page needs, and %s goes on from the same model', async (_, settings) => {
    const wild = { optimizer: { name: 'sgd', learningRate: 1e6 }, clip: 0, threads: 1 } as const;
    const model = await realModel({
      ...wild,
      layers: [{ cell: 'rnn', activation: 'relu', units: 24 }],
      worker,
    });
    const error = await rejection(collect(model.train({ steps: 200 })));
    expect(error).toMatchObject({ code: 'NON_FINITE', field: expect.stringMatching(/^step \d+$/) });
    const { overflow } = error as UnfoldError;
    expect(overflow).toMatchObject({ learningRate: 1e6, rolledBack: expect.any(Boolean) });
    expect(overflow!.step).toBe(Number(error.field.slice(5)));
    expect(overflow!.parameter).toMatch(/weight|bias/);
    expect(error.message).toContain(overflow!.parameter);
    expect(JSON.parse(JSON.stringify(error)).overflow).toEqual(overflow);
    await model.update(settings);
    const [last] = (await collect(model.train({ steps: 5 }))).slice(-1);
    expect(last!.step).toBeGreaterThanOrEqual(5);
    expect(Number.isFinite(last!.loss)).toBe(true);
    await openModel(await model.save(), undefined, { worker: false }).then((saved) => saved.dispose());
  });

  test('the error of a step that was left is not told of other settings', async () => {
    const layers = [{ cell: 'rnn', activation: 'relu', units: 256 }] as const;
    const optimizer = { name: 'sgd', learningRate: 1e6 } as const;
    const wild = { worker, layers: [...layers], optimizer, clip: 0, sequenceLength: 32, batchSize: 64 };
    const { overflow } = (await rejection(train(await realModel(wild), 200))) as UnfoldError;
    const model = await realModel(wild);
    await train(model, overflow!.step - 1);
    await turn(); // so that the run's first slice comes before what follows it
    await turn();
    // The step that overflows takes many slices: after the first the file is asked for, which ends it, and the loop left.
    const run = model.train();
    await Promise.all([run.next(), model.save(), run.return()]);
    await model.update({ optimizer: { learningRate: 1e-4 }, clip: 1 });
    // Where the loop was left too soon for that, the weights are as wild as before.
    const told = await train(model, 1).catch((error: UnfoldError) => error.overflow);
    expect(told).not.toMatchObject({ learningRate: 1e6 });
  });

  test('a validation that overflows is said, and does not spoil the file', async () => {
    const model = await realModel({ worker, layers: [{ cell: 'rnn', activation: 'relu', units: 24 }] });
    await model.update({ optimizer: { learningRate: 1e6 }, clip: 0 });
    await train(model, 1); // wild weights that no step has seen yet
    const said = await model.evaluate().then(
      ({ loss }) => loss > 1e3,
      ({ code }) => code === 'NON_FINITE',
    );
    expect(said).toBe(true);
    await reopen(await model.save(), { worker, text: TEXT }, async (again) => void (await write(again)));
  });

  test('a measurement that was stopped leaves nothing behind', async () => {
    const text = TEXT.repeat(200); // many slices: the signal comes after the first
    const model = await realModel({ worker, text, validationSplit: 0.5 });
    const controller = new AbortController();
    const stopped = rejection(model.evaluate({ signal: controller.signal }));
    await model.update({});
    controller.abort();
    expect(await stopped).toBe(controller.signal.reason);
    await train(model, 30);
    const measured = await model.evaluate();
    await reopen(await model.save(), { worker, text }, async (again) =>
      expect(await again.evaluate()).toEqual(measured),
    );
  });

  test('a run that ends with a long validation reports it, and its end', async () => {
    const model = await realModel({ worker, text: TEXT.repeat(40), validationSplit: 0.5, evaluateEvery: 20 });
    const reports = await collect(model.train({ steps: 20 }));
    expect(reports.at(-1)).toMatchObject({ step: 20, done: true, validationStep: 20 });
    expect(reports.at(-1)!.validationLoss).toBe((await model.evaluate()).loss);
    expect(reports.filter(({ done }) => done)).toHaveLength(1);
  });
});

test('threads, workers and the embedded engine change no number', async () => {
  const variants = [
    { worker: true, threads: 1 },
    { worker: false, threads: 1 },
    { worker: true, threads: 2 },
    { worker: true, threads: 3 },
    { worker: false, threads: 2 },
  ];
  const large = { layers: [{ cell: 'lstm', units: 64 }], batchSize: 24 }; // large enough to be worth threads
  const results = [];
  for (const variant of variants) {
    const model = await realModel({ ...large, ...variant });
    expect(model.info.runtime).toMatchObject({
      ...variant,
      build: variant.threads > 1 ? 'simd-threads' : 'simd',
    });
    results.push({ losses: await train(model, 15), text: await write(model) });
    model.dispose();
  }
  const embedded = await inline.createModel({ ...SMALL, ...large }, TEXT);
  results.push({ losses: await train(embedded, 15), text: await write(embedded) });
  embedded.dispose();
  for (const result of results) expect(result).toEqual(results[0]);
});

test('thirty models one after the other', async () => {
  for (let i = 0; i < 30; i++) {
    const model = await realModel({ worker: i % 2 === 0 });
    await train(model, 1);
    model.dispose();
  }
});

describe('configurations', () => {
  test('are completed and measured', async () => {
    const { config, parameters, memoryBytes } = await checkConfig(
      { layers: [{ cell: 'gru', units: 8 }] },
      { vocabulary: 10 },
    );
    expect(config).toMatchObject({ sequenceLength: 64, batchSize: 32, layers: [{ cell: 'gru', units: 8 }] });
    expect(parameters).toBeGreaterThan(100);
    expect(memoryBytes).toBeGreaterThan(parameters! * 4);
    expect(await checkConfig(config)).toMatchObject({ config, parameters: null, memoryBytes: null });
  });

  test('are measured with a text as its model is', async () => {
    const text = TEXT.repeat(3);
    const model = await realModel({ text });
    const { config, parameters, memoryBytes, vocabulary } = model.info;
    model.dispose();
    const size = { vocabulary: vocabulary.size, tokens: [...text].length };
    expect(await checkConfig(SMALL, size)).toEqual({ config, parameters, memoryBytes });
  });

  test('are refused by field', async () => {
    expect(await rejection(checkConfig({ batchSize: 0 }))).toMatchObject({
      code: 'INVALID_CONFIG',
      field: 'batchSize',
      actual: '0',
    });
    expect(await rejection(checkConfig({ typo: 1 } as never))).toMatchObject({
      code: 'INVALID_CONFIG',
      field: 'typo',
    });
  });

  test('have a schema whose defaults and cells are valid', async () => {
    const schema = await getSchema();
    expect((await checkConfig(schema.defaults)).config).toEqual(schema.defaults);
    expect(schema.cells.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['rnn', 'lstm', 'gru', 'peephole-lstm']),
    );
    for (const { name } of schema.cells) await checkConfig({ layers: [{ cell: name }] });
  });

  test('have presets, each of which stands for a plain configuration', async () => {
    const { presets } = await getSchema();
    expect(presets).toHaveLength(36);
    for (const { name, label, sentence, equations, source, config } of presets) {
      for (const text of [label, sentence, equations, source]) expect(text).not.toBe('');
      const checked = await checkConfig({ preset: name, units: 128 }, { vocabulary: 50 });
      expect(checked).toEqual(await checkConfig(config, { vocabulary: 50 }));
      expect(checked.parameters).toBeGreaterThan(1000);
    }
    expect(await rejection(checkConfig({ preset: 'nonsense' }))).toMatchObject({ field: 'preset' });
  });
});
