/** From an address to a compiled module. */
import { UnfoldError, wrap } from '../shared/errors.js';
import { importFs, isNode } from '../shared/node.js';
import type { Plan } from './support.js';
import type { Runtime } from '../shared/types.js';

/** By address. A module is compiled once however many models use it; one that failed is tried again. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

export async function loadModule(
  { build, math }: Pick<Plan, 'build' | 'math'>,
  { wasmModule, wasmUrl }: Runtime,
): Promise<WebAssembly.Module> {
  if (wasmModule) return wasmModule;
  const given = typeof wasmUrl === 'function' ? wasmUrl(build, math) : wasmUrl;
  const url = String(given ?? addressOf({ build, math }));
  let module = compiled.get(url);
  if (!module) {
    module = compile(url);
    compiled.set(url, module);
    module.catch(() => compiled.delete(url));
  }
  return module;
}

/** Written out, one by one: bundlers find the files by these expressions. */
function addressOf({ build, math }: Pick<Plan, 'build' | 'math'>): URL {
  if (math === 'fast') {
    if (build === 'simd-threads') return new URL('../simd-threads-fast.wasm', import.meta.url);
    return new URL('../simd-fast.wasm', import.meta.url);
  }
  if (build === 'simd-threads') return new URL('../simd-threads.wasm', import.meta.url);
  return new URL('../simd.wasm', import.meta.url);
}

/** True for a build with threads: it imports its memory, which is shared. */
export function hasThreads(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const bytes = await fetchBytes(url);
  const head = [...bytes.subarray(0, 4)];
  if (String.fromCharCode(...head) !== '\0asm') {
    const start = new TextDecoder().decode(bytes.subarray(0, 40)).trim();
    const what = start.startsWith('<') ? 'an HTML page' : bytes.length ? `"${start}…"` : 'an empty file';
    throw new UnfoldError(
      'LOAD_FAILED',
      `${url} is ${what}, not WebAssembly. Is the .wasm file served at this address?`,
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw wrap('LOAD_FAILED', `${url} could not be compiled`, error);
  }
}

async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    if (isNode() && !/^(https?|data|blob):/.test(url)) {
      const { readFile } = await importFs();
      return await readFile(url.startsWith('file:') ? new URL(url) : url);
    }
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw wrap('LOAD_FAILED', `${url} could not be loaded`, error);
  }
  throw new UnfoldError('LOAD_FAILED', `${url} could not be loaded: status ${response.status}`);
}
