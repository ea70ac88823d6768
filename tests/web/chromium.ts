// One Chromium for the tests of the page: Vitest starts it before the first file, and each file has contexts of its own.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of all files listens; '' without one. */
    chromium: string;
  }
}

const ARGUMENTS = [
  '--no-sandbox', // Containers and root have none; the page is our own.
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function executable(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return process.env.UNFOLD_CHROMIUM ?? paths.find((path) => existsSync(path));
}

function options() {
  const executablePath = executable();
  return { args: ARGUMENTS, ...(executablePath && { executablePath }) };
}

export const launch = (): Promise<Browser> => chromium.launch(options());

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Where there is no browser, the tests that need one say so.
  const server = await chromium.launchServer(options()).catch(() => null);
  project.provide('chromium', server?.wsEndpoint() ?? '');
  return async () => server?.close();
}
