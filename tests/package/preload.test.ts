/** An engine that is started ahead: who gets it, and what becomes of it when nobody does, or when it fails. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { createModel, preload } from 'unfold-rnn';
import * as inline from 'unfold-rnn/inline';
import { collect, realModel, rejection, SMALL, TEXT } from './harness.js';

/** On this thread, where starts can be counted. */
const here = { worker: false, threads: 1 } as const;

let starts: MockInstance;
beforeEach(() => void (starts = vi.spyOn(WebAssembly, 'instantiate')));
afterEach(() => vi.restoreAllMocks());

test('the next model takes it, and the one after starts its own', async () => {
  await preload(here);
  expect(starts).toHaveBeenCalledTimes(1);
  await realModel(here);
  expect(starts).toHaveBeenCalledTimes(1);
  await realModel(here);
  expect(starts).toHaveBeenCalledTimes(2);
});

test('two are there for two', async () => {
  await Promise.all([preload(here), preload(here)]);
  await Promise.all([realModel(here), realModel(here)]);
  expect(starts).toHaveBeenCalledTimes(2);
});

test('is not waited for: a model takes what is still on its way', async () => {
  const ahead = preload(here);
  await realModel(here);
  await ahead;
  expect(starts).toHaveBeenCalledTimes(1);
});

test('what runs otherwise starts its own', async () => {
  await preload(here);
  await realModel({ ...here, math: 'fast' });
  expect(starts).toHaveBeenCalledTimes(2);
  await realModel(here);
  expect(starts).toHaveBeenCalledTimes(2);
});

test.each([true, false])('trains as any other, in a worker: %s', async (worker) => {
  const losses = async () => {
    const model = await realModel({ worker });
    return (await collect(model.train({ steps: 30 }))).flatMap((report) => [...report.losses]);
  };
  const usual = await losses();
  await preload({ worker, threads: 1 });
  expect(await losses()).toEqual(usual);
});

describe('fails', () => {
  test('and says so; the model then tries again', async () => {
    starts.mockRejectedValueOnce(new RangeError('no memory'));
    expect(await rejection(preload(here))).toBeInstanceOf(Error);
    const model = await realModel(here);
    expect(model.info.parameters).toBeGreaterThan(0);
  });

  test('in what it is asked', async () => {
    expect(await rejection(preload({ threads: -1 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'threads',
    });
    expect(await rejection(preload({ wasmUrl: 'file:///nowhere.wasm' }))).toMatchObject({
      code: 'LOAD_FAILED',
    });
  });

  test('to be in time for a caller that gives up, who leaves it to the next', async () => {
    const ahead = preload(here);
    const signal = AbortSignal.abort(new Error('left'));
    const create = createModel(SMALL, TEXT, { ...here, signal });
    expect(await rejection(create)).toMatchObject({ message: 'left' });
    await ahead;
    await realModel(here);
    expect(starts).toHaveBeenCalledTimes(1);
  });
});

test('where the engine is given it is only loaded', async () => {
  await inline.preload();
  expect(starts).not.toHaveBeenCalled();
});
