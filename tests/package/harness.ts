/** Models for the tests: in either host, on the real engine or on the one that fails on command. */
import {
  type Config,
  createModel,
  type Dataset,
  type Info,
  type Model,
  type NetworkConfig,
  type Runtime,
} from 'unfold-rnn';
import { afterEach } from 'vitest';
// Not exported: a session without a worker, and what a model is made of, to put an engine that fails below.
import { connectLocal } from '../../dist/client/local.js';
import { Client } from '../../dist/client/client.js';
import type { EngineFactory } from '../../dist/shared/engine.js';
import { TextModel } from '../../dist/client/model.js';
import { VERSION } from '../../dist/shared/protocol.js';
import { createTurn } from '../../dist/worker/yield-to-event-loop.js';
import failing from './fake-engine.js';

/** Has what a training model needs, and no more. */
export const fakeEngine = failing as unknown as EngineFactory;

/** Every suite runs in both: `worker` of Runtime. */
export const hosts = [
  { host: 'worker', worker: true },
  { host: 'this thread', worker: false },
];

const open = new Set<Model>();
afterEach(() => {
  for (const model of open) model.dispose();
  open.clear();
});

const kept = <M extends Model>(model: M): M => (open.add(model), model);

/** "the quick brown fox…" over and over: learnt within a few hundred steps. */
export const TEXT =
  'the quick brown fox jumps over the lazy dog; how vexingly quick daft zebras jump. '.repeat(60);

/** Small, so that a step takes about a millisecond. */
export const SMALL = {
  seed: 7,
  layers: [{ cell: 'gru', units: 24 }],
  sequenceLength: 16,
  batchSize: 8,
  evaluateEvery: 50,
};

/** What a case of a table says of a model, all in one: its configuration, its dataset and its runtime. */
export interface Setup extends Config, Runtime {
  text?: Dataset;
}

type Of<T> = Omit<T, keyof Runtime | 'text'>;

function apart<T extends Runtime>(setup: T): [Of<T>, Runtime] {
  const { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal, ...config } = setup;
  const runtime = { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal };
  const given = Object.entries(runtime).filter(([, value]) => value !== undefined);
  return [config as Of<T>, Object.fromEntries(given)];
}

/** The arguments of `createModel`. */
export function argumentsOf({ text, ...rest }: Setup): [Config, Dataset | undefined, Runtime] {
  const [config, runtime] = apart(rest);
  return [config, text, runtime];
}

/** The arguments of `createNetwork`. */
export const networkArguments = (setup: NetworkConfig & Runtime): [NetworkConfig, Runtime] => apart(setup);

export async function realModel(options: Setup = {}): Promise<Model> {
  return kept(await createModel(...argumentsOf({ text: TEXT, threads: 1, ...SMALL, ...options })));
}

/** @param behaviour see fake-engine.js */
export async function fakeModel(worker: boolean, behaviour: string, options: Setup = {}): Promise<Model> {
  const wasmModule = await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  if (worker) {
    const workerUrl = new URL('./fake-worker.js', import.meta.url);
    return kept(
      await createModel(...argumentsOf({ text: behaviour, wasmModule, workerUrl, threads: 1, ...options })),
    );
  }
  const client = new Client(connectLocal(fakeEngine));
  await client.call('start', { version: VERSION, module: wasmModule, threads: 1, math: 'reproducible' });
  const info: Info = await client.call('create', { config: '{}', text: new TextEncoder().encode(behaviour) });
  return kept(
    new TextModel(client, info, {
      build: 'simd',
      threads: 1,
      worker: false,
      math: 'reproducible',
      reason: null,
    }),
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Everything that waits in this thread's queue has its turn. */
export const turn = createTurn();

/**
 * Waits until whatever a model works at has had twenty slices: long calls take turns, and each of these is one slice.
 * (An answer to a call that is not long proves less: a worker may answer many between two slices.)
 */
export async function takeTurns(baselines: () => Promise<unknown>): Promise<void> {
  for (let slice = 0; slice < 20; slice++) await baselines();
}

/** The step a model stands at after so many slices of what it works at. */
export async function stepLater(model: Model): Promise<number> {
  await takeTurns(() => model.baselines({ maxOrder: 0 }));
  return (await model.update({})).step;
}

/** What the promise rejects with; fails if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<any> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('resolved, but was to reject');
}
