/** From the caller's wishes to a running session. */
import { openWorker } from './channels.js';
import { Client } from './client.js';
import { describe, UnfoldError, wrap } from '../shared/errors.js';
import { hasThreads, loadModule } from './load.js';
import { type Channel, VERSION } from '../shared/protocol.js';
import { notStarted } from './starting.js';
import { reasonOf } from './stream.js';
import { type Plan, plan, support } from './support.js';
import type { Build, Runtime, RuntimeInfo } from '../shared/types.js';

const TIMEOUT = 30_000;

export interface Session {
  client: Client;
  runtime: RuntimeInfo;
}

/** A session of its own, in a worker where there are any. */
export async function openSession(options: Runtime): Promise<Session> {
  return within(options, (race) =>
    attempt(options, async (wanted) => {
      const waiting = spares.get(keyOf(wanted, options)) ?? [];
      const spare = waiting.shift();
      let failed = false;
      spare?.catch(() => (failed = true));
      const taken = spare && race(spare);
      // One that is given up is there for the next.
      taken?.catch(() => failed || waiting.unshift(spare!));
      const ready = await taken;
      return ready?.client.ended === false ? ready : start(wanted, options, race);
    }),
  );
}

/** Sessions for the next models that run as they do. */
const spares = new Map<string | false, Promise<Session>[]>();

const isUsual = ({ wasmUrl, wasmModule, workerUrl }: Runtime) => !(wasmUrl || wasmModule || workerUrl);
/** What they have in common; there are none where files are given. */
const keyOf = (wanted: Plan, options: Runtime) => isUsual(options) && JSON.stringify(wanted);

/** One more session for `openSession` to find; where files are given, only the engine. */
export async function prepareSession(options: Runtime): Promise<void> {
  const wanted = await plan(options);
  await within<unknown>(options, (race) => {
    if (!isUsual(options)) return race(loadModule(wanted, options));
    const spare = start(wanted, options);
    const key = keyOf(wanted, options);
    const waiting = spares.get(key) ?? [];
    spares.set(key, waiting);
    waiting.push(spare);
    // One that failed before it is taken is no more than none; who waits for it is told.
    spare.catch(() => waiting.includes(spare) && waiting.splice(waiting.indexOf(spare), 1));
    return race(spare);
  });
}

/** For questions about configurations: one session for all of them, on this thread, made when first asked. */
export async function openTools(options: Runtime): Promise<Client> {
  const local = { ...options, worker: false };
  return within(local, (race) =>
    attempt(local, async (wanted) => {
      const module = await race(loadModule(wanted, local));
      let session = tools.get(module);
      if (!session || (await race(session)).client.ended) {
        // Shared by all who ask: no one's signal ends it.
        session = start({ ...wanted, threads: 1 }, { ...local, wasmModule: module });
        tools.set(module, session);
        session.catch(() => tools.delete(module));
      }
      return (await race(session)).client;
    }),
  );
}

const tools = new WeakMap<WebAssembly.Module, Promise<Session>>();

/** Where a build with threads does not start (a memory refused, a file missing), the one without is tried. */
async function attempt<T>(options: Runtime, run: (wanted: Plan) => Promise<T>): Promise<T> {
  const wanted = await plan(options);
  try {
    return await run(wanted);
  } catch (error) {
    const final = wanted.build === 'simd' || options.wasmModule || options.signal?.aborted;
    if (final || (error as UnfoldError).code === 'TIMEOUT') throw error;
    const reason = `Threads could not be started: ${describe(error)}`;
    return run({ ...wanted, build: 'simd', threads: 1, reason });
  }
}

type Race = <T>(work: Promise<T>) => Promise<T>;

/** Runs `work`; what it waits for through `race` is given up when the signal fires or the time is over. */
async function within<T>(
  { signal, timeout = TIMEOUT }: Runtime,
  work: (race: Race) => Promise<T>,
): Promise<T> {
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    const fail: (reason: unknown) => void = reject; // a signal's reason need not be an Error
    const abort = () => fail(reasonOf(signal!));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const late = () =>
      reject(new UnfoldError('TIMEOUT', `The engine was not loaded within ${timeout / 1000} seconds.`));
    const timer = setTimeout(late, Math.min(timeout, 2 ** 31 - 1));
    cancel = () => {
      signal?.removeEventListener('abort', abort);
      clearTimeout(timer);
    };
  });
  limit.catch(() => {}); // nobody may be listening when it comes
  try {
    return await work((promise) => Promise.race([limit, promise]));
  } finally {
    cancel();
  }
}

async function start(wanted: Plan, options: Runtime, race: Race = (work) => work): Promise<Session> {
  // A worker starts while the module is on its way, but where a file that is given may decide for another build.
  const early = wanted.worker && isUsual(options);
  let client = early ? await connect(wanted, options, race) : undefined;
  try {
    const module = await race(loadModule(wanted, options));
    const fitting = await fit(wanted, module);
    const { build, threads, math, worker, reason } = fitting;
    client ??= await connect(fitting, options, race);
    const started = await race(client.call('start', { version: VERSION, module, threads, math }));
    const reasons = [reason, started.math !== math && 'The WebAssembly file given has no fast arithmetic.'];
    return {
      client,
      runtime: {
        build,
        threads: started.threads,
        worker,
        math: started.math,
        reason: reasons.filter(Boolean).join(' ') || null,
      },
    };
  } catch (error) {
    client?.end(error as UnfoldError); // nobody asks it why
    throw error;
  }
}

/** The client listens from the first moment: a script that cannot be loaded says so once. */
async function connect({ build, worker }: Plan, options: Runtime, race: Race): Promise<Client> {
  return new Client(worker ? await startWorker(build, options) : await race(startHere(build)));
}

/** A file that was given decides the build, whatever was planned. */
async function fit(wanted: Plan, module: WebAssembly.Module): Promise<Plan> {
  const threaded = hasThreads(module);
  if (threaded === (wanted.build === 'simd-threads')) return wanted;
  if (!threaded) {
    const reason = 'The WebAssembly file given is the build without threads.';
    return { ...wanted, build: 'simd', threads: 1, reason };
  }
  const available = await support();
  if (available.threads) return { ...wanted, build: 'simd-threads' };
  throw new UnfoldError('UNSUPPORTED', `The WebAssembly file given needs threads. ${available.reason}`);
}

/** Not to be given up half way: the worker would be nobody's. */
async function startWorker(build: Build, { workerUrl }: Runtime): Promise<Channel> {
  try {
    return await openWorker(build, typeof workerUrl === 'function' ? workerUrl(build) : workerUrl);
  } catch (error) {
    throw notStarted('The worker', describe(error));
  }
}

/** Set by `inline`: the session without a worker, for where nothing can be imported later, as in service workers. */
export const embedded: { open?: () => Channel } = {};

async function startHere(build: Build): Promise<Channel> {
  if (build === 'simd' && embedded.open) return embedded.open();
  const { openLocal } = await import('./local.js').catch((error: unknown) => {
    throw wrap('LOAD_FAILED', 'local.js could not be loaded (service workers: unfold-rnn/inline)', error);
  });
  return openLocal(build);
}
