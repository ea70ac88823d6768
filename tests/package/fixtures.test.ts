/**
 * The packed package in other people's set-ups: installed from the tarball, built by each bundler, and trained for
 * real in a browser under a strict policy, in every Node, in Bun and Deno, and in their test runners. All give the same numbers.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { contentSecurityPolicy } from '../../scripts/build/serve.mjs';
import { openBrowser, openSite, type Site, visit } from '../web/harness.js';
import { firefox, openFirefox, openInFirefox } from './fixtures/firefox.js';
import { execute } from './fixtures/install.js';

vi.setConfig({ testTimeout: 240_000 }); // bundlers on a busy machine

const own = fileURLToPath(new URL('fixtures/', import.meta.url));
const { project, tools, missing } = inject('packed');

let browser: Browser;
/** Of Node, and of everything else. */
let expected: { loss: number; written: string };

beforeAll(async () => {
  browser = await openBrowser();
  const { loss, written } = await inNode(process.execPath, '{ threads: 1 }');
  expected = { loss, written };
}, 300_000);
afterAll(async () => {
  await browser?.close();
});

/** A folder of the project with the application and what builds it. */
async function fixture(name: string, from = 'unfold-rnn'): Promise<string> {
  const folder = join(project, name);
  await mkdir(folder, { recursive: true });
  for (const file of ['index.html', 'train.js', 'webpack.mjs', 'rollup.mjs', 'esbuild.mjs', 'vite-dev.mjs'])
    await cp(join(own, file), join(folder, file));
  const app = await readFile(join(own, 'app.js'), 'utf8');
  await writeFile(join(folder, 'app.js'), app.replace("'unfold-rnn'", JSON.stringify(from)));
  return folder;
}

/** Without what this test run tells its own processes. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|JEST|NODE_ENV)/.test(name)),
);
const run = (folder: string, ...args: string[]) => execute(process.execPath, args, { cwd: folder, env });
const vite = (name: string) => join(tools!, 'node_modules', name, 'bin/vite.js');

const EVALUATE = ['--input-type=module', '-e'];

async function inNode(program: string, runtime: string, evaluate: readonly string[] = EVALUATE) {
  await cp(join(own, 'train.js'), join(project, 'train.js'));
  const code = `
    import { createModel } from 'unfold-rnn';
    import { train } from './train.js';
    console.log(JSON.stringify(await train(createModel, ${runtime})));`;
  const { stdout, stderr } = await execute(program, [...evaluate, code], { cwd: project });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** What the application says of itself, and everything that went wrong beside. */
async function open(site: Site, at = '?threads=2'): Promise<{ problems: string[]; [said: string]: unknown }> {
  const { page, problems, close } = await visit(browser, site, { at });
  try {
    const shown = await page.waitForSelector('body[data-result]', { state: 'attached', timeout: 90_000 });
    return { problems, ...JSON.parse((await shown.getAttribute('data-result'))!) };
  } catch (error) {
    throw new Error(`no result; ${problems.join('; ')}`, { cause: error });
  } finally {
    await close();
  }
}

const threaded = { isolated: true, build: 'simd-threads', threads: 2, worker: true, reason: null };
const single = {
  ...{ isolated: false, build: 'simd', threads: 1, worker: true },
  reason: expect.stringContaining('isolated'),
};

/** Serves a folder with the page's strict policy, isolated and not. */
async function check(folder: string, want: { threaded: object; single: object } = { threaded, single }) {
  for (const isolation of [true, false]) {
    const site = await openSite({ folder, isolation });
    try {
      const answer = await open(site);
      expect(answer).toEqual({ problems: [], ...expected, ...(isolation ? want.threaded : want.single) });
    } finally {
      await site.close();
    }
  }
}

describe.skipIf(missing)('bundlers', () => {
  test.each(['vite', 'vite7'])('%s builds it', async (name) => {
    const folder = await fixture(name);
    await run(folder, vite(name), 'build', '--base', './', '--logLevel', 'error');
    await check(join(folder, 'dist'));
  });

  test.each([
    ['vite', []],
    ['vite7', ['unfold-rnn']],
  ])('%s serves it while one develops', async (name, exclude) => {
    const folder = await fixture(`${name}-dev`);
    for (const isolation of ['isolated', 'plain']) {
      const server = spawn(process.execPath, ['vite-dev.mjs', name, isolation, ...exclude], { cwd: folder });
      try {
        const url = await new Promise<string>((resolve, reject) => {
          server.stdout.on('data', (data) => resolve(String(data).trim()));
          server.stderr.on('data', (data) => reject(new Error(String(data))));
        });
        const answer = await open({ url, close: async () => {} });
        expect(answer).toMatchObject({ ...expected, ...(isolation === 'isolated' ? threaded : single) });
      } finally {
        server.kill();
      }
    }
  });

  test('webpack builds it, without a warning', async () => {
    const folder = await fixture('webpack');
    await run(folder, 'webpack.mjs');
    await check(join(folder, 'out'));
  });

  test.each(['rollup', 'esbuild'])('%s builds it; the files go beside the bundle', async (name) => {
    const folder = await fixture(name);
    await run(folder, `${name}.mjs`);
    await check(join(folder, 'out'));
  });

  test('esbuild, with the engine inside', async () => {
    const folder = await fixture('inline', 'unfold-rnn/inline');
    await run(folder, 'esbuild.mjs', '--inline');
    const alone = { build: 'simd', threads: 1, worker: false, reason: expect.any(String) };
    await check(join(folder, 'out'), {
      threaded: { ...alone, isolated: true },
      single: { ...alone, isolated: false },
    });
  });
});

describe('without a bundler', () => {
  test('a plain script of type module', async () => {
    await fixture('.', './node_modules/unfold-rnn/dist/index.js');
    await check(project);
  });

  test.each([true, false])('from another origin, as a CDN serves it (isolated: %s)', async (isolation) => {
    const cdn = await openSite({
      folder: join(project, 'node_modules/unfold-rnn'),
      headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
    });
    const origin = cdn.url.slice(0, -1);
    const policy = contentSecurityPolicy
      .replace("script-src 'self'", `script-src 'self' ${origin}`)
      .replace("connect-src 'self'", `connect-src ${origin}`)
      .replace("worker-src 'self'", `worker-src blob: ${origin}`);
    const folder = await fixture('cdn', `${cdn.url}dist/index.js`);
    const site = await openSite({ folder, isolation, headers: { 'Content-Security-Policy': policy } });
    try {
      const { problems, ...answer } = await open(site);
      expect(problems.filter((problem) => !problem.startsWith(`foreign request: ${cdn.url}`))).toEqual([]);
      expect(answer).toEqual({ ...expected, ...(isolation ? threaded : single) });
    } finally {
      await site.close();
      await cdn.close();
    }
  });
});

describe.skipIf(!firefox)('Firefox', () => {
  test.each([true, false])('a plain script of type module (isolated: %s)', async (isolation) => {
    await fixture('.', './node_modules/unfold-rnn/dist/index.js');
    const [site, browser] = await Promise.all([openSite({ folder: project, isolation }), openFirefox()]);
    try {
      const answer = await openInFirefox(browser, `${site.url}?threads=2`);
      expect(answer).toEqual({ problems: [], ...expected, ...(isolation ? threaded : single) });
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

describe('Node, Bun and Deno', () => {
  const binary = (path: string) => join(tools ?? '', 'node_modules', path);
  const others = [
    ['node22', binary('node22/bin/node'), EVALUATE],
    ['node24', binary('node24/bin/node'), EVALUATE],
    ['Bun', binary('@oven/bun-linux-x64/bin/bun'), ['-e']],
    ['Deno', binary('@deno/linux-x64-glibc/deno'), ['eval']],
  ] as const;

  const inAny = async (_: string, program: string, evaluate: readonly string[]) => {
    for (const runtime of [
      '{ threads: 1 }',
      '{ threads: 2 }',
      '{ threads: 1, worker: false }',
      '{ threads: 2, worker: false }',
    ])
      expect(await inNode(program, runtime, evaluate), runtime).toMatchObject({
        ...expected,
        threads: runtime.includes('2') ? 2 : 1,
      });
  };
  const title = '%s, with threads and without, in a worker and not';
  test.each([['this one', process.execPath, EVALUATE] as const])(title, inAny);
  test.skipIf(missing).each(others)(title, inAny);
});

describe.skipIf(missing)("other people's tests", () => {
  const source = (imports: string) => `
    ${imports}
    import { createModel, UnfoldError } from 'unfold-rnn';
    import { train } from './train.js';

    test.each([true, false])('trains (worker: %s)', async (worker) => {
      expect(await train(createModel, { threads: 1, worker })).toMatchObject(${JSON.stringify(expected)});
      await expect(createModel({}, '', { worker })).rejects.toBeInstanceOf(UnfoldError);
    });`;

  test('Vitest', async () => {
    const folder = await fixture('vitest');
    await writeFile(join(folder, 'a.test.js'), source("import { expect, test } from 'vitest';"));
    const program = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
    await mkdir(join(folder, 'node_modules'));
    const own = fileURLToPath(new URL('../../node_modules/vitest', import.meta.url));
    await symlink(own, join(folder, 'node_modules/vitest'));
    const { stdout } = await run(folder, program, 'run', '--root', folder, '--reporter', 'verbose');
    expect(stdout).toMatch(/2 passed/);
  });

  test('Jest', async () => {
    const folder = await fixture('jest');
    await writeFile(join(folder, 'a.test.js'), source("import { expect, test } from '@jest/globals';"));
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "jest": { "transform": {} } }');
    const jest = join(tools!, 'node_modules/jest/bin/jest.js');
    const { stderr } = await run(folder, '--experimental-vm-modules', jest, '--rootDir', folder);
    expect(stderr).toMatch(/2 passed/);
  });
});
