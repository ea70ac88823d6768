/**
 * What users of WebAssembly packages report most, where no other file tests it: memory that leaks or moves, files under
 * other names, signals of old platforms.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModel, openModel } from 'unfold-rnn';
import { collect, hosts, realModel, rejection, SMALL, TEXT } from './harness.js';

const dist = new URL('../../dist/', import.meta.url);
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'unfold-'))));
afterAll(() => rm(folder, { recursive: true }));

test('two hundred models, one after the other, leave no memory behind', { timeout: 120_000 }, async () => {
  const code = `
    import { createModel } from ${JSON.stringify(new URL('index.js', dist).href)};
    const resident = () => (gc(), process.memoryUsage().rss / 2 ** 20);
    let early;
    for (let i = 1; i <= 200; i++) {
      const model = await createModel({ layers: [{ cell: 'gru', units: 16 }], sequenceLength: 8, batchSize: 4 }, ${JSON.stringify(TEXT)}, { threads: i % 20 ? 1 : 2, worker: i % 4 === 0 });
      for await (const progress of model.train({ steps: 1 }));
      model.dispose();
      if (i === 60) early = resident();
    }
    console.log(JSON.stringify({ early, late: resident() }));`;
  const file = join(folder, 'leak.mjs');
  await writeFile(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file]);
  const { early, late } = JSON.parse(stdout);
  expect(late).toBeLessThan(early + 60); // an engine begins with 16 MB: 140 of them would be gigabytes
});

test.each(hosts)('memory that grows leaves no stale view behind, in $host', async ({ worker }) => {
  const words = Array.from({ length: 60_000 }, (_, i) => ((i * 7919) % 9973).toString(36));
  const model = await realModel({ worker, text: words.join(' ') });
  await collect(model.train({ steps: 5 }));
  const before = await model.save();
  const copy = before.slice();
  await model.baselines({ maxOrder: 8 }); // tens of megabytes of counts
  expect(await model.save()).toEqual(copy);
  expect(before).toEqual(copy);
});

test('the files may lie anywhere, under any name', async () => {
  await cp(dist, join(folder, 'renamed'), { recursive: true });
  const at = (name: string) => pathToFileURL(join(folder, 'renamed', name));
  await cp(at('simd.wasm'), at('engine.bin'));
  await rm(at('simd.wasm'));
  await writeFile(at('mine.js'), "import './worker.js';");
  const model = await createModel(SMALL, TEXT, {
    threads: 1,
    wasmUrl: (build) => (expect(build).toBe('simd'), at('engine.bin')),
    workerUrl: at('mine.js').href,
  });
  const reports = await collect(model.train({ steps: 3 }));
  const usual = await collect((await realModel()).train({ steps: 3 }));
  expect(reports.at(-1)!.loss).toBe(usual.at(-1)!.loss);
  model.dispose();
});

test('no script names a folder as an address: bundlers stumble over it', async () => {
  for (const name of (await readdir(dist)).filter((name) => name.endsWith('.js'))) {
    const source = await readFile(new URL(name, dist), 'utf8');
    expect(source, name).not.toMatch(/new URL\(\s*['"]\.{0,2}\/?['"]/);
  }
});

test('a signal of an old platform, without a reason, gives a typed error', async () => {
  const old = () => {
    const controller = new AbortController();
    Object.defineProperty(controller.signal, 'reason', { value: undefined });
    return controller;
  };
  const model = await realModel();
  const controller = old();
  const training = rejection(collect(model.train({ signal: controller.signal })));
  controller.abort();
  expect(await training).toMatchObject({ name: 'UnfoldError', code: 'ABORTED' });
  const loading = old();
  loading.abort();
  expect(await rejection(openModel(await model.save(), undefined, { signal: loading.signal }))).toMatchObject(
    {
      code: 'ABORTED',
    },
  );
});
