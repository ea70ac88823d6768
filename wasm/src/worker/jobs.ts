/**
 * Long calls as generators: between two `yield`s lies one slice of work, and the scheduler in session.ts decides
 * what runs next. `yield 'pause'` asks not to be resumed before the client's next pull.
 */
import type { EngineSession } from '../shared/engine.js';
import { read } from '../shared/engine.js';
import { placed, UnfoldError } from '../shared/errors.js';
import { Meter, type Report } from './progress-aggregator.js';
import type { Calls, Chunks, StreamName, TrainArgs } from '../shared/protocol.js';
import type { Baselines, Info, LabelMetrics, Prediction, Progress, Split } from '../shared/types.js';

/** Milliseconds of one slice of evaluating: the longest that a message waits, short of one large window. */
const SLICE = 30;

/** The same of training, where a step is cut too: what is asked for meanwhile, a first character too, comes at once. */
const TRAINING = 2;

/** Milliseconds of one slice of writing; the first is short, to show the first characters soon. */
const WRITING = { first: { count: 4, time: 5 }, then: { count: 4096, time: 20 } };

/** Milliseconds of training that a client may be behind before the work pauses. */
const LEAD = 500;

/** As large as an int32 step may be. */
const MOST_STEPS = 2 ** 31 - 1;

export type Job<Result> = Generator<'pause' | undefined, Result, void>;

/** The way out of a stream. */
export interface Outlet<K extends StreamName> {
  /** How many more chunks the client will take. */
  readonly credit: number;
  send(chunk: Chunks[K], transfer?: Transferable[]): void;
}

const NOTHING = {
  ...{ loss: NaN, gradientNorm: NaN, learningRate: NaN, tokens: NaN, seconds: 0 },
  accuracy: null,
};

/** What the engine tells of a slice of training. */
interface Slice extends Ending {
  step: number;
  done: boolean;
  underWay: boolean;
  events: Report[];
}

type Ending = Pick<Progress, 'best' | 'stoppedEarly'>;

/** The newest report of each session that has trained, for a run that has only a validation left to do. */
const newest = new WeakMap<EngineSession, Report>();

export function* train(session: EngineSession, args: TrainArgs, outlet: Outlet<'train'>): Job<Info> {
  const info = () => read<Info>(session.info());
  const begun = info();
  const known = newest.get(session);
  // After an update that was rolled back it is of a step that is no more.
  const meter = new Meter(known?.step === begun.step ? known : unreported(begun));
  const limit = args.seconds ?? Infinity;
  const target = Math.min(
    args.steps === undefined ? Infinity : begun.step + args.steps,
    args.until ?? Infinity,
    limit === Infinity ? Infinity : MOST_STEPS, // a limit of time is one: the engine is not to end the run before
  );
  let worked = 0; // seconds of this run
  let delivered = 0; // what `worked` was at the last chunk

  const advance = (goal: number, time: number) => {
    const slice = read<Slice>(session.train(goal, time));
    ending = { best: slice.best, stoppedEarly: slice.stoppedEarly };
    meter.add(slice.events);
    return slice;
  };
  const deliver = (done: boolean) => {
    const progress = meter.take(done, target, worked, limit);
    outlet.send({ ...progress, ...ending }, [progress.losses.buffer]);
    delivered = worked;
  };

  let ending: Ending = { best: begun.best, stoppedEarly: false };
  let underWay = false; // a step is half done
  let goal = target;
  try {
    for (;;) {
      const began = performance.now();
      // Once the time is over, a piece at a time: that ends where the step under way ends, and begins no other.
      const time = worked < limit ? TRAINING : 0;
      const slice = advance(goal, time);
      worked += (performance.now() - began) / 1000;
      underWay = slice.underWay;
      if (slice.done) break;
      // A validation that was due before the first step does not take its place.
      if (worked >= limit && !underWay && meter.started) {
        if (!restoresBest(begun)) break;
        goal = slice.step; // a validation that is due now is one to choose from, too
      } else if (worked >= limit) goal = Math.min(target, slice.step + 1); // which another call may reach meanwhile
      if (meter.pending && outlet.credit > 0) deliver(false);
      const behind = (worked - delivered) * 1000 > LEAD && outlet.credit === 0;
      yield behind ? 'pause' : undefined;
      // A pull may have come: what is ready goes out before the next slice.
      if (meter.pending && outlet.credit > 0) deliver(false);
    }
  } catch (error) {
    underWay = false;
    if (meter.pending) deliver(false); // the steps before it are good
    throw error;
  } finally {
    if (underWay) read(session.trainStop()); // left in the middle: the last report stays the last step
    newest.set(session, meter.latest);
  }
  if (meter.started || meter.validated) deliver(true);
  return info();
}

/** Whether also a run with a limit ends with the best weights. */
function restoresBest({ config: { earlyStopping } }: Info): boolean {
  return typeof earlyStopping === 'object' && Number(earlyStopping.patience) > 0;
}

/** Of a model that has not trained since it was opened, nothing but where it stands. */
function unreported({ step, epoch }: Info): Report {
  return { ...NOTHING, step, epoch };
}

export function* sample(session: EngineSession, options: string, outlet: Outlet<'sample'>): Job<null> {
  const { unknown } = read<{ unknown: string[] }>(session.sampleStart(options));
  let { count, time } = WRITING.first;
  for (let first = true; ;) {
    const { text, done } = read<{ text: string; done: boolean }>(session.sampleNext(count, time));
    if (text) {
      outlet.send(first ? { text, unknown } : { text });
      first = false;
      ({ count, time } = WRITING.then);
    }
    if (done) return null;
    yield outlet.credit > 0 ? undefined : 'pause';
  }
}

/** How far an evaluation is. */
interface Pass {
  done: boolean;
  loss: number | null;
  tokens: number;
  accuracy: number | null;
  classes?: LabelMetrics;
  /** Of a text, at the end. */
  perplexity?: number | null;
  bitsPerCharacter?: number | null;
  rmse: number[];
  mae: number[];
}

/** With `dynamic`, options as JSON, by dynamic evaluation. */
export function* evaluate(
  session: EngineSession,
  split: Split,
  dynamic: string | undefined,
): Job<ReturnType<Calls['evaluate']>> {
  let ended = false;
  try {
    for (;;) {
      const pass = read<Pass>(
        dynamic === undefined
          ? session.evaluate(split, SLICE)
          : session.evaluateDynamic(split, dynamic, SLICE),
      );
      ended = pass.done;
      const { tokens, accuracy, classes, perplexity, bitsPerCharacter } = pass;
      const ofText = perplexity !== undefined && {
        perplexity: perplexity ?? Infinity,
        bitsPerCharacter: bitsPerCharacter ?? Infinity,
      };
      const errors = pass.rmse.length ? { rmse: pass.rmse, mae: pass.mae } : {};
      const more = { ...errors, ...ofText, ...(classes && { classes }) };
      if (ended) return { loss: pass.loss ?? Infinity, tokens, accuracy, ...more }; // JSON has no infinity
      yield undefined;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    if (!ended) read(session.evaluateStop()); // left half done, it would go on later, with other weights
  }
}

/** The answers to requests, in their order. */
export function* predictAll(session: EngineSession, requests: readonly string[]): Job<Prediction[]> {
  const answers: Prediction[] = [];
  let began = performance.now();
  for (const [i, request] of requests.entries()) {
    try {
      answers.push(read<Prediction>(session.predict(request)));
    } catch (error) {
      throw error instanceof UnfoldError ? placed(error, `requests[${i}]`) : error;
    }
    if (performance.now() - began < SLICE) continue;
    yield undefined;
    began = performance.now();
  }
  return answers;
}

export function* baselines(session: EngineSession, maxOrder: number): Job<Baselines> {
  read(session.baselinesStart(maxOrder));
  for (;;) {
    const counted = read<Baselines | null>(session.baselinesNext(SLICE));
    if (counted) return counted;
    yield undefined;
  }
}
