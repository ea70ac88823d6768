/**
 * The package with the engine inside, for where files beside a script cannot be served, and for service workers, which
 * may not import later: no address to configure, no worker (it runs on the calling thread, in slices), one thread. The
 * same functions, the same numbers.
 */
import * as files from './index.js';
import type {
  CheckedConfig,
  Config,
  Dataset,
  DatasetPreview,
  Model,
  Network,
  NetworkConfig,
  NetworkGraph,
  OpenOptions,
  Runtime,
  Schema,
} from './index.js';
import { connectLocal } from './client/local.js';
import { embedded } from './client/open.js';
import factory from './simd.js';
import base64 from './simd-base64.js';

export { type ErrorCode, support, UnfoldError } from './index.js';
export type * from './shared/graph-types.js';
export type * from './shared/network-types.js';
export type * from './shared/types.js';

let compiled: Promise<WebAssembly.Module> | undefined;

async function embed(runtime: Runtime = {}): Promise<Runtime> {
  embedded.open = () => connectLocal(factory);
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  return { threads: 1, worker: false, ...runtime, wasmModule: await compiled };
}

export const createModel = (async (config: Config, dataset?: Dataset, runtime?: Runtime) =>
  files.createModel(config, dataset, await embed(runtime))) as typeof files.createModel;

export async function openModel(bytes: Uint8Array, dataset?: Dataset, options?: OpenOptions): Promise<Model> {
  return files.openModel(bytes, dataset, await embed(options));
}

export async function createNetwork(config: NetworkConfig, runtime?: Runtime): Promise<Network> {
  return files.createNetwork(config, await embed(runtime));
}

export async function preload(runtime?: Runtime): Promise<void> {
  return files.preload(await embed(runtime));
}

export async function checkConfig(
  config: Config,
  sizes?: { vocabulary?: number; tokens?: number },
  runtime?: Runtime,
): Promise<CheckedConfig> {
  return files.checkConfig(config, sizes, await embed(runtime));
}

export async function previewDataset(
  config: Config,
  dataset: Dataset,
  runtime?: Runtime,
): Promise<DatasetPreview> {
  return files.previewDataset(config, dataset, await embed(runtime));
}

export async function describeNetwork(
  config: Config,
  sizes?: { vocabulary?: number },
  runtime?: Runtime,
): Promise<NetworkGraph> {
  return files.describeNetwork(config, sizes, await embed(runtime));
}

export async function getSchema(runtime?: Runtime): Promise<Schema> {
  return files.getSchema(await embed(runtime));
}
