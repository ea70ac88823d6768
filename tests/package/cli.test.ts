/** The command line, as a shell sees it: output, files, signals, status. */
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
// Not exported: the commands run in this process, where what they print and answer can be read.
import { bench } from '../../dist/cli/bench.js';
import { evaluate } from '../../dist/cli/evaluate.js';
import { exportModel } from '../../dist/cli/export.js';
import { describe as describeCommand } from '../../dist/cli/describe.js';
import { info } from '../../dist/cli/info.js';
import { Arguments, common, helpOf } from '../../dist/cli/options.js';
import { describe as describeProgress, duration } from '../../dist/cli/progress.js';
import { predict } from '../../dist/cli/predict.js';
import { sample } from '../../dist/cli/sample.js';
import { train } from '../../dist/cli/train.js';
import { openModel } from 'unfold-rnn';
import * as command from './command.js';
import { TEXT } from './harness.js';

vi.setConfig({ testTimeout: 180_000 }); // programs and browsers on a busy machine

const small = [
  '--preset',
  'gru',
  '--units',
  '12',
  '--batch-size',
  '4',
  '--sequence-length',
  '16',
  '--threads',
  '1',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await writeFile(join(folder, 'text.txt'), TEXT);
});
afterAll(() => rm(folder, { recursive: true }));

const start = (args: string[]) => command.start(folder, args);
const run = (args: string[], input?: Uint8Array | string) => command.run(folder, args, input);

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const commands = {
  train,
  sample,
  predict,
  evaluate,
  info,
  describe: describeCommand,
  export: exportModel,
  bench,
};

describe('help', () => {
  test.each(Object.entries(commands))('of %s shows every option with its default', async (name, command) => {
    const { status, out } = await run([name, '--help']);
    expect(status).toBe(0);
    expect(out).toBe(helpOf(name, command));
    for (const [option, { value, default: otherwise, help }] of Object.entries({
      ...command.options,
      ...common,
    })) {
      const shown = out.split('\n').join(' ').replace(/ +/g, ' ');
      expect(shown).toContain(`--${option}${value ? ` ${value}` : ''} ${help}`);
      if (otherwise !== undefined) expect(shown).toContain(`${help} (default ${otherwise})`);
      else expect(shown).not.toContain(`${help} (default`);
    }
    expect(out.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  test('names every command', async () => {
    const { status, out } = await run(['--help']);
    expect(status).toBe(0);
    for (const name of Object.keys(commands)) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await run([])).toMatchObject({ status: 2, out });
    expect((await run(['help', 'train'])).out).toBe(helpOf('train', train));
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await run(['--version'])).out).toBe(`${manifest.version}\n`);
  });

  test("its defaults are the engine's", async () => {
    const { out } = await run(['train', '-h']);
    await run(['train', 'text.txt', '-n', '0', '-o', 'plain.safetensors', '-q']);
    const { config } = JSON.parse((await run(['info', 'plain.safetensors', '--json'])).out);
    const shown = (option: string) => new RegExp(`--${option} .*\\(default (.*)\\)`).exec(out)![1];
    const actual = {
      ...{ preset: config.layers[0].cell, units: config.layers[0].units, seed: config.seed },
      ...{ 'sequence-length': config.sequenceLength, 'batch-size': config.batchSize },
      optimizer: config.optimizer.name,
      ...{ 'learning-rate': config.optimizer.learningRate, dropout: config.dropout, clip: config.clip.norm },
      ...{ 'validation-split': config.validationSplit, 'evaluate-every': config.evaluateEvery },
    };
    for (const [option, value] of Object.entries(actual)) expect(shown(option), option).toBe(String(value));
  });
});

describe('train', () => {
  test('a run in two parts leaves the same bytes as one', async () => {
    const at = (name: string) => readFile(join(folder, name));
    const go = (name: string, steps: number) =>
      run(['train', 'text.txt', '-o', name, '-n', String(steps), ...small]);
    const first = await go('two.safetensors', 25);
    expect(first).toMatchObject({ status: 0, out: expect.stringContaining('two.safetensors: step 25') });
    expect(first.err).toContain('[########################]  step 25/25');
    expect((await go('two.safetensors', 60)).err).toContain('Going on from step 25.');
    await go('one.safetensors', 60);
    expect((await at('two.safetensors')).equals(await at('one.safetensors'))).toBe(true);
    const again = await go('one.safetensors', 60); // nothing left to do
    expect(again).toMatchObject({ status: 0, out: expect.stringContaining('step 60') });
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('what may change while a model trains changes; what may not is refused by name', async () => {
    await run(['train', 'text.txt', '-o', 'kept.safetensors', '-n', '5', ...small]);
    const more = (...args: string[]) =>
      run(['train', 'text.txt', '-o', 'kept.safetensors', '-n', '10', ...args]);
    expect(await more('--learning-rate', '0.01', '--dropout', '0.1')).toMatchObject({ status: 0 });
    const { config, step } = JSON.parse((await run(['info', 'kept.safetensors', '--json'])).out);
    expect(config).toMatchObject({ optimizer: { learningRate: 0.01 }, dropout: 0.1 });
    expect(step).toBe(10);
    const refused = await more('--units', '20', '--preset', 'gru');
    expect(refused).toMatchObject({ status: 2, out: '', err: expect.stringContaining('layers: the saved') });
    expect(await more('--sequence-length', '8')).toMatchObject({
      status: 2,
      err: expect.stringContaining('sequenceLength'),
    });
    expect(
      await more('--fresh', '--units', '20', '--batch-size', '4', '--sequence-length', '16'),
    ).toMatchObject({
      status: 0,
    });
    expect(JSON.parse((await run(['info', 'kept.safetensors', '--json'])).out)).toMatchObject({
      config: { layers: [{ cell: 'lstm', units: 20 }] },
    });
  });

  test('another text than the saved one is refused, with the way out', async () => {
    await run(['train', 'text.txt', '-o', 'texts.safetensors', '-n', '2', ...small]);
    const other = await run(['train', '-o', 'texts.safetensors', '-n', '4'], TEXT.toUpperCase());
    expect(other).toMatchObject({
      status: 1,
      err: expect.stringMatching(/another text.*--continue.*--fresh/s),
    });
  });

  test('pipes: text in, model out, and on into sample', async () => {
    const trained = await run(['train', '-o', '-', '-n', '5', '-q', ...small], TEXT);
    expect(trained).toMatchObject({ status: 0, err: '' });
    const written = await run(['sample', '-', '-n', '40', '--prompt', 'the ', '--seed', '3'], trained.bytes);
    expect(written).toMatchObject({ status: 0, err: '' });
    expect(written.out).toHaveLength(40);
    const model = await openModel(new Uint8Array(trained.bytes));
    let same = '';
    for await (const piece of model.sample({ length: 40, prompt: 'the ', seed: 3 })) same += piece;
    model.dispose();
    expect(written.out).toBe(same);
  });

  test('--json: one object a line, and nothing else', async () => {
    const { status, out, err } = await run([
      ...['train', 'text.txt', 'text.txt', '-o', 'json.safetensors', '-n', '30', '--json', '-q'],
      ...['--config', '{"layers":[{"cell":"rnn","units":8}],"sequenceLength":8,"batchSize":4}'],
    ]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const events = lines(out);
    expect(events[0]).toMatchObject({
      event: 'start',
      resumed: false,
      runtime: { math: 'reproducible' },
      characters: { train: Math.floor(TEXT.length * 2 * 0.9) },
    });
    const reports = events.filter(({ event }) => event === 'progress');
    expect(reports.at(-1)).toMatchObject({ step: 30, done: true, secondsLeft: 0 });
    expect(events.at(-2)).toEqual({ event: 'saved', file: 'json.safetensors', step: 30 });
    expect(events.at(-1)).toMatchObject({ event: 'end', interrupted: false, step: 30 });
    expect(events.at(-1).validation.loss).toBeGreaterThan(0);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s saves; the same command goes on', async (signal) => {
    const name = `${signal}.safetensors`;
    const args = ['train', 'text.txt', '-o', name, '-n', '1000000', '--json', '-q', ...small];
    const { child, ended } = start(args);
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data) => String(data).includes('"progress"') && resolve());
    });
    child.kill(signal);
    const { status, out } = await ended;
    expect(status).toBe(signal === 'SIGINT' ? 130 : 143);
    const end = lines(out).at(-1);
    expect(end).toMatchObject({ event: 'end', interrupted: true });
    expect(end.step).toBeGreaterThan(0);
    const until = String(end.step + 5);
    const on = await run(['train', 'text.txt', '-o', name, '-n', until, '--json', '-q', ...small]);
    expect(lines(on.out)[0]).toMatchObject({ resumed: true, step: end.step });
    expect(lines(on.out).at(-1)).toMatchObject({ step: end.step + 5 });
  });

  test('saves on the way, so that even a kill loses little', async () => {
    const args = ['train', 'text.txt', '-o', 'killed.safetensors', '-n', '1000000', '--save-every', '0.05'];
    const { child, ended } = start([...args, '--json', '-q', ...small]);
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data) => String(data).includes('"saved"') && resolve());
    });
    child.kill('SIGKILL');
    await ended;
    const { step } = JSON.parse((await run(['info', 'killed.safetensors', '--json'])).out);
    expect(step).toBeGreaterThan(0);
  });

  test('a run that overflows ends with its error and keeps its last good weights', async () => {
    const config = '{"layers":[{"cell":"rnn","activation":"relu","units":24}]}';
    const args = [
      'train',
      'text.txt',
      '-o',
      'wild.safetensors',
      '--config',
      config,
      '--sequence-length',
      '16',
    ];
    await run([...args, '-n', '20']);
    const { status, err, out } = await run([...args, '--learning-rate', '1e6', '--clip', '0', '--json']);
    expect(status).toBe(1);
    expect(err).toContain('lower the learning rate');
    expect(lines(out).at(-1)).toMatchObject({ event: 'error', code: 'NON_FINITE' });
    expect((await run(['sample', 'wild.safetensors', '-n', '5'])).status).toBe(0);
  });

  test('a link stays a link', async () => {
    await writeFile(join(folder, 'target.safetensors'), '');
    await symlink('target.safetensors', join(folder, 'link.safetensors'));
    await run(['train', 'text.txt', '-o', 'link.safetensors', '--fresh', '-n', '1', ...small]);
    expect((await stat(join(folder, 'target.safetensors'))).size).toBeGreaterThan(1000);
  });
});

describe('the other commands', () => {
  beforeAll(async () => void (await run(['train', 'text.txt', '-o', 'm.safetensors', '-n', '20', ...small])));

  test('sample: options, and what the model does not know', async () => {
    const { out, err } = await run([
      'sample',
      'm.safetensors',
      '--prompt',
      'é',
      '--greedy',
      '-n',
      '30',
      '--json',
    ]);
    expect(JSON.parse(out)).toMatchObject({ prompt: 'é', unknown: ['é'] });
    expect(JSON.parse(out).text).toHaveLength(30);
    expect(err).toContain('"é"');
    const piped = await run(['sample', 'm.safetensors', '--prompt', '-', '--greedy', '-n', '30'], 'the ');
    expect(piped).toMatchObject({ status: 0, err: '' });
  });

  test('sample: a reader that has enough is no error', async () => {
    const { child, ended } = start(['sample', 'm.safetensors', '-n', '100000000']);
    child.stdout!.once('data', () => child.stdout!.destroy());
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  test('evaluate: as the package measures, on any text', async () => {
    const { out, status } = await run([
      'evaluate',
      'm.safetensors',
      'text.txt',
      '--baselines',
      '1',
      '--json',
    ]);
    expect(status).toBe(0);
    const answer = JSON.parse(out);
    const model = await openModel(await readFile(join(folder, 'm.safetensors')), TEXT);
    expect(answer).toMatchObject(await model.evaluate());
    expect(answer.baselines).toEqual(await model.baselines({ maxOrder: 1 }));
    model.dispose();
    const other = await run(['evaluate', 'm.safetensors'], TEXT.replaceAll('fox', 'dog'));
    expect(other).toMatchObject({ status: 0, out: expect.stringMatching(/^\d\.\d{4} bits a character/) });
  });

  test('info: of the build and of a model', async () => {
    expect((await run(['info'])).out).toContain('peephole-lstm');
    expect(JSON.parse((await run(['info', '--json'])).out).schema.presets.length).toBeGreaterThan(10);
    expect((await run(['info', 'm.safetensors'])).out).toContain('layer 0: gru, 12 hidden units');
  });

  test('describe: of a configuration and of a model', async () => {
    const config = '{"layers":[{"cell":"lstm","units":12}]}';
    const table = (await run(['describe', config, '--vocabulary', '9'])).out;
    expect(table).toMatch(
      /^1221 parameters, \d+\.\d MB in training, \d+ floating-point operations per token\n/,
    );
    expect(table).toMatch(/^layers\.0 +lstm +12 +forward$/m);
    expect(table).toMatch(/^layers\.0\.weight_hh +48 × 12 +recurrent$/m);
    expect(table).toMatch(/^layers\.0 +once +lookup +layers\.0\.sum = bias \+ layers\.0\.weight_ih·tokens$/m);
    expect(table).toMatch(
      /^layers\.0 +step +linear +layers\.0\.sum \+= layers\.0\.weight_hh·layers\.0\.h\(t−1\)$/m,
    );
    expect(table).toMatch(/^ +c = f \* c_prev \+ i \* g$/m);
    await writeFile(join(folder, 'net.json'), config);
    expect((await run(['describe', 'net.json', '--vocabulary', '9'])).out).toBe(table);
    const model = await openModel(await readFile(join(folder, 'm.safetensors')));
    expect(JSON.parse((await run(['describe', 'm.safetensors', '--json'])).out)).toEqual(await model.graph());
    model.dispose();
  });

  test('export: an unknown format is refused', async () => {
    expect(await run(['export', 'm.safetensors', '--to', 'tflite'])).toMatchObject({
      status: 2,
      err: "unfold-rnn: --to: expected one of onnx, pytorch, state-dict, keras, js, c, numpy, html, got 'tflite'.\n",
    });
    expect(await run(['export', 'm.safetensors'])).toMatchObject({ status: 2 });
  });

  test('export: plain programs, also with 8-bit weights', async () => {
    for (const [to, name] of Object.entries({ js: 'm.mjs', c: 'm.h', numpy: 'm.py', html: 'm.html' }))
      expect(await run(['export', 'm.safetensors', '--to', to])).toMatchObject({
        status: 0,
        out: `${name}\n`,
      });
    const { length } = await readFile(join(folder, 'm.mjs'));
    expect(await run(['export', 'm.safetensors', '--to', 'js', '--precision', 'int8'])).toMatchObject({
      status: 0,
    });
    expect((await readFile(join(folder, 'm.mjs'))).length).toBeLessThan(length);
    for (const [to, precision] of [
      ['js', 'int4'],
      ['numpy', 'int8'],
    ])
      expect(await run(['export', 'm.safetensors', '--to', to!, '--precision', precision!])).toMatchObject({
        status: 2,
      });
  });

  test('export: a file or a folder beside the model', async () => {
    expect(await run(['export', 'm.safetensors', '--to', 'onnx'])).toMatchObject({
      status: 0,
      out: 'm.onnx\n',
    });
    const { out, status } = await run(['export', 'm.safetensors', '--to', 'pytorch', '--json']);
    expect(status).toBe(0);
    expect(lines(out)[0].files).toEqual(
      ['network.py', 'train.py', 'data.py', 'checkpoint.py', 'model.safetensors'].map(
        (name) => `m-pytorch/${name}`,
      ),
    );
    expect(await run(['export', 'm.safetensors', '--to', 'pytorch', '--out', '-'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--out: expected a folder'),
    });
    await writeFile(
      join(folder, 'cut.safetensors'),
      (await readFile(join(folder, 'm.safetensors'))).subarray(9),
    );
    expect(await run(['export', 'cut.safetensors', '--to', 'js'])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^unfold-rnn: cut\.safetensors is no saved model: this is a text: /),
    });
  });

  test('bench: a rate for each network', async () => {
    const { out, status } = await run(['bench', '--only', 'gru-1x128', '--seconds', '0.1', '--json']);
    expect(status).toBe(0);
    expect(lines(out)).toMatchObject([{ network: 'gru-1x128', runtime: { build: expect.any(String) } }]);
    expect(lines(out)[0].charactersPerSecond).toBeGreaterThan(100);
  });
});

describe('what is wrong is said in one line, with its status', () => {
  test.each([
    [2, ['fly'], /there is no command 'fly'; there are train/],
    [
      2,
      ['train', '--stepz', '3'],
      /there is no option --stepz: did you mean --steps\? --help shows every option\./,
    ],
    [2, ['train', '--steps'], /steps/],
    [2, ['train', 'text.txt', '--steps', '-1'], /--steps: expected a whole number, 0 or more, got '-1'/],
    [2, ['train', 'text.txt', '-n', '-1'], /--steps: expected a whole number, 0 or more, got '-1'/],
    [2, ['train', 'text.txt', '--dropout', '2'], /^unfold-rnn: --dropout: expected/],
    [2, ['train', 'text.txt', '--batch-size', '0'], /^unfold-rnn: --batch-size: expected/],
    [2, ['train', 'text.txt', '--unit', 'bpe', '--vocabulary', '10'], /^unfold-rnn: --vocabulary: expected/],
    [2, ['train', 'text.txt', '-t', 'regress', '--missing', 'drop'], /^unfold-rnn: --missing: expected/],
    [2, ['train', 'text.txt', '-t', 'regress', '--dates', 'feature'], /^unfold-rnn: --dates: expected/],
    [
      2,
      ['train', 'text.txt', '-t', 'classify', '--unit', 'word'],
      /^unfold-rnn: --unit: expected character for the task classify/,
    ],
    [2, ['train', 'text.txt', '--steps', '1.5'], /--steps: expected a whole number, 0 or more, got '1.5'/],
    [2, ['train', 'text.txt', '--threads', 'many'], /--threads: expected a whole number, 1 or more/],
    [2, ['train', 'text.txt', '--math', 'sloppy'], /math: expected 'reproducible' or 'fast'/],
    [2, ['train', 'text.txt', '--config', '{"hiden":3}'], /hiden/],
    [2, ['train', 'text.txt', '--config', '{'], /--config: not JSON/],
    [2, ['train', 'text.txt', '--out', '-', '--json'], /both want standard output/],
    [2, ['describe', '{}'], /vocabulary: expected the number of symbols, 1 to 65536, got 0/],
    [2, ['describe', '{"layers":'], /config: expected a JSON object/],
    [2, ['describe', '{"layerz":1}', '--vocabulary', '9'], /layerz/],
    [1, ['describe', 'nowhere.json'], /nowhere.json cannot be read/],
    [2, ['sample'], /model is not given/],
    [2, ['sample', 'a', 'b'], /nothing to do with 'b'/],
    [
      2,
      ['sample', 'text.txt', '--temperature', '-1'],
      /--temperature: expected a number, 0 or more, got '-1'/,
    ],
    [2, ['bench', '--only', 'nothing'], /--only: expected all or one of/],
    [1, ['train', 'nowhere.txt'], /nowhere.txt cannot be read: there is no such file/],
    [1, ['train', 'text.txt', '--config', 'nowhere.json'], /nowhere.json cannot be read/],
    [1, ['train', 'text.txt', '--out', 'nowhere/m.safetensors'], /nowhere\/m.safetensors cannot be written/],
    [1, ['train', '--fresh', '-q', '-o', 'none.safetensors'], /text: expected at least one character/],
    [
      1,
      ['sample', 'text.txt'],
      /text.txt is no saved model: this is a text: unfold-rnn train learns from it/,
    ],
  ])('%s %j', async (status, args, message) => {
    const answer = await run(args);
    expect(answer).toMatchObject({ status });
    if (!args.includes('--json')) expect(answer.out).toBe('');
    expect(answer.err).toMatch(message);
    expect(answer.err).toMatch(/^unfold-rnn: .*\n$/);
  });
});

test('options come from one table: nothing undescribed is taken', () => {
  const parsed = new Arguments(['x', '--only', 'a'], {
    operands: ['[x…]'],
    options: { only: { value: 'A', help: '' } },
  });
  expect(parsed.text('only')).toBe('a');
  expect(parsed.runtime).toEqual({ threads: 'auto', math: 'reproducible' });
});

test('the progress line', () => {
  const progress = { step: 50, loss: Math.LN2 * 2.5, validationLoss: Math.LN2 * 2, tokensPerSecond: 12345.6 };
  const at = { ...progress, secondsLeft: 75, done: false } as never;
  expect(describeProgress(at, 0, 100, 'char')).toBe(
    '[############------------]  step 50/100  2.500 bits  validation 2.000 bits  1:15 left  12,346 char/s',
  );
  expect(describeProgress(at, 0, Infinity, 'char')).toMatch(/^step 50 {2}2.500/);
  expect([3, 59, 60, 61, 3599, 3600, 3723].map(duration)).toEqual([
    '3 s',
    '59 s',
    '1:00',
    '1:01',
    '59:59',
    '1:00:00',
    '1:02:03',
  ]);
});

describe('tasks', () => {
  test('are learnt from a corpus or from lines, measured and answered', async () => {
    const translates = ['--attention', 'additive', '--threads', '1', '--batch-size', '32', '--quiet'];
    const made = [
      '--dataset',
      'reversal',
      '--difficulty',
      '3',
      '--count',
      '500',
      '--preset',
      'gru',
      '--units',
      '24',
    ];
    const learnt = await run([
      'train',
      ...made,
      ...translates,
      '--steps',
      '150',
      '--out',
      'task.safetensors',
    ]);
    expect(learnt).toMatchObject({ status: 0, err: '' });
    expect(learnt.out).toMatch(/^task.safetensors: step 150, validation loss [\d.]+, [\d.]+ % right\n$/);
    const asked = await run(['predict', 'task.safetensors', '-', '--json', '--beam-width', '2'], 'ab\nba\n');
    expect(asked.status).toBe(0);
    expect(lines(asked.out)).toHaveLength(2);
    expect(lines(asked.out)[0]).toMatchObject({
      output: expect.any(String),
      logProbability: expect.any(Number),
    });
    const measured = await run(['evaluate', 'task.safetensors']);
    expect(measured.out).toMatch(
      /^test loss [\d.]+, [\d.]+ % right, \d+ predictions\nloss [\d.]+  trivial baseline\n$/,
    );

    const pairs = Array.from({ length: 60 }, (_, i) => `${i % 7}${i % 3}\t${i % 3}${i % 7}`).join('\n');
    const given = ['--task', 'translate', '--preset', 'gru', '--units', '8', '--steps', '3', '--quiet'];
    const own = await run(['train', '-', ...given, '--out', 'own.safetensors'], pairs);
    expect(own).toMatchObject({ status: 0, err: '' });
    expect((await run(['info', 'own.safetensors'])).out).toContain('7 answers: 0 1 2 3 4 5 6');
  });

  test('refuse what no task takes', async () => {
    const wrong = async (...args: string[]) => (await run(args)).err;
    expect(await wrong('train', 'text.txt', '--dataset', 'reversal')).toContain('needs no text');
    expect(await wrong('train', '--difficulty', '3')).toContain('belong to a --dataset');
    expect(await wrong('train', '--dataset', 'nothing', '--out', 'x.safetensors')).toContain('dataset.name');
    expect(await wrong('predict', 'task.safetensors')).toContain('name an input');
    expect(await wrong('predict', 'task.safetensors', '§')).toContain("symbols in the model's vocabulary");
  });
});
