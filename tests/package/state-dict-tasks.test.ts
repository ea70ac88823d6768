/** Networks of tasks as state_dicts: of both directions, pooled or at each step, there and back. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fromStateDict, type StateDictOptions, toStateDict } from 'unfold-rnn/export';
// Not exported: reads and writes the files that PyTorch reads and writes.
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import { type LayerConfig, type Model, openModel } from 'unfold-rnn';
import { hasModule, python } from './python.js';
import { answerOf, asked, close, given, made, type TaskCase } from './task-models.js';

vi.setConfig({ testTimeout: 60_000 });

const both = { units: 5, bidirectional: true };
const rnn = { ...both, cell: 'rnn', activation: 'relu' };
const cases: TaskCase[] = [
  ['classify, last', 'classify', 'classify', { layers: [{ cell: 'gru', units: 6 }] }],
  ['classify, last, both ways', 'classify', 'classify', { layers: [both, { ...both, cell: 'gru' }] }],
  ['classify, mean', { name: 'classify', pooling: 'mean' }, 'classify', { embedding: 4, layers: [both, both] }],
  ['tag', 'tag', 'tag', { layers: [rnn, { ...rnn, units: 3 }] }],
  ['tag, alike', 'tag', 'tag', { embedding: 3, layers: [{ ...both, cell: 'gru' }, { ...both, cell: 'gru' }] }],
  ['tag, one way and both', 'tag', 'tag', { layers: [{ units: 5, bias: 'one' }, { ...both, bias: 'none' }, { units: 5 }] }],
  ['regress', 'regress', 'regress', { layers: [{ units: 6 }, { cell: 'gru', units: 5 }] }],
  ['regress, last', { name: 'regress', pooling: 'last' }, 'pooled', { layers: [both] }],
  ['regress, quantiles', { name: 'regress', loss: 'quantile' }, 'regress', { layers: [{ units: 6 }] }],
  ['regress, Gaussian', { name: 'regress', loss: 'gaussian' }, 'regress', { layers: [{ units: 6 }] }],
  ['notes', 'notes', 'notes', { layers: [{ cell: 'gru', units: 8 }] }],
]; // prettier-ignore
const LENGTHS = [5, 1, 7, 2];

const poolOf = (task: TaskCase[1]) =>
  typeof task === 'object' ? (task.pooling ?? 'none') : task === 'classify' ? 'last' : 'none';

const folder = mkdtempSync(join(tmpdir(), 'unfold-state-dict-tasks-'));
const [out, back] = ['out', 'back'].map((name) => join(folder, name)) as [string, string];
afterAll(() => rmSync(folder, { recursive: true }));

const opened = (bytes: Uint8Array) => openModel(bytes, undefined, { threads: 1, worker: false });
const predictions = (model: Model) =>
  Promise.all(LENGTHS.map(async (T) => given(await model.predict({ input: asked(model, T).input }))));

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  const wanted: Record<string, { outputs: number; answers: number[][] }> = {};
  let results: {
    read: Record<string, number[][]>;
    written: Record<string, { sequences: (number[] | number[][])[]; logits: number[][] }>;
  };

  beforeAll(async () => {
    [out, back].forEach((path) => mkdirSync(path));
    for (const [name, task, text, more] of cases) {
      const model = await made(task, text, more);
      wanted[name] = { outputs: model.info.data!.outputs, answers: await predictions(model) };
      const sequences = LENGTHS.map((T) => asked(model, T).encoded);
      writeFileSync(join(out, `${name}.safetensors`), toStateDict(await model.save()));
      writeFileSync(join(out, `${name}.json`), JSON.stringify({ sequences, pooling: poolOf(task) }));
      model.dispose();
    }
    const program = new URL('state_dict_tasks_cases.py', import.meta.url).pathname;
    results = JSON.parse(python([program, out, back]));
  }, 120_000);

  test.each(cases)('%s loads with strict=True, answers sequences of unequal lengths alike', (name, task) => {
    const { outputs, answers } = wanted[name]!;
    expect(results.read[name]).toHaveLength(LENGTHS.length);
    results.read[name]!.forEach((logits, n) => close(answerOf(task, logits, outputs), answers[n]!));
  });

  /** Neither symbols nor labels in the order of code points. */
  const letters = { symbols: 'dbca', labels: ['no', 'maybe', 'yes'] };
  const written: [name: string, options: StateDictOptions][] = [
    ['lstm', { ...letters, config: { task: 'classify' } }],
    ['gru', { symbols: ['d', 'b', 'c', 'a'], labels: 'zxy', config: { task: 'tag' } }],
    ['mixed', { config: { task: { name: 'regress', pooling: 'mean' } } }],
    ['labelled numbers', { labels: letters.labels, config: { task: { name: 'classify', pooling: 'last' } } }],
    ['foretold', { config: { task: 'regress' } }],
  ];

  test.each(written)('%s of PyTorch opens here', async (name, options) => {
    const read = (kind: string) => new Uint8Array(readFileSync(join(back, `${name}.${kind}`)));
    const bytes = fromStateDict(read('safetensors'), options);
    expect(fromStateDict(read('pt'), options)).toEqual(bytes);
    const model = await opened(bytes);
    const { sequences, logits } = results.written[name]!;
    const labels = [...(options.labels ?? [])];
    const { outputs, targets } = model.info.data!;
    expect(targets).toEqual([...labels].sort());
    for (const [n, sequence] of sequences.entries()) {
      const input = options.symbols
        ? sequence.map((k) => options.symbols![k as number]).join('')
        : (sequence as number[][]);
      const answer = given(await model.predict({ input }));
      const place = (i: number) => (labels.length ? targets.indexOf(labels[i % outputs]!) : i % outputs);
      const theirs = answerOf(options.config!.task!, logits[n]!, outputs);
      close(
        theirs.map((_, i) => answer[i - (i % outputs) + place(i)]!),
        theirs,
      );
    }
    model.dispose();
  });
});

test.each(cases)('%s comes back as it went', async (_, task, text, more) => {
  const model = await made(task, text, more);
  const bytes = fromStateDict(toStateDict(await model.save()), {
    activation: 'relu',
    config: { batchSize: 8 },
  });
  const copy = await opened(bytes);
  expect(copy.info.config.task).toEqual(model.info.config.task);
  expect(copy.info.data).toMatchObject({
    inputs: model.info.data!.inputs,
    targets: model.info.data!.targets,
  });
  expect(copy.info.config.layers).toHaveLength(model.info.config.layers.length);
  const answers = await predictions(model);
  (await predictions(copy)).forEach((answer, n) => close(answer, answers[n]!));
  model.dispose();
  copy.dispose();
});

test('refuses by name what torch.nn cannot express', async () => {
  const edges = [{ from: 'input' }, { from: 'self' }];
  const readout = [{ from: 0 }, { from: 1 }];
  const refused: [LayerConfig[], RegExp, object?][] = [
    [[{ units: 4, direction: 'backward' }], /layers\[0\]\.direction/],
    [[{ units: 4 }, { units: 4, direction: 'backward' }], /layers\[1\]\.edges/],
    [
      [
        { units: 4, edges },
        { units: 3, direction: 'backward', edges },
      ],
      /layers\[1\].*beside it/,
      { readout },
    ],
    [[{ ...both, layerNorm: true }], /layers\[0\].*layerNorm/],
    [[both, { units: 4, edges: [{ from: 0 }, { from: 'self' }] }], /layers\[2\]\.edges/],
  ];
  for (const [layers, message, more] of refused) {
    const model = await made('tag', 'tag', { layers, ...more });
    const file = await model.save();
    model.dispose();
    expect(() => toStateDict(file), String(message)).toThrow(message);
    expect(() => toStateDict(file)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  }
});

test('says what is wrong with a state_dict of a task', async () => {
  const model = await made('classify', 'classify', { layers: [both] });
  const whole = toStateDict(await model.save());
  model.dispose();
  const { tensors } = readSafetensors(whole);
  const plain = (change: (all: Map<string, any>) => void = () => {}) => {
    const all = new Map<string, any>(tensors);
    change(all);
    return writeSafetensors({ metadata: {}, tensors: all });
  };
  const told = { symbols: 'abc', labels: ['even', 'odd'], config: { task: 'classify' } };
  expect(() => fromStateDict(plain(), told)).not.toThrow();
  const wrong: [StateDictOptions, string][] = [
    [{ ...told, config: { task: 'translate' } }, 'config.task'],
    [{ ...told, config: { task: 'regress' } }, 'rnn.weight_ih_l0_reverse'],
    [{ ...told, config: {} }, 'rnn.weight_ih_l0_reverse'],
    [{ ...told, labels: 'xyz' }, 'labels'],
    [{ ...told, labels: ['odd', 'odd'] }, 'labels[1]'],
    [{ ...told, symbols: 'ab' }, 'symbols'],
    [{ ...told, symbols: ['a', 'bc', 'd'] }, 'symbols[1]'],
    [{ ...told, symbols: Uint8Array.of(1, 2, 3) }, 'symbols'],
    [{ config: { task: 'classify' } }, 'labels'],
  ];
  for (const [options, field] of wrong)
    expect(() => fromStateDict(plain(), options), JSON.stringify(options)).toThrow(`${field}: `);
  const lacks = (name: string) => plain((all) => all.delete(name));
  expect(() => fromStateDict(lacks('rnn.weight_hh_l0_reverse'), told)).toThrow('rnn.weight_hh_l0_reverse: ');
  expect(() => fromStateDict(lacks('rnn.weight_ih_l0_reverse'), told)).toThrow('rnn.weight_hh_l0_reverse: ');
  const narrow = plain((all) => all.set('readout.weight', { shape: [2, 5], data: new Float32Array(10) }));
  expect(() => fromStateDict(narrow, told)).toThrow('the Linear: ');
});
