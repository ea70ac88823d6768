// The slow step: what its equations come to must be what the engine computed, for every cell.
import { describe, expect, it } from 'vitest';
import { plainText, printed } from '../../dist/diagram/index.js';
import { type Config, createModel, getSchema, type GraphExpression } from '../../dist/index.js';
import { firing, guesses, histogram, rangeOf, statesOf } from '../../web/src/inside/analysis';
import { heldOut } from '../../web/src/data/passage';
import { evaluate, solve } from '../../web/src/inside/evaluate';
import { type Line, type Stage, stagesOf } from '../../web/src/inside/stepStages';
import { invented, UNITS } from './invented';

const { presets } = await getSchema();
const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);

const networks: [string, Config][] = [
  ...presets.map(({ name }): [string, Config] => [name, { preset: name, units: 6 }]),
  ['a GRU with reset before', { layers: [{ cell: 'gru', units: 6, reset: 'before' }] }],
  ['an LSTM with σ', { layers: [{ cell: 'lstm', units: 6, cellInput: 'sigmoid' }] }],
  ['leaky ReLU', { layers: [{ cell: 'rnn', units: 6, activation: 'relu', leak: 0.5 }] }],
  ['a normalised GRU', { layers: [{ cell: 'gru', units: 6, layerNorm: true, reset: 'before' }] }],
  ['an LSTM with zoneout', { layers: [{ cell: 'lstm', units: 6, zoneout: 0.2 }] }],
  ['a normalised vanilla cell', { layers: [{ cell: 'rnn', units: 6, layerNorm: true }] }],
  ['a leaky LSTM', { layers: [{ units: 6 }, { cell: 'lstm', units: 6, leak: { from: 0.2, to: 0.7 } }] }],
];

/** Text as the page shows it. */
const shown = ({ name, worked }: Line) => `${plainText(name)}: ${plainText(worked)}`;

describe.each(networks)('%s', (_, config) => {
  it('comes to the states of the engine', async () => {
    const model = await createModel({ ...config, sequenceLength: 8, batchSize: 4 }, TEXT, { threads: 1 });
    for await (const progress of model.train({ steps: 20 })) void progress;
    const [seen, graph] = await Promise.all([model.inspect('the fox jumps'), model.graph()]);
    const number = seen.layers.length - 1;
    const { layerNorm } = model.info.config.layers[number]!;
    const { series } = seen.layers[number]!;
    for (const at of [0, 1, 7]) {
      const terms = await model.preactivations('the fox jumps', { at, layer: number });
      for (const unit of [0, 5]) {
        const stages = stagesOf({ seen, terms, graph, at, number, unit });
        const lines = stages.flatMap(({ lines }) => lines);
        expect(lines.at(-1)!.value).toBeCloseTo(series.h![at * 6 + unit]!, 5);
        for (const line of lines) {
          expect(shown(line)).not.toMatch(/NaN|undefined|Infinity/);
          expect(line.value).not.toBeNaN();
        }
        // What is squashed is what was added up, where nothing stands between.
        const [sum, squashed] = [stages[0]!.lines[0]!, stages[1]!.lines[0]!];
        const known = /^\w+_t = (σ|tanh)\(z_\w+\):/.exec(shown(squashed))?.[1];
        const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
        if (known && !layerNorm)
          expect(squashed.value).toBeCloseTo((known === 'σ' ? sigmoid : Math.tanh)(sum.value), 4);
      }
    }
    model.dispose();
  });
});

describe('the stages', () => {
  const walk = async (config: Config) => {
    const model = await createModel({ ...config, sequenceLength: 8, batchSize: 4 }, TEXT, { threads: 1 });
    const [seen, graph] = await Promise.all([model.inspect('the fox'), model.graph()]);
    const terms = await model.preactivations('the fox', { at: 3 });
    model.dispose();
    return stagesOf({ seen, terms, graph, at: 3, number: 0, unit: 2 });
  };
  const named = (stages: readonly Stage[]) => stages.map(({ name, of }) => `${name} ${of}`.trim());

  it('follow what the equations need', async () => {
    expect(named(await walk({ layers: [{ units: 6 }] }))).toEqual(['sums', 'gates i', 'state c', 'output h']);
    expect(named(await walk({ layers: [{ cell: 'gru', units: 6 }] }))).toEqual([
      'sums',
      'gates r',
      'gate n',
      'output h',
    ]);
    expect(named(await walk({ layers: [{ cell: 'rnn', units: 6, leak: 0.5 }] }))).toEqual([
      'sums',
      'output h',
      'interpolation h',
    ]);
  });

  it('name the terms as the equations do', async () => {
    const [sums] = await walk({
      layers: [
        { cell: 'rnn', units: 6, edges: [{ from: 'input' }, { from: 'self' }, { from: 'self', delay: 3 }] },
      ],
    });
    expect(shown(sums!.lines[0]!)).toMatch(
      /^z_h: U·x_t [−\d.]+ \+ W·h_{t−1} [−\d.]+ \+ W·h_{t−3} [−\d.]+ \+ b_{ih} 0.00 \+ b_{hh} 0.00$/,
    );
  });
});

describe('a cell that nobody has heard of', () => {
  // Two steps of four units; unit 1 of the second is walked through.
  const at = (values: number[]) => Float32Array.from([0, values[0]!, 0, 0, 0, values[1]!, 0, 0]);
  const series = {
    h: at([0, 0.3]),
    memory: at([0.5, 0.9]),
    n: at([1, 1.5]),
    wobble: at([0, 0.25]),
    g: at([0, 2]),
  };
  const seen = {
    step: 1,
    tokens: [0, 1],
    symbols: ['a', 'b'],
    unknown: [],
    layers: [{ units: UNITS, series }],
    probabilities: new Float32Array(4),
    surprise: new Float32Array(2),
  };
  const terms = [
    { name: 'layers.0.weight_ih', apart: false, values: [0, 0.5, 0, 0, 0, 1.5, 0, 0] },
    { name: 'layers.0.bias', apart: false, values: [0, 0.1, 0, 0, 0, 0.5, 0, 0] },
  ];
  const stages = stagesOf({ seen, terms, graph: invented(), at: 1, number: 0, unit: 1 });

  it('is walked through, equation by equation', () => {
    expect(stages.map(({ name, of }) => `${name} ${of}`.trim())).toEqual([
      'sums',
      'gates wobble',
      'state memory',
      'state n',
      'output h',
    ]);
    const [sums, gates, memory, n, h] = stages.map(({ lines }) => lines.map(shown));
    expect(sums).toEqual(['z_{wobble}: U·x_t 0.50 + b 0.10', 'z_g: U·x_t 1.50 + b 0.50']);
    // The weight of n follows from what the engine made of it: exp(0.6 − w) = 0.25.
    expect(gates).toEqual([
      'wobble_t = exp(z_{wobble} − threshold_w ⊙ n_{t−1}): exp(0.60 − 1.99·1.00)',
      'g_t = max(0, z_g): max(0, 2.00)',
    ]);
    expect(memory![0]).toMatch(/: \(0.50 \+ 0.25·2.00\) \/ \(1 \+ 0.25\)$/);
    expect(n![0]).toMatch(/: max\(1.00, −\(0.90 − 2.00\)\)$/);
    expect(h![0]).toMatch(/: tanh\(0.90 \/ \(2·1.50\)\)$/);
    expect(stages.map(({ lines }) => lines.at(-1)!.value)).toEqual([
      2,
      2,
      expect.closeTo(0.9, 6),
      1.5,
      expect.closeTo(0.3, 6),
    ]);
  });
});

describe('expressions', () => {
  const values = new Map([
    ['a', 3],
    ['b', 4],
  ]);

  it('are computed', () => {
    expect(evaluate(['-', ['*', 'a', 'b'], ['/', 'b', 2]], values)).toBe(10);
    expect(evaluate(['relu', ['neg', 'a']], values)).toBe(0);
    expect(evaluate(['log', ['exp', ['max', 'a', 'b']]], values)).toBe(4);
    expect(evaluate('unknown', values)).toBeNaN();
  });

  const shapes: GraphExpression[] = [
    ['sigmoid', ['+', 'a', 'x']],
    ['tanh', ['-', 'x', 'a']],
    ['exp', ['-', 'b', ['*', 'x', 'a']]],
    ['relu', ['/', 'x', 'b']],
    ['neg', ['/', 'b', 'x']],
  ];
  it.each(shapes)('tell the name that is missing: %j', (...shape) => {
    const expression = shape as unknown as GraphExpression;
    const value = evaluate(expression, new Map([...values, ['x', 0.75]]));
    expect(solve(expression, value, 'x', values)).toBeCloseTo(0.75, 6);
  });

  it('are set with the fewest parentheses', () => {
    const set = (expression: GraphExpression) => plainText(printed(expression, (name) => [{ text: name }]));
    expect(set(['*', ['-', 1, 'a'], ['+', 'b', 'c']])).toBe('(1 − a) ⊙ (b + c)');
    expect(set(['-', 'a', ['-', 'b', ['*', 'c', 'd']]])).toBe('a − (b − c ⊙ d)');
    expect(set(['/', 'a', ['*', 'b', 'c']])).toBe('a / (b ⊙ c)');
    expect(set(['neg', ['+', 'a', ['sigmoid', ['max', 'b', 'c']]]])).toBe('−(a + σ(max(b, c)))');
    expect(set(['*', ['neg', 'a'], ['tanh', 'b']])).toBe('−a ⊙ tanh(b)');
  });
});

describe('the analysis', () => {
  // Two units over four characters; the second wakes up at character 2.
  const series = { h: Float32Array.from([0.1, 0, -0.1, 0, 0.1, 0.9, -0.1, 0]) };
  const seen = {
    step: 1,
    tokens: [0, 1, 0, 1],
    symbols: ['a', 'b', 'a', 'b'],
    unknown: [],
    layers: [{ units: 2, series }],
    probabilities: Float32Array.from([0.2, 0.8, 0.5, 0.5, 1, 0, 0.3, 0.7]),
    surprise: Float32Array.from([NaN, 0.3, 1, 20]),
  };

  it('ranks guesses, the first of equals first', () => {
    expect(guesses(seen, 0).map(({ token }) => token)).toEqual([1, 0]);
    expect(guesses(seen, 1).map(({ token }) => token)).toEqual([0, 1]);
  });

  it('finds the unit that stands out', () => {
    const [first] = firing(seen, 2, 2);
    expect(first).toMatchObject({ layer: 0, unit: 1 });
    expect(first!.score).toBeCloseTo(Math.sqrt(3), 5);
    expect(firing(seen, 0, 3).every(({ score }) => Math.abs(score) < 1e-6)).toBe(true);
    expect(statesOf(seen, 0, 1).values).toEqual(Float32Array.from([0, 0, 0.9, 0]));
  });

  it('counts every value once', () => {
    const { counts, left, right, mean } = histogram(Float32Array.from([0, 0.05, 0.5, 1, 1, 2]), 0, 1, 10);
    expect(counts.reduce((a, b) => a + b)).toBe(6);
    expect([counts[0], counts[5], counts[9]]).toEqual([2, 1, 3]);
    expect([left, right]).toEqual([2 / 6, 3 / 6]);
    expect(mean).toBeCloseTo(4.55 / 6, 6);
    expect(rangeOf(Float32Array.from([0.2, 0.9]))).toEqual([0, 1]);
    expect(rangeOf(Float32Array.from([-0.2, 3]))).toEqual([-3, 3]);
  });

  it('takes the held-out end of a text by whole characters', () => {
    const bytes = new TextEncoder().encode('abc' + '😀'.repeat(400));
    for (const length of [1, 5, 6, 7, 8, 320, 999]) {
      const end = new TextDecoder('utf-8', { fatal: true }).decode(heldOut(bytes, length));
      expect([...end].length).toBeLessThanOrEqual(length);
    }
    expect(heldOut(bytes, 8).buffer.byteLength).toBe(8);
  });
});
