// Regularizers, averages, accumulation and dynamic evaluation, as the package and both programs have them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { type Config, createModel, openModel } from 'unfold-rnn';
import { toPyTorch } from 'unfold-rnn/export';
import * as command from './command';
import { collect, realModel } from './harness';

vi.setConfig({ testTimeout: 180_000 }); // programs on a busy machine

const program = fileURLToPath(new URL('../../build/native/unfold', import.meta.url));

const TEXT = Array.from({ length: 120 }, (_, i) => `${i} geese and ${(i * i) % 31} swans.\n`).join('');

/** With all of them at once. */
const ALL = {
  task: { name: 'next', labelSmoothing: 0.1 },
  layers: [
    { cell: 'lstm', units: 13 },
    { cell: 'gru', units: 9 },
  ],
  ...{ embedding: 5, sequenceLength: 9, batchSize: 4, evaluateEvery: 5, validationSplit: 0.2 },
  ...{ dropout: 0.1, variationalDropout: true, accumulate: 2 },
  initialization: { chrono: 30 },
  regularization: {
    ...{ weightNoise: 0.02, weightDrop: 0.2, inputDropout: 0.1, maxNorm: 2 },
    ...{ activation: 1, temporalActivation: 0.5 },
  },
  averaging: { name: 'ema', decay: 0.9 },
  optimizer: { groups: [{ match: 'readout.*', learningRate: 0.5, weightDecay: 0.01 }] },
} satisfies Config;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('all of them leave the same file natively and in Node, on one thread and on two', async () => {
  const saved: Buffer[] = [];
  for (const threads of [1, 2]) {
    const model = await createModel(ALL, TEXT, { threads, worker: threads > 1 });
    await collect(model.train({ steps: 23 }));
    saved.push(Buffer.from(await model.save()));
    model.dispose();
  }
  const native = inFolder((folder) => {
    const [text, out] = ['text', 'out'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(text, TEXT);
    const args = ['train', '--text', text, '--config', JSON.stringify(ALL), '--steps', '23', '--out', out];
    execFileSync(program, args, { stdio: 'ignore' });
    return readFileSync(out);
  });
  expect(saved.map((file) => file.equals(native))).toEqual([true, true]);
});

test('a configuration with them comes back as it was given', async () => {
  const model = await createModel(ALL, TEXT, { threads: 1, worker: false });
  expect(model.info.config).toMatchObject(ALL);
  const opened = await openModel(await model.save(), TEXT, { threads: 1, worker: false });
  expect(opened.info.config).toEqual(model.info.config);
  await opened.update({ regularization: { weightDrop: 0.5 }, averaging: { decay: 0.5 }, accumulate: 1 });
  expect(opened.info.config.regularization).toEqual({ ...ALL.regularization, weightDrop: 0.5 });
  await expect(opened.update({ averaging: 'none' })).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  opened.dispose();
  model.dispose();
});

const PLAIN = { layers: [{ units: 16 }], sequenceLength: 8, batchSize: 2, validationSplit: 0.3 };

test.each([true, false])('dynamic evaluation learns from what it reads, worker: %s', async (worker) => {
  const model = await realModel({ ...PLAIN, text: TEXT, worker });
  await collect(model.train({ steps: 60 }));
  const plain = await model.evaluate();
  const before = await model.save();
  const [sgd, rms] = [
    await model.evaluate({ dynamic: true }),
    await model.evaluate({ dynamic: { optimizer: 'rms', learningRate: 0.005, decay: 0.001 } }),
  ];
  expect(sgd.loss).toBeLessThan(plain.loss);
  expect(rms.loss).toBeLessThan(plain.loss);
  expect(sgd.tokens).toBe(plain.tokens);
  expect(await model.save()).toEqual(before);
  await expect(model.evaluate({ dynamic: { decay: 2 } })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    field: 'dynamic.decay',
  });
  const aborted = new AbortController();
  const pending = model.evaluate({ dynamic: true, signal: aborted.signal });
  aborted.abort();
  await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
  expect((await model.evaluate({ dynamic: true })).loss).toBe(sgd.loss);
});

test('both programs measure the same by dynamic evaluation', async () => {
  const model = await realModel({ ...PLAIN, text: TEXT });
  await collect(model.train({ steps: 60 }));
  const expected = (await model.evaluate({ dynamic: { learningRate: 0.2, decay: 0.01 } })).loss;
  const file = await model.save();
  const folder = mkdtempSync(join(tmpdir(), 'unfold-'));
  try {
    const [saved, text] = ['model', 'text'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(saved, file);
    writeFileSync(text, TEXT);
    const options = ['--dynamic', '--rate', '0.2', '--decay', '0.01'];
    const native = execFileSync(program, ['evaluate', '--model', saved, '--text', text, ...options]);
    expect(Number(/^[\d.]+/.exec(String(native))![0])).toBeCloseTo(expected, 5);
    const { out } = await command.run(folder, ['evaluate', saved, text, '--json', ...options]);
    expect((JSON.parse(out) as { loss: number }).loss).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a PyTorch project says what its training leaves out', async () => {
  const model = await createModel(ALL, TEXT, { threads: 1, worker: false });
  const project = toPyTorch(await model.save());
  expect(project['train.py']).toContain('LEFT_OUT = ("regularization", "averaging", "accumulate")');
  model.dispose();
});
