/**
 * The package's public calls in any order, with good and bad arguments, awaited or not, aborted or not: every promise
 * settles, with an answer or one typed error, and the model that is left can be saved, opened and trained on.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createModel, type Model } from 'unfold-rnn';
import { goesOnLikeItsCopy, mostly, read, settles, strange } from './calls.js';
import { count, many } from './counts.js';
import { argumentsOf, hosts, TEXT } from './harness.js';

const text = TEXT.slice(0, 1200);
const config = {
  layers: [{ cell: 'gru', units: 3 }],
  sequenceLength: 4,
  batchSize: 2,
  evaluateEvery: 5,
  threads: 1,
  seed: 1,
};

const settings = fc.record(
  {
    optimizer: fc.record({ learningRate: mostly(fc.constantFrom(0, 1e-3, 0.1, 1e6)) }, { requiredKeys: [] }),
    clip: mostly(fc.constantFrom(0, 1, 5)),
    dropout: mostly(fc.constantFrom(0, 0.5)),
    evaluateEvery: mostly(fc.constantFrom(0, 3)),
    __proto__: fc.constant({}),
    units: fc.constant(3),
  },
  { requiredKeys: [] },
);
const sampling = fc.record(
  {
    prompt: fc.oneof(fc.string(), fc.constantFrom('the ', '\0', '\u{1f600}', '\ud800', '<img onerror=1>')),
    length: mostly(fc.constantFrom(0, 1, 40)),
    temperature: mostly(fc.constantFrom(0, 0.7, 1)),
    topK: mostly(fc.constantFrom(0, 1, 3)),
    topP: mostly(fc.constantFrom(1, 0.5)),
    seed: mostly(fc.nat()),
    greedy: fc.oneof(fc.boolean(), strange),
  },
  { requiredKeys: [] },
);
const training = fc.record({ steps: mostly(fc.integer({ min: 0, max: 12 })) });

const call = fc.record({
  /** Awaited before the next call is made. */
  wait: fc.boolean(),
  /** Milliseconds until its signal fires; -1 has fired before. */
  abort: fc.option(fc.integer({ min: -1, max: 8 }), { nil: undefined, freq: 5 }),
  /** Chunks read of a stream before it is left. */
  read: fc.option(fc.nat(3), { nil: undefined, freq: 4 }),
  what: fc.oneof(
    fc.record({ call: fc.constant('train' as const), options: training }),
    fc.record({ call: fc.constant('sample' as const), options: sampling }),
    fc.record({ call: fc.constant('update' as const), options: settings }),
    fc.record({ call: fc.constant('evaluate' as const), options: fc.constant({}) }),
    fc.record({
      call: fc.constant('baselines' as const),
      options: fc.record({ maxOrder: mostly(fc.nat(8)) }),
    }),
    fc.record({
      call: fc.constant('gradientFlow' as const),
      options: fc.record({ lags: mostly(fc.integer({ min: 1, max: 9 })) }),
    }),
    fc.record({ call: fc.constant('save' as const), options: fc.record({ optimizer: fc.boolean() }) }),
    fc.record({ call: fc.constant('info' as const), options: fc.constant({}) }),
  ),
});
const ending = fc.constantFrom('save', 'dispose' as const);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** A number of steps that is good but takes longer than a test waits: it is aborted like the others. */
const endless = ({ call, options }: Call['what']) =>
  call === 'train' && typeof options.steps === 'number' && options.steps > 1000;

function make(model: Model, { what, abort: asked, read: most }: Call): Promise<unknown> {
  const abort = asked ?? (endless(what) ? 8 : undefined);
  const controller = abort === undefined ? undefined : new AbortController();
  if (abort === -1) controller!.abort();
  else if (controller) setTimeout(() => controller.abort(), abort);
  const options = { ...what.options, ...(controller && { signal: controller.signal }) } as never;
  switch (what.call) {
    case 'train':
      return read(model.train(options), most);
    case 'sample':
      return read(model.sample(options), most);
    case 'info':
      return Promise.resolve(model.info);
    default:
      return (model[what.call] as (options: never) => Promise<unknown>)(options);
  }
}

async function survives(worker: boolean, calls: Call[], end: 'save' | 'dispose'): Promise<void> {
  const model = await createModel(...argumentsOf({ ...config, text, worker }));
  try {
    const made: Promise<void>[] = [];
    for (const each of calls) {
      // A call may also throw at once: that is as good as a rejection.
      const promise = new Promise((resolve) => resolve(make(model, each)));
      const settled = settles(promise, JSON.stringify(each.what));
      settled.catch(() => {});
      made.push(settled);
      if (each.wait) await settled;
    }
    if (end === 'dispose') model.dispose();
    await Promise.all(made);
    if (end === 'dispose') return;
    await model.update({ optimizer: { learningRate: 1e-3 }, clip: 1, dropout: 0, evaluateEvery: 0 });
    await goesOnLikeItsCopy(model, text);
  } finally {
    model.dispose();
  }
}

describe.each(hosts)('in $host', ({ worker }) => {
  const runs = many('CALLS', worker ? 12 : 25);
  test(`${runs} sequences of calls`, { timeout: 60_000 + runs * 5000 }, async () => {
    const sequences = fc.asyncProperty(fc.array(call, { maxLength: 12 }), ending, (calls, end) =>
      survives(worker, calls, end),
    );
    // A fixed seed in the short form; the long one tries others, and tells which failed.
    const seed = process.env['UNFOLD_CALLS'] ? Date.now() & 0x7fffffff : 20261121;
    await fc.assert(sequences, {
      numRuns: runs,
      seed,
      endOnFailure: false,
      interruptAfterTimeLimit: 50_000 + runs * 4500,
      markInterruptAsFailure: true,
    });
    count(`sequence of public calls in any order (${worker ? 'worker' : 'this thread'})`, runs, runs);
  });
});

/** A network of another size, and how many threads it is given. */
const sizes = fc.record({
  units: fc.integer({ min: 1, max: 70 }),
  batchSize: fc.integer({ min: 1, max: 20 }),
});
const crews = fc.constantFrom(1, 2, 4);
const act = fc.oneof(
  { weight: 5, arbitrary: call },
  { weight: 1, arbitrary: fc.record({ resize: sizes, threads: crews, wait: fc.boolean() }) },
);

/** Start, stop, abort, and another size in place of the model at whatever moment: nothing hangs. */
async function resized(acts: (typeof act extends fc.Arbitrary<infer T> ? T : never)[]): Promise<void> {
  let model = await createModel(...argumentsOf({ ...config, text, threads: 2 }));
  const made: Promise<void>[] = [];
  const watched = (promise: Promise<unknown>, what: string) => {
    const settled = settles(promise, what);
    settled.catch(() => {});
    made.push(settled);
    return settled;
  };
  try {
    for (const each of acts) {
      if ('resize' in each) {
        const { units, batchSize } = each.resize;
        model.dispose(); // in the middle of whatever it does
        model = await createModel(
          ...argumentsOf({
            ...config,
            layers: [{ cell: 'lstm', units }],
            batchSize,
            text,
            threads: each.threads,
          }),
        );
        if (each.wait) await watched(read(model.train({ steps: 3 })), 'training at another size');
      } else {
        const settled = watched(new Promise((done) => done(make(model, each))), JSON.stringify(each.what));
        if (each.wait) await settled;
      }
    }
    await Promise.all(made);
  } finally {
    model.dispose();
  }
}

const minutes = many('MINUTES', 0.1);
test(
  `${minutes} minutes of starting, stopping, resizing, aborting and disposing`,
  { timeout: 60_000 + 90_000 * minutes },
  async () => {
    const sequences = fc.asyncProperty(fc.array(act, { maxLength: 16 }), resized);
    let runs = 0;
    for (const ends = Date.now() + 60_000 * minutes; Date.now() < ends; ++runs) {
      // One sequence each: the time decides how many. The first are the same every time.
      const seed = process.env['UNFOLD_MINUTES'] ? Date.now() & 0x7fffffff : runs;
      await fc.assert(sequences, { numRuns: 1, seed, endOnFailure: true });
    }
    expect(runs).toBeGreaterThan(0);
    count('sequence of start, stop, resize, abort and dispose, with threads', runs, runs);
  },
);
