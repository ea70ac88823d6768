/** Networks of tasks in ONNX Runtime: what the engine itself answers, of both directions, pooled or at each step. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { afterAll, expect, test, vi } from 'vitest';
import { toKeras, toOnnx, toPyTorch, toStateDict } from '../../dist/export/index.js';
import { type CreateOptions, createModel, type Model, type Prediction } from '../../dist/index.js';
import { collect } from './harness.js';
import { hasModule, python } from './python.js';

vi.setConfig({ testTimeout: 60_000 });
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const folder = mkdtempSync(join(tmpdir(), 'unfold-onnx-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const word = (i: number) => 'abcb'.slice(i % 3) + 'cab'.slice(0, i % 4);
const lines = (line: (i: number) => string) => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');
const texts: Record<string, string> = {
  classify: lines((i) => `${i % 3 ? 'odd' : 'even'}\t${word(i)}`),
  tag: lines((i) => `${word(i)}\t${word(i).replaceAll('b', 'x')}`),
  regress: lines((i) => `${Math.sin(i / 3)},${i % 2}`),
  pooled: lines((i) => `${i / 40},${i % 2},1\t${i / 40}`),
  notes: JSON.stringify({ train: Array.from({ length: 9 }, (_, i) => [[40 + (i % 5)], [44, 52], []]) }),
};
const both = { hidden: 5, bidirectional: true };

const cases: [name: string, task: CreateOptions['task'], text: string, more: Partial<CreateOptions>][] = [
  ['classify, last', 'classify', 'classify', { layers: [{ cell: 'gru', hidden: 6 }] }],
  ['classify, last, both ways', 'classify', 'classify', { layers: [both, { ...both, cell: 'gru' }] }],
  ['classify, mean', { name: 'classify', pool: 'mean' }, 'classify', { embedding: 4, layers: [both] }],
  ['tag', 'tag', 'tag', { layers: [both, { ...both, cell: 'rnn' }], embedding: 3 }],
  ['tag, peepholes', 'tag', 'tag', { layers: [{ ...both, cell: 'peephole-lstm' }] }],
  ['tag, scans', 'tag', 'tag', { layers: [{ ...both, cell: 'gru', leak: 0.3 }, { ...both, layerNorm: true }] }],
  ['tag, backward, deep', 'tag', 'tag', {
    layers: [{ hidden: 6, direction: 'backward', edges: [{ from: 'input' }, { from: 'self', hidden: [4] }, { from: 'self', delay: 2 }] }],
    readout: [{ from: 0, hidden: [5] }, { from: 'input' }],
  }],
  ['regress', 'regress', 'regress', { layers: [{ hidden: 6 }, { cell: 'gru', hidden: 5 }] }],
  ['regress, late', 'regress', 'regress', { layers: [{ hidden: 6, edges: [{ from: 'input' }, { from: 'input', delay: 2 }, { from: 'self' }] }] }],
  ['regress, pooled', { name: 'regress', pool: 'mean' }, 'pooled', { layers: [both] }],
  ['notes', 'notes', 'notes', { layers: [{ cell: 'gru', hidden: 8 }], skipOutputs: true }],
]; // prettier-ignore

function close(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; ++i) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(1e-5);
}

/** What the task makes of logits. */
function answerOf(name: string, logits: Float32Array, outputs: number): number[] {
  if (name === 'regress') return [...logits];
  if (name === 'notes') return Array.from(logits, (x) => 1 / (1 + Math.exp(-x)));
  const rows = Array.from({ length: logits.length / outputs }, (_, t) =>
    logits.subarray(t * outputs, (t + 1) * outputs),
  );
  return rows.flatMap((row) => {
    const powers = Array.from(row, Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });
}

const given = ({ probabilities, values }: Prediction) => (probabilities ?? values)!.flat();

async function made(task: CreateOptions['task'], text: string, more: Partial<CreateOptions>): Promise<Model> {
  const model = await createModel({
    task,
    text: texts[text]!,
    batch: 8,
    evaluateEvery: 0,
    seed: 3,
    threads: 1,
    worker: false,
    optimizer: { learningRate: 0.02 },
    ...more,
  });
  await collect(model.train({ steps: 20 }));
  return model;
}

test.each(cases)('%s', async (name, task, text, more) => {
  const model = await made(task, text, more);
  try {
    const { inputs, numbers, outputs } = model.info.data!;
    const onnx = toOnnx(await model.save());
    writeFileSync(join(folder, `${name.replace(/\W+/g, '-')}.onnx`), onnx);
    const session = await ort.InferenceSession.create(onnx);
    for (const T of [1, 5]) {
      let asked: string | number[][];
      const feeds: Record<string, ort.Tensor> = {};
      if (numbers) {
        asked = Array.from({ length: T }, (_, t) =>
          Array.from({ length: numbers }, (_, d) => (name === 'notes' ? Number((t + d) % 7 === 0) : Math.sin(t + d))),
        ); // prettier-ignore
        feeds['x'] = new ort.Tensor('float32', Float32Array.from(asked.flat()), [T, 1, numbers]);
      } else {
        asked = 'abcba'.slice(0, T);
        const tokens = BigInt64Array.from([...asked].map((symbol) => BigInt(inputs.indexOf(symbol))));
        feeds['tokens'] = new ort.Tensor('int64', tokens, [T, 1]);
      }
      for (const { name: input, ...meta } of session.inputMetadata) {
        if (input in feeds || !meta.isTensor) continue;
        const shape = meta.shape.map((size) => (typeof size === 'number' ? size : 1));
        feeds[input] = new ort.Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
      }
      const logits = (await session.run(feeds))['logits']!;
      const pooled = /last|mean|pooled/.test(name);
      expect(logits.dims).toEqual(pooled ? [1, outputs] : [T, 1, outputs]);
      const kind = typeof task === 'string' ? task : task!.name!;
      close(
        answerOf(kind, logits.data as Float32Array, outputs),
        given(await model.predict({ input: asked })),
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
  for (const way of [toPyTorch, toStateDict, toKeras]) expect(() => way(file)).toThrow(/config\.task/);
  const other = await createModel({
    corpus: 'reversal',
    layers: [{ hidden: 4 }],
    encoder: [{ hidden: 4 }],
    threads: 1,
    worker: false,
  });
  const saved = await other.save();
  other.dispose();
  expect(() => toOnnx(saved)).toThrow(/config\.task.*'translate'/);
});
