/** What the tests that call the package in any order share: strange arguments, and promises that have to settle. */
import fc from 'fast-check';
import { afterEach, expect } from 'vitest';
import { type Model, openModel, UnfoldError } from 'unfold-rnn';

/** Anything a caller in JavaScript may pass where a number is expected. */
export const strange = fc.oneof(
  fc.constantFrom(0, -1, 0.5, 1e-30, 1e6, Infinity, -Infinity, NaN, null, undefined, '3', '', {}, [], true),
  fc.double(),
  fc.integer(),
);
/** Mostly good. */
export const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: strange });

export async function read(stream: AsyncIterable<unknown>, most = Infinity): Promise<void> {
  let chunks = 0;
  for await (const _ of stream) if (++chunks > most) break;
}

const unsettled = new Set<{ what: string }>();
afterEach(() => {
  const calls = Array.from(unsettled, ({ what }) => what);
  unsettled.clear();
  expect(calls, 'calls that did not settle').toEqual([]);
});

/** Settles, with an answer, a typed error or the reason of a signal. One that does not is named when the test ends. */
export async function settles(promise: Promise<unknown>, what: string): Promise<void> {
  const call = { what };
  unsettled.add(call);
  try {
    await promise;
  } catch (error) {
    const reason = error instanceof DOMException && error.name === 'AbortError';
    const typed = error instanceof UnfoldError && !['INTERNAL', 'WORKER_FAILED'].includes(error.code);
    if (!reason && !typed) throw new Error(`${what} ended with another error`, { cause: error });
  } finally {
    unsettled.delete(call);
  }
}

/** Whatever was called before: a model and its copy from a file learn the same, and no object was polluted. */
export async function goesOnLikeItsCopy(model: Model, text: string): Promise<void> {
  const again = await openModel(await model.save(), text, { threads: 1, worker: false });
  try {
    await Promise.all([read(model.train({ steps: 2 })), read(again.train({ steps: 2 }))]);
    expect(await again.save()).toEqual(await model.save());
  } finally {
    again.dispose();
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}
