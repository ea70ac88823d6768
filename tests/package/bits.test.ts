/** Native and Node leave the same bits, with any number of threads, see bits.ts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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
