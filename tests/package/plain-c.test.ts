/** Models as C headers, compiled as C99 and as C++ without a warning: what the engine answers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Prediction } from 'unfold-rnn';
import { codeSizeC } from '../../scripts/bench/c-size.mjs';
import { toC } from 'unfold-rnn/export';
import { configurations, difference, TEXT, trained } from './networks.js';
import {
  answerCases,
  bandCases,
  steppedForecast,
  sequenceCases,
  sequenceModel,
  tensorAnswer,
  tensorCases,
  textCases,
} from './plain-models.js';
import { asked, given, made, outputsOf } from './task-models.js';

/** Everything is single precision, as in the engine, but sums run in another order. */
const TOLERANCE = 2e-5;
const WARNINGS = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Werror',
  '-Wshadow',
  '-Wconversion',
  '-Wno-sign-conversion',
];

const folder = mkdtempSync(join(tmpdir(), 'unfold-plain-c-'));
afterAll(() => rmSync(folder, { recursive: true }));
let programs = 0;

/** What the body of a main function prints that includes the header; the header's own example compiles as C++, too. */
function run(header: string, body: string): string[] {
  const name = join(folder, `p${++programs}`);
  writeFileSync(`${name}.h`, header);
  const include = `#include <stdio.h>\n#include "p${programs}.h"\n`;
  writeFileSync(
    `${name}.c`,
    `${include}static unfold_state state;\nint main(void) {\n${body}\nreturn 0;\n}\n`,
  );
  execFileSync('gcc', ['-std=c99', '-O1', ...WARNINGS, `${name}.c`, '-o', name], { stdio: 'pipe' });
  const example = header
    .slice(0, header.indexOf('*/'))
    .replace(/^ \* ?/gm, '')
    .split('\n')
    .slice(2)
    .join('\n');
  writeFileSync(`${name}-example.cpp`, example.replace('model.h', `p${programs}.h`));
  execFileSync('g++', ['-fsyntax-only', ...WARNINGS, `${name}-example.cpp`], { stdio: 'pipe' });
  return execFileSync(name, { encoding: 'utf8' }).split('\n').slice(0, -1);
}

const list = (values: readonly number[], suffix = '') => `{${values.map((x) => `${x}${suffix}`).join(', ')}}`;
const floats = (values: readonly number[]) => `{${values.map((x) => `(float)${x}`).join(', ')}}`;
const printing = (expression: string, count: string | number) =>
  `for (int k = 0; k < ${count}; ++k) printf("%.9g\\n", (double)${expression}[k]);`;

describe('networks over text', async () => {
  const all = { ...(await configurations()), ...textCases };
  test.each(Object.entries(all))('%s', async (_, config) => {
    const model = await trained(config);
    const tokens = Array.from({ length: 12 }, (_, i) => (i * i + 3 * i) % model.symbols);
    const [expected] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
    model.dispose();
    const printed = run(
      toC(model.checkpoint),
      `const int tokens[] = ${list(tokens)};
unfold_start(&state);
for (int t = 0; t < 12; ++t) {
  const float *y = unfold_step(&state, tokens[t]);
  ${printing('y', 'UNFOLD_OUTPUTS')}
}`,
    );
    expect(difference(printed.map(Number), expected)).toBeLessThan(TOLERANCE);
  });
});

test.each(answerCases)('%s', async (name, task, text, more) => {
  const model = await made(task, text, more);
  try {
    const { numbers } = model.info.data!;
    const outputs = outputsOf(model);
    const { input } = asked(model, 5);
    const expected = await model.predict({ input });
    const steps = /classify|pooled/.test(name) ? 1 : 5;
    const rows = numbers ? `const float rows[] = ${floats((input as number[][]).flat())};\n` : '';
    const printed = run(
      toC(await model.save()),
      `static float out[${steps * outputs}];\n${rows}const int answer = unfold_predict(&state, ${numbers ? 'rows, 5' : `"${input as string}"`}, out);
printf("%d\\n", answer);
${printing('out', steps * outputs)}`,
    );
    const [answer, ...found] = printed.map(Number);
    expect(difference(found, given(expected))).toBeLessThan(TOLERANCE);
    expect(answer).toBe(/classify/.test(name) ? model.info.data!.targets.indexOf(expected.output!) : steps);
  } finally {
    model.dispose();
  }
});

test.each(['regress', 'notes'] as const)('%s, forecast', async (task) => {
  const model = await made(task, task, { layers: [{ cell: 'gru', units: 6 }] });
  try {
    const { input } = asked(model, 5);
    const { forecast } = await model.predict({ input, steps: 6, ...(task === 'notes' && { seed: 7 }) });
    const count = 6 * model.info.data!.outputs;
    const printed = run(
      toC(await model.save()),
      `static float out[${count}];
const float rows[] = ${floats((input as number[][]).flat())};
unfold_forecast(&state, rows, 5, 6, ${task === 'notes' ? '1.0f, 7, ' : ''}out);
${printing('out', count)}`,
    );
    expect(difference(printed.map(Number), forecast!.flat())).toBeLessThan(TOLERANCE);
  } finally {
    model.dispose();
  }
});

test.each(bandCases)('a forecast of %s: every output of a step', async (_, task) => {
  const model = await made(task, 'regress', { layers: [{ cell: 'gru', units: 6 }] });
  try {
    const { input } = asked(model, 5);
    const { forecast, forecastQuantiles, forecastDeviations } = await steppedForecast(
      model,
      input as number[][],
      6,
    );
    const expected = {
      values: forecast!,
      ...(forecastQuantiles && { quantiles: forecastQuantiles }),
      ...(forecastDeviations && { deviations: forecastDeviations }),
    };
    const count = 6 * outputsOf(model);
    const printed = run(
      toC(await model.save()),
      `static float out[${count}];
const float rows[] = ${floats((input as number[][]).flat())};
unfold_forecast(&state, rows, 5, 6, out);
${printing('out', count)}`,
    );
    expect(difference(printed.map(Number), given(expected as Prediction))).toBeLessThan(TOLERANCE);
  } finally {
    model.dispose();
  }
});

test.each(sequenceCases)('%s', async (...one) => {
  const model = await sequenceModel(one);
  try {
    const source = one[0].startsWith('translate');
    const context = one[1] === 'given' ? [1, 0.5] : undefined;
    const header = toC(await model.save());
    const inputs = source ? ['abc', 'c', 'bcbca'] : [undefined];
    const argument = (input: string | undefined) => (source ? `, "${input}"` : context ? ', context' : '');
    const body = inputs.map(
      (input) => `unfold_predict(&state${argument(input)}, out, sizeof out);
puts(out);
unfold_sample(&state${argument(input)}, 1.2f, 5, out, sizeof out);
puts(out);`,
    );
    const printed = run(
      header,
      `char out[2000];\n${context ? `const float context[] = ${floats(context)};\n` : ''}${body.join('\n')}`,
    );
    const expected: string[] = [];
    for (const input of inputs) {
      const asks = { ...(input && { input }), ...(context && { context }) };
      expected.push((await model.predict(asks)).output!);
      expected.push((await model.predict({ ...asks, temperature: 1.2, seed: 5 })).output!);
    }
    expect(printed).toEqual(expected);
  } finally {
    model.dispose();
  }
});

test.each(Object.entries(tensorCases))('tensors: %s', async (_, options) => {
  const network = await createNetwork({ ...options, seed: 5 }, { threads: 1 });
  try {
    const { inputs, context = 0 } = options.task;
    const x = Array.from({ length: 6 }, (_, t) =>
      Array.from({ length: inputs }, (_, d) => Math.sin(3 * t + d)),
    );
    const c = Array.from({ length: context }, (_, d) => Math.cos(d));
    const expected = await tensorAnswer(network, x, c);
    const printed = run(
      toC(await network.save()),
      `static float out[${expected.length}];
const float rows[] = ${floats(x.flat())};
${context ? `const float context[] = ${floats(c)};\n` : ''}unfold_predict(&state${context ? ', context' : ''}, rows, 6, out);
${printing('out', expected.length)}`,
    );
    expect(difference(printed.map(Number), expected)).toBeLessThan(TOLERANCE);
  } finally {
    network.dispose();
  }
});

test('a seed writes the text that the engine writes; a text that is too long for its place is cut', async () => {
  const model = await createModel({ layers: [{ units: 12 }], batchSize: 3, sequenceLength: 11 }, TEXT, {
    threads: 1,
  });
  for await (const _ of model.train({ steps: 30 }));
  const samples = [
    { prompt: '12 ', temperature: 0.9, seed: 3 },
    { prompt: '', temperature: 1.3, seed: 2 ** 40 + 5 },
    { prompt: '7', temperature: 0, seed: 1 },
  ];
  const expected: string[] = [];
  for (const sample of samples) {
    let all = '';
    for await (const piece of model.sample({ ...sample, length: 90 })) all += piece;
    expected.push(...all.split('\n'));
  }
  const body = samples.map(
    ({ prompt, temperature, seed }) =>
      `unfold_sample(&state, "${prompt}", 90, ${temperature}${Number.isInteger(temperature) ? '.0' : ''}f, ${seed}ull, out, sizeof out);\nputs(out);`,
  );
  const short = 'char few[4];\nprintf("%d", unfold_sample(&state, "7", 90, 0, 1, few, 4));\nputs(few);';
  const printed = run(toC(await model.save()), `char out[200];\n${body.join('\n')}\n${short}`);
  model.dispose();
  expect(printed.slice(0, expected.length)).toEqual(expected);
  expect(printed.slice(expected.length).join('\n')).toHaveLength(4);
});

test('an LSTM that writes text is less than 3 KB of machine code, whatever its weights', async () => {
  const model = await trained({ layers: [{ units: 12 }] });
  model.dispose();
  for (const precision of ['float32', 'int8'] as const) {
    const size = codeSizeC(toC(model.checkpoint, { precision }), folder);
    expect(size).toBeGreaterThan(1000);
    expect(size, precision).toBeLessThan(3000);
  }
});
