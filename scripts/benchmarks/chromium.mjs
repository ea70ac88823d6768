// Chromium, without a window, on pages of our own.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { at, chromiumArguments, chromiumProgram } from '../lib.mjs';
import { contentSecurityPolicy, serve } from '../serve.mjs';
import { caller } from './calls.mjs';

export async function launchChromium() {
  const { chromium } = await import('playwright'); // only now: it may have been installed a moment ago
  return chromium.launch({ executablePath: chromiumProgram(), args: chromiumArguments });
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
  cpSync(at('scripts/benchmarks'), folder, { recursive: true });
  for (const [address, file] of Object.entries(more)) {
    mkdirSync(dirname(join(folder, address)), { recursive: true });
    cpSync(file, join(folder, address), { recursive: true });
  }
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
  const headers = policy && {
    'Content-Security-Policy': contentSecurityPolicy
      .replace('script-src', `script-src ${policy}`)
      .replace('worker-src', `worker-src ${policy}`),
  };
  const site = await serve({ folder, port: 0, ...(headers && { headers }) });
  const browser = await launchChromium();
  return {
    version: browser.version(),
    /**
     * A module worker in a page of its own.
     * @param {string} path
     */
    open: (path) => openWorker(browser, site.url, path),
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}

/** @param {import('playwright').Browser} browser @param {string} url @param {string} path */
async function openWorker(browser, url, path) {
  const page = await browser.newPage();
  await page.goto(url);
  /** @type {(answer: import('./calls.mjs').Answer) => void} */
  let answered = () => {};
  /** @type {(reason: string) => void} */
  let ended = () => {};
  const calls = caller(
    `Chromium, ${basename(path)}`,
    (message) => page.evaluate((sent) => globalThis.worker.postMessage(sent), message).catch(() => {}),
    (message, end) => {
      answered = message;
      ended = end;
    },
    () => page.close(),
  );
  page.on('crash', () => ended('the page crashed'));
  page.on('close', () => ended('the page was closed'));
  await page.exposeFunction('answered', answered);
  await page.exposeFunction('ended', ended);
  await page.evaluate((address) => {
    const worker = new Worker(address, { type: 'module' });
    worker.onmessage = (event) => globalThis.answered(event.data);
    worker.onerror = (event) => globalThis.ended(event.message ?? 'the worker does not load');
    globalThis.worker = worker;
  }, path);
  return calls;
}
