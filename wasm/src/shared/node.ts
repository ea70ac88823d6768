/** The little of Node that the package touches. */

/** True in Node, and in Deno and Bun, which offer the same modules. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string }; type?: string } };
  return typeof process?.versions?.node === 'string' && process.type !== 'renderer'; // Electron's pages are pages
}

/** A name that is no literal: bundlers for the browser would follow one, and stumble. */
const load = (name: string) => import(/* webpackIgnore: true */ /* @vite-ignore */ name);

export const importFs = (): Promise<typeof import('node:fs/promises')> => load('node:fs/promises');
export const importOs = (): Promise<typeof import('node:os')> => load('node:os');
export const importThreads = (): Promise<typeof import('node:worker_threads')> => load('node:worker_threads');
