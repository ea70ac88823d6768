/** Many requests in one call: the predictions of one at a time, in their order, while other calls take turns. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModel, type Model } from 'unfold-rnn';
import { hosts, rejection } from './harness.js';

describe.each(hosts)('in $host', ({ worker }) => {
  let model: Model<'classify'>;
  beforeAll(async () => {
    const examples = Array.from({ length: 30 }, (_, i) => ({
      input: 'abc'.slice(i % 3),
      target: i % 3 ? 'short' : 'long',
    }));
    const config = { task: 'classify', layers: [{ units: 3 }], batchSize: 4, evaluateEvery: 0 } as const;
    model = await createModel({ ...config, layers: [...config.layers] }, examples, { threads: 1, worker });
    await model.train({ steps: 3 });
  });
  afterAll(() => model.dispose());

  test('as one by one', async () => {
    const requests = ['a', 'bc', 'abc', 'cc'].map((input) => ({ input, target: 'long' }));
    const alone = [];
    for (const request of requests) alone.push(await model.predict(request));
    expect(new Set(alone.map(({ probabilities }) => probabilities[0])).size).toBe(4);
    expect(await model.predict(requests)).toEqual(alone);
    expect(await model.predict([])).toEqual([]);
    expect(await model.predict(requests.slice(2, 3))).toEqual([alone[2]]);
  });

  test('with the weights of one moment, also beside a run', async () => {
    const controller = new AbortController();
    const training = rejection(model.train({ signal: controller.signal }) as never);
    const requests = Array.from({ length: 3000 }, () => ({ input: 'abcabcabc' }));
    const answers = await model.predict(requests);
    controller.abort('enough');
    expect(await training).toBe('enough');
    expect(answers).toHaveLength(3000);
    expect(new Set(answers.map(({ probabilities }) => probabilities.join())).size).toBe(1);
  });

  test('one that is wrong is named, and nothing is answered', async () => {
    const good = { input: 'a' };
    const cases: [unknown, string, string][] = [
      [{ input: 'x' }, 'requests[2].input', "symbols in the model's vocabulary"],
      [{ input: 'a', target: 'none' }, 'requests[2].target', 'a label that the model knows'],
      [{ input: 'a', steps: 3 }, 'requests[2].steps', 'nothing of classify'],
      [{ input: 'a\ud800' }, 'requests[2].input', 'whole characters'],
      [null, 'requests[2]', 'an object'],
    ];
    for (const [wrong, field, expected] of cases) {
      const error = await rejection(model.predict([good, good, wrong as never, wrong as never]));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', field });
      expect(error.expected).toContain(expected);
      expect(error.message).toBe(`${field}: expected ${error.expected}, got ${error.actual}`);
    }
  });
});
