/** What a model learns from, in whatever form it is given: the same model; or refused with its place. */
import { describe, expect, test } from 'vitest';
import { type Config, createModel, type Dataset, type Model, openModel } from 'unfold-rnn';
import { rejection } from './harness.js';

const here = { threads: 1, worker: false };
const small: Config = { layers: [{ units: 3 }], batchSize: 2, seed: 2 };
const made = async (config: Config, dataset: Dataset) => {
  using model = await createModel({ ...small, ...config }, dataset, here);
  await model.train({ steps: 2 });
  return await model.save();
};

const TEXT = 'Ein Füchslein 🦊 sprang über den Bach. '.repeat(12);
const bytes = new TextEncoder().encode(TEXT);

/** Of a length that cuts characters of two bytes, of four, and pairs of surrogates. */
function* cut<T extends string | Uint8Array>(whole: T): Generator<T> {
  for (let at = 0; at < whole.length; at += 5) yield whole.slice(at, at + 5) as T;
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

describe('a text', () => {
  const text = { sequenceLength: 8 };
  const forms: [string, () => Dataset][] = [
    ['bytes', () => bytes],
    ['a Blob', () => new Blob([TEXT])],
    ['a File', () => new File([bytes], 'text.txt')],
    ['an array of strings', () => [...cut(TEXT)]],
    ['a generator of strings', () => cut(TEXT)],
    ['an async generator of strings', () => later(cut(TEXT))],
    ['an async generator of bytes', () => later(cut(bytes))],
    ['a stream', () => new Blob([TEXT]).stream()],
    ['strings and bytes', () => [TEXT.slice(0, 40), new TextEncoder().encode(TEXT.slice(40))]],
    ['a string with a byte order mark', () => `\uFEFF${TEXT}`],
    ['a stream with a byte order mark', () => later(cut(new TextEncoder().encode(`\uFEFF${TEXT}`)))],
  ];

  test.each(forms)('as %s is the same', async (_, form) => {
    expect(await made(text, form())).toEqual(await made(text, TEXT));
  });

  test('in pieces keeps what looks like a byte order mark in its middle', async () => {
    const whole = `${TEXT}\uFEFF${TEXT}`;
    const pieces = [bytes, `\uFEFF${TEXT}`];
    expect(await made(text, pieces)).toEqual(await made(text, whole));
  });

  test('is read until its signal, before an engine is started', async () => {
    const controller = new AbortController();
    const endless = async function* () {
      for (let i = 0; ; ++i) {
        await Promise.resolve();
        if (i === 9) controller.abort('enough');
        yield TEXT;
      }
    };
    const { signal } = controller;
    expect(await rejection(createModel({}, endless(), { ...here, signal }))).toBe('enough');
  });

  test.each([
    [undefined, 'dataset', 'undefined'],
    [null, 'dataset', 'null'],
    [12, 'dataset', '12'],
    [{}, 'dataset', '[object Object]'],
    [['abc', 3], 'dataset[1]', '3'],
    [['abc', { input: 'abc' }], 'dataset[1]', '[object Object]'],
    [[], 'dataset', 'an empty list'],
    [[[1, 2]], 'dataset[0]', '[object Array]'],
    [[{ input: 'abc' }], 'dataset', 'examples'],
  ])('is not %j', async (dataset, field, actual) => {
    expect(await rejection(createModel({}, dataset as never, here))).toMatchObject({
      ...{ code: 'INVALID_TEXT', field, actual },
    });
  });

  test('does not stand beside generated examples', async () => {
    expect(await rejection(createModel({ dataset: 'copy' }, 'abc', here))).toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', field: 'dataset', actual: "'abc'" },
    });
  });
});

/** Of each task: examples, the same as text, and what the model says of one. */
const tasks: [name: string, config: Config, examples: Dataset, text: string][] = [
  ['generate', { task: 'generate' }, [{ target: 'ab' }, { target: '\uFEFFb' }, { target: 'cä' }], 'ab\n\uFEFFb\ncä'],
  ['generate, at the beginning a mark', { task: 'generate' }, [{ target: '\uFEFFb' }, { target: 'a' }], '\uFEFF\uFEFFb\na'],
  [
    'generate with a context',
    { task: { name: 'generate', context: 2 } },
    [{ target: 'ab', context: [1, -0.5] }, { target: 'c', context: Float32Array.of(1e-7, 3) }],
    `1,-0.5\tab\n${Math.fround(1e-7)},3\tc`,
  ],
  ['classify', { task: 'classify' }, [{ input: 'ab', target: 'yes, it is' }, { input: 'c', target: 'no' }], 'yes, it is\tab\nno\tc'],
  ['classify by numbers and truth values', { task: 'classify' }, [{ input: 'ab', target: 1 }, { input: 'c', target: false }], '1\tab\nfalse\tc'],
  ['tag', { task: 'tag' }, [{ input: 'a🦊', target: 'xy' }, { input: 'b', target: ['🦊'] }], 'a🦊\txy\nb\t🦊'],
  ['translate', { task: 'translate', encoder: [{ units: 3 }] }, [{ input: 'ab', target: 'ba' }, { input: 'a', target: 'a' }], 'ab\tba\na\ta'],
  [
    'regress',
    { task: 'regress' },
    [{ input: [[1, 2], Float64Array.of(3, 4), [5, 6]] }, { input: [[0, 1e-9], [1, 1]] }],
    '1,2\n3,4\n5,6\n\n0,1e-9\n1,1',
  ],
  ['regress of one number a step', { task: 'regress' }, [{ input: [1, 2, 3] }, { input: Float32Array.of(4, 5) }], '1\n2\n3\n\n4\n5'],
  [
    'regress, pooled',
    { task: { name: 'regress', pooling: 'last' } },
    [{ input: [[1, 2], [3, 4]], target: 5 }, { input: [[1, 2]], target: [6] }],
    '1 2,3 4\t5\n1 2\t6',
  ],
  ['notes', { task: 'notes', dataset: { keys: 'piano' } }, [{ input: [[0, 87], [], [12]] }, { input: [Uint8Array.of(1), [2]] }], '{"train":[[[0,87],[],[12]],[[1],[2]]]}'],
]; // prettier-ignore

describe('examples', () => {
  test.each(tasks)('of %s are those of the text', async (_, config, examples, text) => {
    const file = await made(config, examples);
    expect(file).toEqual(await made(config, text));
    expect(await made(config, later(examples as never[]))).toEqual(file);
    const [one, other] = await Promise.all([examples, text].map((data) => openModel(file, data, here)));
    await Promise.all([one, other].map((model) => (model as Model).train({ steps: 2 })));
    expect(one!.info.canTrain).toBe(true);
    expect(await one!.save()).toEqual(await other!.save());
    for (const model of [one, other]) model!.dispose();
  });

  const lines = ['Loved it\tgood', 'Hated it\tbad', 'Great\tgood', 'Awful\tbad'];
  test('of strings without line breaks are one a string', async () => {
    expect(await made({ task: 'classify' }, lines)).toEqual(
      await made({ task: 'classify' }, lines.join('\n')),
    );
    const pieces = lines.join('\n').match(/[^]{1,7}/g)!;
    expect(await made({ task: 'classify' }, pieces)).toEqual(
      await made({ task: 'classify' }, lines.join('\n')),
    );
  });

  test('of one example, of one label or with columns that are not read: this is noted', async () => {
    const notes = async (text: string) => {
      using model = await createModel({ ...small, task: 'classify' }, text, here);
      return model.info.data!.notes;
    };
    expect(await notes('good\tone')).toEqual(['There is one example alone: an example is a line.']);
    expect(await notes('good\tone\ngood\ttwo\n')).toEqual([
      'All examples have the label good: there is nothing to tell apart.',
    ]);
    expect(await notes('id,text,label\n1,one day,good\n2,two days,bad\n')).toEqual([
      '1 of 3 columns are not read.',
    ]);
  });

  test('as rows under names of their own are those of their JSON', async () => {
    const table = Array.from({ length: 9 }, (_, t) => ({ date: `2024-01-0${t + 1}`, Sales: (t * t) % 7 }));
    for (const rows of [table, table.map(({ Sales }, t) => [Sales, t % 2])]) {
      const file = await made({ task: 'regress' }, JSON.stringify(rows));
      expect(await made({ task: 'regress' }, rows as Dataset)).toEqual(file);
    }
    const labelled = lines.map((line) => ({ text: line.split('\t')[0], label: line.split('\t')[1] }));
    expect(await made({ task: 'classify' }, labelled as Dataset)).toEqual(
      await made({ task: 'classify' }, JSON.stringify(labelled)),
    );
  });

  const good = { input: 'ab', target: 'xy' };
  const pooled: Config = { task: { name: 'regress', pooling: 'mean' } };
  const context: Config = { task: { name: 'generate', context: 2 } };
  test.each<[Config['task'], object[], string, string]>([
    ['generate', [{ target: 'x' }, { target: 'a\tb' }], 'dataset[1].target', '"\\t" at 1'],
    ['generate', [{ target: 'x' }, { target: 'x\ny' }], 'dataset[1].target', '"\\n" at 1'],
    ['generate', [{ target: 'x' }, { target: 'ab\r' }], 'dataset[1].target', '"\\r" at 2'],
    ['classify', [good, { input: 'a\ud800', target: 'x' }], 'dataset[1].input', 'a lone surrogate at 1'],
    ['classify', [good, { input: 'ab', target: '' }], 'dataset[1].target', "''"],
    ['classify', [good, { input: 'ab' }], 'dataset[1].target', 'undefined'],
    ['classify', [good, { input: 'ab', target: NaN }], 'dataset[1].target', 'NaN'],
    ['classify', [good, { ...good, context: [1] }], 'dataset[1].context', '[object Array]'],
    ['classify', [good, { ...good, label: 'x' }], 'dataset[1].label', "'x'"],
    ['classify', [good, null as never], 'dataset[1]', 'null'],
    ['classify', [good, 'ab' as never], 'dataset[1]', "'ab'"],
    [{ name: 'classify', maxLength: 299 }, [good, { ...good, input: 'a'.repeat(300) }], 'dataset[1]', '300'],
    ['tag', [good, { input: 'ab', target: 'x' }], 'dataset[1].target', '1'],
    ['tag', [good, { input: 'ab', target: ['x', ''] }], 'dataset[1].target[1]', "''"],
    ['tag', [good, { input: ['a', 3], target: 'xy' }], 'dataset[1].input[1]', '3'],
    ['tag', [good, { input: ['a', 'b'], target: 'xy' }], 'dataset[1]', 'a list'],
    ['translate', [good, { input: '', target: 'x' }], 'dataset[1].input', "''"],
    ['generate', [{ target: 'a' }, good], 'dataset[1].input', "'ab'"],
    ['generate', [{ target: 'a' }, { target: 'a', context: [1] }], 'dataset[1].context', '[object Array]'],
    [context.task, [{ target: 'a', context: [1, NaN] }], 'dataset[0].context[1]', 'NaN'],
    [context.task, [{ target: 'a', context: [1, 2] }, { target: 'a', context: [1] }], 'dataset[1]', '1'],
    ['regress', [{ input: [1, 2] }, { input: [1] }], 'dataset[1].input', '1'],
    ['regress', [{ input: [1, 2] }, { input: [1, [2, 3]] }], 'dataset[1].input[1]', '2'],
    ['regress', [{ input: [1, 2], target: [2] }], 'dataset[0].target', '[object Array]'],
    ['regress', [{ input: '12' }], 'dataset[0].input', "'12'"],
    [pooled.task, [{ input: [1], target: 1 }, { input: [1], target: [1, 2] }], 'dataset[1].target', '2'],
    [pooled.task, [{ input: [1], target: 1 }, { input: [1], target: Infinity }], 'dataset[1].target', 'Infinity'],
    [pooled.task, [{ input: [1], target: 1 }, { input: [1e16], target: 1 }], 'dataset[1]', '"10000000000000000"'],
    ['notes', [{ input: [[1], [128]] }], 'dataset[0].input[1][0]', '128'],
    ['notes', [{ input: [[1], [2]] }], 'dataset.keys', 'nothing'],
    ['notes', [{ input: [[1], 3] }], 'dataset[0].input[1]', '3'],
    ['notes', [{ input: [[1], [2]] }, { input: [[1]] }], 'dataset[1].input', '1'],
  ])('of %j, case %#: refused at $2', async (task, examples, field, actual) => {
    const error = await rejection(createModel({ ...small, task: task! }, examples as Dataset, here));
    expect(error).toMatchObject({ code: 'INVALID_TEXT', field, actual });
    expect(error.message).toBe(`${field}: expected ${error.expected}, got ${actual}`);
  }); // prettier-ignore

  test('of words, labels and texts that no line could carry', async () => {
    const words = { input: ['the', 'mill'], target: ['DET', 'NOUN'] };
    const tagger = await createModel({ ...small, task: 'tag' }, [words, words, words], here);
    expect(tagger.info.data).toMatchObject({
      inputs: ['mill', 'the'],
      targets: ['DET', 'NOUN'],
      words: true,
    });
    expect((await tagger.predict({ input: 'mill the mill' })).outputs).toHaveLength(3);
    tagger.dispose();
    const odd = { input: 'a\tb\n', target: 'x\ty' };
    const labels = await createModel({ ...small, task: 'classify' }, [odd, odd, odd], here);
    expect(labels.info.data).toMatchObject({ inputs: ['\t', '\n', 'a', 'b'], targets: ['x\ty'] });
    labels.dispose();
    // Named by their fields, labels may all be different.
    const many = Array.from({ length: 12 }, (_, i) => ({ input: `${i}`, target: `label ${i}` }));
    const named = await createModel({ ...small, task: 'classify' }, many, here);
    expect(named.info.data!.targets).toHaveLength(12);
    named.dispose();
  });

  test('of a task that the engine does not know: it says so', async () => {
    for (const task of ['clasify', { name: 'tensor', inputs: 1 }])
      expect(await rejection(createModel({ task }, [good], here))).toMatchObject({ code: 'INVALID_CONFIG' });
    expect(await rejection(openModel(new Uint8Array(9), [good], here))).toMatchObject({
      code: 'INVALID_CHECKPOINT',
    });
  });
});
