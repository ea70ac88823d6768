/** Small files as people have them (tests/cases/): the same outcome in the package and on the command line. */
import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createModel, decodeText, previewDataset, type Task } from 'unfold-rnn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as command from './command.js';
import { rejection } from './harness.js';

const cases = fileURLToPath(new URL('../cases/', import.meta.url));
const fileOf = (name: string) => readFile(join(cases, name));
const here = { threads: 1, worker: false };
const small = { layers: [{ cell: 'gru', units: 4 }], batchSize: 2, sequenceLength: 8, seed: 1 };

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'unfold-'))));
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: string[]) => command.run(cases, args);
const train = (...args: string[]) =>
  run('train', ...args, '-n', '1', '-q', '--config', JSON.stringify(small), '--threads', '1', '--fresh');
const saved = () => join(folder, 'model.st');

describe('previews', () => {
  test.each<[string, Task, object]>([
    ['decimal-comma.csv', 'regress', { format: 'table', decimal: ',', separator: ';', header: true }],
    ['sales.csv', 'regress', { format: 'table', rows: 240, header: true }],
    ['quoted-index.csv', 'regress', { format: 'table', rows: 60, decimal: ',' }],
    ['gaps.csv', 'regress', { format: 'table', rows: 120 }],
    ['gestures-long.csv', 'classify', { format: 'table', series: 30 }],
    ['labels-last.csv', 'classify', { rows: 120, separator: 'comma', header: true }],
    ['labels-header.tsv', 'classify', { rows: 120, separator: 'tab', header: true }],
    ['long.tsv', 'classify', { rows: 2, lengths: { min: 299, max: 300 } }],
    ['conll.txt', 'tag', { format: 'CoNLL', rows: 40 }],
  ])('%s', async (name, task, expected) => {
    const shown = await previewDataset({ task }, await fileOf(name), here);
    expect(shown).toMatchObject(expected);
    const { status, out } = await run('preview', name, '-t', task, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual(shown);
  });

  test('columns, and labels with their counts', async () => {
    const uses = async (name: string, task: Task) => {
      const { columns = [] } = await previewDataset({ task }, await fileOf(name), here);
      return columns.flatMap(({ name, use }) => (use === 'none' ? [] : [`${name}: ${use}`]));
    };
    expect(await uses('decimal-comma.csv', 'regress')).toEqual(['a: both', 'b: both']);
    expect(await uses('quoted-index.csv', 'regress')).toEqual(['Temp: both', 'Hum: both']);
    expect(await uses('gestures-long.csv', 'classify')).toEqual([
      'id: id',
      'x: input',
      'y: input',
      'label: label',
    ]);
    for (const name of ['labels-last.csv', 'labels-header.tsv']) {
      const { labels } = await previewDataset({ task: 'classify' }, await fileOf(name), here);
      expect(labels).toEqual([
        { name: 'bad', count: 60 },
        { name: 'good', count: 60 },
      ]);
    }
  });
});

describe('music', () => {
  test('numbers of notes are not guessed; a roll of zeros and ones is read as one', async () => {
    const notes = await fileOf('midi-numbers.json');
    expect(await rejection(createModel({ ...small, task: 'notes' }, notes, here))).toMatchObject({
      field: 'dataset.keys',
    });
    const { status, err } = await train('midi-numbers.json', '-t', 'notes', '-o', saved());
    expect({ status, err }).toEqual({ status: 1, err: expect.stringContaining('--keys') });
    using model = await createModel({ ...small, task: 'notes', dataset: { keys: 'midi' } }, notes, here);
    const { input } = await model.example('train', 0);
    const keys = (input as number[][])[0]!.flatMap((on, key) => (on ? [key + 21] : []));
    expect(keys).toEqual([48, 60, 64, 67]);
    using roll = await createModel({ ...small, task: 'notes' }, await fileOf('zero-one-roll.json'), here);
    const first = ((await roll.example('train', 0)).input as number[][])[0]!;
    expect(first.flatMap((on, key) => (on ? [key + 21] : []))).toEqual(keys);
    expect(await train('zero-one-roll.json', '-t', 'notes', '-o', saved())).toMatchObject({ status: 0 });
  });
});

describe('texts', () => {
  const symbols = (text: Uint8Array) => new Set(new TextDecoder('utf-8', { ignoreBOM: true }).decode(text));

  test('bytes of another encoding are refused with a way on, and read as they are named', async () => {
    const latin1 = await fileOf('latin1.txt');
    expect(() => decodeText(latin1)).toThrow('text: expected UTF-8, got byte 0xE9 at offset 3');
    expect([...symbols(decodeText(latin1, 'latin1').text)].join('')).toContain('é');
    const { status, err } = await train('latin1.txt', '-o', saved());
    expect({ status, err }).toEqual({
      status: 1,
      err: 'unfold-rnn: latin1.txt is not UTF-8 (byte 0xE9 at offset 3): --encoding names what it is, such as latin1.\n',
    });
    expect(await train('latin1.txt', '-o', saved(), '--encoding', 'latin1')).toMatchObject({ status: 0 });
    expect(() => decodeText(latin1, 'klingon')).toThrow(
      "encoding: expected utf-8, latin1, utf-16le, …, got 'klingon'",
    );
    expect(() => decodeText('text' as never)).toThrow("bytes: expected a Uint8Array, got 'text'");
  });

  test('a byte order mark is no symbol, and lines that end with CR alone end', async () => {
    const mark = await fileOf('bom.txt');
    expect(symbols(mark)).toContain('\uFEFF');
    expect(symbols(decodeText(mark).text)).not.toContain('\uFEFF');
    using model = await createModel(small, mark, here);
    expect(model.info.vocabulary.symbols).not.toContain('\uFEFF');
    const read = decodeText(await fileOf('cr-only.txt'));
    expect(read).toMatchObject({ encoding: 'utf-8', carriageReturns: true });
    expect([...symbols(read.text)]).not.toContain('\r');
    expect(symbols(read.text)).toContain('\n');
  });

  test('UTF-16 is recognized, with its mark and without', async () => {
    const text = 'Größe, Kühnheit.\n'.repeat(4);
    const utf16 = Buffer.from(text, 'utf16le');
    for (const [bytes, encoding] of [
      [Buffer.from(`\uFEFF${text}`, 'utf16le'), 'utf-16le'],
      [utf16, 'utf-16le'],
      [Buffer.from(utf16).swap16(), 'utf-16be'],
    ] as const) {
      const read = decodeText(bytes);
      expect([new TextDecoder().decode(read.text), read.encoding]).toEqual([text, encoding]);
    }
  });

  test('files of names: each line is one', async () => {
    const options = ['-t', 'generate', '-o', saved(), '--validation-split', '0'];
    expect(await train('names-a', 'names-b', ...options)).toMatchObject({ status: 0 });
    const { data } = JSON.parse((await run('info', saved(), '--json')).out) as { data: { inputs: string[] } };
    expect(data.inputs.join('')).toBe('ABCDaenort');
  });
});
