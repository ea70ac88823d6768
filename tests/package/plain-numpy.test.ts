/** Models as Python files: with Debian's NumPy, what the engine answers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Model, type Prediction } from 'unfold-rnn';
import { toNumPy } from 'unfold-rnn/export';
import { configurations, difference, TEXT, trained } from './networks.js';
import {
  answerCases,
  bandCases,
  steppedForecast,
  refusedInputs,
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

/** What programs give, each of which imports its file as `model` and puts its answer into `out`; in one process. */
function runAll(programs: readonly { code: string; program: string }[]): any[] {
  const lines = programs.flatMap(({ code, program }) => {
    const name = `model_${++files}`;
    writeFileSync(join(folder, `${name}.py`), code);
    return [`import ${name} as model`, program, 'answers.append(out)'];
  });
  const main = join(folder, `main_${files}.py`);
  writeFileSync(
    main,
    `import json
import numpy as np
answers = []
${lines.join('\n')}
print(json.dumps(answers, default=lambda x: x.tolist() if isinstance(x, np.ndarray) else float(x)))
`,
  );
  return JSON.parse(python(['-W', 'error', main]));
}

const run = (code: string, program: string): any => runAll([{ code, program }])[0];

const py = (value: unknown) => JSON.stringify(value);

describe.runIf(hasModule('numpy'))("with Debian's NumPy", () => {
  test('networks over text', async () => {
    const all = Object.entries({ ...(await configurations()), ...textCases });
    const cases: { name: string; code: string; program: string; expected: Float32Array }[] = [];
    for (const [name, config] of all) {
      const model = await trained(config);
      const tokens = Array.from({ length: 12 }, (_, i) => (i * i + 3 * i) % model.symbols);
      const [expected] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
      const program = `s = model.start()\nout = [model.step(s, token).tolist() for token in ${py(tokens)}]`;
      cases.push({ name, code: toNumPy(model.checkpoint), program, expected });
      model.dispose();
    }
    runAll(cases).forEach((found: number[][], i) =>
      expect(difference(found.flat(), cases[i]!.expected), cases[i]!.name).toBeLessThan(TOLERANCE),
    );
  });

  const saved = async (model: Model, use: (code: string) => Promise<void>) => {
    try {
      await use(toNumPy(await model.save()));
    } finally {
      model.dispose();
    }
  };

  test('answers for each step, and for whole sequences', async () => {
    const cases: { name: string; code: string; program: string; expected: Prediction }[] = [];
    for (const [name, task, text, more] of answerCases) {
      const model = await made(task, text, more);
      await saved(model, async (code) => {
        const { input } = asked(model, 5);
        const expected = await model.predict({ input });
        cases.push({ name, code, program: `out = model.predict(${py(input)})`, expected });
      });
    }
    runAll(cases).forEach((found, i) => {
      const { name, expected } = cases[i]!;
      expect(difference(given(found), given(expected)), name).toBeLessThan(TOLERANCE);
      expect([found.output, found.outputs]).toEqual([expected.output, expected.outputs]);
    });
  });

  test('inputs that the engine refuses are refused', async () => {
    for (const [task, bad] of refusedInputs)
      await saved(await made(task, task, { layers: [{ units: 3 }] }), async (code) => {
        for (const [input, message] of bad) {
          const values = py(input).replaceAll('null', 'float("nan")');
          const program = `try:\n    out = model.predict(${values})\nexcept ValueError as error:\n    out = str(error)`;
          expect(run(code, program), String(input)).toMatch(message);
        }
      });
  });

  test.each(['regress', 'notes'] as const)('%s, forecast', async (task) => {
    const model = await made(task, task, { layers: [{ cell: 'gru', units: 6 }] });
    await saved(model, async (code) => {
      const { input } = asked(model, 5);
      const { forecast } = await model.predict({ input, steps: 6, ...(task === 'notes' && { seed: 7 }) });
      const seed = task === 'notes' ? ', seed=7' : '';
      const found = run(code, `out = model.predict(${py(input)}, steps=6${seed})`);
      expect(difference(found.forecast.flat(), forecast!.flat())).toBeLessThan(TOLERANCE);
    });
  });

  test.each(bandCases)('a forecast of %s, with its band', async (_, task) => {
    const model = await made(task, 'regress', { layers: [{ cell: 'gru', units: 6 }] });
    await saved(model, async (code) => {
      const { input } = asked(model, 5);
      const expected = await steppedForecast(model, input as number[][], 6);
      const found = run(code, `out = model.predict(${py(input)}, steps=6)`);
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, rows] of Object.entries(expected))
        expect(difference(found[name].flat(2), (rows as number[][]).flat(2))).toBeLessThan(TOLERANCE);
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
        ['beam_width=4', { beamWidth: 4 }],
        ['beam_width=3, length_penalty=1', { beamWidth: 3, lengthPenalty: 1 }],
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
    const network = await createNetwork({ ...options, seed: 5 }, { threads: 1 });
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
      const model = await createModel(
        { unit, layers: [{ units: 12 }], batchSize: 3, sequenceLength: 11 },
        TEXT,
        { threads: 1 },
      );
      for await (const _ of model.train({ steps: 30 }));
      let expected = '';
      for await (const piece of model.sample({
        prompt: '12 ',
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
