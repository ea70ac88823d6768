/**
 * Where training pauses and ends, on a clock of its own. These are not exported: from outside only the machine's clock
 * could tell.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EngineSession, Reply } from '../../dist/shared/engine.js';
import { train } from '../../dist/worker/jobs.js';
import type { Chunks, TrainArgs } from '../../dist/shared/protocol.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
const reply = (value: unknown): Reply => ({ ok: true, value: JSON.stringify(value) });

/** Steps of `pieces` pieces, each of which takes some milliseconds; slices end as those of wasm/bindings/bindings.cpp do. */
function network({ pieces, milliseconds }: { pieces: number; milliseconds: number }) {
  let step = 0;
  let piece = 0;
  let events: object[] = [];
  const advance = () => {
    pass(milliseconds);
    if (++piece < pieces) return;
    piece = 0;
    step += 1;
    const seconds = (pieces * milliseconds) / 1000;
    events.push({ step, loss: 1, tokens: step, seconds });
  };
  /** As calls do that want a whole step. */
  const finish = () => {
    while (piece > 0) advance();
  };
  const dropped = vi.fn(() => ((piece = 0), reply({})));
  const session: Pick<EngineSession, 'info' | 'train' | 'trainStop'> = {
    info: () => reply({ step, config: {}, best: null }),
    trainStop: dropped,
    train(target, slice) {
      const end = performance.now() + slice;
      do {
        if (step < target) advance();
      } while (performance.now() < end && step < target);
      const answer = reply({ step, done: step >= target, underWay: piece > 0, events });
      events = [];
      return answer;
    },
  };
  return { session: session as EngineSession, dropped, finish };
}

/** A run whose reader takes everything, with `between` milliseconds of other work after each slice. */
function run(session: EngineSession, args: TrainArgs, between = 0): Chunks['train'][] {
  const reports: Chunks['train'][] = [];
  const job = train(session, args, { credit: 1, send: (progress) => reports.push(progress) });
  while (!job.next().done) pass(between);
  return reports;
}

describe('seconds of work', () => {
  // Slices of three pieces, steps of twenty, 14 ms: a slice seldom ends where a step does.
  const usual = { pieces: 20, milliseconds: 0.7 };

  test.each([
    { seconds: 0, steps: 1 },
    { seconds: 0.01, steps: 1 },
    { seconds: 0.02, steps: 2 },
    { seconds: 0.03, steps: 3 },
  ])('end with the step under way: $seconds s with step $steps', ({ seconds, steps }) => {
    const { session, dropped } = network(usual);
    const reports = run(session, { seconds });
    expect(reports.at(-1)).toMatchObject({ step: steps, done: true, secondsLeft: 0 });
    expect(reports.flatMap(({ losses }) => [...losses])).toHaveLength(steps);
    expect(dropped).not.toHaveBeenCalled();
  });

  test('and the symbols in them are the rate, however long a run is', () => {
    const { session } = network({ pieces: 1, milliseconds: 100 });
    for (const { tokensPerSecond } of run(session, { seconds: 30 })) expect(tokensPerSecond).toBeCloseTo(10);
  });

  test('do not count what is done between slices', () => {
    const { session } = network({ pieces: 1, milliseconds: 10 });
    expect(run(session, { seconds: 1 }, 5000).at(-1)).toMatchObject({ step: 100, done: true });
  });

  test('and steps: whichever is reached first', () => {
    const { session } = network(usual);
    expect(run(session, { seconds: 1, steps: 2 }).at(-1)).toMatchObject({ step: 2, done: true });
    expect(run(session, { seconds: 0, until: 9 }).at(-1)).toMatchObject({ step: 3, done: true });
  });
});

test('a step that another call finishes, once the time is over, is the last', () => {
  const { session, finish } = network({ pieces: 20, milliseconds: 0.7 });
  const reports: Chunks['train'][] = [];
  const job = train(session, { seconds: 0 }, { credit: 1, send: (progress) => reports.push(progress) });
  expect(job.next().done).toBe(false);
  finish();
  expect(job.next().done).toBe(true);
  expect(reports).toMatchObject([{ step: 1, done: true }]);
});

test('a run that is left in the middle of a step drops it', () => {
  const { session, dropped } = network({ pieces: 20, milliseconds: 10 });
  const job = train(session, {}, { credit: 1, send: () => {} });
  for (let slice = 0; slice < 25; slice++) job.next();
  job.return({} as never);
  expect(dropped).toHaveBeenCalledOnce();
});

test('a reader half a second behind pauses the work', () => {
  const { session } = network({ pieces: 1, milliseconds: 100 });
  let credit = 1;
  const job = train(session, {}, { get credit() { return credit; }, send: () => (credit -= 1) }); // prettier-ignore
  const slices = Array.from({ length: 7 }, () => job.next().value);
  expect(slices).toEqual([...Array<undefined>(6), 'pause']);
  credit = 1;
  expect(job.next().value).toBeUndefined();
});

describe('a run with only a validation left to do', () => {
  const step = {
    step: 5,
    epoch: 1,
    loss: 2,
    accuracy: null,
    gradientNorm: 3,
    learningRate: 0.1,
  };
  const taken = { ...step, tokens: 40, seconds: 0.1 };
  const validated = { ...taken, loss: null, validationLoss: 1.5, seconds: 0 };
  /** Each slice gives the next list of events. */
  function scripted(...slices: object[][]) {
    const train = () => {
      const events = slices.shift() ?? [];
      return reply({ step: 5, done: slices.length === 0, underWay: false, events });
    };
    const info = () => reply({ step: 5, epoch: 1 });
    return { info: vi.fn(info), train } as unknown as EngineSession;
  }
  const last = { step: 5, validationLoss: 1.5, validationStep: 5, done: true, secondsLeft: 0 };

  test('gives one report, with what was known of the step', () => {
    const session = scripted([taken], [validated]);
    vi.mocked(session.info).mockImplementationOnce(() => reply({ step: 4, epoch: 0.5 }));
    const first = train(session, { until: 5 }, { credit: 1, send: () => {} });
    first.next();
    first.return({} as never); // stopped in its last validation
    const reports = run(session, { until: 5 });
    expect(reports).toMatchObject([{ ...last, loss: 2, gradientNorm: 3, learningRate: 0.1, tokens: 40 }]);
    expect(reports[0]!.losses).toHaveLength(0);
  });

  test('of a model that has just been opened, without it', () => {
    expect(run(scripted([validated]), { until: 5 })).toMatchObject([
      { ...last, loss: NaN, tokensPerSecond: 0 },
    ]);
    const overflowed = { ...validated, validationLoss: null };
    expect(run(scripted([overflowed]), { until: 5 })).toMatchObject([{ ...last, validationLoss: Infinity }]);
  });

  test('takes a step that another call has finished for a step, not for an overflow', () => {
    expect(run(scripted([taken]), { until: 5 })).toMatchObject([
      { step: 5, loss: 2, validationLoss: null, validationStep: null, losses: Float32Array.of(2) },
    ]);
  });

  test('and with nothing left gives none', () => {
    expect(run(scripted([]), { until: 5 })).toEqual([]);
  });
});
