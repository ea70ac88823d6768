/** Chromium leaves the same bits as every other place, see bits.ts. */
import { expect, test } from 'vitest';
import { run, sha256 } from './bits.js';
import { collect, realModel } from './harness.js';

test.each([1, 2])('200 steps on %i threads leave the recorded checkpoint', async (threads) => {
  const model = await realModel({ ...run.config, text: run.text, threads });
  await collect(model.train({ steps: run.steps }));
  expect(await sha256((await model.save()) as Uint8Array<ArrayBuffer>)).toBe(run.sha256);
});
