/** Tables of numbers as people have them, through the package and the command line; the grammar is Papa Parse's. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Config, createModel, openModel, previewDataset, type UnfoldError } from 'unfold-rnn';
import * as command from './command.js';
import { rejection } from './harness.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 }); // programs on a busy machine

const here = { threads: 1, worker: false };
const small: Config = { layers: [{ units: 3 }], batchSize: 2, seed: 2 };
const fileOf = (name: string) => readFile(new URL(`../cases/${name}`, import.meta.url));
const regress = (dataset?: Config['dataset']): Config => ({
  ...small,
  task: 'regress',
  ...(dataset !== undefined && { dataset }),
});
const usesOf = async (config: Config, text: string | Uint8Array) => {
  const { columns = [] } = await previewDataset(config, text, here);
  return Object.fromEntries(columns.map(({ name, kind, use }) => [name, `${kind} ${use}`]));
};

describe('the cases that people met', () => {
  test('decimal commas: two columns, and a header that does not fit is refused', async () => {
    expect(await previewDataset(regress(), await fileOf('decimal-comma.csv'), here)).toMatchObject({
      ...{ format: 'table', separator: ';', decimal: ',', header: true, rows: 4 },
      columns: [
        { name: 'a', min: 1.5, max: 4.5 },
        { name: 'b', min: 2.5, max: 5.5 },
      ],
    });
    using model = await createModel(regress(), await fileOf('decimal-comma.csv'), here);
    expect(model.info.data).toMatchObject({ numbers: 2, outputs: 2 });
    const { input } = await model.example('train', 0);
    expect((input as number[][])[0]!.every((x) => !Number.isInteger(x))).toBe(true);
    expect(await rejection(createModel(regress(), 'a\n1,5\n2,5\n3,5\n', here))).toMatchObject({
      ...{ code: 'INVALID_TEXT', field: 'text line 1', expected: expect.stringContaining('2 names') },
    });
  });

  test('dates are left out, said so, or become features', async () => {
    const sales = await fileOf('sales.csv');
    expect(await usesOf(regress(), sales)).toEqual({ Month: 'date none', Sales: 'number both' });
    const { notes } = await previewDataset(regress(), sales, here);
    expect(notes.join()).toContain('Month: dates');
    using model = await createModel(regress({ dates: 'features' }), sales, here);
    expect(model.info.data).toMatchObject({ numbers: 3, outputs: 1 });
  });

  test('an index that R wrote is left out', async () => {
    expect(await usesOf(regress(), await fileOf('quoted-index.csv'))).toEqual({
      ...{ 'column 1': 'index none', Temp: 'number both', Hum: 'number both' },
    });
  });

  test('missing values: refused with a way on, or as chosen', async () => {
    const gaps = await fileOf('gaps.csv');
    expect(await usesOf(regress(), gaps)).toEqual({
      ...{ time: 'date none', co2: 'number both', note: 'text none' },
    });
    expect(await rejection(createModel(regress(), gaps, here))).toMatchObject({
      ...{
        code: 'INVALID_TEXT',
        field: 'text line 58',
        expected: expect.stringContaining('dataset.missing'),
      },
    });
    for (const missing of ['forward', 'interpolate', 'mask']) {
      using model = await createModel(regress({ missing }), gaps, here);
      const last = await model.train({ steps: 2 });
      expect(last?.loss, missing).toBeLessThan(Infinity);
      expect((await model.evaluate({ split: 'validation' })).loss, missing).toBeLessThan(Infinity);
    }
  });

  test('gestures in long form: thirty series of two columns, three classes', async () => {
    const text = await fileOf('gestures-long.csv');
    const config: Config = { ...small, task: 'classify', batchSize: 8 };
    expect(await previewDataset(config, text, here)).toMatchObject({
      ...{ series: 30, labels: [{ name: 'circle' }, { name: 'swipe' }, { name: 'zigzag' }] },
    });
    using model = await createModel(config, text, here);
    const { train, validation, test, ...data } = model.info.data!;
    expect(data).toMatchObject({ numbers: 2, targets: ['circle', 'swipe', 'zigzag'] });
    expect(train + validation + test).toBe(30);
    await model.train({ steps: 3 });
    using again = await openModel(await model.save(), text, here);
    expect(again.info.step).toBe(3);
    const answer = await again.predict({ input: [[0, 1], [1, 0.5]] } as never); // prettier-ignore
    expect(data.targets).toContain((answer as { output: string }).output);
  });
});

describe('settings', () => {
  test.each([
    [{ targets: ['c'] }, 'dataset.targets[0]'],
    [{ inputs: ['a', 'note'] }, 'dataset.inputs[1]'],
    [{ missing: 'drop' }, 'dataset.missing'],
    [{ colour: 1 }, 'dataset.colour'],
    [{ inputs: 'a' }, 'dataset.inputs'],
    [{ inputs: ['a', 'a'] }, 'dataset.inputs[1]'],
  ])('%j is refused', async (dataset, field) => {
    const text = 'a,b,note\n1,2,x\n2,3,y\n3,5,z\n';
    expect(await rejection(createModel(regress(dataset as never), text, here))).toMatchObject({
      ...{ code: 'INVALID_CONFIG', field },
    });
  });

  test('belong to tables', async () => {
    const config = { ...small, task: 'tag', dataset: { missing: 'mask' } };
    expect(await rejection(createModel(config, 'a\tb\n', here))).toMatchObject({ field: 'dataset.missing' });
  });

  test('targets are predicted, the other columns are read', async () => {
    const text = 'a,b\n1,2\n2,4\n4,5\n7,9\n8,9\n';
    using model = await createModel(regress({ targets: ['b'] }), text, here);
    expect(model.info.data).toMatchObject({ numbers: 2, outputs: 1 });
    expect(model.info.config.dataset).toEqual({ targets: ['b'] });
  });
});

/** Fields of a few kinds, as a writer of CSV would write them. */
const fields = fc.oneof(
  fc.integer({ min: -999, max: 999 }).map(String),
  fc
    .string({ unit: fc.constantFrom(...'ab" ,;\n'), maxLength: 6 })
    .map((text) => `"${text.replaceAll('"', '""')}"`),
  fc.constantFrom('', 'x', 'y z', '"1"', 'a"b'),
);

describe('Papa Parse reads the same', () => {
  const parsed = (text: string, delimiter: string) =>
    Papa.parse<string[]>(text, { delimiter, comments: '#', skipEmptyLines: true });

  test('what programs write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fields, fields), { minLength: 1, maxLength: 7 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        async (rows, separator, end) => {
          const table = rows.map((row, i) => [String(i * i), ...row]);
          const text = [['n', 'one', 'two'], ...table].map((row) => row.join(separator)).join(end) + end;
          const { data, errors } = parsed(text, separator);
          expect(errors).toEqual([]);
          const shown = await previewDataset(regress({ inputs: ['n'] }), text, here).catch(
            (error: UnfoldError) => error.message,
          );
          // Where one kind of field has not the separator for nearly all rows, there are several readings.
          fc.pre(typeof shown === 'object' && shown.separator === (separator === '\t' ? 'tab' : separator));
          expect((shown as { first: unknown }).first).toEqual(data.slice(1));
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  test('and what is no CSV', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'"a \n'), maxLength: 8 }), async (field) => {
        const text = `n,v\n1,x\n2,y\n3,x\n4,${field}\n5,y\n6,z\n`;
        const { errors } = parsed(text, ',');
        const error = await previewDataset(regress(), text, here).then(
          () => undefined,
          (error: UnfoldError) => error,
        );
        const quotes = error?.expected?.includes('quotation mark') ?? false;
        refused += Number(quotes);
        // A row before it may be refused for its columns.
        if (errors.some(({ type }) => type === 'Quotes')) expect(error, JSON.stringify(field)).toBeDefined();
        else expect(quotes, JSON.stringify(field)).toBe(false);
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});

describe('what may be misread', () => {
  const notesOf = async (text: string | Uint8Array, config = regress()) =>
    (await previewDataset(config, text, here)).notes.join('\n');

  test('numbers that are decimals or thousands', async () => {
    expect(await notesOf('d;v\n01.01.2024;1.037\n02.01.2024;4.443\n')).toContain(
      '1.037 are read as thousands',
    );
    expect(await notesOf('a;v\n5;1.037\n7;4.443\n')).toContain('1.037 are read as decimals');
  });

  test('rows in no order of time, dates that repeat, and gaps', async () => {
    const days = [1, 6, 11, 2, 7, 12, 3, 8, 4, 9, 5, 10, 10, 15];
    const notes = await notesOf(`day,v\n${days.map((day, i) => `2024-01-${day},${i * i}`).join('\n')}\n`);
    expect(notes).toContain('Rows are in no order of time, first in line 5 (day): sorted by date.');
    expect(notes).toContain('1 date of day repeats one above, such as 2024-01-10.');
    expect(notes).toContain('1 gap in the dates of day, the first after 2024-01-12.');
  });

  test('UTF-16 with a byte order mark', async () => {
    const text = 'day,v\n2024-01-01,5\n2024-01-02,7\n2024-01-03,6\n';
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      const dataset = new Uint8Array(bytes);
      expect(await previewDataset(regress(), dataset, here)).toEqual(
        await previewDataset(regress(), text, here),
      );
      expect(await previewDataset(regress(), new Blob([dataset]), here)).toMatchObject({ rows: 3 });
    }
    const long = `\uFEFF${'to be or not to be '.repeat(40)}`;
    const bytes = new Uint8Array(Buffer.from(long, 'utf16le'));
    const sizes: Config = { ...small, sequenceLength: 8 };
    const decoded = await createModel(sizes, bytes, here);
    expect(decoded.info.vocabulary.symbols).not.toContain('\0');
    decoded.dispose();
    const raw = await createModel({ ...sizes, unit: 'byte' }, bytes, here);
    expect(raw.info.tokens.train).toBeGreaterThan(long.length); // bytes stay as they are
    raw.dispose();
  });
});

describe('the command line', () => {
  let folder: string;
  const run = (...args: string[]) => command.run(folder, args);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unfold-'));
    for (const name of ['gaps.csv', 'sales.csv', 'gestures-long.csv'])
      await writeFile(join(folder, name), await fileOf(name));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const short = ['--config', '{"layers":[{"units":4}],"batchSize":2}', '--threads', '1', '-n', '2'];

  test('preview shows the columns', async () => {
    const { status, out } = await run('preview', 'gaps.csv');
    expect(status).toBe(0);
    expect(out).toMatch(/^table: \d+ rows, separator ,, decimal \., with a header\n/);
    expect(out).toMatch(/^time +date +left out +0 .*dates/m);
    expect(out).toMatch(/^co2 +number +both +7 /m);
    const json = await run('preview', 'gestures-long.csv', '-t', 'classify', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ format: 'table', series: 30 });
    expect(await run('preview', 'gaps.csv', '--targets', 'x')).toMatchObject({
      ...{ status: 2, err: expect.stringContaining('--targets: expected one of the columns') },
    });
  });

  test('a forecast goes on with the dates of its file', async () => {
    await run('train', 'sales.csv', '-t', 'regress', '-o', 'dated.st', '-q', ...short);
    const { status, out, err } = await run('predict', 'dated.st', 'sales.csv', '--steps', '14');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const [header, ...rows] = out.trim().split('\n');
    expect(header).toBe('Month,Sales');
    const sales = (await fileOf('sales.csv')).toString().trim().split('\n');
    const [year, month] = sales.at(-1)!.split(',')[0]!.split('-').map(Number) as [number, number];
    const expected = Array.from({ length: 14 }, (_, i) =>
      new Date(Date.UTC(year, month + i)).toISOString().slice(0, 7),
    );
    expect(rows.map((row) => row.split(',')[0])).toEqual(expected);
    // What was written is read as one table with what it goes on from.
    await writeFile(join(folder, 'longer.csv'), [...sales, ...rows, ''].join('\n'));
    const again = await run('predict', 'dated.st', 'longer.csv', '--steps', '1', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ dates: { column: 'Month', next: [expect.any(String)] } });
    const plain = await run('predict', 'dated.st', 'sales.csv');
    expect(plain.out).toMatch(/^Sales\n/);
  });

  test('a forecast reads what the dates that come will be, and no other column that is only read', async () => {
    const dated = ['-t', 'regress', '-o', 'features.st', '-q', '--dates', 'features', ...short];
    expect(await run('train', 'sales.csv', ...dated)).toMatchObject({ status: 0 });
    const { status, out, err } = await run('predict', 'features.st', 'sales.csv', '--steps', '3');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.trim().split('\n')).toHaveLength(4);
    using model = await openModel(
      await readFile(join(folder, 'features.st')),
      await fileOf('sales.csv'),
      here,
    );
    const { series, future } = await model.readTable(await fileOf('sales.csv'), { steps: 3 });
    const { forecast } = await model.predict({ input: series[0]!, steps: 3, future: future![0]! });
    const numbers = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[1]));
    expect(numbers.map(Math.fround)).toEqual(forecast!.map(([sales]) => sales));
    const end = await model.readTable(await fileOf('sales.csv'), { steps: 3, last: 5 });
    expect(end).toMatchObject({ series: [series[0]!.slice(-5)], lengths: [series[0]!.length], future });
    expect(await rejection(model.readTable('', { last: 0 }))).toMatchObject({ field: 'last' });
    const refused = await rejection(model.predict({ input: series[0]!, steps: 3 }));
    expect(refused).toMatchObject({ field: 'steps', actual: expect.stringContaining('is only read') });
    expect((await model.backtest({ steps: 3 })).multiStep).toBeDefined();

    const rows = Array.from({ length: 60 }, (_, t) => `2024-01-${t},${(t * 7) % 5},${100 + (t % 6)}`);
    await writeFile(join(folder, 'promo.csv'), `day,promo,sales\n${rows.join('\n')}\n`);
    const known = ['--inputs', 'promo,sales', '--targets', 'sales'];
    await run('train', 'promo.csv', '-t', 'regress', '-o', 'promo.st', '-q', ...known, ...short);
    const none = await run('predict', 'promo.st', 'promo.csv', '--steps', '3');
    expect(none.status).not.toBe(0);
    expect(none.err).toContain('"promo" is only read');
  });

  test('where dates are not regular, a forecast has none and says so', async () => {
    const rows = ['2024-01-01,5', '2024-01-02,7', '2024-01-05,6', '2024-01-09,8', '2024-01-10,6'];
    await writeFile(join(folder, 'uneven.csv'), `day,Sales\n${rows.join('\n')}\n`);
    await run('train', 'sales.csv', '-t', 'regress', '-o', 'dated.st', '-q', ...short);
    const { status, out, err } = await run('predict', 'dated.st', 'uneven.csv', '--steps', '2');
    expect({ status, err }).toEqual({
      status: 0,
      err: 'The forecast has no dates (day): they are not evenly spaced.\n',
    });
    expect(out).toMatch(/^Sales\n[^,]+\n[^,]+\n$/);
  });

  test('a forecast has the notation of its file', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => `${i + 1}.1.2024;${(i % 7) + 1},5`);
    const german = ['Tag;Wert', ...rows];
    await writeFile(join(folder, 'german.csv'), `${german.join('\n')}\n`);
    await run('train', 'german.csv', '-t', 'regress', '-o', 'german.st', '-q', ...short);
    const { status, out, err } = await run('predict', 'german.st', 'german.csv', '--steps', '2');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^Tag;Wert\n25\.1\.2024;-?\d+,\d+\n26\.1\.2024;-?\d+,\d+\n$/);
    const digits = out
      .trim()
      .split('\n')
      .slice(1)
      .map((row) =>
        row
          .split(';')[1]!
          .replace(/^-?0*,?0*/, '')
          .replace(',', ''),
      );
    for (const number of digits) expect(number.length, out).toBeLessThanOrEqual(9);
  });

  test('preview finds labelled texts by itself, and shows what it cannot read', async () => {
    const texts = [
      'Lovely place indeed\t5',
      'Never again, I say\t1',
      '',
      'Very good, thank you\t5',
      'Bad\t1',
    ];
    await writeFile(join(folder, 'two.tsv'), `${texts.join('\n')}\nNo stars at all\n`);
    const { status, out } = await run('preview', 'two.tsv');
    expect(status).toBe(0);
    expect(out).toMatch(/^lines: 4 examples/);
    expect(out).toContain('Labels: 1 2, 5 2.');
    expect(out).toContain('1 row without a label or a text, and a training refuses it: line 6.');
    expect(out).toContain('--task regress reads a table of numbers');
    expect((await run('preview', 'gaps.csv')).out).toMatch(/^table: /);
    await writeFile(join(folder, 'regions.csv'), 'region,v\nnorth,5\nsouth,7\nnorth,6.5\nsouth,8\n');
    expect((await run('preview', 'regions.csv')).out).toMatch(/^table: /);
    await writeFile(join(folder, 'cell.csv'), 'a,v\n5,7\n2,n.v.\n4,6\n');
    const cell = await run('preview', 'cell.csv');
    expect(cell).toMatchObject({ status: 0, out: expect.stringMatching(/^table: 3 rows/) });
    expect(cell.out).toContain('line 3: expected a number in column 2 (v), got "n.v."');
  });

  test('train says what it reads', async () => {
    const { status, err } = await run('train', 'sales.csv', '-t', 'regress', '-o', 's.st', ...short);
    expect(status).toBe(0);
    expect(err).toContain(
      'Read: Sales.\nPredicted: Sales.\nLeft out: Month: dates (--dates features makes inputs of them).',
    );
    const quiet = await run('train', 'sales.csv', '-t', 'regress', '-o', 'q.st', '-q', ...short);
    expect(quiet.err).toBe('');
    const refused = await run('train', 'gaps.csv', '-t', 'regress', '-o', 'g.st', ...short);
    expect(refused.err).toContain(
      'gaps.csv line 58: expected a number in column 2 (co2), or --missing: forward',
    );
    const masked = await run(
      'train',
      'gaps.csv',
      '-t',
      'regress',
      '-o',
      'g.st',
      '--missing',
      'mask',
      ...short,
    );
    expect(masked).toMatchObject({
      status: 0,
      err: expect.stringContaining('7 missing values of co2 are masked'),
    });
  });
});
