/** One run of an experiment: trains, goes on where it was interrupted, measures, and marks its weights. */
import { createHash } from 'node:crypto';
import { type Config, createModel, type Evaluation, type Model, openModel } from 'unfold-rnn';
import { exists, read, write } from './files.js';
import { UsageError } from './options.js';
import type { Run } from './experiment-file.js';
import { weightsOf } from './scoring.js';

/** A line of the results. Losses are in nats (of `regress`: as `Evaluation.loss` says), of the best weights. */
export interface Result {
  run: string;
  variant: string;
  settings: Record<string, unknown>;
  seed: number;
  /** Of configuration, data and budget: a result of others is none of this experiment's. */
  fingerprint: string;
  parameters: number;
  memoryBytes: number;
  steps: number;
  /** Of the best validation, whose weights are measured; null where none was due. */
  bestStep: number | null;
  validation: number | null;
  test: number | null;
  /** Of the test part, or else of the validation part. */
  accuracy: number | null;
  /** Whether the losses can be told in bits. */
  bits: boolean;
  /** Of training, on the machine of the run. */
  seconds: number;
  /** SHA-256 of the parameters, by which anybody can check the run. */
  weights: string;
}

export interface Circumstances {
  text: Uint8Array | undefined;
  steps: number | undefined;
  fingerprint: string;
  signal: AbortSignal;
  /** Where an interrupted run is kept; none: it is not. */
  checkpoint?: string;
  say(line: string): void;
}

/** Milliseconds between copies of a run under way. */
const KEEP_EVERY = 60_000;

export function fingerprintOf(
  config: Config,
  text: Uint8Array | undefined,
  steps: number | undefined,
): string {
  const hash = createHash('sha256').update(JSON.stringify([config, steps ?? null]));
  return hash
    .update(text ?? '')
    .digest('hex')
    .slice(0, 16);
}

/** Rejects with the signal's reason, once the run is kept. */
export async function perform(run: Run, circumstances: Circumstances): Promise<Result> {
  const { text, steps, fingerprint, signal, checkpoint } = circumstances;
  const runtime = { threads: 1, signal };
  const begun = checkpoint !== undefined && (await exists(checkpoint));
  const model = begun
    ? await openModel(await read(checkpoint), text, runtime)
    : await createModel(run.config, text, runtime);
  try {
    const { parameters, memoryBytes, stopsEarly, step } = model.info;
    circumstances.say(`${run.key}: ${begun ? `goes on from step ${step}` : 'begins'}`);
    if (steps === undefined && !stopsEarly)
      throw new UsageError('steps: expected a number, since nothing is validated that could end a run.');
    const seconds = await train(model, run, circumstances);
    if (model.info.best) await model.restoreBest();
    const { tokens, data, best } = model.info;
    const measured = tokens.validation > (data ? 0 : 1) ? await model.evaluate({ signal }) : undefined;
    const tested = data?.test ? await model.evaluate({ split: 'test', signal }) : undefined;
    const shown: Evaluation | undefined = tested ?? measured;
    return {
      ...{ run: run.key, variant: run.variant, settings: run.settings, seed: run.seed, fingerprint },
      ...{ parameters, memoryBytes, steps: model.info.step, bestStep: best?.step ?? null },
      validation: measured?.loss ?? null,
      test: tested?.loss ?? null,
      accuracy: shown?.accuracy ?? null,
      bits: shown !== undefined && shown.bitsPerToken !== null,
      seconds: Math.round(10 * seconds) / 10,
      weights: weightsOf(await model.save({ optimizer: false })),
    };
  } finally {
    model.dispose();
  }
}

/** Seconds of training in this process. */
async function train(
  model: Model,
  run: Run,
  { steps, signal, checkpoint, say }: Circumstances,
): Promise<number> {
  const keep = async () => checkpoint !== undefined && (await write(checkpoint, await model.save()));
  const start = performance.now();
  let next = start + KEEP_EVERY;
  try {
    for await (const { step, validationLoss } of model.train({
      ...(steps !== undefined && { until: steps }),
      signal,
    })) {
      if (performance.now() < next) continue;
      await keep();
      next = performance.now() + KEEP_EVERY;
      say(
        `${run.key}: step ${step}${validationLoss === null ? '' : `, validation ${validationLoss.toFixed(4)}`}`,
      );
    }
  } catch (error) {
    if (signal.aborted && model.info.step > 0) await keep();
    throw error;
  }
  return (performance.now() - start) / 1000;
}

/** Most units that a layer is given to reach a number of parameters. */
const MOST_UNITS = 8192;

/** The configuration with so many units in every layer that it has about `parameters`. */
export async function sized(
  config: Config,
  text: Uint8Array | undefined,
  parameters: number,
): Promise<Config> {
  const zero = { input: 'zero', recurrent: 'zero', readout: 'zero' };
  const count = async (units: number) => {
    const probe = { ...withUnits(config, units), initialization: zero, batchSize: 1, sequenceLength: 1 };
    const model = await createModel(probe, text, { threads: 1 });
    const { parameters } = model.info;
    model.dispose();
    return parameters;
  };
  let [low, high] = [1, 2];
  while (high < MOST_UNITS && (await count(high)) < parameters) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((await count(middle)) < parameters) low = middle;
    else high = middle;
  }
  const [below, above] = [await count(low), await count(high)];
  return withUnits(config, parameters - below <= above - parameters ? low : high);
}

function withUnits(config: Config, units: number): Config {
  if (config.preset !== undefined) return { ...config, units };
  if (!config.layers) return { ...config, layers: [{ units }] };
  return {
    ...config,
    layers: config.layers.map((layer) => ({ ...layer, units })),
    ...(config.encoder && { encoder: config.encoder.map((layer) => ({ ...layer, units })) }),
  };
}
