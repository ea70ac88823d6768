/**
 * Deep recurrent networks over text: build, train, sample, save; and, a level below, over any numbers. Importing does
 * nothing; every function loads what it needs.
 */
import { refuse, UnfoldError } from './shared/errors.js';
import type { NetworkGraph } from './shared/graph-types.js';
import { checkWhole, encode, given, TextModel, toJson } from './client/model.js';
import { TensorNetwork } from './client/network.js';
import type { Network, NetworkOptions } from './shared/network-types.js';
import { openSession, openTools, prepareSession, type Session } from './client/open.js';
import type {
  CheckedConfig,
  Config,
  CreateOptions,
  Info,
  Model,
  OpenOptions,
  Runtime,
  Schema,
} from './shared/types.js';

export { type ErrorCode, type ErrorData, type Overflow, UnfoldError } from './shared/errors.js';
export { support } from './client/support.js';
export type * from './shared/graph-types.js';
export type * from './shared/network-types.js';
export type * from './shared/types.js';

/**
 * A new model of a text. Rejects with `INVALID_CONFIG` and the field, with `INVALID_TEXT` (no text, or less than
 * `batch` × (`window` + 1) characters to train on), with `OUT_OF_MEMORY` before anything is allocated, or with what
 * kept the engine from loading: `UNSUPPORTED`, `LOAD_FAILED`, `WORKER_FAILED`, `TIMEOUT`, the signal's reason.
 */
export async function createModel(options: CreateOptions): Promise<Model> {
  const [runtime, { text: own, ...config }] = split(options);
  const text = own ?? (config.dataset === undefined ? own : '');
  const args = { config: toJson(config), text: encode(text) };
  return openText(runtime, ({ client }) => client.call('create', args, sending(args.text, text, runtime)));
}

/**
 * A model from what `save()` gave. With its text it trains on exactly as if it had never stopped. Rejects with
 * `INVALID_CHECKPOINT` if the bytes are no such file (of another known format, it says which and what to do), are
 * damaged or do not fit together, with `INVALID_TEXT` if the text is another than the run was trained on, and otherwise
 * as `createModel`.
 */
export async function openModel(bytes: Uint8Array, options: OpenOptions = {}): Promise<Model> {
  const [runtime, { text = '' }] = split(options, ['text']);
  if (!(bytes instanceof Uint8Array)) throw refuse('INVALID_CHECKPOINT', 'bytes', 'a Uint8Array', bytes);
  const args = { bytes, text: encode(text) };
  return openText(runtime, ({ client }) =>
    client.call('open', args, sending(args.text, text, runtime)).catch(async (error: UnfoldError) => {
      if (error.code !== 'INVALID_CHECKPOINT') throw error;
      const formats = await import('./shared/formats.js').catch(() => undefined); // it only says more
      throw formats?.recognize(bytes, error) ?? error;
    }),
  );
}

/**
 * A network over sequences of numbers, for a loss of your own. Its parameters begin as `seed` and `init` say. Rejects
 * with `INVALID_CONFIG` and the field, with `OUT_OF_MEMORY`, or with what kept the engine from loading (see
 * `createModel`).
 */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const [runtime, { task, ...rest }] = split(options);
  const config = toJson({ task: { name: 'tensor', ...task }, ...rest });
  return open(runtime, async (session) => {
    const info = await session.client.call('createNetwork', { config }, { signal: runtime.signal });
    return new TensorNetwork(session.client, info, session.runtime);
  });
}

/**
 * Validates a configuration and fills in its defaults; rejects with `INVALID_CONFIG` and the field. With the size of
 * the vocabulary it also counts parameters and bytes, and with the number of tokens as many bytes as `info`
 * of a model of that text says. Nothing is built. One engine, without a worker, serves all such questions.
 */
export async function checkConfig(
  config: Config,
  options: Runtime & { vocabulary?: number; tokens?: number } = {},
): Promise<CheckedConfig> {
  const [runtime, { vocabulary = 0, tokens = 0 }] = split(options, ['vocabulary', 'tokens']);
  checkWhole('vocabulary', vocabulary, 0, 2 ** 31 - 1);
  checkWhole('tokens', tokens, 0, 2 ** 31 - 1);
  const tools = await openTools(runtime);
  return tools.call('check', { config: toJson(config), vocabulary, tokens }, { signal: runtime.signal });
}

/**
 * The graph of a configuration's network: parameters, buffers, layers and operations, which are all that is needed to
 * draw, translate or compute it. Nothing of the network's size is allocated. `vocabulary`, the number of symbols, is
 * needed unless the task is `tensor` or `notes` or the examples are generated; of a text, the graph is that of
 * a model of a text with that number of symbols. For other tasks it stands for the symbols of the input and of the answer,
 * for `regress` for the numbers of a step. Rejects with `INVALID_CONFIG` and the field, or with `INVALID_ARGUMENT`
 * where `vocabulary` is needed and is not 1 to 65536.
 */
export async function describeNetwork(
  config: Config,
  options: Runtime & { vocabulary?: number } = {},
): Promise<NetworkGraph> {
  const [runtime, { vocabulary = 0 }] = split(options, ['vocabulary']);
  checkWhole('vocabulary', vocabulary, 0, 65536);
  const tools = await openTools(runtime);
  return tools.call('describe', { config: toJson(config), vocabulary }, { signal: runtime.signal });
}

/** The cells, optimizers and so on of this build, and the default configuration. */
export async function getSchema(options: Runtime = {}): Promise<Schema> {
  const tools = await openTools(split(options, [])[0]);
  return tools.call('schema', {}, { signal: options.signal });
}

/**
 * Starts a worker and an engine ahead of time, for the next model or network that is made with the same options: it is
 * there sooner. Called twice, it does so for two. With `wasmUrl`, `wasmModule` or `workerUrl` it only loads the engine.
 * Rejects as `createModel` does when the engine cannot be loaded; what is made afterwards tries again.
 */
export async function preload(options: Runtime = {}): Promise<void> {
  return prepareSession(split(options, [])[0]);
}

function openText(runtime: Runtime, load: (session: Session) => Promise<Info>): Promise<Model> {
  return open(
    runtime,
    async (session) => new TextModel(session.client, await load(session), session.runtime),
  );
}

async function open<T>(runtime: Runtime, make: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(runtime);
  try {
    return await make(session);
  } catch (error) {
    session.client.end(new UnfoldError('DISPOSED', 'The model was not made.'));
    throw error;
  }
}

/**
 * Separates how to run from what to run, which has these fields; without them it is a configuration, whose unknown
 * fields the engine refuses.
 */
function split<T extends Runtime>(options: T, fields?: string[]): [Runtime, Omit<T, keyof Runtime>] {
  const { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal, ...rest } = given(options);
  const runtime = { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal };
  for (const key of Object.keys(runtime) as (keyof Runtime)[])
    if (runtime[key] === undefined) delete runtime[key];
  return [runtime as Runtime, given(rest, fields)];
}

/** What was encoded here moves to the worker; what the caller gave is copied. */
function sending(bytes: Uint8Array<ArrayBuffer>, text: string | Uint8Array | undefined, { signal }: Runtime) {
  return { signal, transfer: typeof text === 'string' ? [bytes.buffer] : [] };
}
