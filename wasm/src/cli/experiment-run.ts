/** One run of an experiment: trains, goes on where it was interrupted, measures, and marks its weights. */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Config, createModel, type Evaluation, type Model, openModel, UnfoldError } from 'unfold-rnn';
import { exists, read, write } from './files.js';
import { UsageError } from './options.js';
import type { Run } from './experiment-file.js';
import { weightsOf, withConfig } from './scoring.js';

/** A line of the results. Losses are in nats (of `regress`: as `Evaluation.loss` says), of the best weights. */
export interface Result {
  run: string;
  variant: string;
  settings: Record<string, unknown>;
  searched: Record<string, unknown>;
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
  /** Of each of `Experiment.also`. */
  also: Record<string, { loss: number; accuracy: number | null }>;
  /** Validations: the step and the loss. */
  curve: [number, number][];
  /** Why it ended before its steps were done: a loss overflowed at that step. */
  overflow: number | null;
  /** Of training on one thread, on the machine of the run, whatever else it did. */
  seconds: number;
  machine: string;
  /** Day on which it ended. */
  date: string;
  /** SHA-256 of the parameters, by which anybody can check the run. */
  weights: string;
}

export interface Circumstances {
  text: Uint8Array | undefined;
  steps: number | undefined;
  also: Record<string, Config>;
  /** Where the weights are left, as `HASH.safetensors`; none: nowhere. */
  models?: string | undefined;
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
  { text, steps, also }: Pick<Circumstances, 'text' | 'steps' | 'also'>,
): string {
  const asked = Object.keys(also).length ? [also] : [];
  const hash = createHash('sha256').update(JSON.stringify([config, steps ?? null, ...asked]));
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
    const trained = await train(model, run, circumstances);
    if (model.info.best) await model.restoreBest();
    const { tokens, data, best } = model.info;
    const measured = tokens.validation > (data ? 0 : 1) ? await model.evaluate({ signal }) : undefined;
    const tested = data?.test ? await model.evaluate({ split: 'test', signal }) : undefined;
    const shown: Evaluation | undefined = tested ?? measured;
    const file = await model.save({ optimizer: false });
    const weights = weightsOf(file);
    if (circumstances.models !== undefined)
      await write(join(circumstances.models, `${weights}.safetensors`), file);
    const { key, variant, settings, searched, seed } = run;
    return {
      ...{ run: key, variant, settings, searched, seed, fingerprint, parameters, memoryBytes },
      ...{ steps: model.info.step, bestStep: best?.step ?? null },
      validation: measured?.loss ?? null,
      test: tested?.loss ?? null,
      accuracy: shown?.accuracy ?? null,
      bits: shown !== undefined && shown.bitsPerToken !== null,
      also: await measureAlso(file, circumstances),
      ...trained,
      machine: cpus()[0]?.model.trim() ?? 'unknown',
      date: new Date().toISOString().slice(0, 10),
      weights,
    };
  } finally {
    model.dispose();
  }
}

/** The same weights on other data: on its test part, where it has one. */
async function measureAlso(file: Uint8Array, { text, also, signal }: Circumstances) {
  const measured: Result['also'] = {};
  for (const [name, change] of Object.entries(also)) {
    const model = await openModel(withConfig(file, change, true), text, { threads: 1, signal });
    try {
      const split = model.info.data?.test ? 'test' : 'validation';
      const { loss, accuracy } = await model.evaluate({ split, signal });
      measured[name] = { loss, accuracy };
    } finally {
      model.dispose();
    }
  }
  return measured;
}

/** Seconds of training in this process, its validations, and where it overflowed. */
async function train(
  model: Model,
  run: Run,
  { steps, signal, checkpoint, say }: Circumstances,
): Promise<Pick<Result, 'seconds' | 'curve' | 'overflow'>> {
  const keep = async () => checkpoint !== undefined && (await write(checkpoint, await model.save()));
  const start = performance.now();
  const curve: [number, number][] = [];
  let next = start + KEEP_EVERY;
  let overflow: number | null = null;
  try {
    for await (const { step, validationLoss, validationStep } of model.train({
      ...(steps !== undefined && { until: steps }),
      signal,
    })) {
      if (validationStep !== null && validationLoss !== null && validationStep !== curve.at(-1)?.[0])
        curve.push([validationStep, Number(validationLoss.toPrecision(6))]);
      if (performance.now() < next) continue;
      await keep();
      next = performance.now() + KEEP_EVERY;
      say(
        `${run.key}: step ${step}${validationLoss === null ? '' : `, validation ${validationLoss.toFixed(4)}`}`,
      );
    }
  } catch (error) {
    if (signal.aborted && model.info.step > 0) await keep();
    if (!(error instanceof UnfoldError) || !error.overflow) throw error;
    overflow = error.overflow.step;
    say(`${run.key}: ${error.message}`);
  }
  return { seconds: Math.round(performance.now() - start) / 1000, curve, overflow };
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
