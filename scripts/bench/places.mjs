// Where programs are measured: processes of their own here, and workers of pages in Chromium.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { contentSecurityPolicy, serve } from '../build/serve.mjs';
import { at, Failure, launchChromium } from '../lib.mjs';

/**
 * What a program prints, read as JSON. If it fails, its complaint is the Failure.
 * @param {string} program
 * @param {(string | number)[]} args
 */
export async function answerOf(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args.map(String), { maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr = '', message } = /** @type {Error & { stderr?: string }} */ (error);
    const lines = stderr.trim().split('\n');
    const why = lines.find((line) => /Error\b/.test(line)) ?? lines.at(-1);
    throw new Failure(`${basename(program)}: ${why || message}`);
  }
}

/**
 * The native program, as a copy: a build that goes on meanwhile does not change what is measured.
 * @param {string} folder
 * @param {string} checkout
 */
export function nativeProgram(folder, checkout = at()) {
  const built = join(checkout, 'build/native/unfold');
  if (!existsSync(built)) throw new Failure(`${built} is missing; run npm run build:native there.`);
  mkdirSync(folder, { recursive: true });
  cpSync(built, join(folder, 'unfold'));
  return join(folder, 'unfold');
}

/**
 * What the core's benchmark says of one number of threads. `slowest` and `fastest`: of its five chunks, of which
 * charactersPerSecond is the median.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} threads
 * @property {number} charactersPerSecond
 * @property {number} slowest
 * @property {number} fastest
 * @property {number} gflops
 * @property {number} share of the micro-kernel's GFLOP/s
 * @property {number} parameters
 * @property {Record<string, number>} profile
 *
 * @typedef {{ kernels: string, fast: boolean, rows: Row[] }} Measured
 *
 * Something that runs the core's benchmark.
 * @typedef {{ place: string, build: string, measure(network: string): Promise<Measured> }} Bench
 *
 * @typedef {{ threads: number, seconds: number }} Options up to so many threads, and the length of a chunk
 */

/** @param {Options} options @param {string} program @param {boolean} fast @returns {Bench} */
export function nativeBench({ threads, seconds }, program, fast) {
  const args = ['bench', '--threads', threads, '--seconds', seconds, ...(fast ? ['--fast'] : [])];
  return {
    place: 'native',
    build: fast ? 'fast' : 'reproducible',
    measure: (network) => answerOf(program, [...args, '--only', network]),
  };
}

/** A WebAssembly build (its .js file) in processes of Node's. @param {Options} options @param {string} file */
export function nodeBench({ threads, seconds }, file) {
  const build = basename(file, '.js');
  const most = build.includes('threads') ? threads : 1;
  const args = [at('scripts/bench/engine.mjs'), pathToFileURL(file).href, most];
  return {
    place: 'Node',
    build,
    start: () => answerOf(process.execPath, args),
    /** @param {string} network @returns {Promise<Measured>} */
    measure: (network) => answerOf(process.execPath, [...args, network, seconds]),
  };
}

/** @param {Options} options @param {string} build @param {Awaited<ReturnType<typeof openChromium>>} chromium */
export async function chromiumBench({ threads, seconds }, build, chromium) {
  const { call } = await chromium.open('/engine.mjs');
  const most = await call('load', `/dist/${build}.js`, build.includes('threads') ? threads : 1);
  /** @param {string} network */
  const measure = (network) => call('benchmark', most, network, seconds);
  return { place: 'Chromium', build, measure };
}

/**
 * Chromium on a page with cross-origin isolation. The site is the built package (/dist/), these scripts, and
 * `more`: {address: file}. It is a copy: a build that goes on meanwhile does not change what is measured.
 * `policy` is added to the scripts' and workers' sources, for libraries that make code at run time.
 * @param {string} folder
 * @param {Record<string, string>} more
 * @param {string} policy
 */
export async function openChromium(folder, more = {}, policy = '') {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const name of readdirSync(at('dist'))) {
    if (/^simd.*\.(js|wasm)$/.test(name)) cpSync(at('dist', name), join(folder, 'dist', name));
  }
  cpSync(at('scripts/bench'), folder, { recursive: true });
  for (const [address, file] of Object.entries(more)) {
    mkdirSync(dirname(join(folder, address)), { recursive: true });
    cpSync(file, join(folder, address), { recursive: true });
  }
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
  writeFileSync(join(folder, 'worker.js'), '');
  const headers = policy && {
    'Content-Security-Policy': contentSecurityPolicy
      .replace('script-src', `script-src ${policy}`)
      .replace('worker-src', `worker-src ${policy}`),
  };
  const site = await serve({ folder, port: 0, ...(headers && { headers }) });
  const browser = await launchChromium();
  return {
    version: browser.version(),
    /** @param {string} path */
    open: (path) => openWorker(browser, site.url, path),
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}

/**
 * A module's functions in a worker of a page of its own. What they give is `any`: they are not known here.
 * @typedef {{ call(name: string, ...args: unknown[]): Promise<any>, close(): unknown }} Calls
 *
 * @param {import('playwright').Browser} browser
 * @param {string} url
 * @param {string} path
 * @returns {Promise<Calls>}
 */
async function openWorker(browser, url, path) {
  const page = await browser.newPage();
  await page.goto(url);
  const started = page.waitForEvent('worker');
  await page.evaluate(() => void new Worker('/worker.js', { type: 'module' }));
  const worker = await started;
  return {
    close: () => page.close(),
    call: (name, ...args) =>
      worker
        .evaluate(async ({ path, name, args }) => (await import(path))[name](...args), { path, name, args })
        .catch((error) => {
          throw new Failure(`Chromium, ${basename(path)}: ${error.message.split('\n')[0]}`);
        }),
  };
}
