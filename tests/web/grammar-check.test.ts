// What the views of the tasks read from answers, without a page.
import { describe, expect, it } from 'vitest';
import { close, rangeY } from '../../web/src/charts/axes';
import { bandOf, forecastError, shareOf } from '../../web/src/tasks/forecast';
import { firstWrong, judge } from '../../web/src/tasks/grammarCheck';
import { frequencyOf, nameOfKey, notesOf } from '../../web/src/tasks/pianoRoll';

describe('the first wrong character', () => {
  it('is found where the two part, whichever ends first', () => {
    expect(firstWrong('abc', 'abc')).toBeNull();
    expect(firstWrong('abc', 'abd')).toBe(2);
    expect(firstWrong('abc', 'ab')).toBe(2);
    expect(firstWrong('ab', 'abc')).toBe(2);
    expect(firstWrong('', 'x')).toBe(0);
    expect(firstWrong('😀b', '😀c')).toBe(1);
  });
});

describe('a made language', () => {
  it.each([
    ['anbn', ['ab', 'aaabbb'], ['', 'aab', 'aba', 'b', 'a']],
    ['dyck', ['()', '([])[]', '[[()]]'], ['', '(', ')', '(]', '([)]']],
    [
      'elman',
      [
        'John walks .',
        'boys who chase dogs see .',
        'boy who girls see walks .',
        'cat who dogs who feed Mary chase lives .',
      ],
      [
        '',
        'John walk .',
        'boys who chases dogs see .',
        'boy who girls walk sees .',
        'boy who girls see walk .',
        'John walks',
        'John chases .',
        'Mary who walks lives .',
      ],
    ],
  ])('%s has its words and no others', (corpus, inside, outside) => {
    for (const text of inside) expect(judge(corpus, text), text).toBeNull();
    for (const text of outside) expect(judge(corpus, text), text).toMatchObject({ kind: expect.any(String) });
  });

  it('is judged only where it is known', () => {
    expect(judge('reversal', 'abc')).toBeUndefined();
    expect(judge('constructor', 'abc')).toBeUndefined();
  });
});

describe('a piano roll', () => {
  const row = (...keys: number[]) => Array.from({ length: 88 }, (_, key) => (keys.includes(key) ? 1 : 0));
  it('holds what goes on, and begins anew where the network does', () => {
    const rows = [row(39, 43), row(39), row(39), row(43)];
    expect(notesOf(rows)).toEqual([
      { key: 39, from: 0, steps: 3 },
      { key: 43, from: 0, steps: 1 },
      { key: 43, from: 3, steps: 1 },
    ]);
    expect(notesOf(rows, 2).filter(({ key }) => key === 39)).toEqual([
      { key: 39, from: 0, steps: 2 },
      { key: 39, from: 2, steps: 1 },
    ]);
  });

  it('has the keys of a piano', () => {
    expect([0, 39, 48, 87].map(nameOfKey)).toEqual(['A0', 'C4', 'A4', 'C8']);
    expect(frequencyOf(48)).toBeCloseTo(440, 9);
  });
});

it('draws a band between the outermost quantiles, or 1.96 deviations around the mean', () => {
  const quantiles = [
    [[0], [1, 2, 4]],
    [[0], [2, 3, 9]],
  ];
  expect(bandOf([2, 3], 1, quantiles, undefined)).toEqual({ low: [1, 2], high: [4, 9] });
  expect(bandOf([0, 0], 0, quantiles, undefined)).toBeUndefined(); // one quantile is no band
  expect(bandOf([10], 0, undefined, [[2]])).toEqual({ low: [10 - 3.92], high: [10 + 3.92] });
  expect(bandOf([10], 0, undefined, undefined)).toBeUndefined();
  expect(shareOf({ loss: 'quantile', quantiles: [0.05, 0.5, 0.95] })).toBeCloseTo(0.9, 9);
  expect(shareOf({ loss: 'quantile', quantiles: [0.9] })).toBeUndefined();
  expect(shareOf({ loss: 'gaussian' })).toBe(0.95);
  expect(shareOf({})).toBeUndefined();
});

it('shows losses below zero', () => {
  expect(rangeY('linear', -2.2, 1.4, 1.4)).toEqual([-2.5, expect.closeTo(1.442, 9)]);
  expect(rangeY('linear', -2.2, -1, -1)[1]).toBeGreaterThan(-1);
  expect(close('linear', -2, -1)[0]).toBeLessThan(-2);
  expect(close('linear', 0.01, 1)[0]).toBe(0);
});

it('measures a forecast against what came', () => {
  expect(forecastError({ series: [0, 1, 2, 3], answer: [], forecast: [2, 5], from: 2 })).toBe(2);
});
