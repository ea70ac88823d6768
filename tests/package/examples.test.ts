/**
 * The examples that are projects of their own (wasm/examples/<name>/): each is built with the packed package as its
 * reader would build it, and trains until it is stopped. Node's runs in Bun and Deno too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { openBrowser, openSite, type Site, visit } from '../web/harness.js';
import { execute } from './fixtures/install.js';

vi.setConfig({ testTimeout: 240_000 }); // bundlers on a busy machine

const examples = fileURLToPath(new URL('../../wasm/examples/', import.meta.url));
const { project, tools, missing } = inject('packed');

/** What each needs to be built, and where the result is. */
const builds: Record<string, { build?: string[]; out: string }> = {
  vite: { build: ['vite/bin/vite.js', 'build', '--logLevel', 'error'], out: 'dist' },
  'static-host': { build: ['vite/bin/vite.js', 'build', '--base', './', '--logLevel', 'error'], out: 'dist' },
  webpack: { build: ['webpack-cli/bin/cli.js'], out: '.' },
  react: { build: ['vite/bin/vite.js', 'build', '--logLevel', 'error'], out: 'dist' },
  vue: { build: ['vite/bin/vite.js', 'build', '--logLevel', 'error'], out: 'dist' },
  svelte: { build: ['vite/bin/vite.js', 'build', '--logLevel', 'error'], out: 'dist' },
};

/** Without what this test run sets for its own processes. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV)/.test(name))),
  NEXT_TELEMETRY_DISABLED: '1',
};

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** The example in a folder below the installed package and the tools. */
async function copyOf(name: string): Promise<string> {
  const folder = join(project, `example-${name}`);
  await cp(join(examples, name), folder, { recursive: true });
  return folder;
}

/** Opens the page, waits for a loss and a text, stops it; the text and the number of threads. */
async function tryOut(site: Site): Promise<{ written: string; threads: string; problems: string[] }> {
  const { page, problems, close } = await visit(browser, site);
  try {
    const text = (id: string) => page.locator(`#${id}`).innerText();
    await expect.poll(() => text('written'), { timeout: 60_000 }).toMatch(/\w.{40}/s);
    expect(Number(await text('loss'))).toBeGreaterThan(0);
    expect(page.workers().length).toBeGreaterThan(0);
    const found = { written: await text('written'), threads: await text('threads'), problems };
    await page.click('#stop');
    await expect.poll(() => page.workers().length).toBe(0); // disposed of, long before its minute is over
    expect(await page.locator('[role=alert]').allInnerTexts(), 'an error is shown').not.toContainEqual(
      expect.stringMatching(/\S/),
    );
    return found;
  } finally {
    await close();
  }
}

describe('every folder', async () => {
  const folders = (await readdir(examples, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !['audio-worklet', 'service-worker'].includes(entry.name))
    .map(({ name }) => name);

  test('is tested here', () => {
    expect(folders.sort()).toEqual([...Object.keys(builds), 'cdn', 'next', 'node'].sort());
  });

  test.each(folders)('%s begins with two commands that exist', async (name) => {
    const readme = await readFile(join(examples, name, 'README.md'), 'utf8');
    const own = JSON.parse(await readFile(join(examples, name, 'package.json'), 'utf8'));
    const commands = [...readme.matchAll(/^ {4}npm (.*)$/gm)].map(([, command]) => command);
    expect(commands).toEqual(['install', 'start']);
    expect(own.scripts).toHaveProperty('start');
    for (const [, script] of readme.matchAll(/`npm run (\w+)`/g)) expect(own.scripts).toHaveProperty(script!);
    if (own.dependencies['unfold-rnn']) expect(own.dependencies['unfold-rnn']).toBe(`^${manifest.version}`);
  });
});

describe.skipIf(missing)('built and opened', () => {
  test.each(Object.entries(builds))('%s', async (name, { build, out }) => {
    const folder = await copyOf(name);
    const [program, ...args] = build!;
    await execute(process.execPath, [join(tools!, 'node_modules', program!), ...args], { cwd: folder, env });
    const isolation = name !== 'static-host';
    const headers = { 'Content-Security-Policy': '' }; // React and Vue may set styles
    const site = await openSite({ folder: join(folder, out), isolation, headers });
    try {
      const { problems, threads } = await tryOut(site);
      expect(problems).toEqual([]);
      expect(Number(threads)).toBeGreaterThan(0);
    } finally {
      await site.close();
    }
  });

  test('static-host says why it has one thread', async () => {
    const site = await openSite({ folder: join(project, 'example-static-host/dist'), isolation: false });
    const { page, close } = await visit(browser, site);
    await expect.poll(() => page.locator('#reason').innerText()).toContain('not cross-origin isolated');
    await close();
    await site.close();
  });

  test('next, by Turbopack, with two threads', async () => {
    const folder = await copyOf('next');
    // The example takes what the machine offers, which may be one.
    const trainer = join(folder, 'app/Trainer.jsx');
    const source = await readFile(trainer, 'utf8');
    await writeFile(trainer, source.replace('{ signal });', '{ signal, threads: 2 });'));
    const next = join(tools!, 'node_modules/next/dist/bin/next');
    await execute(process.execPath, [next, 'build'], { cwd: folder, env });
    const port = await freePort();
    const server = spawn(process.execPath, [next, 'start', '--port', String(port)], { cwd: folder, env });
    try {
      await untilReady(server);
      const { problems, threads } = await tryOut({ url: `http://localhost:${port}/`, close: async () => {} });
      expect(problems).toEqual([]);
      expect(threads).toBe('2');
    } finally {
      server.kill();
    }
  });
});

test('cdn, from another origin', async () => {
  const cdn = await openSite({
    folder: join(project, 'node_modules/unfold-rnn'),
    headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  });
  const folder = await copyOf('cdn');
  const source = await readFile(join(folder, 'index.html'), 'utf8');
  const address = `https://cdn.jsdelivr.net/npm/unfold-rnn@${manifest.version}/`;
  expect(source).toContain(address);
  await writeFile(join(folder, 'index.html'), source.replace(address, cdn.url));
  const site = await openSite({ folder, headers: { 'Content-Security-Policy': '' } });
  try {
    const { problems } = await tryOut(site);
    expect(problems.filter((problem) => !problem.startsWith(`foreign request: ${cdn.url}`))).toEqual([]);
  } finally {
    await site.close();
    await cdn.close();
  }
});

describe('node', () => {
  const binary = (path: string) => join(tools ?? '', 'node_modules', path);
  const others = [
    ['Bun', binary('@oven/bun-linux-x64/bin/bun'), []],
    ['Deno', binary('@deno/linux-x64-glibc/deno'), ['run', '-A']],
  ] as const;
  const expected = /^threads: .*\nstep 300, loss [01]\.\d{3}\nBetty .{60}\n$/s;

  const run = async (_: string, program: string, args: readonly string[]) => {
    const folder = await copyOf('node');
    const { stdout, stderr } = await execute(program, [...args, 'index.js'], { cwd: folder, env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(expected);
  };
  test.each([['Node', process.execPath, []] as const])('%s', run);
  test.skipIf(missing).each(others)('%s', run);
});

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves once the server says that it listens; rejects if it ends. */
async function untilReady(server: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const read = (data: unknown) => {
      said += String(data);
      if (/Ready/.test(said)) resolve();
    };
    server.stdout!.on('data', read);
    server.stderr!.on('data', read);
    server.once('exit', () => reject(new Error(said)));
  });
}
