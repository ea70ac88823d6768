/** Encoder–decoders and networks that write sequences as two ONNX models: greedy decoding and beams, as the engine's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { toOnnx } from 'unfold-rnn/export';
import { createModel, createNetwork, type Model, type Prediction } from 'unfold-rnn';
import { argumentsOf, collect, type Setup } from './harness.js';
import { difference } from './networks.js';
import { columns, type Feeds, float32, floats, int64, opened, type ort, pairOf } from './onnx-models.js';
import { hasModule, python } from './python.js';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'unfold-onnx-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));
let written = 0;

const both = { units: 5, bidirectional: true };
const names = Array.from(
  { length: 60 },
  (_, i) => 'abcab'.slice(i % 3, 3 + (i % 2)) + 'ddd'.slice(i % 4),
).join('\n');
const placed = names
  .split('\n')
  .map((line, i) => `${(i % 4) / 4},${i % 2}\t${line}`)
  .join('\n');

type Case = [name: string, options: Setup];
const cases: Case[] = [
  ['reversal', { dataset: 'reversal', encoder: [{ units: 6 }], layers: [{ units: 6 }] }],
  ['additive attention, both ways', { dataset: 'reversal', encoder: [both], layers: [{ units: 6 }], attention: 'additive' }],
  ['multiplicative attention, embedding, two layers', {
    dataset: 'reversal',
    embedding: 4,
    encoder: [{ cell: 'gru', units: 5 }, { ...both, cell: 'gru' }],
    layers: [{ cell: 'gru', units: 6 }, { cell: 'rnn', units: 5 }],
    attention: 'multiplicative',
  }],
  ['context as input, halting', {
    dataset: 'reversal', context: 'input', task: { name: 'translate', termination: 'halt' },
    encoder: [{ units: 5, clock: [1, 2] }],
    layers: [{ units: 5, layerNorm: true, edges: [{ from: 'input' }, { from: 'input', delay: 1 }, { from: 'context' }, { from: 'self' }, { from: 'self', delay: 2 }] }],
  }],
  ['context as first state, a counted length', {
    dataset: 'reversal', context: 'initial', task: { name: 'translate', termination: 'count' }, encoder: [both], layers: [{ units: 6, clock: [1, 3] }],
  }],
  ['scheduled sampling', {
    dataset: 'reversal', encoder: [{ units: 6 }], attention: 'additive', scheduledSampling: { name: 'linear', k: 100 },
    layers: [{ units: 6 }],
  }],
  ['generate', { task: 'generate', text: names, layers: [{ units: 8 }] }],
  ['generate, halting, from a context', { task: { name: 'generate', termination: 'halt', context: 2 }, text: placed, layers: [{ cell: 'gru', units: 8 }] }],
  ['generate, a counted length', { task: { name: 'generate', termination: 'count' }, text: names, layers: [{ units: 8 }] }],
]; // prettier-ignore

const trained = async (options: Setup): Promise<Model> => {
  const model = await createModel(
    ...argumentsOf({
      batchSize: 8,
      evaluateEvery: 0,
      seed: 5,
      threads: 1,
      worker: false,
      optimizer: { learningRate: 0.02 },
      ...options,
    }),
  );
  await collect(model.train({ steps: 60 }));
  return model;
};

const logSoftmax = (row: readonly number[]) => {
  const best = Math.max(...row);
  const whole = best + Math.log(row.reduce((sum, x) => sum + Math.exp(x - best), 0));
  return row.map((x) => x - whole);
};
const logSigmoid = (x: number) => -Math.log1p(Math.exp(-x));

interface Hypothesis {
  tokens: number[];
  logProbability: number;
  column: number;
  finished?: boolean;
}

/** The documented loops: the best sequences of a beam, or (of one) the greedy one. */
async function decode(
  [encoder, decoder]: readonly ort.InferenceSession[],
  start: Feeds,
  { targets, symbols, ends, longest, beamWidth }: {
    targets: number;
    symbols: number;
    ends: 'end' | 'halt' | 'count';
    longest: number;
    beamWidth: number;
  }, // prettier-ignore
): Promise<Hypothesis[]> {
  const { length_logits: lengths, ...handed } = await encoder!.run(start);
  let live: Hypothesis[] = [{ tokens: [], logProbability: 0, column: 0 }];
  let count = longest;
  if (lengths) {
    const logs = logSoftmax([...floats(lengths)]);
    count = logs.indexOf(Math.max(...logs));
    live[0]!.logProbability = logs[count]!;
  }
  const { tokens: _, ...fixed } = start;
  const later = decoder!.outputNames.flatMap((name) => (name.endsWith('.next') ? [name.slice(0, -5)] : []));
  let states = Object.fromEntries(Object.entries(handed).filter(([name]) => later.includes(name)));
  const once = { ...fixed, ...handed };
  for (const name of later) delete once[name];
  const repeated = (tensor: ort.Tensor, N: number) =>
    tensor.dims.length === 1
      ? int64(Array<number>(N).fill(Number((tensor.data as BigInt64Array)[0])), [N])
      : columns(tensor, Array<number>(N).fill(0));
  let finished: Hypothesis[] = [];
  for (let t = 0; t < count && live.length; ++t) {
    const N = live.length;
    const feeds: Feeds = { ...states };
    for (const [name, tensor] of Object.entries(once)) feeds[name] = repeated(tensor, N);
    feeds['tokens'] = int64(live.map(({ tokens }) => tokens.at(-1) ?? symbols), [1, N]); // prettier-ignore
    if (ends === 'count') feeds['remaining'] = float32(Array(N).fill((count - t) / longest), [1, N, 1]);
    const used = Object.fromEntries(
      Object.entries(feeds).filter(([name]) => decoder!.inputNames.includes(name)),
    );
    const { logits, ...next } = await decoder!.run(used);
    const [, , R] = logits!.dims as [number, number, number];
    const grown = live.flatMap(({ tokens, logProbability }, column): Hypothesis[] => {
      const row = [...floats(logits!)].slice(column * R, (column + 1) * R);
      const logs = logSoftmax(row.slice(0, ends === 'end' ? targets + 1 : targets));
      const order = logs.map((_, v) => v).sort((a, b) => logs[b]! - logs[a]! || a - b);
      return order.slice(0, beamWidth).flatMap((v): Hypothesis[] => {
        const total = logProbability + logs[v]!;
        if (ends === 'end' && v === targets)
          return [{ tokens, logProbability: total, column, finished: true }];
        const one = { tokens: [...tokens, v], logProbability: total, column };
        if (ends === 'count') return [{ ...one, finished: t + 1 === count }];
        if (ends === 'end') return [one];
        const halt = row[targets]!;
        const stops = { ...one, logProbability: total + logSigmoid(halt), finished: true };
        const goes = { ...one, logProbability: total + logSigmoid(-halt) };
        return beamWidth > 1 ? [stops, goes] : [halt > 0 ? stops : goes];
      });
    });
    grown.sort((a, b) => b.logProbability - a.logProbability);
    const kept = grown.slice(0, beamWidth);
    finished = [...finished, ...kept.filter((one) => one.finished)]
      .sort((a, b) => b.logProbability - a.logProbability)
      .slice(0, beamWidth);
    live = kept.filter((one) => !one.finished);
    const after: Feeds = Object.fromEntries(Object.entries(next).map(([name, x]) => [name.slice(0, -5), x]));
    states = {};
    if (live.length)
      for (const [name, x] of Object.entries(after))
        states[name] = x.dims.length ? columns(x, live.map(({ column }) => column)) : x; // prettier-ignore
    if (
      finished.length === beamWidth &&
      finished.at(-1)!.logProbability >= (live[0]?.logProbability ?? -Infinity)
    )
      break;
  }
  return finished.length ? finished : live;
}

test.each(cases)('%s', async (name, options) => {
  const model = await trained(options);
  try {
    const pair = pairOf(toOnnx(await model.save()));
    for (const [part, bytes] of Object.entries(pair))
      writeFileSync(join(folder, `${written++}-${name.replace(/\W+/g, '-')}-${part}`), bytes);
    const sessions = [await opened(pair['encoder.onnx']), await opened(pair['decoder.onnx'])];
    const { inputs, targets, context = 0 } = model.info.data!;
    const { task } = model.info.config as { task: { termination?: 'end' | 'halt' | 'count' } };
    const graph = await model.graph();
    const encoded = graph.layers.some(({ sequence }) => sequence === 1);
    const longest = graph.sizes.lengths ? graph.sizes.lengths - 1 : 256;
    let several = 0;
    for (const source of encoded
      ? ['abc', 'bacdbg', 'e']
      : [
          [0.25, 1],
          [0.75, 0],
        ]) {
      const given = typeof source === 'string' ? [...source].map((symbol) => inputs.indexOf(symbol)) : source;
      const start: Feeds = encoded
        ? { tokens: int64(given, [given.length, 1]), lengths: int64([given.length], [1]) }
        : { context: float32(given.slice(0, context), [1, context]) };
      for (const beamWidth of [1, 3]) {
        const about = { targets: targets.length, symbols: graph.sizes.symbols, ends: task.termination ?? 'end', longest, beamWidth }; // prettier-ignore
        const found = await decode(sessions, start, about);
        const asked = encoded ? { input: source as string } : context ? { context: given } : {};
        const expected: Prediction = await model.predict({ ...asked, beamWidth: beamWidth });
        const shown = ({ tokens }: Hypothesis) => tokens.map((v) => targets[v]).join('');
        expect(shown(found[0]!)).toBe(expected.output);
        expect(Math.abs(found[0]!.logProbability - expected.logProbability!)).toBeLessThan(1e-3);
        if (beamWidth > 1) {
          expect(found.map(shown)).toEqual(expected.alternatives!.map(({ output }) => output));
          several = Math.max(several, found.length);
        }
      }
    }
    expect(several).toBeGreaterThan(1);
  } finally {
    model.dispose();
  }
});

test('padding a batch of sources changes no answer', async () => {
  const model = await trained(cases[1]![1]);
  const pair = pairOf(toOnnx(await model.save()));
  const { inputs } = model.info.data!;
  model.dispose();
  const encoder = await opened(pair['encoder.onnx']);
  const decoder = await opened(pair['decoder.onnx']);
  const V = inputs.length + 1;
  const answers = async (sources: readonly string[], pad: number) => {
    const N = sources.length;
    const S = Math.max(...sources.map(({ length }) => length));
    const tokens = Array.from({ length: S * N }, (_, i) => {
      const symbol = sources[i % N]![Math.floor(i / N)];
      return symbol === undefined ? pad : inputs.indexOf(symbol);
    });
    const lengths = int64(sources.map(({ length }) => length), [N]); // prettier-ignore
    const handed = await encoder.run({ tokens: int64(tokens, [S, N]), lengths });
    const steps = Array.from({ length: 3 * N }, (_, i) => (i < N ? V : (i * 3) % inputs.length));
    return (await decoder.run({ ...handed, lengths, tokens: int64(steps, [3, N]) }))['logits']!;
  };
  const sources = ['abcdefg', 'b', 'gfa'];
  const together = await answers(sources, 2);
  const other = await answers(sources, V);
  expect(difference(floats(other), floats(together))).toBe(0);
  for (const n of [0, 1, 2]) {
    // The same decoder steps as those of column n.
    const alone = await answers([sources[n]!, sources[n]!, sources[n]!], 0);
    expect(difference(floats(columns(alone, [n])), floats(columns(together, [n])))).toBeLessThan(1e-6);
  }
});

test('a network with a given context goes on from states, step by step or all at once', async () => {
  const network = await createNetwork({ task: { inputs: 3, outputs: 2, context: 4 }, layers: [{ cell: 'lstm', units: 5 }, { cell: 'gru', units: 4 }], context: 'both', seed: 2 }, { threads: 1, worker: false }); // prettier-ignore
  const [T, N] = [5, 2];
  const x = Float32Array.from({ length: T * N * 3 }, (_, i) => Math.sin(i * i));
  const context = Float32Array.from({ length: N * 4 }, (_, i) => Math.cos(i));
  const { y } = await network.forward(
    { shape: [T, N, 3], data: x },
    {
      context: { shape: [N, 4], data: context },
    },
  );
  const pair = pairOf(toOnnx(await network.save()));
  network.dispose();
  const encoder = await opened(pair['encoder.onnx']);
  const decoder = await opened(pair['decoder.onnx']);
  const handed = await encoder.run({ context: float32(context, [N, 4]) });
  const given = { context: float32(context, [N, 4]) };
  const { logits } = await decoder.run({ ...handed, ...given, x: float32(x, [T, N, 3]) });
  expect(difference(floats(logits!), y.data)).toBeLessThan(1e-5);
  const states: Feeds = { ...handed, ...given };
  for (let t = 0; t < T; ++t) {
    const step = await decoder.run({
      ...states,
      x: float32(x.subarray(t * N * 3, (t + 1) * N * 3), [1, N, 3]),
    });
    expect(difference(floats(step['logits']!), y.data.subarray(t * N * 2, (t + 1) * N * 2))).toBeLessThan(
      1e-5,
    );
    for (const name of Object.keys(step)) if (name.endsWith('.next')) states[name.slice(0, -5)] = step[name]!;
  }
});

test.runIf(hasModule('onnx'))("the ONNX checker (Debian's python3-onnx) passes every model", () => {
  const checker = `
import glob, os, sys, onnx
paths = glob.glob(os.path.join(sys.argv[1], '*.onnx'))
for path in paths:
    onnx.checker.check_model(path, full_check=True)
print(len(paths))`;
  expect(Number(python(['-c', checker, folder]))).toBe(2 * cases.length);
});
