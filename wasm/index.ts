/** Deep recurrent networks over text: build, train, sample, save. Importing does nothing; every function loads what it needs. */
import { UnfoldError } from './errors.js';
import { TextModel, toJson } from './model.js';
import { openSession, openTools } from './open.js';
import type { CheckedConfig, Config, CreateOptions, Info, Model, OpenOptions, Runtime, Schema } from './types.js';

export { type ErrorCode, UnfoldError } from './errors.js';
export { support } from './support.js';
export type * from './types.js';

/** A new model of a text. */
export async function createModel(options: CreateOptions): Promise<Model> {
  const [runtime, { text, ...config }] = split(options);
  const bytes = encode(text);
  return open(runtime, (session) => session.client.call('create', { config: toJson(config), text: bytes }, runtime));
}

/** A model from what `save()` gave. With its text it trains on exactly as if it had never stopped. */
export async function openModel(bytes: Uint8Array, options: OpenOptions = {}): Promise<Model> {
  const [runtime, { text = '' }] = split(options);
  const file = requireBytes(bytes);
  const encoded = encode(text);
  return open(runtime, (session) => session.client.call('open', { bytes: file, text: encoded }, runtime));
}

/** Validates a configuration and fills in its defaults; rejects with `INVALID_CONFIG` and the field. */
export async function checkConfig(config: Config, options: Runtime & { vocabulary?: number } = {}): Promise<CheckedConfig> {
  const [runtime, { vocabulary = 0 }] = split(options);
  const tools = await openTools(runtime);
  return tools.call('check', { config: toJson(config), vocabulary }, runtime);
}

/** The cells, optimizers and so on of this build, and the default configuration. */
export async function getSchema(options: Runtime = {}): Promise<Schema> {
  const tools = await openTools(options);
  return tools.call('schema', {}, options);
}

async function open(runtime: Runtime, load: (session: Awaited<ReturnType<typeof openSession>>) => Promise<Info>): Promise<Model> {
  const session = await openSession(runtime);
  try {
    return new TextModel(session.client, await load(session), session.runtime);
  } catch (error) {
    session.client.end(new UnfoldError('DISPOSED', 'The model was not made.'));
    throw error;
  }
}

/** Parts how to run from what to run: the engine refuses every field that it does not know. */
function split<T extends Runtime>(options: T): [Runtime, Omit<T, keyof Runtime>] {
  const { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal, ...rest } = options;
  const runtime = { threads, math, wasmUrl, wasmModule, workerUrl, worker, timeout, signal };
  for (const key of Object.keys(runtime) as (keyof Runtime)[]) if (runtime[key] === undefined) delete runtime[key];
  return [runtime as Runtime, rest];
}

function encode(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : requireBytes(text, 'INVALID_TEXT', 'text', 'a string or a Uint8Array');
}

function requireBytes(bytes: unknown, code: 'INVALID_TEXT' | 'INVALID_CHECKPOINT' = 'INVALID_CHECKPOINT', field = 'bytes', expected = 'a Uint8Array'): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  const actual = bytes === null ? 'null' : typeof bytes;
  throw new UnfoldError(code, `${field}: expected ${expected}, got ${actual}`, { field, expected, actual });
}
