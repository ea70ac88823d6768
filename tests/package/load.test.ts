/** Loading: what is not there, is not what it should be, or does not answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
// Not exported: a session without a worker, for an engine that fails.
import { connectLocal } from '../../dist/client/local.js';
import { Client } from '../../dist/client/client.js';
import { checkConfig, createModel, openModel, support, UnfoldError } from 'unfold-rnn';
import { argumentsOf, fakeEngine, rejection } from './harness.js';

const emptyModule = Buffer.of(0, 97, 115, 109, 1, 0, 0, 0);
const fakeWorker = new URL('./fake-worker.js', import.meta.url);
const text = 'step=1';

let server: Server;
let requests: string[] = [];
let answer: (url: string) => { status: number; body: Buffer | string };

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url!);
    const { status, body } = answer(request.url!);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterAll(() => void server.close());
beforeEach(() => void (requests = []));
afterEach(() => void vi.unstubAllGlobals());

const address = (path: string) => `http://localhost:${(server.address() as AddressInfo).port}${path}`;
const create = (options: object) =>
  createModel(...argumentsOf({ text, workerUrl: fakeWorker, threads: 1, ...options }));

describe('the wasm file', () => {
  test.each([
    ['an HTML page', 200, '<!doctype html><title>App</title>', /is an HTML page, not WebAssembly/],
    ['a missing file', 404, 'no', /status 404/],
    ['an empty file', 200, '', /is an empty file/],
    ['a pointer to a file', 200, 'version https://git-lfs.github.com/spec/v1', /is "version https/],
    ['a damaged file', 200, Buffer.concat([emptyModule, Buffer.of(77)]), /could not be compiled/],
  ])('%s is refused, with its address', async (name, status, body, message) => {
    answer = () => ({ status, body });
    const wasmUrl = address(`/${encodeURIComponent(name)}.wasm`);
    const error = await rejection(create({ wasmUrl }));
    expect(error).toBeInstanceOf(UnfoldError);
    expect(error).toMatchObject({ code: 'LOAD_FAILED', message: expect.stringMatching(message) });
    expect(error.message).toContain(wasmUrl);
  });

  test.each(['http://localhost:1/simd.wasm', new URL('./nowhere.wasm', import.meta.url)])(
    '%s is nowhere',
    async (wasmUrl) => {
      expect(await rejection(create({ wasmUrl }))).toMatchObject({
        code: 'LOAD_FAILED',
        message: expect.stringContaining(String(wasmUrl)),
      });
    },
  );

  test('is fetched and compiled once for all models, and again after a failure', async () => {
    const wasmUrl = address('/engine.wasm');
    answer = () => ({ status: 503, body: '' });
    await Promise.all([rejection(create({ wasmUrl })), rejection(create({ wasmUrl }))]);
    expect(requests).toHaveLength(1);
    answer = () => ({ status: 200, body: emptyModule });
    const models = await Promise.all([create({ wasmUrl }), create({ wasmUrl: () => new URL(wasmUrl) })]);
    models.push(await create({ wasmUrl }));
    expect(requests).toHaveLength(2);
    for (const model of models) model.dispose();
  });

  test('gives way to a signal while it loads', async () => {
    const controller = new AbortController();
    answer = () => (controller.abort(new Error('left')), { status: 200, body: emptyModule });
    expect(
      await rejection(create({ wasmUrl: address('/slow.wasm'), signal: controller.signal })),
    ).toMatchObject({ message: 'left' });
    expect(await rejection(create({ signal: controller.signal }))).toMatchObject({ message: 'left' });
  });
});

describe('the worker', () => {
  const module = new WebAssembly.Module(emptyModule);
  const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const start = (workerUrl: URL | string, timeout = 5000) =>
    rejection(create({ wasmModule: module, workerUrl, timeout }));

  test('that is not there', async () => {
    expect(await start(new URL('./nowhere.js', import.meta.url))).toMatchObject({ code: 'LOAD_FAILED' });
    expect(await start('http://localhost:1/worker.js')).toMatchObject({ code: 'LOAD_FAILED' });
  });

  test('that does not parse, throws, or ends', async () => {
    expect(await start(script('}'))).toMatchObject({ code: 'LOAD_FAILED' });
    expect(await start(script('process.exit()'))).toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('ended with status 0'),
    });
    const thrown = await start(script('throw new Error("mine")'));
    expect(thrown).toMatchObject({ code: 'LOAD_FAILED', message: expect.stringContaining('mine') });
  });

  test('that never answers', async () => {
    const silent = 'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});';
    expect(await start(script(silent), 300)).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('0.3 seconds'),
    });
    const error = await rejection(create({ wasmModule: module, workerUrl: script(silent) }));
    expect(error).toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringMatching(/does not answer.* worker: false/),
    });
  });

  test.each(['"hello"', 'null', '{ type: "chunk", id: 77 }', '{ type: "what", id: 1 }'])(
    'that sends %s',
    async (message) => {
      const stray = `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => parentPort.postMessage(${message}));`;
      expect(await start(script(stray))).toMatchObject({ code: 'WORKER_FAILED' });
    },
  );

  test('of another version', async () => {
    const client = new Client(connectLocal(fakeEngine));
    const error = await rejection(
      client.call('start', { version: 0, module, threads: 1, math: 'reproducible' }),
    );
    expect(error).toMatchObject({ code: 'WORKER_FAILED', message: expect.stringContaining('version') });
  });
});

describe('arguments', () => {
  test.each([
    ['threads', 0, 'INVALID_ARGUMENT'],
    ['threads', 1.5, 'INVALID_ARGUMENT'],
    ['threads', 'many', 'INVALID_ARGUMENT'],
    ['math', 'sloppy', 'INVALID_ARGUMENT'],
  ])('%s: %s is refused', async (field, value, code) => {
    expect(await rejection(create({ [field]: value }))).toMatchObject({ code, field });
  });

  test.each([undefined, 5])('the dataset %s is refused', async (dataset) => {
    expect(await rejection(create({ text: dataset }))).toMatchObject({
      code: 'INVALID_TEXT',
      field: 'dataset',
    });
  });

  test('a checkpoint that is not bytes is refused', async () => {
    expect(await rejection(openModel('file' as never))).toMatchObject({
      code: 'INVALID_CHECKPOINT',
      actual: "'file'",
    });
  });
});

describe('support', () => {
  test('is complete in Node', async () => {
    expect(await support()).toEqual({
      simd: true,
      fast: expect.any(Boolean),
      threads: true,
      isolated: true,
      reason: null,
    });
  });

  test('says what is missing', async () => {
    vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => false });
    expect(await support()).toMatchObject({
      simd: false,
      threads: false,
      reason: expect.stringContaining('SIMD'),
    });
    expect(await rejection(create({}))).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await rejection(checkConfig({}))).toMatchObject({ code: 'UNSUPPORTED' });
  });

  describe('in a page', () => {
    beforeEach(() => {
      vi.stubGlobal('process', { ...process, versions: {} });
      vi.stubGlobal('crossOriginIsolated', true);
      vi.stubGlobal('Worker', class {});
    });
    const withMemory = (Memory: unknown) =>
      vi.stubGlobal('WebAssembly', { ...WebAssembly, validate, Memory });
    const { validate } = WebAssembly;

    test('is complete where there is everything', async () => {
      expect(await support()).toMatchObject({ simd: true, threads: true, isolated: true, reason: null });
    });

    test.each([
      ['isolation', () => vi.stubGlobal('crossOriginIsolated', false), 'Cross-Origin-Opener-Policy'],
      ['SharedArrayBuffer', () => vi.stubGlobal('SharedArrayBuffer', undefined), 'no SharedArrayBuffer'],
      ['workers', () => vi.stubGlobal('Worker', undefined), 'Workers are not available'],
      [
        'shared memory',
        () =>
          withMemory(() => {
            throw new RangeError('no');
          }),
        'Shared WebAssembly memory is not available',
      ],
      [
        'memory that a worker can get',
        // A function is what no message can carry.
        () =>
          withMemory(function () {
            return () => {};
          }),
        'cannot be handed to a worker',
      ],
    ])('says that %s is missing', async (what, take, reason) => {
      take();
      expect(await support()).toMatchObject({
        simd: true,
        threads: false,
        isolated: what !== 'isolation',
        reason: expect.stringContaining(reason),
      });
    });
  });
});

test('no worker outlives its model, made or not', async () => {
  let running = 0;
  const count = (worker: Worker) => {
    running += 1;
    worker.on('exit', () => void (running -= 1));
  };
  process.on('worker', count);
  const wasmModule = new WebAssembly.Module(emptyModule);
  const model = await create({ wasmModule });
  expect(running).toBe(1);
  model.dispose();
  await rejection(create({ wasmModule, text: 'fault=INVALID_TEXT in=create' }));
  await rejection(create({ wasmModule, text: 'fault=trap in=create' }));
  await rejection(create({ wasmModule, text: 'fault=hang in=create', signal: AbortSignal.timeout(200) }));
  await expect.poll(() => running).toBe(0);
  process.off('worker', count);
});
