/** Models as Python files: with Debian's NumPy, what the engine answers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Model } from 'unfold-rnn';
import { toNumPy } from 'unfold-rnn/export';
import { configurations, difference, TEXT, trained } from './networks.js';
import {
  answerCases,
  sequenceCases,
  sequenceModel,
  tensorAnswer,
  tensorCases,
  textCases,
} from './plain-models.js';
import { hasModule, python } from './python.js';
import { asked, given, made } from './task-models.js';

const TOLERANCE = 1e-5;
const folder = mkdtempSync(join(tmpdir(), 'unfold-plain-numpy-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** What a program gives that imports the file as `model` and puts its answer into `out`. */
function run(code: string, program: string): any {
  const name = `model_${++files}`;
  writeFileSync(join(folder, `${name}.py`), code);
  const printing = `import json, sys, numpy as np
sys.path.insert(0, sys.argv[1])
import ${name} as model
${program}
print(json.dumps(out, default=lambda x: x.tolist() if isinstance(x, np.ndarray) else float(x)))`;
  return JSON.parse(python(['-W', 'error', '-c', printing, folder]));
}

const py = (value: unknown) => JSON.stringify(value);

describe.runIf(hasModule('numpy'))("with Debian's NumPy", async () => {
  const all = { ...(await configurations()), ...textCases };
  test.each(Object.entries(all))('%s', async (_, config) => {
    const model = await trained(config);
    const tokens = Array.from({ length: 12 }, (_, i) => (i * i + 3 * i) % model.symbols);
    const [expected] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
    model.dispose();
    const program = `s = model.start()\nout = [model.step(s, token).tolist() for token in ${py(tokens)}]`;
    const found = run(toNumPy(model.checkpoint), program) as number[][];
    expect(difference(found.flat(), expected)).toBeLessThan(TOLERANCE);
  });

  const saved = async (model: Model, use: (code: string) => Promise<void>) => {
    try {
      await use(toNumPy(await model.save()));
    } finally {
      model.dispose();
    }
  };

  test.each(answerCases)('%s', async (_, task, text, more) => {
    const model = await made(task, text, more);
    await saved(model, async (code) => {
      const { input } = asked(model, 5);
      const expected = await model.predict({ input });
      const found = run(code, `out = model.predict(${py(input)})`);
      expect(difference(given(found), given(expected))).toBeLessThan(TOLERANCE);
      expect([found.output, found.outputs]).toEqual([expected.output, expected.outputs]);
    });
  });

  test.each(['regress', 'notes'] as const)('%s, forecast', async (task) => {
    const model = await made(task, task, { layers: [{ cell: 'gru', hidden: 6 }] });
    await saved(model, async (code) => {
      const { input } = asked(model, 5);
      const { forecast } = await model.predict({ input, steps: 6, seed: 7 });
      const seed = task === 'notes' ? ', seed=7' : '';
      const found = run(code, `out = model.predict(${py(input)}, steps=6${seed})`);
      expect(difference(found.forecast.flat(), forecast!.flat())).toBeLessThan(TOLERANCE);
    });
  });

  test.each(sequenceCases)('%s', async (...one) => {
    const model = await sequenceModel(one);
    const source = one[0].startsWith('translate');
    const context = one[1] === 'given' ? [1, 0.5] : undefined;
    await saved(model, async (code) => {
      const first = source ? '"bcbca"' : context ? py(context) : '';
      const asks = { ...(source && { input: 'bcbca' }), ...(context && { context }) };
      const options = [
        ['', {}],
        ['beam_width=4', { beam: 4 }],
        ['beam_width=3, length_penalty=1', { beam: 3, lengthPenalty: 1 }],
        ['temperature=1.2, seed=5', { temperature: 1.2, seed: 5 }],
      ] as const;
      const calls = options.map(([text]) => `model.predict(${[first, text].filter(Boolean).join(', ')})`);
      const found = run(code, `out = [${calls.join(', ')}]`);
      for (const [i, [, asked]] of options.entries()) {
        const expected = await model.predict({ ...asks, ...asked });
        expect(found[i].output).toBe(expected.output);
        expect(Math.abs(found[i].log_probability - expected.logProbability!)).toBeLessThan(2 * TOLERANCE);
        if (expected.attention)
          expect(difference(found[i].attention.flat(), expected.attention.flat())).toBeLessThan(TOLERANCE);
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
      const call = `out = model.predict(${py(x)}${context ? `, ${py(c)}` : ''})`;
      const found = run(toNumPy(await network.save()), call) as number[][];
      expect(difference(found.flat(), await tensorAnswer(network, x, c))).toBeLessThan(TOLERANCE);
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
      let expected = '';
      for await (const piece of model.sample({
        prime: '12 ',
        temperature: 0.9,
        seed: 2 ** 40 + 5,
        length: 90,
      }))
        expected += piece;
      await saved(model, async (code) => {
        const found = run(code, `out = model.sample("12 ", length=90, temperature=0.9, seed=2**40 + 5)`);
        expect(found).toBe(expected);
      });
    }
  });
});
