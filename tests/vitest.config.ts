// Three ways to run: Node, and Chromium with and without cross-origin isolation.
//   *.test.ts          in Node (also what drives a whole browser from outside)
//   *.browser.test.ts  inside the browser, twice: project "isolated" and project "plain"
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration, type TestUserConfig } from 'vitest/config';
import { isolationHeaders } from '../scripts/build/serve.mjs';
import { schema } from '../web/schema.config';
import { launchOptions } from './web/chromium';

const root = fileURLToPath(new URL('..', import.meta.url));

function inBrowser(name: string, headers: Record<string, string>): TestProjectInlineConfiguration {
  return {
    root,
    plugins: [schema()],
    server: { headers },
    test: {
      name,
      include: ['tests/**/*.browser.test.ts'],
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({ launchOptions: launchOptions() }),
      },
    },
  };
}

/** What takes the packed package into projects of its own: it is packed and installed once for these files. */
const packed = ['packed', 'fixtures', 'examples'].map((name) => `tests/package/${name}.test.ts`);

function inNode(name: string, files: TestUserConfig): TestProjectInlineConfiguration {
  return {
    root,
    plugins: [schema()],
    test: {
      name,
      environment: 'node',
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // What is waited for comes when it comes: a busy machine is no failure.
      expect: { poll: { timeout: 15_000 } },
      ...files,
    },
  };
}

export default defineConfig({
  root,
  test: {
    // A browser's tests wait for it half of the time, so there is one more file under way than Vitest would take.
    maxWorkers: availableParallelism(),
    projects: [
      inNode('node', {
        include: ['tests/**/*.test.ts'],
        exclude: ['tests/**/*.browser.test.ts', ...packed],
        globalSetup: 'tests/web/chromium.ts',
      }),
      inNode('packed', {
        include: packed,
        globalSetup: ['tests/web/chromium.ts', 'tests/package/fixtures/install.ts'],
      }),
      inBrowser('isolated', isolationHeaders),
      inBrowser('plain', {}),
    ],
  },
});
