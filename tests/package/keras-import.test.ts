/** Files of Keras 3: written by h5py as Keras does, their answers computed by NumPy; tests/golden/make_keras.py. */
import { readFileSync } from 'node:fs';
import { openModel } from 'unfold-rnn';
import { importModel, type StateDictOptions } from 'unfold-rnn/export';
import { expect, test } from 'vitest';
import { run } from './command.js';
import { rejection } from './harness.js';

interface Answers {
  symbols: string;
  labels: string[];
  text: string;
  texts: Record<string, { logProbability: number }>;
  classes: Record<string, { probabilities: number[] }>;
}

const folder = new URL('../golden/keras/', import.meta.url);
const { symbols, labels, text, texts, classes } = JSON.parse(
  readFileSync(new URL('answers.json', folder), 'utf8'),
) as Answers;
const fileOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

const opened = async (name: string, options: StateDictOptions = {}) =>
  openModel(await importModel(fileOf(name), { symbols, ...options }), undefined, {
    threads: 1,
    worker: false,
  });

test.each(Object.entries(texts))('%s predicts what Keras computes', async (name, { logProbability }) => {
  const weights = name.endsWith('-weights');
  const model = await opened(`${name}.${weights ? 'weights.h5' : 'keras'}`);
  const { surprise } = await model.inspect(text);
  const sum = surprise.reduce((total, bits) => total + (Number.isFinite(bits) ? bits : 0), 0);
  expect(-sum * Math.LN2).toBeCloseTo(logProbability, 4);
  model.dispose();
});

test.each(Object.entries(classes))('%s classifies as Keras does', async (name, { probabilities }) => {
  const model = await opened(`${name}.keras`, { labels, config: { task: 'classify' } });
  const { targets } = model.info.data!;
  const answer = await model.predict({ input: text });
  const found = answer.probabilities as number[];
  const expected = targets.map((label) => probabilities[labels.indexOf(label)]!);
  found.forEach((share, k) => expect(share).toBeCloseTo(expected[k]!, 5));
  model.dispose();
});

test.each([
  ['convolution.keras', 'UNSUPPORTED', 'conv1d', 'Conv1D'],
  ['hard-sigmoid.keras', 'UNSUPPORTED', 'lstm.recurrent_activation', 'hard_sigmoid'],
  ['backwards.keras', 'UNSUPPORTED', 'lstm.go_backwards', 'true'],
  ['chunked.weights.h5', 'UNSUPPORTED', 'layers/dense/vars/0', 'compressed'],
  ['whole.h5', 'UNSUPPORTED', 'file', 'Keras 2'],
])('%s is refused: %s at %s', async (name, code, field, actual) => {
  expect(await rejection(importModel(fileOf(name), { symbols }))).toMatchObject({
    ...{ code, field, actual: expect.stringContaining(actual) },
  });
});

test('a file that is cut off, or has any byte changed, gives a model or a typed error', async () => {
  const whole = fileOf('gru-after-weights.weights.h5');
  const tried: Uint8Array[] = [];
  for (let length = 0; length < whole.length; length += 613) tried.push(whole.slice(0, length));
  for (let at = 0; at < whole.length; at += 37)
    for (const value of [0, 0xff, whole[at]! ^ 0x10]) {
      const changed = whole.slice();
      changed[at] = value;
      tried.push(changed);
    }
  let refused = 0;
  for (const bytes of tried) {
    const error = await importModel(bytes, { symbols }).then(
      () => undefined,
      (reason: { code?: string }) => reason,
    );
    if (error === undefined) continue;
    expect(['INVALID_CHECKPOINT', 'UNSUPPORTED', 'INVALID_ARGUMENT']).toContain(error.code);
    refused++;
  }
  expect(refused).toBeGreaterThan(100);
});

test('without symbols it says how many are wanted; the command line opens it', async () => {
  expect(await rejection(importModel(fileOf('lstm.keras')))).toMatchObject({ field: 'symbols' });
  const path = new URL('lstm.keras', folder).pathname;
  const { status, out } = await run('.', ['import', path, '--symbols', symbols, '-o', '-']);
  expect(status).toBe(0);
  expect(out).toContain('\\"units\\":6'); // JSON within JSON
});
