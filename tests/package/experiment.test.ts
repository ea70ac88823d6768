// Experiments: what their files may say, that runs are resumed, shared out and checked, and the figures of the table.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

describe('a search', () => {
  const searched = {
    text: 'text.txt',
    config: small,
    variants: {
      plain: { layers: [{ cell: 'rnn', units: 12 }] },
      gated: { layers: [{ cell: 'gru', units: 12 }], clip: { norm: 1 } },
    },
    search: { 'optimizer.learningRate': [1e-6, 0.01] },
    seeds: [3, 7, 8],
    steps: 40,
    baseline: 'plain',
    published: { plain: { value: 4.5, source: 'nobody 2000', unit: 'bits' } },
  };

  test('tries every value with the first seed, and takes the best for the others', async () => {
    await save('searched.json', searched);
    const { status, out, err } = await experiment('searched.json', '--table', 'csv', '--models', at('kept'));
    expect(status).toBe(0);
    expect(err).toContain('8 runs, 0 done, 4 to do here, 4 when the best values are known');
    const lines = await results('searched.results.jsonl');
    expect(lines.map(({ run }) => run)).toEqual(
      ['plain', 'gated'].flatMap((name) => [
        `${name}, optimizer.learningRate=0.000001, seed=3`,
        ...[3, 7, 8].map((seed) => `${name}, optimizer.learningRate=0.01, seed=${seed}`),
      ]),
    );
    const [head, ...rows] = out.trim().split('\n');
    expect(head).toBe(
      'network,optimizer.learningRate,parameters,runs,"validation, bits","difference to plain, by seed",published,best step,minutes,"search, minutes"',
    );
    for (const row of rows) expect(row).toMatch(/^(plain|gated),0.01,\d+,3,/);
    expect(out).toContain('4.5 bits (nobody 2000)');
    const of = (name: string) =>
      lines
        .filter(({ run }) => run.startsWith(`${name}, optimizer.learningRate=0.01`))
        .map((l) => l.validation);
    const { mean, interval } = meanOf(of('gated').map((loss, i) => (loss - of('plain')[i]!) / Math.LN2));
    expect(rows.find((row) => row.startsWith('gated'))).toContain(
      `,${mean.toFixed(4)} ± ${interval!.toFixed(4)},`,
    );
    // Each left its weights, named by their hash.
    const kept = await readdir(at('kept'));
    expect(kept.sort()).toEqual(lines.map(({ weights }) => `${weights}.safetensors`).sort());
    expect((await experiment('searched.json')).err).toContain('8 runs, 8 done, 0 to do here');
    const report = await experiment('searched.json', '--report', '--table', 'csv');
    expect(report).toMatchObject({ status: 0, out, err: '' });
  });

  test('waits for the shards that have not searched yet', async () => {
    const part = (i: number, ...others: string[]) =>
      experiment('searched.json', ...others, '--shard', `${i}/2`, '-o', `s${i}.jsonl`);
    expect((await part(1)).err).toContain('4 when the best values are known');
    const first = await results('s1.jsonl');
    expect(first.length).toBeLessThan(4);
    await part(2, 's1.jsonl');
    await part(1, 's2.jsonl');
    await part(2, 's1.jsonl');
    const all = [...(await results('s1.jsonl')), ...(await results('s2.jsonl'))];
    expect(weights(all)).toEqual(weights(await results('searched.results.jsonl')));
  });

  test('an overflow is a result, and never the best', async () => {
    await save('wild.json', {
      ...searched,
      variants: {},
      baseline: undefined,
      config: {
        ...small,
        layers: [{ cell: 'rnn', units: 8, activation: 'relu' }],
        optimizer: 'sgd',
        clip: { norm: 0 },
      },
      search: { 'optimizer.learningRate': [1e6, 0.01] },
      seeds: 1,
    });
    expect((await experiment('wild.json')).status).toBe(0);
    const lines = (await results('wild.results.jsonl')) as (Line & { overflow: number | null })[];
    expect(lines[0]!.overflow).toBeGreaterThan(0);
    expect(lines[1]!.overflow).toBeNull();
    const { out } = await experiment('wild.json', '--table', 'csv');
    expect(out).toContain('\n0.01,');
    expect(out).not.toContain('\n1000000,');
  });

  test('weights are measured on other data too, and curves are kept', async () => {
    await save('longer.json', {
      config: {
        dataset: { name: 'anbn', difficulty: 4 },
        layers: [{ units: 8 }],
        batchSize: 8,
        evaluateEvery: 10,
      },
      seeds: 1,
      steps: 30,
      also: { longer: { dataset: { name: 'anbn', difficulty: 9 } } },
    });
    const { status, out } = await experiment('longer.json', '--table', 'csv');
    expect(status).toBe(0);
    const [line] = (await results('longer.results.jsonl')) as unknown as {
      curve: [number, number][];
      test: number;
      also: { longer: { loss: number } };
    }[];
    expect(line!.curve.map(([step]) => step)).toEqual([10, 20, 30]);
    expect(line!.also.longer.loss).toBeGreaterThan(0);
    expect(line!.also.longer.loss).not.toBe(line!.test);
    expect(out).toContain('"longer, bits"');
  });

  test('its files may lie elsewhere', async () => {
    await mkdir(at('apart'), { recursive: true });
    await writeFile(at('apart/searched.json'), JSON.stringify(searched));
    expect((await experiment('apart/searched.json', '--list')).status).toBe(1);
    const listed = await experiment('apart/searched.json', 'searched.results.jsonl', '--data', '.', '--list');
    expect(listed.out.match(/^done/gm)).toHaveLength(8);
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
    ['{"variants":{"a":1}}', 'variants.a: expected an object, got 1.'],
    ['{"search":{"clip":1}}', 'search.clip: expected a list of at least one value, got 1.'],
    ['{"published":{"a":{"value":"1","source":"b"}}}', 'published.a.value: expected a number, got "1".'],
    ['{"also":[1]}', 'also: expected an object of names and their settings, got [1].'],
    ['{"text":"text.txt","steps":1,"baseline":"none"}', 'baseline: expected one of the variants'],
    ['{"text":7}', 'text: expected a file, or a list of files, got 7.'],
    ['{"steps":1.5}', 'steps: expected a whole number, 1 or more, got 1.5.'],
    ['{"text":"text.txt","steps":1', 'the experiment is not JSON'],
    ['{"text":"text.txt","steps":1,"seeds":1,"vary":{"preset":["lsmt"]}}', 'preset: expected one of'],
  ])('%s is refused by name', async (content, sentence) => {
    await writeFile(at('bad.json'), content);
    expect(await experiment('bad.json')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining(sentence),
    });
  });

  test('what is going to be done is said before anything is read', async () => {
    await writeFile(at('bad.json'), '[]');
    expect((await experiment('bad.json')).err).toMatch(
      /^bad\.json: reading it and what it trains on, and checking its configurations\.\n/,
    );
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
