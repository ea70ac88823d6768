// How two checkouts are compared: by turns, a ratio for each round, and what is said of rows whose rounds disagree.
import { expect, test } from 'vitest';
import { lineOf, pairs } from '../../scripts/bench/against.mjs';
import type { Bench } from '../../scripts/bench/places.mjs';
import { intervalOf, noteOf, spreadOf } from '../../scripts/bench/report.mjs';

/** A build that reaches `rates` one after the other, on one thread, and half of them on two. */
function fake(name: string, rates: number[], calls: string[]): Bench {
  return {
    place: 'Node',
    build: 'simd',
    measure: (network) => {
      calls.push(`${name} ${network}`);
      const rate = rates.shift()!;
      const row = { name: network, slowest: 1, fastest: 1, gflops: 1, share: 1, parameters: 1, profile: {} };
      const rows = [1, 2].map((threads) => ({ ...row, threads, charactersPerSecond: rate / threads }));
      return Promise.resolve({ kernels: 'simd', fast: false, rows });
    },
  };
}

test('the builds take turns, and so does the first of them; a ratio is here ÷ there in one round', async () => {
  const calls: string[] = [];
  const found = await pairs(
    fake('here', [110, 240, 330], calls),
    fake('there', [100, 200, 300], calls),
    'gru',
    3,
  );
  expect(calls).toEqual(['here gru', 'there gru', 'there gru', 'here gru', 'here gru', 'there gru']);
  expect(found.map(({ threads, ratios }) => [threads, ratios])).toEqual([
    [1, [1.1, 1.2, 1.1]],
    [2, [1.1, 1.2, 1.1]],
  ]);
});

test('a network that the other checkout does not know is named', async () => {
  const empty: Bench = {
    place: 'Node',
    build: 'simd',
    measure: () => Promise.resolve({ kernels: 'simd', fast: false, rows: [] }),
  };
  await expect(pairs(fake('here', [1], []), empty, 'gru', 1)).rejects.toThrow('"gru"');
});

test('a row has the median ratio, the least and the largest; over 10 % of spread it is not to be quoted', () => {
  const pair = { network: 'gru 2x256', place: 'Node', build: 'simd', threads: 2 };
  expect(lineOf({ ...pair, ratios: [1.05, 1, 1.02] })).toEqual([
    '  gru 2x256, Node simd',
    '2',
    '1.02x',
    '1.00x',
    '1.05x',
    '5 %',
    '',
  ]);
  expect(lineOf({ ...pair, ratios: [1.2, 1, 1.02] }).at(-1)).toBe('noisy: not to be quoted');
});

test('the spread is the width of the median’s interval: the extremes of few rounds, order statistics of many', () => {
  expect(spreadOf([90, 100, 130])).toBeCloseTo(0.4, 12);
  // The usual table of confidence intervals of a median: 9 values have the 2nd and the 8th, 20 the 6th and the 15th.
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);
  expect(intervalOf(upTo(8))).toEqual({ low: 1, high: 8 });
  expect(intervalOf(upTo(9))).toEqual({ low: 2, high: 8 });
  expect(intervalOf(upTo(20))).toEqual({ low: 6, high: 15 });
  expect(noteOf(0.1)).toBe('');
  expect(noteOf(0.101)).toBe('noisy: not to be quoted');
});
