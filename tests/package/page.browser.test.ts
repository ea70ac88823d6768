/** In a page, cross-origin isolated and not: threads, a page that stays free, workers that fail without a word. */
import { describe, expect, test } from 'vitest';
import { checkConfig, getSchema, openModel, support } from 'unfold-rnn';
import { collect, fakeModel, hosts, realModel, rejection, turn } from './harness.js';

const isolated = globalThis.crossOriginIsolated;

test('support() tells threads from none, and why', async () => {
  const { simd, threads, reason } = await support();
  expect({ simd, threads }).toEqual({ simd: true, threads: isolated });
  if (isolated) expect(reason).toBeNull();
  else expect(reason).toContain('Cross-Origin-Opener-Policy');
});

test('threads are there, or one with a reason: the same numbers', async () => {
  const options = { layers: [{ cell: 'lstm', units: 64 }], batchSize: 24 };
  const one = await realModel({ ...options, threads: 1 });
  const two = await realModel({ ...options, threads: 2 });
  expect(two.info.runtime).toMatchObject(
    isolated
      ? { build: 'simd-threads', threads: 2, worker: true, reason: null }
      : { build: 'simd', threads: 1, worker: true, reason: expect.stringContaining('isolated') },
  );
  const losses = async (model: typeof one) =>
    (await collect(model.train({ steps: 40 }))).flatMap((report) => [...report.losses]);
  expect(await losses(two)).toEqual(await losses(one));
});

describe.each(hosts)('in $host', ({ worker }) => {
  test('training and writing leave the page free', async () => {
    const model = await realModel({ worker });
    let writing = true;
    const training = (async () => {
      for await (const _ of model.train()) if (!writing) return;
    })();
    // Timers and frames have their turn while there is no end of the training.
    const text = collect(model.sample({ length: 300 })).then((pieces) => pieces.join(''));
    for (let timer = 0; timer < 20; timer++) await new Promise((resolve) => setTimeout(resolve));
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    expect(await text).toHaveLength(300);
    writing = false;
    await training;
  });

  test('a signal stops at once; save and open go on', async () => {
    const model = await realModel({ worker });
    const controller = new AbortController();
    const reports = model.train({ signal: controller.signal });
    await reports.next();
    const next = rejection(collect(reports));
    controller.abort();
    // Before any answer of the session could arrive.
    expect(await Promise.race([next, turn().then(() => 'later')])).toBe(controller.signal.reason);
    const bytes = await model.save();
    const again = await openModel(bytes, undefined, { worker, threads: 1 });
    expect(again.info.step).toBe((await model.update({})).step);
    again.dispose();
  });
});

test('questions about configurations need no model', async () => {
  const { defaults } = await getSchema();
  expect((await checkConfig(defaults, { vocabulary: 20 })).parameters).toBeGreaterThan(0);
  expect(await rejection(checkConfig({ batchSize: 0 }))).toMatchObject({
    code: 'INVALID_CONFIG',
    field: 'batchSize',
  });
});

describe('a worker', () => {
  test('that ends without a word is noticed', async () => {
    const model = await fakeModel(true, 'step=1 fault=exit at=3');
    expect(await rejection(collect(model.train()))).toMatchObject({ code: 'WORKER_FAILED' });
  });

  test('that hangs can be left', async () => {
    const model = await fakeModel(true, 'step=1 fault=hang at=3');
    const controller = new AbortController();
    const reports = model.train({ signal: controller.signal });
    expect((await reports.next()).done).toBe(false);
    const training = rejection(collect(reports));
    controller.abort();
    expect(await training).toMatchObject({ name: 'AbortError' });
    model.dispose();
  });

  test('that is not there, or is of another kind, is refused', async () => {
    for (const workerUrl of ['/nowhere.js', 'data:text/plain,hello', '/package.json']) {
      expect(await rejection(realModel({ workerUrl }))).toMatchObject({ code: 'LOAD_FAILED' });
    }
  });

  test('that never answers runs into the time limit', async () => {
    const workerUrl = URL.createObjectURL(new Blob(['onmessage = () => {}'], { type: 'text/javascript' }));
    expect(await rejection(realModel({ workerUrl, timeout: 300 }))).toMatchObject({ code: 'TIMEOUT' });
  });
});
