/** Networks of tasks in ONNX Runtime: what the engine itself answers, of both directions, pooled or at each step. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { afterAll, expect, test, vi } from 'vitest';
import { toKeras, toOnnx, toPyTorch, toStateDict } from 'unfold-rnn/export';
import { createModel } from 'unfold-rnn';
import { hasModule, python } from './python.js';
import { answerOf, asked, close, given, made, networkCases as cases } from './task-models.js';

vi.setConfig({ testTimeout: 60_000 });
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const folder = mkdtempSync(join(tmpdir(), 'unfold-onnx-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(cases)('%s', async (name, task, text, more) => {
  const model = await made(task, text, more);
  try {
    const { numbers, outputs } = model.info.data!;
    const onnx = toOnnx(await model.save());
    writeFileSync(join(folder, `${name.replace(/\W+/g, '-')}.onnx`), onnx);
    const session = await ort.InferenceSession.create(onnx);
    for (const T of [1, 5]) {
      const { input: sequence, encoded } = asked(model, T);
      const flat = encoded.flat();
      const feeds: Record<string, ort.Tensor> = numbers
        ? { x: new ort.Tensor('float32', Float32Array.from(flat), [T, 1, numbers]) }
        : { tokens: new ort.Tensor('int64', BigInt64Array.from(flat.map(BigInt)), [T, 1]) };
      feeds['lengths'] = new ort.Tensor('int64', BigInt64Array.of(BigInt(T)), [1]);
      for (const { name: input, ...meta } of session.inputMetadata) {
        if (input in feeds || !meta.isTensor) continue;
        const shape = meta.shape.map((size) => (typeof size === 'number' ? size : 1));
        feeds[input] = new ort.Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
      }
      const logits = (await session.run(feeds))['logits']!;
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

test('what other formats do not carry, and encoders, are refused by name', async () => {
  const model = await made('tag', 'tag', {});
  const file = await model.save();
  model.dispose();
  expect(() => toKeras(file)).toThrow(/config\.task/);
  const other = await createModel({
    corpus: 'reversal',
    layers: [{ hidden: 4 }],
    encoder: [{ hidden: 4 }],
    threads: 1,
    worker: false,
  });
  const saved = await other.save();
  other.dispose();
  for (const way of [toOnnx, toPyTorch, toStateDict])
    expect(() => way(saved)).toThrow(/config\.task.*'translate'/);
});
