/** In a service worker, an extension's for example: nothing can be imported there once it runs. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../web/harness.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Trains when it is asked to, and answers with what came of it. */
const script = (from: string) => `
  import { createModel } from './dist/${from}.js';
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('message', ({ source }) => {
    const text = 'the quick brown fox. '.repeat(60);
    createModel({ sequenceLength: 16, batchSize: 4, layers: [{ units: 8 }] }, text)
      .then((model) => model.train({ steps: 5 }))
      .then(({ step, done }) => ({ step, done }), ({ code, message }) => ({ code, message }))
      .then((answer) => source.postMessage(answer));
  });`;

let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  browser = await openBrowser();
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const [, name = '', file] = /^\/(dist\/(.*)|.*)/.exec(pathname)!;
    const type = pathname === '/' ? 'html' : 'javascript';
    response.setHeader('Content-Type', pathname.endsWith('.wasm') ? 'application/wasm' : `text/${type}`);
    if (file) {
      readFile(dist + file).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    } else {
      response.end(name ? script(name.replace(/\.js$/, '')) : '<!doctype html><title>A page</title>');
    }
  }).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await browser.close();
  server.close();
});

/** What the service worker of that script answers to a page. */
async function ask(from: string): Promise<unknown> {
  const page = await browser.newPage();
  await page.goto(origin);
  const answer = await page.evaluate(async (from) => {
    const { serviceWorker } = navigator;
    const controlled = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve));
    const registration = await serviceWorker.register(`/${from}.js`, { type: 'module' });
    await controlled;
    const answered = new Promise((resolve) => (serviceWorker.onmessage = ({ data }) => resolve(data)));
    serviceWorker.controller!.postMessage('train');
    const answer: unknown = await answered;
    await registration.unregister();
    return answer;
  }, from);
  await page.close();
  return answer;
}

test('the package with the engine inside trains', async () => {
  expect(await ask('inline')).toEqual({ step: 5, done: true });
});

test('the one in files says which does', async () => {
  expect(await ask('index')).toMatchObject({
    code: 'LOAD_FAILED',
    message: expect.stringContaining('service workers: unfold-rnn/inline'),
  });
});
