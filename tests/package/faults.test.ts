/** What goes wrong below the package: every fault ends in one typed error, soon, and never in a hang. */
import { describe, expect, test } from 'vitest';
import { UnfoldError } from 'unfold-rnn';
import { collect, fakeModel, hosts, rejection } from './harness.js';

const engineCodes = [
  'INVALID_CONFIG',
  'INVALID_TEXT',
  'INVALID_CHECKPOINT',
  'INVALID_ARGUMENT',
  'INVALID_STATE',
  'NON_FINITE',
  'OUT_OF_MEMORY',
  'INTERNAL',
];

describe.each(hosts)('in $host', ({ worker }) => {
  test.each(engineCodes)('%s arrives typed, and the model goes on', async (code) => {
    const model = await fakeModel(worker, `step=1 fault=${code} at=3`);
    const error = await rejection(collect(model.train({ steps: 5 })));
    expect(error).toBeInstanceOf(UnfoldError);
    expect(error).toMatchObject({ code, field: 'fake', expected: 'a', actual: 'b' });
    expect((await collect(model.train({ until: 5 }))).at(-1)).toMatchObject({ step: 5, done: true });
  });

  test('a trap loses the model: this call, calls beside it and later ones fail', async () => {
    const model = await fakeModel(worker, 'step=1 fault=trap at=3');
    const training = collect(model.train());
    const saving = model.save();
    saving.catch(() => {});
    expect(await rejection(training)).toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringContaining('unreachable'),
    });
    expect(await rejection(collect(model.sample()))).toMatchObject({ code: 'WORKER_FAILED' });
    expect(await rejection(model.evaluate())).toMatchObject({ code: 'WORKER_FAILED' });
    model.dispose();
  });

  test.each(['garbage', 'nothing'])('an unreadable answer (%s) is a defect, not a hang', async (fault) => {
    const model = await fakeModel(worker, `step=1 fault=${fault} at=3`);
    expect(await rejection(collect(model.train()))).toMatchObject({ code: 'INTERNAL' });
    expect(await model.save()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('an answer without its bytes is a defect', async () => {
    const model = await fakeModel(worker, 'fault=empty');
    expect(await rejection(model.save())).toMatchObject({ code: 'INTERNAL' });
  });

  test('DISPOSED rejects what runs and what comes after', async () => {
    const model = await fakeModel(worker, 'step=1');
    const training = rejection(collect(model.train()));
    await model.save();
    model.dispose();
    model.dispose();
    expect(await training).toMatchObject({ code: 'DISPOSED' });
    expect(await rejection(model.save())).toMatchObject({ code: 'DISPOSED' });
    expect(await rejection(collect(model.sample()))).toMatchObject({ code: 'DISPOSED' });
  });
});

describe('in a worker', () => {
  test('a worker that ends in the middle of a call', async () => {
    const model = await fakeModel(true, 'step=1 fault=exit at=3');
    expect(await rejection(collect(model.train()))).toMatchObject({ code: 'WORKER_FAILED' });
    expect(await rejection(model.save())).toMatchObject({ code: 'WORKER_FAILED' });
  });

  test('a worker that ends while the model is being made', async () => {
    expect(await rejection(fakeModel(true, 'fault=exit in=create'))).toMatchObject({ code: 'WORKER_FAILED' });
  });

  test('a hanging step: abort and dispose still work', async () => {
    const model = await fakeModel(true, 'step=1 fault=hang at=3');
    const controller = new AbortController();
    const training = rejection(collect(model.train({ signal: controller.signal })));
    controller.abort();
    expect(await training).toBe(controller.signal.reason);
    const saving = rejection(model.save());
    model.dispose();
    expect(await saving).toMatchObject({ code: 'DISPOSED' });
  });

  test('a hang while the model is being made: its signal still works', async () => {
    const controller = new AbortController();
    const making = rejection(fakeModel(true, 'fault=hang in=create', { signal: controller.signal }));
    setTimeout(() => controller.abort(), 100);
    expect(await making).toBe(controller.signal.reason);
  });
});
