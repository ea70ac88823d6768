/** What people type, pipe and name on the command line: encodings, devices, signals, inputs of every task. */
import { openSync } from 'node:fs';
import { lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createModel, openModel } from 'unfold-rnn';
// Not exported: what decides when a loss is too high.
import { describe as describeProgress, Divergence } from '../../dist/cli/progress.js';
import * as command from './command.js';
import { read } from './calls.js';
import { argumentsOf, TEXT } from './harness.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // programs on a busy machine

let folder: string;
const start = (args: string[]) => command.start(folder, args);
const run = (args: string[], input?: Uint8Array | string) => command.run(folder, args, input);
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const small = { layers: [{ cell: 'gru', units: 6 }], batchSize: 4, threads: 1, worker: false, seed: 1 };

/** A model of a few steps, in a file. */
async function save(name: string, options: object): Promise<void> {
  const model = await createModel(...argumentsOf({ ...small, ...options }));
  await read(model.train({ steps: 4 }));
  await write(name, await model.save());
  model.dispose();
}

const SERIES = Array.from({ length: 60 }, (_, t) => `${Math.sin(t / 3).toFixed(3)},${t % 2}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await write('text.txt', TEXT);
  await save('text.st', { text: TEXT, sequenceLength: 8 });
  await save('bytes.st', { text: 'café über naïve '.repeat(40), unit: 'byte', sequenceLength: 8 });
  await save('names.st', { task: 'generate', text: 'Anna\nBert\nCora\nDora\nEmil\n'.repeat(3) });
  await save('labels.st', { task: 'classify', text: 'good\tnice day\nbad\tsad night\n'.repeat(9) });
  await save('tags.st', { task: 'tag', text: 'abc\txyx\nab\txy\nc\tx\n'.repeat(4) });
  await save('series.st', { task: 'regress', text: SERIES.join('\n') });
});
afterAll(() => rm(folder, { recursive: true }));

const short = [
  '--config',
  '{"layers":[{"units":4}],"batchSize":2,"sequenceLength":4}',
  '--threads',
  '1',
  '--fresh',
];
const symbolsOf = async (name: string) =>
  (await openModel(await readFile(join(folder, name)), undefined, { threads: 1, worker: false })).info
    .vocabulary.symbols;

describe('texts', () => {
  const umlauts = 'Zauberkünstler üben.\n'.repeat(9);
  const utf16 = Buffer.from(umlauts, 'utf16le');

  test.each([
    ['a byte order mark', Buffer.from(`\uFEFF${umlauts}`), [], ''],
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${umlauts}`, 'utf16le'), [], /is UTF-16LE: decoded\.\n/],
    ['UTF-16 without one', utf16, [], /is UTF-16LE: decoded\.\n/],
    ['UTF-16, the other order', Buffer.from(utf16).swap16(), [], /is UTF-16BE: decoded\.\n/],
    ['Latin-1 by its name', Buffer.from(umlauts, 'latin1'), ['--encoding', 'latin1'], ''],
    [
      'CR alone',
      Buffer.from(umlauts.replaceAll('\n', '\r')),
      [],
      /ends its lines with CR: read as line feeds\.\n/,
    ],
  ])('%s: the same symbols', async (_, bytes, options, said) => {
    await write('any.txt', bytes);
    const { status, err } = await run(['train', 'any.txt', '-n', '1', '-o', 'any.st', ...short, ...options]);
    expect({ status, err }).toEqual({
      status: 0,
      err: said ? expect.stringMatching(said) : expect.any(String),
    });
    expect(await symbolsOf('any.st')).toEqual([...new Set(umlauts)].sort());
  });

  test('a table without a task is learned as characters, and this is said', async () => {
    await write('sales.csv', 'a,b\n1,2\n'.repeat(40));
    const train = (...more: string[]) =>
      run(['train', 'sales.csv', '-n', '1', '-o', 'chars.st', ...short, ...more]);
    expect((await train()).err).toMatch(/^sales\.csv looks like a table: --task regress learns its numbers/);
    expect((await train('-t', 'regress')).err).not.toContain('looks like a table');
  });

  test('a model that is there trains on with its text alone', async () => {
    await save('on.st', { text: TEXT, sequenceLength: 8 });
    expect(await run(['train', '-o', 'on.st', '-n', '9', '--threads', '1'])).toMatchObject({
      ...{
        status: 2,
        out: '',
        err: 'unfold-rnn: on.st is there already: name the text it was trained on, or --fresh starts over.\n',
      },
    });
  });

  test('what is no text is named, with a way on', async () => {
    await write('latin1.txt', Buffer.from('Übung: caf\xe9', 'latin1'));
    await write('picture.png', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'));
    const failed = async (...args: string[]) => {
      const { status, err } = await run(['train', ...args, '-o', 'none.st', ...short]);
      return `${status} ${err}`;
    };
    expect(await failed('latin1.txt')).toBe(
      '1 unfold-rnn: latin1.txt is not UTF-8 (byte 0xDC at offset 0): --encoding names what it is, such as latin1.\n',
    );
    expect(await failed('picture.png')).toBe('1 unfold-rnn: picture.png is no text: it is a PNG picture.\n');
    expect(await failed('text.st')).toBe('1 unfold-rnn: text.st is no text: it is a saved model.\n');
    const zip = (name: string) =>
      Buffer.concat([
        Buffer.from(`PK\x03\x04\x14\0\0\0\x08\0\xb1\xc3\xd5`, 'latin1'),
        Buffer.alloc(17),
        Buffer.from(name),
      ]);
    await write('table.csv', zip('sales.csv'));
    await write('table.xlsx', zip('[Content_Types].xml'));
    expect(await failed('table.csv')).toBe(
      '1 unfold-rnn: table.csv is no text: it is a zip archive: unpack it first.\n',
    );
    expect(await failed('table.xlsx')).toBe(
      '1 unfold-rnn: table.xlsx is no text: it is an Office document: export its text or its table as CSV.\n',
    );
    const parts = [Buffer.from('Größe,v\n1,2\n'), Buffer.from('3,4 über\n', 'latin1')];
    await write('mixed.csv', Buffer.concat(parts));
    expect(await failed('mixed.csv')).toBe(
      '1 unfold-rnn: mixed.csv is partly UTF-8, partly another encoding (byte 0xFC in line 3): save it anew as UTF-8.\n',
    );
    expect(await failed('text.txt', '--encoding', 'klingon')).toMatch(
      /^2 .*--encoding: expected utf-8.*'klingon'/,
    );
  });

  test('bytes are read and written as bytes', async () => {
    const { bytes } = await run(['sample', 'bytes.st', '-n', '200', '--seed', '2']);
    expect(bytes).toHaveLength(200);
    const latin1 = Buffer.from('caf\xe9 \xfcber '.repeat(20), 'latin1');
    const config = '{"layers":[{"units":4}],"batchSize":2,"sequenceLength":4,"unit":"byte"}';
    const args = ['train', '-', '-o', 'raw.st', '--threads', '1', '-q'];
    expect(await run([...args, '--config', config, '-n', '1'], latin1)).toMatchObject({ status: 0 });
    expect(await run([...args, '-n', '2'], latin1)).toMatchObject({
      status: 0,
      out: expect.stringContaining('step 2'),
    });
  });

  test('files end lines, and errors name the file', async () => {
    await write('a.txt', 'Anna\nBert');
    await write('b.txt', 'Cora\nDora\n');
    await run(['train', 'a.txt', 'b.txt', '-t', 'generate', '-n', '1', '-o', 'ab.st', ...short]);
    const model = await openModel(await readFile(join(folder, 'ab.st')), 'Anna\nBert\nCora\nDora\n');
    expect(model.info.data).toMatchObject({ steps: 5 }); // four letters and the end
    model.dispose();
    await write('c.txt', 'x\tgood\n\nnothing\n');
    await write('d.txt', 'y\tgood');
    const wrong = await run(['train', 'd.txt', 'c.txt', '-t', 'classify', '-o', 'none.st', ...short]);
    expect(wrong.err).toContain('unfold-rnn: c.txt line 3: expected a tab between two parts, got "nothing"');
  });
});

describe('files', () => {
  test('devices are refused, links stay links', async () => {
    const refused = async (...args: string[]) => (await run(args)).err;
    expect(await refused('info', '/dev/zero')).toBe(
      'unfold-rnn: /dev/zero cannot be read: it is a device.\n',
    );
    expect(await refused('train', 'text.txt', '-o', '/dev/full')).toMatch(
      /^unfold-rnn: \/dev\/full .*no regular file/,
    );
    await symlink('behind.st', join(folder, 'link.st'));
    expect(await run(['train', 'text.txt', '-n', '1', '-o', 'link.st', ...short])).toMatchObject({
      status: 0,
    });
    expect((await lstat(join(folder, 'link.st'))).isSymbolicLink()).toBe(true);
    expect((await stat(join(folder, 'behind.st'))).size).toBeGreaterThan(100);
  });

  test('a full standard output is one sentence', async () => {
    const { child, ended } = command.start(folder, ['sample', 'text.st', '-n', '9'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    expect(child.stdout).toBeNull();
    const { status, err } = await ended;
    expect({ status, err }).toEqual({
      status: 1,
      err: 'unfold-rnn: standard output cannot be written: the disk is full.\n',
    });
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while standard input is read ends at once', async (signal, status) => {
    const { child, ended } = start(['evaluate', 'text.st', '-']);
    child.stdin!.write('a text without an end');
    // Only then has it asked for the signals.
    while (!(await isCatching(child.pid!))) await new Promise(setImmediate);
    child.kill(signal);
    expect(await ended).toMatchObject({ status, out: '', err: `unfold-rnn: interrupted (${signal}).\n` });
  });

  test('two in a row are one: the model is saved', async () => {
    const { child, ended } = start([
      'train',
      'text.txt',
      '-n',
      '1000000',
      '-o',
      'twice.st',
      '--json',
      ...short,
    ]);
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data) => String(data).includes('"progress"') && resolve());
    });
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 143, out: expect.stringContaining('"interrupted":true') });
    expect((await stat(join(folder, 'twice.st'))).size).toBeGreaterThan(100);
  });
});

/** Whether a process handles SIGHUP, signal 1, as Linux says: Node itself does not. */
async function isCatching(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (parseInt(/^SigCgt:\s*(\w+)/m.exec(status)![1]!.slice(-1), 16) & 1) > 0;
}

describe('predict', () => {
  const predict = (args: string[], input?: string) => run(['predict', ...args], input);

  test('models of texts write, those of tasks answer', async () => {
    expect(await predict(['text.st', 'hello'])).toMatchObject({
      status: 2,
      err: 'unfold-rnn: this model continues texts: unfold-rnn sample text.st --prompt TEXT.\n',
    });
    const sampled = await run(['sample', 'labels.st']);
    expect(sampled).toMatchObject({
      status: 2,
      err: expect.stringContaining('unfold-rnn predict labels.st'),
    });
  });

  test('generate: no input, several at once, another seed each time', async () => {
    expect(await predict(['names.st', 'Ka'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--count'),
    });
    const twice = await predict(['names.st', '--count', '3', '--json']);
    const answers = twice.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [{ seed }] = answers;
    expect(answers.map((answer) => answer.seed)).toEqual([seed, seed + 1, seed + 2]);
    const again = await predict(['names.st', '--count', '3', '--json', '--seed', String(seed)]);
    expect(again.out).toBe(twice.out);
    expect(new Set(answers.map(({ output }) => output)).size).toBeGreaterThan(1);
  });

  test('a file of texts has an answer a line; one that is not there, or has labels, is no text', async () => {
    await write('days.txt', 'nice day\nsad night\n');
    await write('days.tsv', 'good\tnice day\nbad\tsad night\n');
    const piped = await predict(['labels.st', '-'], 'nice day\nsad night\n');
    expect(await predict(['labels.st', 'days.txt'])).toMatchObject({ status: 0, out: piped.out });
    expect(piped.out).toMatch(/^\w+\n\w+\n$/);
    expect(await predict(['labels.st', 'nofile.txt'])).toMatchObject({
      ...{ status: 1, out: '', err: 'unfold-rnn: nofile.txt cannot be read: there is no such file.\n' },
    });
    expect(await predict(['labels.st', 'days.tsv'])).toMatchObject({
      ...{ status: 2, out: '', err: expect.stringContaining('days.tsv: expected an input a line') },
    });
  });

  test('every line has its answer, whatever is in it', async () => {
    const piped = 'nice day\nGreat phone\n\nsad night\n';
    const strict = await predict(['labels.st', '-'], piped);
    expect(strict.status).toBe(1);
    expect(strict.out.split('\n')).toEqual([expect.any(String), '', '', expect.any(String), '']);
    expect(strict.err).toMatch(
      /^input 2: expected .*"G" \(position 0\) \(--unknown skip leaves it out\)\ninput 3: /,
    );
    const loose = await predict(['labels.st', '-', '--unknown', 'skip', '--json'], piped);
    const [, second, third] = loose.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(second.output).toEqual(expect.any(String));
    expect(second.unknown.map(({ symbol }: { symbol: string }) => symbol).join('')).toBe('Grpo');
    expect(third).toMatchObject({ error: { code: 'INVALID_ARGUMENT', field: 'input' } });
    // A tag for each symbol stays at its place.
    expect((await predict(['tags.st', 'aäb', '--unknown', 'skip'])).out).toMatch(/^[xy]\?[xy]\n$/);
  });

  test('what a task does not read is refused', async () => {
    expect(await predict(['labels.st', 'nice day', '--beam-width', '3'])).toMatchObject({
      status: 2,
      err: 'unfold-rnn: --beam-width: expected nothing of classify, got a value.\n',
    });
  });

  test('a series is one input: its forecast is CSV', async () => {
    await write('series.csv', `sine;parity\n${SERIES.slice(0, 20).join('\n').replaceAll(',', ';')}\n`);
    const { status, out } = await predict(['series.st', 'series.csv', '--steps', '3']);
    expect(status).toBe(0);
    const [header, ...rows] = out.trim().split('\n');
    expect(header).toBe('sine;parity'); // in the notation of its file
    const model = await openModel(await readFile(join(folder, 'series.st')), undefined, {
      threads: 1,
      worker: false,
    });
    const input = SERIES.slice(0, 20).map((row) => row.split(',').map(Number));
    const { forecast } = await model.predict({ input, steps: 3 });
    model.dispose();
    const single = (all: number[][]) => all.map((row) => row.map(Math.fround));
    expect(single(rows.map((row) => row.split(';').map(Number)))).toEqual(single(forecast!));
    for (const field of rows.join(';').split(';'))
      expect(field.replace(/^-?[0.]*|e.*$/g, '').length).toBeLessThan(11);
    expect((await predict(['series.st', '-', '-n', '3'], SERIES.slice(0, 20).join('\n'))).out).toBe(
      `${rows.join('\n').replaceAll(';', ',')}\n`,
    );
    expect(await predict(['series.st', 'nowhere.csv'])).toMatchObject({
      ...{ status: 2, out: '', err: expect.stringContaining("a CSV file that is there, got 'nowhere.csv'") },
    });
    await write('wrong.csv', '1,2\n3,x\n');
    expect((await predict(['series.st', 'wrong.csv'])).err).toContain('wrong.csv line 2: expected a number');
    const wrong = await predict(['series.st', '-'], '1,2\n3,x\n');
    expect(wrong.err).toBe('unfold-rnn: text line 2: expected a number in column 2, got "x"\n');
  });
});

describe('a band around predictions', () => {
  const SALES = Array.from({ length: 60 }, (_, t) => 9e5 + 1e5 * Math.sin(t / 2) + 5000 * ((t * 7) % 11));
  const file = `sales,visits\n${SALES.map((x, t) => `${x},${t % 5}`).join('\n')}\n`;
  const trained = async (...loss: string[]) => {
    await write('sales.csv', file);
    const args = ['sales.csv', '--task', 'regress', '--out', 'sales.st', '--steps', '20', '--quiet', ...loss];
    expect(await run(['train', ...args, ...short])).toMatchObject({ status: 0 });
    const { out } = await run(['predict', 'sales.st', 'sales.csv', '--steps', '3']);
    const [header, ...rows] = out.trim().split('\n');
    const model = await openModel(await readFile(join(folder, 'sales.st')), undefined, {
      threads: 1,
      worker: false,
    });
    const input = SALES.map((x, t) => [x, t % 5]);
    const answer = await model.predict({ input, steps: 3 });
    model.dispose();
    return {
      header,
      rows: rows.map((row) => row.split(',').map((field) => Math.fround(Number(field)))),
      answer,
    };
  };

  test('quantiles stand in columns beside the answer', async () => {
    const { header, rows, answer } = await trained('--loss', 'quantile');
    expect(header).toBe('sales,sales_0.1,sales_0.9,visits,visits_0.1,visits_0.9');
    expect(rows).toEqual(
      answer.forecastQuantiles!.map((row) => row.flatMap(([low, middle, high]) => [middle, low, high])),
    );
    expect(rows.map((row) => [row[0], row[3]])).toEqual(answer.forecast);
    const { out } = await run(['evaluate', 'sales.st', 'sales.csv', '--steps', '3']);
    expect(out).toMatch(/ %, \d+ % of the true numbers lie in the band of 80 %\n/);
  });

  test('so do standard deviations', async () => {
    const { header, rows, answer } = await trained('--loss', 'gaussian');
    expect(header).toBe('sales,sales_sd,visits,visits_sd');
    expect(rows).toEqual(
      answer.forecast!.map((row, t) => row.flatMap((x, k) => [x, answer.forecastDeviations![t]![k]])),
    );
  });

  test('an unknown loss is refused by name', async () => {
    await write('sales.csv', file);
    const wrong = await run(['train', 'sales.csv', '--task', 'regress', '--loss', 'loud', ...short]);
    expect(wrong.status).not.toBe(0);
    expect(wrong.err).toContain('--loss: expected one of squared, absolute, huber, quantile, gaussian');
  });
});

describe('evaluate', () => {
  const evaluate = async (args: string[], input?: string) => {
    const { out, err, status } = await run(['evaluate', ...args, '--json'], input);
    return { status, err, ...(JSON.parse(out) as { loss: number; tokens: number; split: string }) };
  };

  test('another text is measured whole, in one go, and what is unknown is named', async () => {
    const text = 'The lazy dog; a quick fox? Ja.';
    const measured = await evaluate(['text.st', '-'], text);
    const unknown = { count: 3, symbols: ['T', '?', 'J'] };
    expect(measured).toMatchObject({ status: 0, split: 'all', unknown });
    const model = await openModel(await readFile(join(folder, 'text.st')), undefined, {
      threads: 1,
      worker: false,
    });
    const { surprise } = await model.inspect(text);
    model.dispose();
    const costs = [...surprise.slice(1)].map((bits) => bits * Math.LN2);
    expect(measured.tokens).toBe(costs.length);
    expect(measured.loss).toBeCloseTo(costs.reduce((sum, x) => sum + x) / costs.length, 5);
    const said = await run(['evaluate', 'text.st', '-'], text);
    expect(said.err).toContain(
      '3 characters are not in the model\'s vocabulary and are left out: "T", "?", "J".',
    );
    expect((await run(['evaluate', 'text.st', '-'], 'ЖЖ')).err).toMatch(
      /3 or more symbols of the model's vocabulary/,
    );
  });

  test('its own text: what was held out; other examples: all of them', async () => {
    expect(await evaluate(['text.st', 'text.txt'])).toMatchObject({ split: 'validation' });
    expect(await evaluate(['series.st', '-'], SERIES.join('\n'))).toMatchObject({ split: 'test' });
    const rows = Array.from({ length: 100 }, (_, t) => `${Math.cos(t / 4).toFixed(3)},${t % 2}`).join('\n');
    expect(await evaluate(['series.st', '-'], rows)).toMatchObject({ split: 'all', tokens: 99 });
  });

  test('--split says which part, or how much', async () => {
    const own = SERIES.join('\n');
    const all = await evaluate(['series.st', '-', '--split', 'all'], own);
    expect(all).toMatchObject({ split: 'all', tokens: 59 });
    const parts = await Promise.all(
      ['train', 'validation', 'test'].map((split) => evaluate(['series.st', '-', '--split', split], own)),
    );
    expect(parts.map(({ split }) => split)).toEqual(['train', 'validation', 'test']);
    expect(parts.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(59);
    expect(await evaluate(['series.st', '-', '--split', '0.2'], own)).toMatchObject({ tokens: 11 });
    const text = 'The lazy dog; a quick fox. '.repeat(20);
    const shares = ['0.2', '0.4'].map((share) => evaluate(['text.st', '-', '--split', share], text));
    const [fifth, more] = await Promise.all(shares);
    expect(fifth).toMatchObject({ split: 'validation' });
    expect(more!.tokens).toBeGreaterThan(1.5 * fifth!.tokens);
    for (const wrong of ['0.7', '0', 'tested'])
      expect(await run(['evaluate', 'series.st', '-', '--split', wrong], own)).toMatchObject({
        ...{ status: 2, err: expect.stringContaining(`--split: expected all, train, validation, test`) },
      });
  });
});

describe('progress', () => {
  test('of a task is told in its own units', () => {
    const progress = {
      ...{ step: 50, loss: 0.51234, accuracy: 0.75, validationLoss: 0.6, validationAccuracy: 0.5 },
      ...{ tokensPerSecond: 1234.5, secondsLeft: null, done: false },
    };
    expect(describeProgress(progress as never, 0, Infinity, 'example')).toBe(
      'step 50  loss 0.5123 (75.0 % right)  validation 0.6 (50.0 % right)  1,235 examples/s',
    );
    const numbers = { ...progress, accuracy: null, validationLoss: null };
    expect(describeProgress(numbers as never, 0, Infinity, 'example')).toBe(
      'step 50  loss 0.5123  1,235 examples/s',
    );
  });

  test('a loss beyond three times that of the start diverges, and is said once', () => {
    const divergence = new Divergence({ info: { config: {}, vocabulary: { size: 10 } } } as never);
    const report = (...losses: number[]) =>
      divergence.begins({ losses: Float32Array.from(losses), loss: losses.at(-1)! } as never);
    expect([report(2.5, 2.4), report(7.4), report(7.6), report(9)]).toEqual([false, false, true, false]);
    expect(divergence.under).toBe(true);
    expect(divergence.sentence).toContain('diverges: the loss is 9, 3.6 times that of the start');
    report(2);
    expect(divergence.under).toBe(false);
  });

  test('a loss that may be negative diverges by nats, not by a factor', () => {
    const config = { task: { name: 'regress', loss: 'gaussian' } };
    const divergence = new Divergence({ info: { config, data: { trivialLoss: -1 } } } as never);
    const report = (loss: number) => divergence.begins({ losses: Float32Array.of(loss), loss } as never);
    expect([report(-2), report(-0.9), report(3.9), report(4.1)]).toEqual([false, false, false, true]);
    expect(divergence.sentence).toContain('diverges: the loss is 4.1, 5.1 above that of the start');
  });

  test('a run with such a rate says so, and ends', async () => {
    const { status, err } = await run([
      ...[
        'train',
        'text.txt',
        '-n',
        '40',
        '-o',
        'wild.st',
        '--learning-rate',
        '1e6',
        '--clip',
        '0',
        ...short,
      ],
    ]);
    expect(status).toBe(0);
    expect(err.match(/The training diverges/g)).toHaveLength(2); // when it begins, and at the end
  });
});
