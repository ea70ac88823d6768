/**
 * The package with the engine inside, for where files beside a script cannot be served, and for service workers, which
 * may not import later: no address to configure, no worker (it runs on the calling thread, in slices), one thread. The
 * same functions, the same numbers.
 */
import * as files from './index.js';
import type {
  CheckedConfig,
  Config,
  CreateOptions,
  Model,
  Network,
  NetworkGraph,
  NetworkOptions,
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

async function embed<T extends Runtime>(options: T): Promise<T> {
  embedded.open = () => connectLocal(factory);
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  return { threads: 1, worker: false, ...options, wasmModule: await compiled };
}

export async function createModel(options: CreateOptions): Promise<Model> {
  return files.createModel(await embed(options));
}

export async function openModel(bytes: Uint8Array, options: OpenOptions = {}): Promise<Model> {
  return files.openModel(bytes, await embed(options));
}

export async function createNetwork(options: NetworkOptions): Promise<Network> {
  return files.createNetwork(await embed(options));
}

export async function preload(options: Runtime = {}): Promise<void> {
  return files.preload(await embed(options));
}

export async function checkConfig(
  config: Config,
  options: Runtime & { vocabulary?: number; tokens?: number } = {},
): Promise<CheckedConfig> {
  return files.checkConfig(config, await embed(options));
}

export async function describeNetwork(
  config: Config,
  options: Runtime & { vocabulary?: number } = {},
): Promise<NetworkGraph> {
  return files.describeNetwork(config, await embed(options));
}

export async function getSchema(options: Runtime = {}): Promise<Schema> {
  return files.getSchema(await embed(options));
}
