// Experiments: what their files may say, that runs are resumed, shared out and checked, and the figures of the table.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
// Not exported: the figures of a table.
import { meanOf, rowsOf } from '../../dist/cli/experiment-table.js';
import * as command from './command';
import { TEXT } from './harness';

vi.setConfig({ testTimeout: 180_000 }); // programs on a busy machine

const small = { sequenceLength: 16, batchSize: 8, evaluateEvery: 10 };
const usual = {
  text: 'text.txt',
  config: small,
  vary: { preset: ['rnn', 'gru'], 'optimizer.learningRate': [0.003, 0.01] },
  seeds: [3, 7],
  steps: 40,
  parameters: 1200,
};
interface Line {
  run: string;
  weights: string;
  parameters: number;
  bestStep: number;
  validation: number;
}
let folder: string;
const at = (name: string) => join(folder, name);
const experiment = (...args: string[]) => command.run(folder, ['experiment', ...args]);
const save = (name: string, content: object) => writeFile(at(name), JSON.stringify(content));
async function results(name: string): Promise<Line[]> {
  const lines = (await readFile(at(name), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}
const weights = (lines: Line[]) => Object.fromEntries(lines.map(({ run, weights }) => [run, weights]));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-experiment-'));
  await writeFile(at('text.txt'), TEXT);
  await save('usual.json', usual);
});
afterAll(() => rm(folder, { recursive: true }));

describe('runs', () => {
  test('every variant with every seed, of equal parameters, and the best first', async () => {
    const { status, out } = await experiment('usual.json', '--table', 'csv');
    expect(status).toBe(0);
    const lines = await results('usual.results.jsonl');
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map(({ run }) => run)).size).toBe(8);
    expect(lines[0]!.run).toBe('preset=rnn, optimizer.learningRate=0.003, seed=3');
    for (const { parameters } of lines) expect(Math.abs(parameters - 1200)).toBeLessThan(60);
    expect(new Set(lines.map(({ weights }) => weights)).size).toBe(8);
    const [head, ...rows] = out.trim().split('\n');
    expect(head).toBe('preset,optimizer.learningRate,parameters,runs,"validation, bits",best step,minutes');
    const means = rows.map((row) => Number(row.split(',')[4]!.split(' ')[0]));
    expect(means).toEqual(means.toSorted((a, b) => a - b));
    const [first] = rows;
    const [preset, rate] = first!.split(',');
    const own = lines.filter(({ run }) =>
      run.startsWith(`preset=${preset}, optimizer.learningRate=${rate},`),
    );
    const mean = own.reduce((sum, { validation }) => sum + validation, 0) / own.length / Math.LN2;
    expect(means[0]).toBeCloseTo(mean, 3);
  });

  test('done ones are not run again, and their weights can be verified', async () => {
    const before = await readFile(at('usual.results.jsonl'), 'utf8');
    const again = await experiment('usual.json');
    expect(again).toMatchObject({ status: 0, err: expect.stringContaining('8 runs, 8 done, 0 to do here') });
    expect(await readFile(at('usual.results.jsonl'), 'utf8')).toBe(before);
    const [first] = await results('usual.results.jsonl');
    const verified = await experiment('usual.json', '--verify', '--jobs', '1');
    expect(verified).toMatchObject({ status: 0, err: expect.stringContaining('8 of 8 runs left the same') });
    expect(verified.out).toContain(`same weights  ${first!.run}  ${first!.weights}`);
    const other = first!.weights.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await writeFile(at('forged.jsonl'), before.replace(first!.weights, other));
    const refused = await experiment('usual.json', '-o', 'forged.jsonl', '--verify');
    expect(refused).toMatchObject({
      status: 1,
      out: expect.stringContaining(`OTHER WEIGHTS  ${first!.run}`),
    });
    expect(refused.err).toContain('7 of 8 runs left the same');
  });

  test('shards make up the whole', async () => {
    for (const i of [1, 2, 3])
      expect(await experiment('usual.json', '--shard', `${i}/3`, '-o', `${i}.jsonl`)).toMatchObject({
        status: 0,
      });
    const parts = await Promise.all([1, 2, 3].map((i) => results(`${i}.jsonl`)));
    expect(parts.map(({ length }) => length)).toEqual([3, 3, 2]);
    expect(weights(parts.flat())).toEqual(weights(await results('usual.results.jsonl')));
    const merged = await experiment('usual.json', '2.jsonl', '3.jsonl', '-o', '1.jsonl', '--list');
    expect(merged.out.match(/^done/gm)).toHaveLength(8);
  });

  test('results of another configuration, text or budget are not taken for its own', async () => {
    for (const [name, change] of Object.entries({ steps: 41, config: { ...small, batchSize: 4 } })) {
      await save('changed.json', { ...usual, [name]: change });
      const { out } = await experiment('changed.json', 'usual.results.jsonl', '--list');
      expect(out.match(/^open/gm), name).toHaveLength(8);
    }
  });

  test('an interrupted one goes on where it was, to the same weights', async () => {
    const long = { text: 'text.txt', config: { ...small, layers: [{ units: 16 }] }, seeds: [1], steps: 1500 };
    await save('long.json', long);
    expect((await experiment('long.json', '-o', 'whole.jsonl')).status).toBe(0);
    const { child, ended } = command.start(folder, ['experiment', 'long.json', '-o', 'parts.jsonl']);
    let said = '';
    child.stderr!.on('data', (data) => (said += String(data)));
    await expect.poll(() => said, { timeout: 60_000 }).toContain('seed=1: begins');
    child.kill('SIGINT');
    expect([0, 130]).toContain((await ended).status); // 0: it was done already
    expect((await experiment('long.json', '-o', 'parts.jsonl')).status).toBe(0);
    expect(weights(await results('parts.jsonl'))).toEqual(weights(await results('whole.jsonl')));
    expect((await readdir(folder)).filter((name) => name.endsWith('.runs'))).toEqual([]);
  });

  test('without steps they end by themselves, with the best weights', async () => {
    await save('endless.json', { text: 'text.txt', config: { ...small, earlyStopping: 2 }, seeds: 1 });
    expect((await experiment('endless.json')).status).toBe(0);
    const [result] = await results('endless.results.jsonl');
    expect(result!.bestStep).toBeGreaterThan(0);
    await save('never.json', { text: 'text.txt', config: { ...small, evaluateEvery: 0 }, seeds: 1 });
    expect(await experiment('never.json')).toMatchObject({
      status: 2,
      err: expect.stringContaining('steps: expected a number'),
    });
  });
});

describe('a file', () => {
  test.each([
    ['[]', 'the experiment: expected an object, got [].'],
    ['{"confg":{}}', '"confg": expected one of about, text'],
    ['{"seeds":[1,1]}', 'seeds: expected how many, or a list in which none is twice'],
    ['{"seeds":0}', 'seeds: expected a whole number, 1 or more, got 0.'],
    ['{"vary":{"preset":"gru"}}', 'vary.preset: expected a list of at least one value, got "gru".'],
    ['{"vary":{"seed.deep":[1]},"config":{"seed":1}}', 'vary.seed.deep: expected an object at seed, got 1.'],
    ['{"vary":{"__proto__.x":[1]}}', 'vary.__proto__.x: expected a path'],
    ['{"text":7}', 'text: expected a file, or a list of files, got 7.'],
    ['{"steps":1.5}', 'steps: expected a whole number, 1 or more, got 1.5.'],
    ['{"text":"text.txt","steps":1', 'the experiment is no JSON'],
    ['{"text":"text.txt","steps":1,"seeds":1,"vary":{"preset":["lsmt"]}}', 'preset: expected one of'],
  ])('%s is refused by name', async (content, sentence) => {
    await writeFile(at('bad.json'), content);
    expect(await experiment('bad.json')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining(sentence),
    });
  });

  test('options that are none', async () => {
    for (const [option, value] of [
      ['--shard', '3/2'],
      ['--shard', 'half'],
      ['--table', 'html'],
      ['--jobs', '0'],
    ] as const)
      expect(await experiment('usual.json', option, value)).toMatchObject({
        status: 2,
        err: expect.stringContaining(option),
      });
    expect(await experiment('usual.json', '-o', 'nothing.jsonl', '--verify')).toMatchObject({
      status: 2,
      err: expect.stringContaining('no results to verify'),
    });
  });
});

// Against figures worked out by hand: the standard error of 1, 2, 3, 6 is √(14/3/4), and t of 3 degrees is 3.182.
test('means have the 95 % interval of Student', () => {
  expect(meanOf([5])).toEqual({ mean: 5, interval: null });
  expect(meanOf([1, 2, 3, 6]).mean).toBe(3);
  expect(meanOf([1, 2, 3, 6]).interval).toBeCloseTo(3.182 * Math.sqrt(14 / 3 / 4), 10);
  expect(meanOf([1, 3]).interval).toBeCloseTo(12.706, 10);
  const many = Array.from({ length: 41 }, (_, i) => i % 2);
  const variance = (21 * 20) / 41 / 40;
  expect(meanOf(many).interval! / Math.sqrt(variance / 41)).toBeCloseTo(2.021, 2);
  expect(rowsOf([])).toEqual([]);
});
