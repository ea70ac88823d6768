/** Every call once on a network of a usual size, whose steps take many slices each. */
import { createModel, type Model } from 'unfold-rnn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, hosts } from './harness.js';

const TEXT = Array.from(
  { length: 200 },
  (_, i) => `${i} sheep and ${(i * i) % 97} goats went up the hill.\n`,
).join('');

describe.each(hosts)('LSTM 2×256 with the default batch and window, in $host', ({ worker }) => {
  let model: Model;
  beforeAll(async () => {
    const layers = [256, 256].map((hidden) => ({ cell: 'lstm', hidden }) as const);
    model = await createModel({ text: TEXT, layers, seed: 1, worker, threads: 1 });
  });
  afterAll(() => model.dispose());

  describe('train', () => {
    test.each([
      { limit: { steps: 1 }, step: 1 },
      { limit: { until: 2 }, step: 2 },
      { limit: { seconds: 0 }, step: 3 },
      { limit: { seconds: 0.005 }, step: 4 }, // over inside a step
    ])('ends with step $step after $limit', async ({ limit, step }) => {
      const reports = await collect(model.train(limit));
      expect(reports.flatMap(({ losses }) => [...losses])).toHaveLength(1);
      expect(reports.at(-1)).toMatchObject({ step, done: true, secondsLeft: 0 });
      expect(model.info.step).toBe(step);
    });
  });
});
