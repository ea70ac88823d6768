/** Only what is used, so that nothing else of Node can be touched unawares. */
declare module 'node:fs/promises' {
  export function readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
}

declare module 'node:os' {
  export function availableParallelism(): number;
}

declare module 'node:worker_threads' {
  export interface MessagePort {
    postMessage(message: unknown, transfer?: unknown[]): void;
    on(event: 'message', handler: (message: unknown) => void): void;
  }
  export class Worker {
    constructor(url: URL | string, options: { execArgv: string[] });
    postMessage(message: unknown, transfer?: unknown[]): void;
    on(
      event: 'online' | 'message' | 'error' | 'messageerror' | 'exit',
      handler: (value: unknown) => void,
    ): void;
    ref(): void;
    unref(): void;
    terminate(): Promise<number>;
  }
  export const parentPort: MessagePort | null;
}

/** Absent from browsers. */
declare const setImmediate: ((callback: () => void) => void) | undefined;

/** Made by Emscripten from bindings.cpp. */
declare module '*/simd.js' {
  const factory: import('./shared/engine.js').EngineFactory;
  export default factory;
}
declare module '*/simd-threads.js' {
  const factory: import('./shared/engine.js').EngineFactory;
  export default factory;
}

/** Made by build.mjs from simd.wasm. */
declare module '*/simd-base64.js' {
  const base64: string;
  export default base64;
}
