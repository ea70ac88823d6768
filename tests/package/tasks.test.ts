/** Tasks beyond the next character, in both hosts: made examples and given ones, answers, splits, files. */
import { describe, expect, test } from 'vitest';
import { createModel, getSchema, type Model, openModel, type PredictRequest } from 'unfold-rnn';
import { argumentsOf, collect, hosts, rejection, type Setup } from './harness.js';
import type { AnyTask } from './task-models.js';

const LINES = 40;
const lines = (line: (i: number) => string) => Array.from({ length: LINES }, (_, i) => line(i)).join('\n');
const word = (i: number) => 'abcb'.slice(i % 3) + 'cab'.slice(0, i % 4);
const reversed = (text: string) => [...text].reverse().join('');
const notes = (i: number) => [[40 + (i % 5)], [44 + (i % 3), 52], [], [40 + (i % 5)]];

/** Each task from text, with an input to be asked about. */
const GIVEN: { task: AnyTask; text: string; ask: PredictRequest }[] = [
  {
    task: 'translate',
    text: lines((i) => `${word(i)}\t${reversed(word(i))}`),
    ask: { input: 'abc', target: 'cba' },
  },
  {
    task: { name: 'translate', termination: 'count' },
    text: lines((i) => `${word(i)}\t${reversed(word(i))}`),
    ask: { input: 'ab', beamWidth: 3 },
  },
  { task: { name: 'generate', termination: 'halt' }, text: lines(word), ask: { target: 'abcb' } },
  {
    task: { name: 'generate', context: 2 },
    text: lines((i) => `${i % 2},0.5\t${word(i)}`),
    ask: { context: [1, 0.5] },
  },
  {
    task: 'classify',
    text: lines((i) => `${i % 3 ? 'odd' : 'even'}\t${word(i)}`),
    ask: { input: 'abc', target: 'odd' },
  },
  { task: 'tag', text: lines((i) => `${word(i)}\t${word(i).replaceAll('b', 'x')}`), ask: { input: 'abc' } },
  {
    task: 'regress',
    text: lines((i) => `${Math.sin(i / 3)},${i % 2}`),
    ask: { input: [[0.1, 1]], steps: 5 },
  },
  {
    task: { name: 'regress', pooling: 'mean' },
    text: lines((i) => `${i},${i % 2},1\t${i / 40}`),
    ask: { input: [[1], [0]], target: [[0.5]] },
  },
  {
    task: 'notes',
    text: JSON.stringify({ keys: 'piano', train: Array.from({ length: 12 }, (_, i) => notes(i)) }),
    ask: { input: [Array.from({ length: 88 }, (_, k) => (k === 40 ? 1 : 0))], steps: 4, temperature: 1 },
  },
];

const SMALL = {
  layers: [{ cell: 'gru', units: 12 }],
  batchSize: 8,
  evaluateEvery: 0,
  seed: 3,
  threads: 1,
  validationSplit: 0.2,
};

const made: Model[] = [];
const keep = (model: Model) => (made.push(model), model);

describe.each(hosts)('in $host', ({ worker }) => {
  const create = async (options: Setup) =>
    keep(await createModel(...argumentsOf({ worker, ...SMALL, ...options })));

  test.each(GIVEN)('$task: learns from text, answers, goes on bit for bit from its file', async (given) => {
    const { task, text, ask } = given;
    const encoder = JSON.stringify(task).includes('translate')
      ? { encoder: [{ units: 10, bidirectional: true }] }
      : {};
    const model = await create({ task, text, ...encoder });
    const [before] = await collect(model.train({ steps: 1 }));
    const after = (await collect(model.train({ steps: 60 }))).at(-1)!;
    expect(after.loss).toBeLessThan(before!.loss);
    const bits = JSON.stringify(task).includes('regress') ? null : after.loss / Math.LN2;
    expect(after.bitsPerToken).toBe(bits); // a squared error has none
    expect((await model.evaluate()).bitsPerToken === null).toBe(bits === null);
    const { data } = model.info;
    expect(data!.train + data!.validation + data!.test).toBeGreaterThan(2);
    expect(data!.trivialLoss).toBeGreaterThan(0);

    const answer = await model.predict(ask);
    if (ask.target) expect(answer.logProbability).toBe(await model.logProbability(ask));
    if (ask.steps) expect(answer.forecast).toHaveLength(ask.steps);
    if (ask.beamWidth) {
      const scores = answer.alternatives!.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      const greedy = await model.predict({ ...ask, beamWidth: 1 });
      expect(answer.logProbability).toBeGreaterThanOrEqual(greedy.logProbability! - 1e-6);
    }
    for (const split of ['train', 'validation', 'test'] as const) {
      const { loss, accuracy, tokens: characters } = await model.evaluate({ split });
      expect(loss).toBeGreaterThan(0);
      expect(characters).toBeGreaterThan(0);
      const counts = JSON.stringify(task).includes('regress');
      expect(accuracy === null).toBe(counts);
      expect((await model.example(split, 0)).answer).toBeTypeOf('object');
    }

    const file = await model.save();
    const copy = keep(await openModel(file, text, { worker, threads: 1 }));
    expect(await copy.predict(ask)).toEqual(answer);
    await collect(model.train({ steps: 7 }));
    await collect(copy.train({ steps: 7 }));
    expect(await copy.save()).toEqual(await model.save());
    for (const m of [model, copy]) m.dispose();
  });

  test('a corpus needs no text, and is there again when the file is opened', async () => {
    const model = await create({ dataset: { name: 'parity', count: 200 } });
    await collect(model.train({ steps: 5 }));
    const copy = keep(await openModel(await model.save(), undefined, { worker, threads: 1 }));
    expect(copy.info).toMatchObject({ canTrain: true, step: 5 });
    await collect(model.train({ steps: 5 }));
    await collect(copy.train({ steps: 5 }));
    expect(await copy.save()).toEqual(await model.save());
    for (const m of [model, copy]) m.dispose();
  });

  test('what does not fit is refused by name, and the model goes on', async () => {
    const model = await create({ task: 'classify', text: GIVEN[4]!.text });
    const cases: [object, string][] = [
      [{}, 'input'],
      [{ input: 'a§' }, 'input'],
      [{ input: [[1]] }, 'input'],
      [{ input: 'a', target: 'none' }, 'target'],
      [{ input: 'a', colour: 1 }, 'colour'],
    ];
    for (const [request, field] of cases)
      expect(await rejection(model.predict(request))).toMatchObject({ code: 'INVALID_ARGUMENT', field });
    expect(await rejection(model.logProbability({ input: 'a' }))).toMatchObject({ field: 'target' });
    expect(await rejection(model.example('test', 1e6))).toMatchObject({ field: 'index' });
    expect(await rejection(model.evaluate({ split: 'none' as 'test' }))).toMatchObject({ field: 'split' });
    for (const call of [() => model.baselines(), () => model.gradientFlow(), () => model.inspect('abc')])
      expect(await rejection(call())).toMatchObject({ code: 'INVALID_STATE', field: 'task' });
    expect(await rejection(collect(model.sample()))).toMatchObject({ code: 'INVALID_STATE' });
    expect(await collect(model.train({ steps: 2 }))).not.toHaveLength(0);
    model.dispose();
    const text = await create({ text: 'abc '.repeat(300), sequenceLength: 4 });
    expect(await rejection(text.predict({ input: 'a' }))).toMatchObject({ code: 'INVALID_STATE' });
    text.dispose();
    expect(await rejection(create({ task: 'translate' }))).toMatchObject({ code: 'INVALID_TEXT' });
    expect(await rejection(create({ task: 'translate', text: 'no tab' }))).toMatchObject({
      code: 'INVALID_TEXT',
    });
    expect(await rejection(create({ dataset: 'none' }))).toMatchObject({ field: 'dataset.name' });
  });
});

test('the probabilities of all sequences of three symbols sum to one, the 81 of length four among them', async () => {
  const text = lines((i) => 'abcbacab'.slice(i % 5).slice(0, 4));
  const model = keep(
    await createModel(
      ...argumentsOf({ ...SMALL, task: { name: 'generate', termination: 'count' }, text, worker: false }),
    ),
  );
  await collect(model.train({ steps: 20 }));
  const sums: number[] = []; // of each length that the model can have
  for (let length = 0; length <= 4; length++) {
    let sum = 0;
    for (let code = 0; code < 3 ** length; code++) {
      const target = Array.from({ length }, (_, i) => 'abc'[Math.floor(code / 3 ** i) % 3]).join('');
      sum += Math.exp(await model.logProbability({ target }));
    }
    sums.push(sum);
  }
  expect(sums.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  // P(length) has been taken in by each: the 81 share what no other length has.
  expect(sums[4]).toBeCloseTo(1 - sums[0]! - sums[1]! - sums[2]! - sums[3]!, 4);
  expect(sums[4]).toBeGreaterThan(0.1);
  model.dispose();
});

test('every corpus of the schema makes a model that trains', async () => {
  for (const { name, task } of (await getSchema()).datasets) {
    const encoder = task === 'translate' ? { encoder: [{ units: 8 }] } : {};
    const model = await createModel(
      ...argumentsOf({ ...SMALL, ...encoder, dataset: { name, count: 60 }, worker: false }),
    );
    expect(model.info.config.task).toMatchObject({ name: task });
    const [report] = await collect(model.train({ steps: 1 }));
    expect(report!.loss).toBeGreaterThan(0);
    model.dispose();
  }
});
