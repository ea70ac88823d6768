/** Networks of tasks in ONNX Runtime: what the engine itself answers, of both directions, pooled or at each step. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { toKeras, toOnnx, toStateDict } from 'unfold-rnn/export';
import { createModel } from 'unfold-rnn';
import { float32, type Feeds, int64, opened, whole, zeros } from './onnx-models.js';
import { hasModule, python } from './python.js';
import { answerOf, asked, close, given, made, networkCases as cases, outputsOf } from './task-models.js';

vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(join(tmpdir(), 'unfold-onnx-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(cases)('%s', async (name, task, text, more) => {
  const model = await made(task, text, more);
  try {
    const { numbers } = model.info.data!;
    const outputs = outputsOf(model);
    const onnx = whole(toOnnx(await model.save()));
    writeFileSync(join(folder, `${name.replace(/\W+/g, '-')}.onnx`), onnx);
    const session = await opened(onnx);
    for (const T of [1, 5]) {
      const { input: sequence, encoded } = asked(model, T);
      const flat = encoded.flat();
      const feeds: Feeds = {
        ...(numbers ? { x: float32(flat, [T, 1, numbers]) } : { tokens: int64(flat, [T, 1]) }),
        lengths: int64([T], [1]),
      };
      const logits = (await session.run(zeros(session, feeds, 1)))['logits']!;
      const pooled = /last|mean|pooled/.test(name);
      expect(logits.dims).toEqual(pooled ? [1, outputs] : [T, 1, outputs]);
      close(
        answerOf(task, logits.data as Float32Array, outputs),
        given(await model.predict({ input: sequence })),
      );
    }
    await session.release();
  } finally {
    model.dispose();
  }
});

test.runIf(hasModule('onnx'))("the ONNX checker (Debian's python3-onnx) passes every model", () => {
  const checker = `
import glob, os, sys, onnx
paths = glob.glob(os.path.join(sys.argv[1], '*.onnx'))
for path in paths:
    onnx.checker.check_model(path, full_check=True)
print(len(paths))`;
  expect(Number(python(['-c', checker, folder]))).toBe(cases.length);
});

test('Keras takes labels; encoders are refused by name where a format has none', async () => {
  const model = await made('tag', 'tag', {});
  const file = await model.save();
  model.dispose();
  expect(toKeras(file)['model.py']).toContain('Dense(');
  const other = await createModel(
    { dataset: 'reversal', layers: [{ units: 4 }], encoder: [{ units: 4 }] },
    undefined,
    { threads: 1, worker: false },
  );
  const saved = await other.save();
  other.dispose();
  const refusal = expect.objectContaining({
    code: 'UNSUPPORTED',
    field: 'config.task',
    actual: "'translate'",
  });
  for (const way of [toStateDict, toKeras]) expect(() => way(saved)).toThrow(refusal);
});
