/** Native and Node leave the same bits, with any number of threads, see bits.ts; also of every task. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createModel, getSchema } from 'unfold-rnn';
import { run, sha256 } from './bits.js';
import { collect, realModel } from './harness.js';

const program = fileURLToPath(new URL('../../build/native/unfold', import.meta.url));

test.each([1, 2, 4])('Node: 200 steps on %i threads leave the recorded checkpoint', async (threads) => {
  const model = await realModel({ ...run.config, text: run.text, threads });
  await collect(model.train({ steps: run.steps }));
  expect(await sha256((await model.save()) as Uint8Array<ArrayBuffer>)).toBe(run.sha256);
});

test.each([1, 2, 4])('native: 200 steps on %i threads leave the recorded checkpoint', async (threads) => {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-'));
  try {
    writeFileSync(join(folder, 'text'), run.text);
    const config = JSON.stringify(run.config);
    const args = ['train', '--text', join(folder, 'text'), '--config', config, '--steps', String(run.steps)];
    execFileSync(program, [...args, '--threads', String(threads), '--out', join(folder, 'out')], {
      stdio: 'ignore',
    });
    expect(await sha256(new Uint8Array(readFileSync(join(folder, 'out'))))).toBe(run.sha256);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What the program leaves of a run without a text. */
function trainedNatively(config: object, steps: number, threads: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-'));
  try {
    const args = ['train', '--config', JSON.stringify(config), '--steps', String(steps)];
    execFileSync(program, [...args, '--threads', String(threads), '--out', join(folder, 'out')], {
      stdio: 'ignore',
    });
    return readFileSync(join(folder, 'out'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the examples of every corpus and what is learnt from them are the same natively and in Node', async () => {
  for (const { name, task } of (await getSchema()).datasets) {
    const layers = [{ cell: 'lstm', units: 9, bidirectional: task === 'tag' || task === 'classify' }];
    const config = {
      dataset: { name, count: 80, seed: 5 },
      layers,
      ...(task === 'translate' && {
        encoder: [{ cell: 'gru', units: 7, bidirectional: true }],
        attention: 'additive',
        scheduledSampling: { name: 'linear', k: 20 },
      }),
      ...(task === 'generate' && { scheduledSampling: { name: 'inverse-sigmoid', k: 5 }, dropout: 0.2 }),
      batchSize: 6,
      evaluateEvery: 0,
    };
    const model = await createModel(config, undefined, { threads: 2, worker: true });
    await collect(model.train({ steps: 12 }));
    const saved = Buffer.from(await model.save());
    model.dispose();
    for (const threads of [1, 2]) expect(trainedNatively(config, 12, threads).equals(saved), name).toBe(true);
  }
});
