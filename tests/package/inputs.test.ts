/** What callers pass and open by mistake: refused with the field and little text, or done as it is meant. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toOnnx, toStateDict } from 'unfold-rnn/export';
import {
  checkConfig,
  createModel,
  createNetwork,
  describeNetwork,
  getSchema,
  type Model,
  openModel,
  preload,
} from 'unfold-rnn';
// Not exported: the reader that exporters and the tensor level share.
import { readSafetensors } from '../../dist/export/safetensors.js';
import { argumentsOf, collect, rejection, TEXT } from './harness.js';

const here = { threads: 1, worker: false };
const small = { layers: [{ cell: 'gru' as const, units: 3 }], batchSize: 2, ...here };
const models: Record<string, Model> = {};

beforeAll(async () => {
  const tasks: Record<string, object> = {
    text: { text: TEXT.slice(0, 800), sequenceLength: 8 },
    generate: { task: 'generate', text: 'abc\nab\nc\n'.repeat(4) },
    translate: { task: 'translate', text: 'abc\tcba\nab\tba\n'.repeat(4) },
    classify: { task: 'classify', text: 'x\tabc\ny\tbc\n'.repeat(4) },
    tag: { task: 'tag', text: 'abc\txyx\nab\txy\nc\tx\n'.repeat(4) },
    regress: { task: 'regress', text: '1,2\n2,3\n3,4\n4,5\n'.repeat(4) },
    pooled: { task: { name: 'regress', pooling: 'last' }, text: '1 2,2 3\t4\n3 4\t5\n5 6\t7\n'.repeat(2) },
  };
  for (const [name, options] of Object.entries(tasks))
    models[name] = await createModel(...argumentsOf({ ...small, ...options }));
});
afterAll(() => {
  for (const model of Object.values(models)) model.dispose();
});

describe('a message repeats at most 80 characters of what came', () => {
  test('of a text in the place of options, of lists in the place of tensors', async () => {
    const text = TEXT.repeat(50);
    const list = Array.from({ length: 100_000 }, (_, i) => i);
    const network = await createNetwork({ layers: small.layers, task: { inputs: 2 } }, here);
    const x = { shape: [1, 1, 2], data: new Float32Array(2) };
    const calls: (() => Promise<unknown>)[] = [
      () => createModel(text as never),
      () => getSchema(text as never),
      () => network.forward({ ...x, data: list } as never),
      () => network.forward({ ...x, shape: list }),
      () => network.forward(x, { [text]: 1 }),
      () => network.setParameters({ [text]: x }),
      () => models['text']!.evaluate({ [text]: 1 }),
      () => models['text']!.evaluate({ split: text as never }),
    ];
    for (const call of calls) {
      const { code, message, field, expected, actual } = await rejection(new Promise((done) => done(call())));
      expect(code).toBe('INVALID_ARGUMENT');
      expect(field.length, message.slice(0, 300)).toBeLessThanOrEqual(80);
      expect(actual.length, message.slice(0, 300)).toBeLessThanOrEqual(80);
      expect(message).toBe(`${field}: expected ${expected}, got ${actual}`);
    }
    network.dispose();
  });
});

test('nor does any call repeat more of a value of 500 000 characters, wherever it stands', async () => {
  const long = 'x'.repeat(500_000);
  const thrower = {
    toJSON() {
      throw new Error(long);
    },
  };
  const network = await createNetwork({ layers: small.layers, task: { inputs: 2 } }, here);
  const x = { shape: [1, 1, 2], data: new Float32Array(2) };
  const text = models['text']!;
  const classify = models['classify']!;
  const config = { layers: small.layers };
  const places: Record<string, (value: never) => unknown> = {
    createModel: (v) => createModel(v, 'abc', here),
    'createModel dataset': (v) => createModel(config, [{ input: 'a', target: 'b' }, v] as never, here),
    'createModel runtime': (v) => createModel(config, 'abc', v),
    'createModel runtime.threads': (v) => createModel(config, 'abc', { threads: v }),
    'createModel config.preset': (v) => createModel({ preset: v }, 'abc', here),
    'createModel config.units': (v) => createModel({ preset: 'gru', units: v }, 'abc', here),
    'createModel config.layers': (v) => createModel({ layers: [{ cell: v }] }, 'abc', here),
    'createModel config.task': (v) => createModel({ task: v }, 'abc', here),
    'createModel config.dataset': (v) => createModel({ dataset: v }, undefined, here),
    'createModel config field': (v) => createModel({ [v as string]: 1 }, 'abc', here),
    'createModel example': (v) => createModel({ task: 'classify' }, [{ input: v, target: 1 as never }], here),
    'createModel example.context': (v) =>
      createModel({ task: 'classify' }, [{ input: 'a', target: 'b', context: v }], here),
    'createModel lines': (v) => createModel({ task: 'tag' }, `a\tb\n${v as string}`, here),
    openModel: (v) => openModel(v, '', here),
    'openModel bytes': (v) => openModel(new TextEncoder().encode(`{"${v as string}`), '', here),
    createNetwork: (v) => createNetwork(v, here),
    'createNetwork task': (v) => createNetwork({ task: v }, here),
    'createNetwork task.inputs': (v) => createNetwork({ task: { inputs: v } }, here),
    checkConfig: (v) => checkConfig({ optimizer: v }),
    'checkConfig sizes': (v) => checkConfig({}, v),
    'checkConfig vocabulary': (v) => checkConfig({}, { vocabulary: v }),
    describeNetwork: (v) => describeNetwork({}, { vocabulary: v }),
    preload: (v) => preload({ math: v }),
    train: (v) => text.train({ steps: v }),
    sample: (v) => collect(text.sample({ temperature: v })),
    'sample prompt': (v) => collect(text.sample({ prompt: v, length: v })),
    evaluate: (v) => classify.evaluate({ split: v }),
    predict: (v) => classify.predict(v),
    'predict input': (v) => classify.predict({ input: v }),
    'predict target': (v) => classify.predict({ input: 'ab', target: v }),
    'predict many': (v) => classify.predict([{ input: 'ab' }, { input: v }]),
    logProbability: (v) => classify.logProbability(v),
    example: (v) => classify.example(v, 0),
    'example index': (v) => classify.example('train', v),
    baselines: (v) => text.baselines({ maxOrder: v }),
    gradientFlow: (v) => text.gradientFlow({ lags: v }),
    saliency: (v) => text.saliency('the', { at: v }),
    preactivations: (v) => text.preactivations('the', { at: v }),
    histograms: (v) => text.histograms({ bins: v }),
    update: (v) => text.update({ clip: v }),
    'update field': (v) => text.update({ [v as string]: 1 }),
    save: (v) => text.save({ optimizer: v }),
    forward: (v) => network.forward(v),
    'forward shape': (v) => network.forward({ ...x, shape: v }),
    'forward lengths': (v) => network.forward(x, { lengths: [v] }),
    backward: (v) => network.backward(v),
    setParameters: (v) => network.setParameters({ [v as string]: x }),
    step: (v) => network.step(v),
    'step optimizer': (v) => network.step({ optimizer: v }),
    'step learningRate': (v) => network.step({ optimizer: { name: 'sgd', learningRate: v } }),
    'step field': (v) => network.step({ optimizer: { name: 'sgd', [v as string]: 1 } }),
    load: (v) => network.load(v),
  };
  const more: Record<string, () => unknown> = {
    'update throws': () => text.update(thrower as never),
    'predict throws': () => classify.predict(thrower as never),
  };
  for (const [place, call] of Object.entries(places)) more[place] ??= () => call(long as never);
  const wrong: string[] = [];
  for (const [place, call] of Object.entries(more)) {
    const { message, actual = '', field = '' } = await rejection(new Promise((done) => done(call())));
    const most = Math.max(
      ...[message, actual, field].map((part) =>
        /x*/g[Symbol.match](part)!.reduce((a, b) => Math.max(a, b.length), 0),
      ),
    );
    if (most > 80 || message.length > 1000) wrong.push(`${place}: ${most} of ${message.length}`);
  }
  network.dispose();
  expect(wrong).toEqual([]);
});

describe('options that do not exist are refused by name', () => {
  const calls: Record<string, (model: Model, options: never) => unknown> = {
    train: (model, options) => model.train(options),
    sample: (model, options) => collect(model.sample(options)),
    evaluate: (model, options) => model.evaluate(options),
    save: (model, options) => model.save(options),
    baselines: (model, options) => model.baselines(options),
    gradientFlow: (model, options) => model.gradientFlow(options),
    spreads: (model, options) => model.histograms(options),
    saliency: (model, options) => model.saliency('the', options),
    terms: (model, options) => model.preactivations('the', options),
    openModel: (_, options) => openModel(new Uint8Array(), '', options),
    checkConfig: (_, options) => checkConfig({}, options),
    'checkConfig (runtime)': (_, options) => checkConfig({}, {}, options),
    createModel: (_, options) => createModel({}, '', options),
    createNetwork: (_, options) => createNetwork({ task: { inputs: 1 } }, options),
    describeNetwork: (_, options) => describeNetwork({}, options),
    getSchema: (_, options) => getSchema(options),
    preload: (_, options) => preload(options),
  };

  test.each(Object.entries(calls))('%s', async (_, call) => {
    const error = await rejection(
      new Promise((done) => done(call(models['text']!, { stepz: 1, at: 1 } as never))),
    );
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      actual: expect.stringMatching('an unknown (option|field)'),
    });
    expect(['stepz', 'at']).toContain(error.field);
  });

  test('of a run, numbers that are none of steps', () => {
    for (const steps of [1.5, -1, NaN, '3', null])
      for (const field of ['steps', 'until'])
        expect(() => models['text']!.train({ [field]: steps })).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT', field, expected: 'a whole number, 0 or more' }),
        );
    expect(() => models['text']!.train({ seconds: 1.5, steps: Infinity })).not.toThrow();
  });
});

test('what belongs into another argument is refused in the configuration, with its place', async () => {
  const refusal = (call: (config: never) => Promise<unknown>, field: string, value: unknown) =>
    rejection(call({ task: { inputs: 1 }, [field]: value } as never));
  const runtime = {
    threads: 2,
    math: 'fast',
    wasmUrl: 'x',
    wasmModule: {},
    workerUrl: 'x',
    worker: true,
    timeout: 1,
    signal: new AbortController().signal,
  };
  const calls: [(config: never) => Promise<unknown>, string][] = [
    [createModel, 'createModel(config, dataset, { … })'],
    [createNetwork, 'createNetwork(config, { … })'],
    [checkConfig, 'checkConfig(config, {}, { … })'],
    [describeNetwork, 'describeNetwork(config, {}, { … })'],
  ];
  for (const [call, place] of calls)
    for (const [field, value] of Object.entries(runtime))
      expect((await refusal(call, field, value)).toJSON()).toEqual({
        ...{ code: 'INVALID_CONFIG', field, actual: 'a field of it' },
        expected: `beside the configuration, as ${place.replace('…', field)}`,
        message: `${field}: expected beside the configuration, as ${place.replace('…', field)}, got a field of it`,
      });
  expect(await refusal(createModel, 'text', 'abc')).toMatchObject({
    ...{ code: 'INVALID_CONFIG', field: 'text' },
    expected: 'beside the configuration, as createModel(config, text)',
  });
});

test.each([
  ['learningRate', 0.01, 'it in optimizer: { learningRate: … }'],
  ['cell', 'gru', 'it in layers: [{ … }]'],
  ['maxLength', 9, 'it in task: { name: …, … }'],
  ['missing', 'mask', 'it in dataset: { … }'],
  ['epochs', 3, 'it in train({ … })'],
])('%s in the configuration itself is refused with its place', async (field, value, expected) => {
  expect(
    await rejection(createModel({ [field]: value }, 'a text', { worker: false, threads: 1 })),
  ).toMatchObject({
    ...{ code: 'INVALID_CONFIG', field, expected, actual: 'a field of the configuration' },
  });
});

test('a network of numbers wants its sizes', async () => {
  expect(await rejection(createNetwork({ task: 'regress' } as never))).toMatchObject({
    ...{ code: 'INVALID_CONFIG', field: 'task', expected: '{ inputs, outputs }', actual: "'regress'" },
  });
});

test('what means nothing by itself, or nothing to the task, is refused in the configuration', async () => {
  expect(await rejection(createModel({ units: 64 }, TEXT))).toMatchObject({
    ...{ code: 'INVALID_CONFIG', field: 'units', expected: 'it beside preset, or in layers' },
  });
  expect(await rejection(createModel({ task: 'classify', unit: 'word' }, 'a\tb'))).toMatchObject({
    ...{ code: 'INVALID_CONFIG', field: 'unit', actual: "'word'" },
  });
});

test('of several columns, predict wants rows', async () => {
  const config = { task: 'regress', layers: [{ units: 2 }], batchSize: 2 };
  using model = await createModel(config, '1,2\n3,4\n'.repeat(9), { threads: 1, worker: false });
  for (const input of [[1, 2, 3, 4], Float32Array.of(1, 2)])
    expect(await rejection(model.predict({ input: input as never }))).toMatchObject({
      ...{ field: 'input', expected: 'rows of 2 numbers', actual: 'a flat list' },
    });
});

test('without its examples a model does not train, and a damaged one does not open', async () => {
  const here = { threads: 1, worker: false };
  const config = { task: 'classify', layers: [{ units: 2 }], batchSize: 2 };
  using made = await createModel(config, 'a\tbb\nb\tcc\n'.repeat(9), here);
  const file = await made.save();
  using model = await openModel(file, undefined, here);
  expect(await rejection(model.evaluate())).toMatchObject({
    field: 'dataset',
    expected: 'the examples it was trained on (open the checkpoint with them)',
  });
  file[file.length - 1]! ^= 1;
  expect((await rejection(openModel(file, undefined, here))).message).toMatch(/the file is damaged$/);
});

describe('predict refuses what the task does not read', () => {
  const fields = {
    ...{ input: 'ab', context: [1], beamWidth: 2, lengthPenalty: 1, temperature: 1, seed: 3, steps: 2 },
  };
  const numbers = [[1, 2]];
  test.each([
    ['generate', {}, 'beamWidth lengthPenalty temperature seed'],
    ['translate', { input: 'ab' }, 'input beamWidth lengthPenalty temperature seed'],
    ['classify', { input: 'ab' }, 'input'],
    ['tag', { input: 'ab' }, 'input'],
    ['regress', { input: numbers }, 'input steps'],
    ['pooled', { input: numbers }, 'input'],
  ])('%s', async (name, request, read) => {
    const refused = [];
    for (const [field, value] of Object.entries(fields)) {
      const given = { [field]: value, ...request };
      const error = await models[name]!.predict(given).then(
        () => undefined,
        (error: { field: string }) => error,
      );
      if (error) refused.push(field);
      if (error) expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
    expect(refused.sort()).toEqual(
      Object.keys(fields)
        .filter((field) => !read.split(' ').includes(field))
        .sort(),
    );
  });
});

describe('texts', () => {
  const half = 'I ate 🍕'.slice(0, 7);

  test('half of a surrogate pair is refused with its field, wherever it is', async () => {
    const text = models['text']!;
    const calls: [string, string, () => unknown][] = [
      ['dataset', 'INVALID_TEXT', () => createModel(...argumentsOf({ ...small, text: half }))],
      ['text', 'INVALID_TEXT', () => text.inspect(half)],
      ['prompt', 'INVALID_ARGUMENT', () => collect(text.sample({ prompt: half }))],
      ['input', 'INVALID_ARGUMENT', () => models['classify']!.predict({ input: half })],
      [
        'name',
        'INVALID_ARGUMENT',
        () => createModel(...argumentsOf({ ...small, text: TEXT, task: { name: half } })),
      ],
    ];
    for (const [field, code, call] of calls)
      expect(await rejection(new Promise((done) => done(call())))).toMatchObject({
        ...{ code, field, expected: 'whole characters', actual: 'a lone surrogate at 6' },
      });
    expect(() => text.sample({ prompt: null as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'prompt', actual: 'null' }),
    );
  });

  test('a byte order mark is no symbol, as a string and as bytes', async () => {
    for (const text of ['\uFEFFab ba'.repeat(9), new TextEncoder().encode(`\uFEFF${'ab ba'.repeat(9)}`)]) {
      const model = await createModel(...argumentsOf({ ...small, sequenceLength: 4, text }));
      expect(model.info.vocabulary.symbols[0]).toBe(' ');
      model.dispose();
    }
  });
});

describe('a run that is awaited', () => {
  test('goes to its end and gives the last report; a sample the whole text', async () => {
    const model = await createModel(
      ...argumentsOf({ ...small, text: TEXT.slice(0, 800), sequenceLength: 8, earlyStopping: 0 }),
    );
    expect(await model.train({ steps: 7 })).toMatchObject({ step: 7, done: true });
    expect(model.info.step).toBe(7);
    expect(await model.train({ until: 7 })).toBeUndefined();
    const text = await model.sample({ length: 50, seed: 3 });
    expect(text).toBe((await collect(model.sample({ length: 50, seed: 3 }))).join(''));
    expect(await model.sample({ length: 0 })).toBe('');
    expect(await rejection(model.train({ signal: AbortSignal.abort('enough') }) as never)).toBe('enough');
    expect(await rejection(model.train() as never)).toMatchObject({ field: 'steps', actual: 'none' });
    expect((await model.train({ steps: 1 }))!.done).toBe(true); // that run is over
    model.dispose();
  });
});

test('a text has a training and a validation split, and each is measured whole', async () => {
  for (const split of ['test', 'dev'] as never[])
    expect(await rejection(models['text']!.evaluate({ split }))).toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', field: 'split', expected: "'train' or 'validation'" },
    });
  const { train, validation } = models['text']!.info.tokens;
  expect((await models['text']!.evaluate({ split: 'train' })).tokens).toBe(train - 1);
  expect((await models['text']!.evaluate()).tokens).toBe(validation - 1);
  expect((await models['classify']!.evaluate({ split: 'train' })).tokens).toBeGreaterThan(1);
});

describe('openModel names what it is given', () => {
  const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const zip = (...names: string[]) =>
    latin(names.map((name) => `PK\x03\x04${'\0'.repeat(22)}${name}`).join(''));

  test.each<[string, Uint8Array, RegExp]>([
    ['a PyTorch file', zip('model/data.pkl', 'model/data/0'), /importModel\(\).*model\.state_dict\(\)/],
    ['a Keras model', zip('metadata.json', 'config.json'), /importModel/],
    ['a NumPy archive', zip('w.npy'), /importModel/],
    ['a zip archive', zip('holiday.jpg'), /unpack it/],
    ['a Python pickle', latin('\x80\x02}q\0.'), /state_dict/],
    ['an HDF5 file (Keras weights?)', latin('\x89HDF\r\n\x1a\n\0\0\0'), /importModel/],
    ['a GGUF model', latin('GGUF\x03\0\0\0'), /recurrent/],
    ['a TensorFlow Lite model', latin('\x1c\0\0\0TFL3\0\0'), /\.safetensors/],
    ['a PNG picture', latin('\x89PNG\r\n\x1a\n'), /\.safetensors/],
    ['a JPEG picture', latin('\xff\xd8\xff\xe0\0'), /\.safetensors/],
    ['a gzip file', latin('\x1f\x8b\x08\0'), /unpack it/],
    ['a MIDI file', latin('MThd\0\0\0\x06'), /notes/],
    ['an HTML page', latin('<!DOCTYPE html><title>404</title>'), /address/],
    ['a Git LFS pointer', latin('version https://git-lfs.github.com/spec/v1\noid'), /git lfs pull/],
    ['JSON', latin('{ "layers": [{ "units": 3 }] }'), /createModel/],
    ['a text', latin('Once upon a time there was'), /createModel/],
    ['an empty file', new Uint8Array(), /to its end/],
  ])('%s', async (name, bytes, advice) => {
    const error = await rejection(openModel(bytes, undefined, { threads: 1, worker: false }));
    expect(error).toMatchObject({ code: 'INVALID_CHECKPOINT', field: 'file', actual: name });
    expect(error.message).toMatch(/^this is /);
    expect(error.message).toMatch(advice);
    expect(error.message.length).toBeLessThan(200);
  });

  test('what this package writes beside models, and the beginning of one', async () => {
    const bytes = await models['text']!.save();
    const name = async (other: Uint8Array) =>
      (await rejection(openModel(other, undefined, { threads: 1, worker: false }))).actual;
    expect(await name(toOnnx(bytes) as Uint8Array)).toBe('an ONNX model');
    expect(await name(toStateDict(bytes))).toBe('a safetensors file of weights');
    expect(await name(bytes.subarray(0, 200))).toMatch(
      /^the beginning of a safetensors file \(200 of at least \d+ bytes\)$/,
    );
    expect(await name(bytes.subarray(0, -100))).toBe(
      `the beginning of a safetensors file (${bytes.length - 100} of ${bytes.length} bytes)`,
    );
    const damaged = bytes.slice();
    damaged[damaged.length - 1]! ^= 64;
    expect(await rejection(openModel(damaged, undefined, { threads: 1, worker: false }))).toMatchObject({
      field: 'checksum',
    });
  });
});

describe('a safetensors header', () => {
  const file = (header: string) => {
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(8 + text.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  const entry = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';

  test.each([
    ['a name twice', `{"a":${entry},"a":${entry}}`, 'the key "a" twice'],
    ['a name twice, spelled otherwise', `{"a":${entry},"\\u0061":${entry}}`, 'the key "a" twice'],
    [
      'a field twice',
      `{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}`,
      'the key "dtype" twice',
    ],
    ['metadata twice', `{"__metadata__":{},"a":${entry},"__metadata__":{}}`, 'the key "__metadata__" twice'],
    ['millions of objects', `{"a":[${'{},'.repeat(4_000_000)}{}]}`, 'more than 140000 values'],
    [
      'names without an end',
      `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":{}`)}}`,
      'more than 10000 keys in an object',
    ],
    ['nesting', `{"a":${'['.repeat(99)}${']'.repeat(99)}}`, 'nesting deeper than 32'],
  ])('%s is refused before it is parsed', (_, header, actual) => {
    expect(() => readSafetensors(file(header))).toThrow(
      expect.objectContaining({ code: 'INVALID_CHECKPOINT', field: 'header', actual }),
    );
  });

  test('names with quotes, braces and escapes are names', () => {
    const { tensors, metadata } = readSafetensors(
      file(
        `{"__metadata__":{"a":"{\\"a\\":1,\\"a\\":2}"},"a":${entry}, "\\"{[\\\\":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}`,
      ),
    );
    expect([...tensors.keys()]).toEqual(['a', '"{[\\']);
    expect(metadata['a']).toBe('{"a":1,"a":2}');
  });
});
