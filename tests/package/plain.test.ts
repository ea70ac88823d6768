/** Models as plain JavaScript: what the engine answers, with nothing but the printed module. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Model } from 'unfold-rnn';
import { toJavaScript } from 'unfold-rnn/export';
import { configurations, difference, TEXT, trained } from './networks.js';
import {
  answerCases,
  sequenceCases,
  sequenceModel,
  tensorAnswer,
  tensorCases,
  textCases,
} from './plain-models.js';
import { asked, close, given, made } from './task-models.js';

/** Of logits, of probabilities and of log probabilities: single against double sums, over a dozen steps. */
const TOLERANCE = 1e-5;

const folder = mkdtempSync(join(tmpdir(), 'unfold-plain-'));
afterAll(() => rmSync(folder, { recursive: true }));
let modules = 0;

/** The module's exports; its code without weights is short. */
async function load(code: string): Promise<any> {
  const lines = code.split('\n');
  const weights = Math.max(...lines.map(({ length }) => length));
  expect(code.length - weights).toBeLessThan(20 * 1024);
  const file = join(folder, `model-${++modules}.mjs`);
  writeFileSync(file, code);
  return import(pathToFileURL(file).href);
}

describe('networks over text', async () => {
  const all = { ...(await configurations()), ...textCases };
  test.each(Object.entries(all))('%s', async (_, config) => {
    const model = await trained(config);
    const { start, step } = await load(toJavaScript(model.checkpoint));
    const tokens = Array.from({ length: 12 }, (_, i) => (i * i + 3 * i) % model.symbols);
    const [expected] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
    model.dispose();
    const s = start();
    const found = tokens.flatMap((token) => [...step(s, token)]);
    expect(difference(found, expected)).toBeLessThan(TOLERANCE);
  });
});

const saved = async <T>(model: Model, use: (module: any) => Promise<T>): Promise<T> => {
  try {
    return await use(await load(toJavaScript(await model.save())));
  } finally {
    model.dispose();
  }
};

test.each(answerCases)('%s', async (_, task, text, more) => {
  const model = await made(task, text, more);
  await saved(model, async ({ predict }) => {
    for (const T of [1, 5]) {
      const { input } = asked(model, T);
      const expected = await model.predict({ input });
      const found = predict(input);
      close(given(found), given(expected));
      expect(found).toMatchObject(
        JSON.parse(JSON.stringify(expected, (key, value) => (/probab|values/.test(key) ? undefined : value))),
      );
    }
  });
});

test.each(['regress', 'notes'])('%s, forecast', async (task) => {
  const model = await made(task, task, { layers: [{ cell: 'gru', hidden: 6 }] });
  await saved(model, async ({ predict }) => {
    const { input } = asked(model, 5);
    for (const seed of [1, 7]) {
      const { forecast } = await model.predict({ input, steps: 6, seed });
      close(predict(input, { steps: 6, seed }).forecast.flat(), forecast!.flat());
    }
  });
});

test.each(sequenceCases)('%s', async (...one) => {
  const model = await sequenceModel(one);
  const source = one[0].startsWith('translate');
  const context = /given|first/.test(one[0]) && !source && one[1] === 'given' ? [1, 0.5] : undefined;
  await saved(model, async ({ predict }) => {
    for (const input of source ? ['abc', 'c', 'bcbca'] : [undefined]) {
      const asks = { ...(input && { input }), ...(context && { context }) };
      for (const options of [{}, { beam: 4 }, { beam: 3, lengthPenalty: 1 }, { temperature: 1.2, seed: 5 }]) {
        const expected = await model.predict({ ...asks, ...options });
        const { beam: beamWidth = 1, ...rest } = options as { beam?: number };
        const first = input ?? context;
        const found = first ? predict(first, { beamWidth, ...rest }) : predict({ beamWidth, ...rest });
        expect(found.output).toBe(expected.output);
        expect(Math.abs(found.logProbability - expected.logProbability!)).toBeLessThan(2 * TOLERANCE);
        expect(found.alternatives.map(({ output }: { output: string }) => output)).toEqual(
          expected.alternatives!.map(({ output }) => output),
        );
        if (expected.attention) close(found.attention.flat(), expected.attention.flat());
      }
    }
  });
});

test.each(Object.entries(tensorCases))('tensors: %s', async (_, options) => {
  const network = await createNetwork({ ...options, threads: 1, seed: 5 });
  try {
    const { inputs, context = 0 } = options.task;
    const x = Array.from({ length: 6 }, (_, t) =>
      Array.from({ length: inputs }, (_, d) => Math.sin(3 * t + d)),
    );
    const c = Array.from({ length: context }, (_, d) => Math.cos(d));
    const { predict } = await load(toJavaScript(await network.save()));
    close(predict(x, c).flat(), await tensorAnswer(network, x, c));
  } finally {
    network.dispose();
  }
});

test('a seed writes the text that the engine writes', async () => {
  for (const unit of ['character', 'byte'] as const) {
    const model = await createModel({
      text: TEXT,
      unit,
      layers: [{ hidden: 12 }],
      batch: 3,
      window: 11,
      threads: 1,
    });
    for await (const _ of model.train({ steps: 30 }));
    await saved(model, async ({ sample, predict, symbols }) => {
      for (const [prompt, temperature, seed] of [
        ['12 ', 0.9, 3],
        ['', 1.3, 2 ** 40 + 5],
        ['7', 0, 1],
      ] as const) {
        let expected = '';
        for await (const piece of model.sample({ prime: prompt, temperature, seed, length: 90 }))
          expected += piece;
        expect(sample({ prompt, temperature, seed, length: 90 })).toBe(expected);
      }
      const { output, probabilities } = predict('12 ');
      expect(probabilities.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
      expect(symbols[probabilities.indexOf(Math.max(...probabilities))]).toBe(output);
    });
  }
});
