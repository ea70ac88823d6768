// The native program: what it does with signals, files that are there already, and places that cannot be written.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TEXT } from './harness';

vi.setConfig({ testTimeout: 120_000 }); // programs on a busy machine

const program = fileURLToPath(new URL('../../build/native/unfold', import.meta.url));
const config = JSON.stringify({
  layers: [{ cell: 'gru', units: 12 }],
  ...{ sequenceLength: 8, batchSize: 4, evaluateEvery: 20 },
});
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-native-'));
  await writeFile(join(folder, 'text.txt'), TEXT);
});
afterAll(() => rm(folder, { recursive: true }));

/** `onTraining` is called once the program has trained a step. */
async function run(args: string[], onTraining?: (send: (signal: NodeJS.Signals) => void) => void) {
  const child = spawn(program, [...args, '--threads', '1'], { cwd: folder });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += String(data)));
  child.stderr.on('data', (data) => {
    const before = said.err;
    said.err += String(data);
    if (!before.includes('step ') && said.err.includes('step ')) onTraining?.((signal) => child.kill(signal));
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...said };
}

const train = (...args: string[]) => ['train', '--text', 'text.txt', ...args];
const stepOf = (err: string) => Number(/stopped at step (\d+)/.exec(err)?.[1]);

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends training at once, saved, and it goes on bit for bit', async (signal, status) => {
  const out = `${signal}.st`;
  const stopped = await run(train('--config', config, '--steps', '1000000', '--out', out), (send) => {
    send(signal);
    send(signal); // as `timeout` does: that is one
  });
  expect(stopped).toMatchObject({ status, err: expect.stringContaining(`saved: --resume ${out} goes on`) });
  const step = stepOf(stopped.err);
  expect(step).toBeGreaterThan(0);
  const until = String(step + 30);
  await run(train('--resume', out, '--out', out, '--steps', until));
  await run(train('--config', config, '--out', `${signal}-whole.st`, '--steps', until));
  const [parts, whole] = await Promise.all(
    [out, `${signal}-whole.st`].map((name) => readFile(join(folder, name))),
  );
  expect(parts!.equals(whole!)).toBe(true);
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('without --out a signal says that nothing is kept', async () => {
  const stopped = await run(train('--config', config, '--steps', '1000000'), (send) => send('SIGINT'));
  expect(stopped).toMatchObject({
    status: 130,
    err: expect.stringContaining('without --out nothing is saved'),
  });
});

test('a place that cannot be written is refused before the training', async () => {
  for (const out of ['no/such/folder.st', '.']) {
    const refused = await run(train('--config', config, '--steps', '5', '--out', out));
    expect(refused).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining(`${out}: expected a writable`),
    });
    expect(refused.err).not.toContain('parameters');
  }
});

test('a model that is there is not written over unasked', async () => {
  const made = () => run(train('--config', config, '--steps', '5', '--out', 'there.st'));
  expect((await made()).status).toBe(0);
  const first = await readFile(join(folder, 'there.st'));
  const refused = await made();
  expect(refused).toMatchObject({
    status: 1,
    err: expect.stringContaining('--resume there.st goes on with it'),
  });
  expect((await readFile(join(folder, 'there.st'))).equals(first)).toBe(true);
  const more = await run(train('--resume', 'there.st', '--steps', '6', '--out', 'there.st'));
  expect(more.status).toBe(0);
  expect((await readFile(join(folder, 'there.st'))).equals(first)).toBe(false);
  const again = await run(train('--config', config, '--steps', '5', '--out', 'there.st', '--fresh'));
  expect(again.status).toBe(0);
  expect((await readFile(join(folder, 'there.st'))).equals(first)).toBe(true);
});

test('without --steps it trains while the validations get better', async () => {
  const patient = JSON.stringify({ ...(JSON.parse(config) as object), earlyStopping: 2, evaluateEvery: 50 });
  const ended = await run(train('--config', patient, '--out', 'best.st'));
  expect(ended.status).toBe(0);
  const best = Number(/the weights are those of step (\d+)/.exec(ended.err)?.[1]);
  expect(best).toBeGreaterThan(0);
  expect(ended.out).toContain(`after ${best + 100} steps`);
  expect(existsSync(join(folder, 'best.st'))).toBe(true);
});
