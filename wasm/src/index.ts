/**
 * Deep recurrent networks over text: build, train, sample, save; and, a level below, over any numbers. Importing does
 * nothing; every function loads what it needs.
 */
import { checkWhole, requireConfig, requireObject, requireRuntime, toJson } from './client/arguments.js';
import { isGenerated, readDataset, type Source } from './client/dataset.js';
import { TextModel } from './client/model.js';
import { TensorNetwork } from './client/network.js';
import { readSafetensors } from './export/safetensors.js';
import { openSession, openTools, prepareSession, type Session } from './client/open.js';
import { mismatch, refuse, UnfoldError } from './shared/errors.js';
import type { NetworkGraph } from './shared/graph-types.js';
import type { Network, NetworkConfig } from './shared/network-types.js';
import type {
  CheckedConfig,
  Config,
  ConfigOf,
  Dataset,
  DatasetPreview,
  Info,
  Model,
  OpenOptions,
  Runtime,
  Schema,
  Task,
  TextConfig,
} from './shared/types.js';

export { type ErrorCode, type ErrorData, type Overflow, UnfoldError } from './shared/errors.js';
export { type DecodedText, decodeText } from './client/encoding.js';
export { forecastCsv } from './client/forecast-csv.js';
export { support } from './client/support.js';
export type * from './shared/graph-types.js';
export type * from './shared/network-types.js';
export type * from './shared/types.js';

/**
 * A new model: `config` is the network, its task and its training, and is saved with it; `dataset` is what it learns
 * from, left out where `config.dataset` names examples that the engine makes; `runtime` says where and how it runs.
 * Rejects with `INVALID_CONFIG` and the field, with `INVALID_TEXT` (no dataset, or less than `batchSize` ×
 * (`sequenceLength` + 1) characters to train on), with `OUT_OF_MEMORY` before anything is allocated, or with what kept
 * the engine from loading: `UNSUPPORTED`, `LOAD_FAILED`, `WORKER_FAILED`, `TIMEOUT`, the signal's reason. Where the
 * configuration spells its task, predictions are typed as those of this task.
 */
export async function createModel<T extends Task>(
  config: ConfigOf<T>,
  dataset?: Dataset,
  runtime?: Runtime,
): Promise<Model<T>>;
export async function createModel(
  config: TextConfig,
  dataset: Dataset,
  runtime?: Runtime,
): Promise<Model<'next'>>;
export async function createModel(config: Config, dataset?: Dataset, runtime?: Runtime): Promise<Model>;
export async function createModel(config: Config, dataset?: Dataset, runtime: Runtime = {}): Promise<Model> {
  requireRuntime(runtime);
  requireConfig(config, {
    runtime: 'createModel(config, dataset, { … })',
    dataset: 'createModel(config, text)',
  });
  const generated = isGenerated(config);
  if (generated && dataset !== undefined)
    throw refuse('INVALID_ARGUMENT', 'dataset', 'nothing beside the examples of config.dataset', dataset);
  const json = toJson(config);
  const source = await readDataset(generated ? '' : (dataset as Dataset), () => config, runtime.signal);
  return openText(runtime, ({ client }) =>
    client
      .call('create', { config: json, text: source.text }, sending(source, runtime))
      .catch(placing(source)),
  );
}

/**
 * A model from what `save()` gave. With its dataset it trains on exactly as if it had never stopped; without, it
 * predicts and samples only (generated examples come with the file). Rejects with `INVALID_CHECKPOINT` if the bytes are
 * no such file (of another known format, it says which and what to do), are damaged or do not fit together, with
 * `INVALID_TEXT` if the dataset is another than the run was trained on, and otherwise as `createModel`. With
 * `extend: true` it may be another one: training goes on with it, weights, moments and step kept, and its new symbols
 * and labels, which `info.vocabulary.added` names, get rows of their own.
 */
export async function openModel(
  bytes: Uint8Array,
  dataset: Dataset = '',
  options: OpenOptions = {},
): Promise<Model> {
  const { extend = false, ...runtime } = requireObject(options, undefined, 'runtime');
  requireRuntime(runtime);
  if (typeof extend !== 'boolean') throw refuse('INVALID_ARGUMENT', 'extend', 'true or false', extend);
  if (!(bytes instanceof Uint8Array)) throw refuse('INVALID_CHECKPOINT', 'bytes', 'a Uint8Array', bytes);
  const source = await readDataset(dataset, () => configIn(bytes), runtime.signal);
  const args = { bytes, text: source.text, extend };
  return openText(runtime, ({ client }) =>
    client.call('open', args, sending(source, runtime)).catch(async (error: UnfoldError) => {
      if (error.code !== 'INVALID_CHECKPOINT') throw source.placed(extend ? error : withExtend(error));
      const formats = await import('./shared/formats.js').catch(() => undefined); // it only says more
      throw formats?.recognize(bytes, error) ?? error;
    }),
  );
}

/**
 * A network over sequences of numbers, for a loss of your own. Its parameters begin as `seed` and `initialization` say.
 * Rejects with `INVALID_CONFIG` and the field, with `OUT_OF_MEMORY`, or with what kept the engine from loading (see
 * `createModel`).
 */
export async function createNetwork(config: NetworkConfig, runtime: Runtime = {}): Promise<Network> {
  requireRuntime(runtime);
  const { task, ...rest } = requireConfig(config, { runtime: 'createNetwork(config, { … })' });
  if (typeof task !== 'object' || !task) throw refuse('INVALID_CONFIG', 'task', '{ inputs, outputs }', task);
  const args = { config: toJson({ task: { name: 'tensor', ...task }, ...rest }) };
  return open(runtime, async (session) => {
    const info = await session.client.call('createNetwork', args, { signal: runtime.signal });
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
  sizes: { vocabulary?: number; tokens?: number } = {},
  runtime: Runtime = {},
): Promise<CheckedConfig> {
  requireRuntime(runtime);
  requireConfig(config, { runtime: 'checkConfig(config, {}, { … })' });
  const { vocabulary = 0, tokens = 0 } = requireObject(sizes, ['vocabulary', 'tokens']);
  checkWhole('vocabulary', vocabulary, 0, 2 ** 31 - 1);
  checkWhole('tokens', tokens, 0, 2 ** 31 - 1);
  const tools = await openTools(runtime);
  return tools.call('check', { config: toJson(config), vocabulary, tokens }, { signal: runtime.signal });
}

/**
 * How a dataset would be read by a model of this configuration: format, columns and what becomes of each, gaps, the
 * first rows. Nothing is trained. Rejects with `INVALID_CONFIG` and the field, and with `INVALID_TEXT` where the dataset
 * cannot be read at all; what is merely missing is counted. It reads the whole dataset, in a worker of its own unless
 * `runtime.worker` is false.
 */
export async function previewDataset(
  config: Config,
  dataset: Dataset,
  runtime: Runtime = {},
): Promise<DatasetPreview> {
  requireRuntime(runtime);
  requireConfig(config, { runtime: 'previewDataset(config, dataset, { … })' });
  const json = toJson(config);
  const source = await readDataset(dataset, () => config, runtime.signal);
  const args = { config: json, text: source.text };
  if (runtime.worker === false) {
    const tools = await openTools(runtime);
    return tools.call('preview', args, { signal: runtime.signal }).catch(placing(source));
  }
  const { client } = await openSession({ threads: 1, ...runtime });
  try {
    return await client.call('preview', args, sending(source, runtime)).catch(placing(source));
  } finally {
    client.end(new UnfoldError('DISPOSED', 'The preview is over.'));
  }
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
  sizes: { vocabulary?: number } = {},
  runtime: Runtime = {},
): Promise<NetworkGraph> {
  requireRuntime(runtime);
  requireConfig(config, { runtime: 'describeNetwork(config, {}, { … })' });
  const { vocabulary = 0 } = requireObject(sizes, ['vocabulary']);
  checkWhole('vocabulary', vocabulary, 0, 65536);
  const tools = await openTools(runtime);
  return tools.call('describe', { config: toJson(config), vocabulary }, { signal: runtime.signal });
}

/** The cells, optimizers and so on of this build, and the default configuration. */
export async function getSchema(runtime: Runtime = {}): Promise<Schema> {
  const tools = await openTools(requireRuntime(runtime));
  return tools.call('schema', {}, { signal: runtime.signal });
}

/**
 * Starts a worker and an engine ahead of time, for the next model or network that is made with the same runtime: it is
 * there sooner. Called twice, it does so for two. With `wasmUrl`, `wasmModule` or `workerUrl` it only loads the engine.
 * Rejects as `createModel` does when the engine cannot be loaded; what is made afterwards tries again.
 */
export async function preload(runtime: Runtime = {}): Promise<void> {
  return prepareSession(requireRuntime(runtime));
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

/** The configuration of a saved model; of bytes that are none, any: the engine says what they are. */
function configIn(bytes: Uint8Array): Config {
  try {
    return JSON.parse(readSafetensors(bytes).metadata['config']!) as Config;
  } catch {
    return { task: 'tensor' };
  }
}

/** Another text than that of the run may be what was meant. */
function withExtend(error: UnfoldError): UnfoldError {
  const { code, field = '', expected = '', actual = '' } = error;
  if (code !== 'INVALID_TEXT' || !/(this run was trained on|that the model knows)$/.test(expected))
    return error;
  return mismatch(code, field, `${expected} (extend: true goes on with another)`, actual);
}

/** What was made here moves to the worker; what the caller gave is copied. */
function sending({ text, own }: Source, { signal }: Runtime) {
  return { signal, transfer: own ? [text.buffer] : [] };
}

function placing(source: Source) {
  return (error: unknown): never => {
    throw error instanceof UnfoldError ? source.placed(error) : error;
  };
}
