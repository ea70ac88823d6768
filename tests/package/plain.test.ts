/** Models as plain JavaScript: what the engine answers, with nothing but the printed module. */
import { describe, expect, test } from 'vitest';
import { createModel, createNetwork, type Model } from 'unfold-rnn';
import { toC, toHtml, toJavaScript, toNumPy } from 'unfold-rnn/export';
// Not exported: to change a file by hand, and to seal it again.
import { checksum } from '../../dist/export/checkpoint.js';
import { Names } from '../../dist/export/plain/names.js';
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import { configurations, difference, TEXT, trained } from './networks.js';
import {
  answerCases,
  bandCases,
  steppedForecast,
  codeSize,
  loadModule,
  refusedInputs,
  sequenceCases,
  sequenceModel,
  tensorAnswer,
  tensorCases,
  textCases,
} from './plain-models.js';
import { asked, close, given, made } from './task-models.js';

/** Of logits, of probabilities and of log probabilities: single against double sums, over a dozen steps. */
const TOLERANCE = 1e-5;

/** The module's exports; its code without weights is short. */
async function load(code: string): Promise<any> {
  expect(codeSize(code)).toBeLessThan(20 * 1024);
  return loadModule(code);
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
        JSON.parse(
          JSON.stringify(expected, (key, value) =>
            /probab|values|quantiles|deviations/.test(key) ? undefined : value,
          ),
        ),
      );
    }
  });
});

test('inputs that the engine refuses are refused', async () => {
  for (const [task, bad] of refusedInputs)
    await saved(await made(task, task, { layers: [{ units: 3 }] }), async ({ predict }) => {
      for (const [input, message] of bad) expect(() => predict(input), String(input)).toThrow(message);
    });
});

test.each(['regress', 'notes'])('%s, forecast', async (task) => {
  const model = await made(task, task, { layers: [{ cell: 'gru', units: 6 }] });
  await saved(model, async ({ predict }) => {
    const { input } = asked(model, 5);
    for (const seed of [1, 7]) {
      const { forecast } = await model.predict({ input, steps: 6, ...(task === 'notes' && { seed }) });
      close(predict(input, { steps: 6, seed }).forecast.flat(), forecast!.flat());
    }
  });
});

test.each(bandCases)('a forecast of %s, with its band', async (_, task) => {
  const model = await made(task, 'regress', { layers: [{ cell: 'gru', units: 6 }] });
  await saved(model, async ({ predict }) => {
    const { input } = asked(model, 5);
    const expected = await steppedForecast(model, input as number[][], 6);
    const found = predict(input, { steps: 6 });
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, rows] of Object.entries(expected))
      close(found[name].flat(2), (rows as number[][]).flat(2));
  });
});

test.each(sequenceCases)('%s', async (...one) => {
  const model = await sequenceModel(one);
  const source = one[0].startsWith('translate');
  const context = /given|first/.test(one[0]) && !source && one[1] === 'given' ? [1, 0.5] : undefined;
  await saved(model, async ({ predict }) => {
    for (const input of source ? ['abc', 'c', 'bcbca'] : [undefined]) {
      const asks = { ...(input && { input }), ...(context && { context }) };
      for (const options of [
        {},
        { beamWidth: 4 },
        { beamWidth: 3, lengthPenalty: 1 },
        { temperature: 1.2, seed: 5 },
      ]) {
        const expected = await model.predict({ ...asks, ...options });
        const { beamWidth = 1, ...rest } = options as { beamWidth?: number };
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
  const network = await createNetwork({ ...options, seed: 5 }, { threads: 1 });
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
    const model = await createModel(
      { unit, layers: [{ units: 12 }], batchSize: 3, sequenceLength: 11 },
      TEXT,
      { threads: 1 },
    );
    for await (const _ of model.train({ steps: 30 }));
    await saved(model, async ({ sample, predict, symbols }) => {
      for (const [prompt, temperature, seed] of [
        ['12 ', 0.9, 3],
        ['', 1.3, 2 ** 40 + 5],
        ['7', 0, 1],
      ] as const) {
        let expected = '';
        for await (const piece of model.sample({ prompt, temperature, seed, length: 90 })) expected += piece;
        expect(sample({ prompt, temperature, seed, length: 90 })).toBe(expected);
        expect(() => sample({ length: 'x' })).toThrow('length: expected a number, 0 or more, got x');
        expect(() => sample({ len: 3 })).toThrow('len: expected prompt, length, temperature or seed');
        expect(() => sample({ temperature: -2 })).toThrow(
          'temperature: expected a number, 0 or more, got -2',
        );
      }
      const { output, probabilities } = predict('12 ');
      expect(probabilities.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
      expect(symbols[probabilities.indexOf(Math.max(...probabilities))]).toBe(output);
    });
  }
});

describe('a file', () => {
  /** An LSTM's checkpoint with its metadata changed by hand, and sealed again. */
  const changed = (bytes: Uint8Array, change: (graph: any, metadata: Record<string, string>) => void) => {
    const file = readSafetensors(bytes);
    const metadata: Record<string, string> = { ...file.metadata };
    const graph = JSON.parse(metadata['graph']!);
    change(graph, metadata);
    metadata['graph'] = JSON.stringify(graph);
    return writeSafetensors({
      metadata: { ...metadata, checksum: checksum({ ...file, metadata }) },
      tensors: file.tensors,
    });
  };
  const cellOf = (graph: any) => graph.operations.find(({ operation }: any) => operation === 'cell');

  test('with a cell that nobody has heard of is computed by its equations', async () => {
    const model = await trained({ layers: [{ units: 6 }] });
    // tanh x = 2σ(2x) − 1, c = max(c, −∞), and another order: the same cell under another name.
    const bytes = changed(model.checkpoint, (graph) => {
      const cell = cellOf(graph);
      const replaced = JSON.stringify(cell.equations)
        .replaceAll('"c_prev"', '["max","c_prev",-1e9]')
        .replace(/\["tanh",("z_\w+")\]/g, '["-",["*",2,["sigmoid",["+",$1,$1]]],1]');
      expect(replaced).toContain('max');
      Object.assign(cell, { cell: 'mystery', equations: JSON.parse(replaced) });
    });
    const tokens = Array.from({ length: 12 }, (_, i) => (i * i + 3 * i) % model.symbols);
    const [expected] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
    model.dispose();
    const { start, step } = await load(toJavaScript(bytes));
    const s = start();
    expect(
      difference(
        tokens.flatMap((token) => [...step(s, token)]),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test('of damage, without a graph, or of an unknown task is refused by name', async () => {
    const model = await trained({ layers: [{ units: 6 }] });
    const { checkpoint } = model;
    model.dispose();
    const refused = (bytes: Uint8Array, more: object, options = {}) => {
      for (const exporter of [toJavaScript, toC, toNumPy, toHtml])
        expect(() => exporter(bytes, options)).toThrow(expect.objectContaining(more));
    };
    refused(checkpoint.with(checkpoint.length - 3, 7), {
      code: 'INVALID_CHECKPOINT',
      field: '__metadata__.checksum',
    });
    refused(
      changed(checkpoint, (_, metadata) => (metadata['config'] = '{"task":{"name":"dream"}}')),
      { code: 'UNSUPPORTED', field: 'config.task' },
    );
    refused(
      changed(checkpoint, (graph) => (cellOf(graph).equations[0][1] = 'process')),
      { code: 'INVALID_CHECKPOINT' },
    );
    refused(
      changed(checkpoint, (graph) => (cellOf(graph).equations[0][0] = 'a;b')),
      { code: 'INVALID_CHECKPOINT' },
    );
    refused(
      changed(
        checkpoint,
        (_, metadata) => (metadata['vocabulary'] = '{"unit":"character","symbols":[65],"unknown":false}'),
      ),
      { code: 'INVALID_CHECKPOINT', field: 'vocabulary.symbols' },
    );
    const { tensors, metadata } = readSafetensors(checkpoint);
    const { graph: _, ...rest } = metadata;
    const bare = writeSafetensors({
      metadata: { ...rest, checksum: checksum({ metadata: rest, tensors }) },
      tensors,
    });
    refused(bare, { code: 'UNSUPPORTED', field: '__metadata__.graph' });
    for (const exporter of [toJavaScript, toC, toHtml])
      expect(() => exporter(checkpoint, { precision: 'int4' as never })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'precision' }),
      );
  });

  test('names no weight as a printed program names something of its own', async () => {
    const top: [(bytes: Uint8Array) => string, RegExp][] = [
      [toJavaScript, /^(?:export )?(?:const|let|function\*?) (?:(\w+)\b|\{ ([\w, ]+) \})(?! = new \w+Array\(bytes)/gm],
      [toC, /\bunfold_(\w+)\(/g],
      [toNumPy, /^(?:def |from |import )?(\w+)\b(?:\(| = (?!np\.frombuffer))/gm],
    ]; // prettier-ignore
    const models = await Promise.all([
      made('tag', 'tag', { layers: [{ units: 3, bidirectional: true }] }),
      sequenceModel(sequenceCases.find(([name]) => name === 'translate, length first')!),
      createModel({ unit: 'byte', layers: [{ units: 3 }], batchSize: 2, sequenceLength: 8 }, TEXT, {
        threads: 1,
      }),
    ]);
    const found = new Set<string>();
    for (const model of models) {
      const bytes = await model.save();
      model.dispose();
      for (const [print, pattern] of top)
        for (const [, one, several] of print(bytes).matchAll(pattern))
          for (const word of one ? [one] : several!.split(', ')) found.add(word);
    }
    expect(found.size).toBeGreaterThan(60);
    expect([...found].filter((word) => new Names().of(word, 'weight') === word)).toEqual([]);
  });

  test('whose symbols look like code is text in what is printed', async () => {
    const model = await createModel(
      { layers: [{ units: 4 }], batchSize: 2, sequenceLength: 8 },
      '\u2028\\"`${</script>\u0000?😀'.repeat(40),
      { threads: 1 },
    );
    const bytes = await model.save();
    model.dispose();
    const { symbols } = await load(toJavaScript(bytes));
    expect([...symbols].sort()).toEqual([...new Set('\u2028\\"`${</script>\u0000?😀')].sort());
    expect(toHtml(bytes).match(/<\/script>/g)).toHaveLength(1);
  });
});
