// One Chromium for the tests of the page: Vitest starts it before the first file, and each file has contexts of its own.
import { type Browser, chromium } from 'playwright';
import type { TestProject } from 'vitest/node';
import { chromiumArguments, findChromium, findProgram } from '../../scripts/lib.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of all files listens; '' without one. */
    chromium: string;
  }
}

/**
 * Where it is installed, Chromium without windows: opening a page costs a third. `whole`: the browser as people have
 * it, for what the other has not.
 */
export function launchOptions({ whole = false } = {}) {
  const shell = whole ? undefined : findProgram('chromium-headless-shell');
  const executablePath = process.env.UNFOLD_CHROMIUM ?? shell ?? findChromium();
  return { args: chromiumArguments, ...(executablePath && { executablePath }) };
}

export const launch = (options: { whole?: boolean } = {}): Promise<Browser> =>
  chromium.launch(launchOptions(options));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Where there is no browser, the tests that need one say so.
  const server = await chromium.launchServer(launchOptions()).catch(() => null);
  project.provide('chromium', server?.wsEndpoint() ?? '');
  return async () => server?.close();
}
