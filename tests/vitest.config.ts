// Three ways to run: Node, and Chromium with and without cross-origin isolation.
//   *.test.ts          in Node (also what drives a whole browser from outside)
//   *.browser.test.ts  inside the browser, twice: project "isolated" and project "plain"
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { isolationHeaders } from '../scripts/serve.mjs';
import { schema } from '../web/schema.config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The browser of the system: none is downloaded. */
function chromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return process.env.UNFOLD_CHROMIUM ?? paths.find((path) => existsSync(path));
}

function inBrowser(name: string, headers: Record<string, string>): TestProjectInlineConfiguration {
  const executablePath = chromium();
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
        provider: playwright({
          launchOptions: {
            ...(executablePath && { executablePath }),
            // Containers and root have no sandbox; the pages are our own.
            args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-component-update'],
          },
        }),
      },
    },
  };
}

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        plugins: [schema()],
        test: {
          name: 'node',
          environment: 'node',
          globalSetup: ['tests/web/chromium.ts'],
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.browser.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What is waited for comes when it comes: a busy machine is no failure.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      inBrowser('isolated', isolationHeaders),
      inBrowser('plain', {}),
    ],
  },
});
