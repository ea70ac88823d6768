// The slow step: what its equations come to must be what the engine computed, for every cell.
import { describe, expect, it } from 'vitest';
import { type Config, createModel, getSchema } from '../../dist/index.js';
import { firing, guesses, histogram, rangeOf, statesOf } from '../../web/src/state/analysis';
import { heldOut } from '../../web/src/state/passage';
import { stagesOf, termName } from '../../web/src/state/slow';

const { cells, presets } = await getSchema();
const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);

const networks: [string, Config][] = [
  ...presets.map(({ name }): [string, Config] => [name, { preset: name, hidden: 6 }]),
  ['a GRU with reset before', { layers: [{ cell: 'gru', hidden: 6, reset: 'before' }] }],
  ['an LSTM with σ', { layers: [{ cell: 'lstm', hidden: 6, cellInput: 'sigmoid' }] }],
  ['leaky ReLU', { layers: [{ cell: 'rnn', hidden: 6, activation: 'relu', leak: 0.5 }] }],
  ['a normalised GRU', { layers: [{ cell: 'gru', hidden: 6, layerNorm: true, reset: 'before' }] }],
  ['a leaky LSTM', { layers: [{ hidden: 6 }, { cell: 'lstm', hidden: 6, leak: { from: 0.2, to: 0.7 } }] }],
];

describe.each(networks)('%s', (_, config) => {
  it('comes to the states of the engine', async () => {
    const model = await createModel({ ...config, text: TEXT, window: 8, batch: 4, threads: 1 });
    for await (const progress of model.train({ steps: 20 })) void progress;
    const seen = await model.inspect('the fox jumps');
    const number = seen.layers.length - 1;
    const layer = model.info.config.layers[number]!;
    const { gates } = cells.find(({ name }) => name === layer.cell)!;
    for (const at of [0, 1, 7]) {
      const terms = await model.terms('the fox jumps', { at, layer: number });
      for (const unit of [0, 5]) {
        const stages = stagesOf({ seen, terms, layer, gates, at, number, unit });
        const h = seen.layers[number]!.series.h![at * 6 + unit]!;
        const last = stages.at(-1)!.lines.at(-1)!;
        expect(last.value).toBeCloseTo(h, 5);
        for (const { name, worked, value } of stages.flatMap(({ lines }) => lines)) {
          expect(`${name} ${worked}`).not.toMatch(/NaN|undefined/);
          expect(value).not.toBeNaN();
        }
        // What is squashed is what was added up, where nothing stands between.
        const squash = stages.find(({ name }) => name === 'squash')?.lines[0];
        if (squash && (layer as { activation?: string }).activation === 'tanh')
          expect(squash.value).toBeCloseTo(Math.tanh(stages[0]!.lines[0]!.value), 4);
        if (layer.cell === 'lstm' && gates[0] === 'i' && !layer.layerNorm)
          expect(stages[1]!.lines[0]!.value).toBeCloseTo(1 / (1 + Math.exp(-stages[0]!.lines[0]!.value)), 4);
      }
    }
    model.dispose();
  });
});

it('names the terms as the equations do', () => {
  expect(
    ['layers.0.weight_ih', 'layers.0.weight_hh', 'layers.1.weight_hh_3', 'layers.1.weight_x'].map(termName),
  ).toEqual(['U·x', 'W·h₋', 'W·h₍₋3₎', 'U·x']);
  expect(
    ['layers.0.bias_ih', 'layers.0.bias_hh', 'layers.0.weight_yh', 'layers.2.shortcut_hh'].map(termName),
  ).toEqual(['b', 'b′', 'W·y₋', 'S·h₋']);
});

describe('the analysis', () => {
  // Two units over four characters; the second wakes up at character 2.
  const series = { h: Float32Array.from([0.1, 0, -0.1, 0, 0.1, 0.9, -0.1, 0]) };
  const seen = {
    step: 1,
    tokens: [0, 1, 0, 1],
    symbols: ['a', 'b', 'a', 'b'],
    unknown: [],
    layers: [{ hidden: 2, series }],
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
