/**
 * A worker that dies before its first message, in every way that there is: in Chromium, Firefox and WebKit the model is
 * refused with the reason, or made without threads. Nothing here is decided by the clock: an error that came because
 * all of loading took too long would be a TIMEOUT.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWebKit, webkit } from '../support/webkit.js';
import { openBrowser } from '../web/harness.js';
import { firefox, openFirefox } from './fixtures/firefox.js';

/** An open browser, as far as it is used here. */
interface Opened {
  /** What the page at the address says of itself. */
  ask(url: string): Promise<string>;
  close(): Promise<void>;
}

const RESULT = 'body[data-result]';

async function inChromium(): Promise<Opened> {
  const browser = await openBrowser();
  return {
    async ask(url) {
      const page = await browser.newPage();
      await page.goto(url);
      const body = await page.waitForSelector(RESULT, { state: 'attached', timeout: 150_000 });
      const result = await body.getAttribute('data-result');
      await page.close();
      return result!;
    },
    close: () => browser.close(),
  };
}

async function inFirefox(): Promise<Opened> {
  const browser = await openFirefox();
  // A tab is made beside the newest one, which must not go meanwhile: tabs come and go one after the other.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    async ask(url) {
      const page = await inTurn(() => browser.newPage());
      await page.goto(url);
      await page.waitForSelector(RESULT, { timeout: 150_000 });
      const result = await page.$eval('body', (body) => body.dataset.result!);
      await inTurn(() => page.close());
      return result;
    },
    close: () => browser.close(),
  };
}

async function inWebKit(): Promise<Opened> {
  const browser = await openWebKit({ JSC_useSharedArrayBuffer: '1' });
  let last: Promise<unknown> = Promise.resolve();
  return {
    // One sequenceLength: one page after the other.
    ask(url) {
      const answer = last.then(async () => {
        await browser.goto(url);
        await browser.wait(`document.querySelector('${RESULT}')`);
        return String(await browser.evaluate('document.body.dataset.result'));
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => browser.close(),
  };
}

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const types = { js: 'text/javascript', wasm: 'application/wasm', html: 'text/html' };
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

interface Reply {
  status?: number;
  type?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Milliseconds until the answer: a network may be slow. */
  delay?: number;
}

interface Case {
  /** In the page, before the package is asked. */
  before?: string;
  /** Of the page; `@` stands for its address. */
  headers?: Record<string, string>;
  options?: string;
  /** What the worker's own address answers, and what a thread's: `undefined` is the package's file. */
  worker?: Reply;
  thread?: Reply;
  /** By path, whoever asks. */
  files?: Record<string, Reply>;
}

const script = (body: string): Reply => ({ type: types.js, body });

/** One thread, and the worker has to start. */
const single: Record<string, [Case, RegExp]> = {
  'is missing': [{ worker: { status: 404, type: types.html, body: 'no' } }, /status 404/],
  'is an HTML page': [{ worker: { type: types.html, body: '<!doctype html>' } }, /served as text\/html/],
  'is of no type': [{ worker: { type: 'text/plain', body: '' } }, /served as text\/plain/],
  'is at a server that is gone': [
    { options: "{ workerUrl: 'http://localhost:1/worker.js' }" },
    /fetched|refused/,
  ],
  'does not parse': [{ worker: script('}') }, /SyntaxError|does not parse/],
  'throws at its start': [{ worker: script('throw new Error("mine")') }, /mine/],
  'imports what is missing': [{ worker: script('import "./nowhere.js";') }, /nowhere\.js.* status 404/],
  'imports what throws': [
    {
      worker: script('import "./throws.js";'),
      files: { '/dist/throws.js': script('throw new Error("mine")') },
    },
    /mine/,
  ],
  'ends at once': [{ worker: script('close()') }, /ended, or does not answer/],
  'never answers': [{ worker: script('onmessage = () => {};') }, /ended, or does not answer/],
  'waits for ever': [{ worker: script('await new Promise(() => {});') }, /ended, or does not answer/],
  'computes for ever': [{ worker: script('for (;;);') }, /ended, or does not answer/],
  'rejects, and nobody hears it': [
    { worker: script('void Promise.reject(new Error("mine")); onmessage = () => {};') },
    /ended, or does not answer/,
  ],
  'is refused by the policy of the page': [
    { headers: { 'Content-Security-Policy': "worker-src 'none'" } },
    /Content-Security-Policy|insecure|SecurityError/,
  ],
  'imports what its own policy refuses': [
    {
      worker: {
        ...script('import "./simd.js";'),
        headers: { 'Content-Security-Policy': "script-src 'none'" },
      },
    },
    /Content-Security-Policy|ended, or does not answer/,
  ],
  'ends at once, and the page may not fetch its script': [
    { worker: script('close()'), headers: { 'Content-Security-Policy': 'connect-src @dist/simd.wasm' } },
    /ended, or does not answer .*connect-src/,
  ],
  'is missing, and the page may not ask why': [
    {
      worker: { status: 404, type: types.html, body: 'no' },
      headers: { 'Content-Security-Policy': 'connect-src @dist/simd.wasm' },
    },
    /was refused|could not be fetched/,
  ],
  'comes without the embedder policy': [
    {
      worker: {
        ...script('onmessage = () => {};'),
        headers: { 'Cross-Origin-Embedder-Policy': 'unsafe-none' },
      },
    },
    /refused/,
  ],
  'cannot be made: no Worker': [
    { before: 'delete globalThis.Worker;', options: '{ worker: true }' },
    /Worker/,
  ],
  'cannot be made: an exception': [
    { before: "globalThis.Worker = function () { throw new DOMException('not here'); };" },
    /not here/,
  ],
};

/** Two threads were wanted: where a thread or its worker dies, one is there, and the reason. */
const threaded: Record<string, [Case, RegExp]> = {
  'is missing': [{ thread: { status: 404, type: types.html, body: 'no' } }, /status 404|refused/],
  'is an HTML page': [{ thread: { type: types.html, body: '<!doctype html>' } }, /text\/html|refused/],
  'throws at its start': [{ thread: script('throw new Error("mine")') }, /mine/],
  'ends at once': [{ thread: script('close()') }, /ended, or does not answer/],
  'never answers': [{ thread: script('onmessage = () => {};') }, /ended, or does not answer/],
  'gets a memory that cannot be handed on': [
    {
      files: {
        '/dist/worker-threads.js': script('import "./refuse.js"; import "./worker-threads.js?own";'),
        '/dist/refuse.js': script(
          "Worker.prototype.postMessage = () => { throw new DOMException('no clone', 'DataCloneError'); };",
        ),
      },
    },
    /no clone/,
  ],
};

let server: Server;
let address: string;
/** By the first part of their address. `imported`: the page's worker has its copy of simd-threads.js. */
const cases: (Case & { imported?: boolean })[] = [];

const page = (
  current: Case,
) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module">
  ${current.before ?? ''}
  const { createModel } = await import('./dist/index.js');
  const show = (result) => (document.body.dataset.result = JSON.stringify(result));
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(40);
  const config = { layers: [{ cell: 'gru', units: 8 }], sequenceLength: 8, batchSize: 4 };
  const runtime = { threads: Number(new URLSearchParams(location.search).get('threads')), timeout: 100_000 };
  try {
    const model = await createModel(config, text, { ...runtime, ...${current.options ?? '{}'} });
    for await (const report of model.train({ steps: 2 }));
    show({ step: model.info.step, ...model.info.runtime });
  } catch ({ code, message }) {
    show({ code, message });
  }
</script>`;

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const { pathname: whole, search } = new URL(request.url!, 'http://localhost');
      const [, number, pathname = '/'] = /^\/(\d+)(\/.*)$/.exec(whole) ?? [];
      const current = cases[Number(number)];
      if (!current) return response.writeHead(404).end();
      // The worker imports it before a thread starts with it.
      const isThread = pathname.endsWith('/simd-threads.js') && current.imported;
      if (pathname.endsWith('/simd-threads.js'))
        current.imported ||= request.headers['sec-fetch-dest'] !== 'empty';
      const own = pathname.endsWith('/worker.js') ? current.worker : isThread ? current.thread : undefined;
      const reply = own ?? (search ? undefined : current.files?.[pathname]);
      if (pathname === '/') {
        current.imported = false;
        const here = `${address}${number}/`;
        const own = Object.entries(current.headers ?? {}).map(([name, value]) => [
          name,
          value.replaceAll('@', here),
        ]);
        const headers = { 'Content-Type': types.html, ...isolation, ...Object.fromEntries(own) };
        return response.writeHead(200, headers).end(page(current));
      }
      const ending = pathname.split('.').at(-1) as keyof typeof types;
      if (reply?.delay) await new Promise((resolve) => setTimeout(resolve, reply.delay));
      const body =
        reply?.body ?? (await readFile(dist + pathname.replace('/dist/', '')).catch(() => undefined));
      const headers = { ...isolation, 'Cache-Control': 'no-store', ...reply?.headers };
      response.writeHead(reply?.status ?? (body === undefined ? 404 : 200), {
        'Content-Type': reply?.type ?? types[ending],
        ...headers,
      });
      response.end(body ?? 'no');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  address = `http://localhost:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const engines = [
  { name: 'Chromium', there: true, open: inChromium },
  { name: 'Firefox', there: Boolean(firefox), open: inFirefox },
  { name: 'WebKit', there: webkit, open: inWebKit },
];
for (const { name, there } of engines)
  if (!there) console.log(`${name} is missing: no worker is started in it (scripts/setup test installs it).`);

describe.concurrent.each(engines)('$name', ({ there, open }) => {
  let browser: Opened;
  beforeAll(async () => {
    if (there) browser = await open();
  });
  afterAll(async () => browser?.close());

  const ask = async (threads: number, what: Case): Promise<unknown> => {
    const number = cases.push({ ...what }) - 1;
    return JSON.parse(await browser.ask(`${address}${number}/?threads=${threads}`));
  };

  test.skipIf(!there)('nothing is wrong', { timeout: 200_000 }, async () => {
    expect(await ask(1, {})).toMatchObject({ step: 2, threads: 1, worker: true });
    expect(await ask(2, {})).toMatchObject({ step: 2, threads: 2, worker: true, reason: null });
  });

  test.skipIf(!there).each(Object.entries(single))(
    'a worker that %s is an error with the reason and a way on',
    { timeout: 200_000 },
    async (_, [what, reason]) => {
      const answer = await ask(1, what);
      expect(answer).toEqual({ code: 'LOAD_FAILED', message: expect.stringMatching(reason) });
      expect(answer).toMatchObject({ message: expect.stringContaining('worker: false') });
    },
  );

  test.skipIf(!there).each(Object.entries(threaded))(
    "a thread's worker that %s leaves one thread, and the reason",
    { timeout: 200_000 },
    async (_, [what, reason]) => {
      expect(await ask(2, what)).toMatchObject({
        step: 2,
        threads: 1,
        worker: true,
        reason: expect.stringMatching(reason),
      });
    },
  );

  test.skipIf(!there)('a page without Worker does without', { timeout: 200_000 }, async () => {
    const before = 'delete globalThis.Worker;';
    expect(await ask(2, { before })).toMatchObject({
      step: 2,
      threads: 1,
      worker: false,
      reason: expect.stringContaining('Workers are not available'),
    });
  });

  test.skipIf(!there)('a slow network is no fault', { timeout: 200_000 }, async () => {
    const files = { '/dist/worker.js': { delay: 6000 }, '/dist/worker/session.js': { delay: 6000 } };
    expect(await ask(1, { files })).toMatchObject({ step: 2, threads: 1, worker: true });
    // Nor is it where the page may not fetch the worker's script, and only waits until it is there.
    const headers = { 'Content-Security-Policy': 'connect-src @dist/simd.wasm' };
    expect(await ask(1, { files: { '/dist/worker.js': { delay: 6000 } }, headers })).toMatchObject({
      step: 2,
      threads: 1,
      worker: true,
    });
  });
});
