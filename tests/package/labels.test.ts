/** People's labelled texts, through the package, the command line and the native program: cases of a kind that failed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createModel, openModel } from 'unfold-rnn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as command from './command.js';
import { rejection } from './harness.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // programs on a busy machine

let folder: string;
const run = (args: string[], input?: string) => command.run(folder, args, input);
const here = { threads: 1, worker: false };
const small = { layers: [{ cell: 'gru', units: 8 }], batchSize: 8, seed: 1 };
const SMALL = ['--config', JSON.stringify(small), '--threads', '1', '--fresh', '-q'];
const write = (name: string, text: string) => writeFile(join(folder, name), text);

const lines = (line: (i: number) => string, count = 30) => Array.from({ length: count }, (_, i) => line(i));
const LAST = `text,label\n${lines((i) => (i % 2 ? `"broke, item ${i}",bad` : `works ${i},good`)).join('\n')}\n`;
const HEADER = `label\ttext\n${lines((i) => (i % 2 ? `bad\tslow ${i}` : `good\tquick ${i}`)).join('\n')}\n`;
const LONG = lines((i) => `${i % 2 ? 'neg' : 'pos'}\t${`${i % 2}`.repeat(400 + i)}`, 12).join('\n');
const CONLL = `${lines(() => 'the\tDET\nmill\tNOUN\nturns\tVERB\n').join('\n')}\n`;
/** Other letters of the common Chinese ones. */
const han = (count: number) =>
  lines((i) => String.fromCodePoint(0x4e00 + ((i * 7919) % count)), 3 * count).join('');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await write('last.csv', LAST);
  await write('header.tsv', HEADER);
  await write('long.tsv', LONG);
  await write('conll.txt', CONLL);
});
afterAll(() => rm(folder, { recursive: true }));

const learn = (task: string, file: string, ...more: string[]) =>
  run(['train', file, '-t', task, '-o', `${file}.st`, '-n', '150', ...SMALL, ...more]);

describe('labelled texts', () => {
  test.each(['last.csv', 'header.tsv'])('%s: label, header and separator are found out', async (file) => {
    expect(await learn('classify', file)).toMatchObject({ status: 0 });
    const { data } = JSON.parse((await run(['info', `${file}.st`, '--json'])).out) as {
      data: { targets: string[] };
    };
    expect(data.targets).toEqual(['bad', 'good']);
    const answers = (
      await run(
        ['predict', `${file}.st`, '-'],
        file === 'last.csv' ? 'works 3\nbroke, item 2\n' : 'quick 7\nslow 3\n',
      )
    ).out;
    expect(answers).toBe('good\nbad\n');
    const measured = await run(['evaluate', `${file}.st`, file, '--json']);
    const { classes } = JSON.parse(measured.out) as {
      classes: { labels: { name: string }[]; confusion: number[][] };
    };
    expect(classes.labels.map(({ name }) => name)).toEqual(['bad', 'good']);
    expect(classes.confusion.flat().reduce((sum, n) => sum + n)).toBe(3);
    expect((await run(['evaluate', `${file}.st`, file])).out).toMatch(
      /precision.*\n.*bad\n.*good\nmacro F1/s,
    );
  });

  test('label and text swapped: refused with the reason, unless it is said', async () => {
    const swapped = lines((i) => `text ${i}\tone more ${i}`).join('\n');
    const error = await rejection(createModel({ ...small, task: 'classify' }, swapped, here));
    expect(error).toMatchObject({ code: 'INVALID_TEXT', expected: expect.stringContaining('swapped') });
    const model = await createModel(
      { ...small, task: 'classify', dataset: { label: 'last' } },
      swapped,
      here,
    );
    expect(model.info.data!.targets).toHaveLength(30);
    expect(model.info.config.dataset).toEqual({ label: 'last' });
    model.dispose();
    await write('swapped.tsv', swapped);
    expect((await learn('classify', 'swapped.tsv')).err).toMatch(/swapped/);
    expect(await learn('classify', 'swapped.tsv', '--label', 'first', '-n', '1')).toMatchObject({
      status: 0,
    });
  });

  test('sequences of any length, or cut by choice', async () => {
    expect(await learn('classify', 'long.tsv', '-n', '3')).toMatchObject({ status: 0 });
    const cut = await createModel(
      { ...small, task: { name: 'classify', maxLength: 50, truncate: true } },
      LONG,
      here,
    );
    expect(cut.info.data).toMatchObject({ steps: 1, encoderSteps: 50, truncated: 12 });
    expect(cut.info.data!.notes.join()).toContain('12 sequences were cut to 50 steps');
    cut.dispose();
    const error = await rejection(
      createModel({ ...small, task: { name: 'classify', maxLength: 50 } }, LONG, here),
    );
    expect(error).toMatchObject({ expected: expect.stringContaining('task.truncate'), actual: '400' });
    const { status, err } = await run([
      'train',
      'long.tsv',
      '-t',
      'classify',
      '-o',
      'c.st',
      '-n',
      '1',
      '--config',
      JSON.stringify(small),
      '--max-length',
      '50',
      '--truncate',
    ]);
    expect(status).toBe(0);
    expect(err).toContain('12 sequences were cut to 50 steps.');
  });

  test('words and their tags', async () => {
    expect(await learn('tag', 'conll.txt')).toMatchObject({ status: 0 });
    expect((await run(['predict', 'conll.txt.st', 'the mill turns'])).out).toBe('DET NOUN VERB\n');
    const strange = await run(['predict', 'conll.txt.st', '-'], 'the zebra turns\nthe mill\n');
    expect(strange.out).toBe('\nDET NOUN\n');
    expect(strange.err).toMatch(/"zebra" \(position 1\)/);
    const model = await openModel(await readFile(join(folder, 'conll.txt.st')), undefined, here);
    expect((await model.predict({ input: ['the', 'zebra', 'turns'], unknown: 'skip' })).unknown).toEqual([
      { symbol: 'zebra', position: 1 },
    ]);
    model.dispose();
  });

  test('a symbol that stands for those that are unknown', async () => {
    const config = { ...small, task: 'classify', dataset: { unknown: 'symbol' } } as const;
    const model = await createModel(config, HEADER, here);
    await model.train({ steps: 100 });
    const answer = await model.predict({ input: 'quick Ж' });
    expect(answer).toMatchObject({ output: 'good', unknown: [{ symbol: 'Ж', position: 6 }] });
    expect(await rejection(model.predict({ input: 'Ж', unknown: 'error' }))).toMatchObject({
      actual: '"Ж" (position 0)',
    });
    model.dispose();
  });
});

describe('large vocabularies', () => {
  test('a text of 2 800 Han characters keeps them all', async () => {
    const model = await createModel({ ...small, sequenceLength: 16 }, han(2800), here);
    expect(model.info.vocabulary).toMatchObject({ size: 2800, unknown: 0 });
    model.dispose();
  });

  test('what a cap replaces is said, and never written', async () => {
    await write('han.txt', han(300));
    const trained = await run([
      'train',
      'han.txt',
      '-o',
      'han.st',
      '-n',
      '30',
      '--vocabulary',
      '5',
      '--config',
      JSON.stringify({ ...small, sequenceLength: 8 }),
    ]);
    expect(trained.err).toMatch(/888 characters \(99 %\) are outside the 5 symbols/);
    const written = (await run(['sample', 'han.st', '-n', '200'])).out;
    expect([...written]).toHaveLength(200);
    expect(written).not.toContain('\uFFFD');
  });
});

describe('another dataset', () => {
  const first = 'Der Zauberlehrling ruft. '.repeat(30);
  const second = 'Der Zauberkünstler übt. '.repeat(30);

  test('package: new symbols get rows, the step goes on', async () => {
    const model = await createModel({ ...small, sequenceLength: 8 }, first, here);
    await model.train({ steps: 20 });
    const file = await model.save();
    expect(await rejection(openModel(file, second, here))).toMatchObject({
      ...{ code: 'INVALID_TEXT', message: expect.stringContaining('extend: true goes on with another') },
    });
    const more = await openModel(file, second, { ...here, extend: true });
    expect(more.info).toMatchObject({ step: 20, vocabulary: { added: ['k', 's', 'ü'].sort() } });
    await more.train({ until: 25 });
    expect(more.info.step).toBe(25);
    for (const each of [model, more]) each.dispose();
  });

  test('command line: --continue, said', async () => {
    await write('first.txt', first);
    await write('second.txt', second);
    const config = ['--config', JSON.stringify({ ...small, sequenceLength: 8 })];
    await run(['train', 'first.txt', '-o', 'm.st', '-n', '5', ...config]);
    const refused = await run(['train', 'second.txt', '-o', 'm.st', '-n', '9']);
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('--continue') });
    expect(refused.err).not.toContain('extend');
    const on = await run(['train', 'second.txt', '-o', 'm.st', '-n', '9', '--continue']);
    expect(on.err).toMatch(/Going on from step 5.*\nNew, with weights of their own: .*"ü"/s);
    expect(on.out).toMatch(/^m.st: step 9/);
  });
});

const native = fileURLToPath(new URL('../../build/native/unfold', import.meta.url));
describe('native program', () => {
  const unfold = async (...args: string[]) =>
    promisify(execFile)(native, args, { cwd: folder }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );

  test('labels, words, and an answer for every line', async () => {
    const config = JSON.stringify({ ...small, task: 'classify' });
    const { stdout } = await unfold(
      'train',
      '--text',
      'last.csv',
      '--config',
      config,
      '--steps',
      '60',
      '--out',
      'n.st',
    );
    expect(stdout).toMatch(/precision .* F1 .* bad\n/);
    await write('asked.txt', 'works 3\n\u0416\nbroke, item 2\n');
    const answers = (await unfold('predict', '--model', 'n.st', '--lines', 'asked.txt')).stdout
      .trim()
      .split('\n');
    expect(answers.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual([
      'output',
      'error',
      'output',
    ]);
    const resumed = await unfold(
      'train',
      '--text',
      'header.tsv',
      '--resume',
      'n.st',
      '--continue',
      '--steps',
      '61',
    );
    expect(resumed.stderr).toMatch(/new, with weights of their own: .*"q"/);
  });
});
