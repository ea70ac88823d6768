/** The package in a Node process of its own: what importing does, and that the process ends. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const index = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
const create = (runtime = '{}', batchSize = 4) =>
  `createModel({ layers: [{ cell: 'gru', units: 16 }], batchSize: ${batchSize}, sequenceLength: 16 }, 'to be or not to be '.repeat(200), ${runtime})`;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'unfold-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Runs a script; rejects if the process does not end by itself. */
async function node(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = join(folder, `${randomUUID()}.mjs`);
  await writeFile(file, code);
  return start([file], env);
}

async function start(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { timeout: 20_000, env: { ...process.env, ...env } };
  const { stdout, stderr } = await run(process.execPath, args, options);
  expect(stderr).toBe('');
  return stdout.trim();
}

test('importing has no side effects', async () => {
  const output = await node(`
    const before = Object.getOwnPropertyNames(globalThis).join();
    const { createModel } = await import(${index});
    const untouched = before === Object.getOwnPropertyNames(globalThis).join();
    const active = process.getActiveResourcesInfo().filter((name) => /Worker|Message|Timeout|Immediate|Socket/.test(name));
    console.log(typeof createModel, untouched, active.length);
  `);
  expect(output).toBe('function true 0');
});

test('importing needs none of the globals of a browser, as on a server that renders', async () => {
  const output = await node(`
    for (const name of ['WebAssembly', 'Worker', 'navigator', 'MessageChannel', 'fetch', 'Blob', 'crypto', 'performance']) {
      Object.defineProperty(globalThis, name, { get() { throw new Error(name + ' touched'); }, configurable: true });
    }
    console.log(Object.keys(await import(${index})).join());
    await import(${index.replace('index.js', 'inline.js')});
    await import(${index.replace('index.js', 'element.js')});
  `);
  expect(output).toBe(
    'UnfoldError,checkConfig,createModel,createNetwork,decodeText,describeNetwork,forecastCsv,getSchema,openModel,preload,previewDataset,support',
  );
});

test.each([
  ['in a worker', ''],
  ['on this thread', 'worker: false'],
  ['with threads', 'threads: 2'],
  ['with threads on this thread', 'threads: 2, worker: false'],
])('the process ends after dispose(), %s', async (_, options) => {
  const output = await node(`
    import { createModel } from ${index};
    const model = await ${create(`{ ${options} }`)};
    for await (const progress of model.train({ steps: 20 })) if (progress.done) console.log(progress.step);
    model.dispose();
  `);
  expect(output).toBe('20');
});

test('the process ends without dispose() too, but not before what is awaited', async () => {
  const output = await node(`
    import { createModel } from ${index};
    const model = await ${create()};
    for await (const text of model.sample({ length: 2000 }));
    console.log((await model.evaluate()).loss > 0);
  `);
  expect(output).toBe('true');
});

test('the process ends beside a worker that was started ahead and that nobody took', async () => {
  const output = await node(`
    import { preload } from ${index};
    await preload();
    console.log('ready');
  `);
  expect(output).toBe('ready');
});

test('a process can end in the middle of training', async () => {
  const output = await node(`
    import { createModel } from ${index};
    const model = await ${create()};
    for await (const progress of model.train()) if (progress.step > 10) break;
    const reports = model.train();
    await reports.next();
    console.log('left');
  `);
  expect(output).toBe('left');
});

test('workers start from a command line, whose options would not fit them', async () => {
  const code = `import { createModel } from ${index}; console.log((await ${create('{ threads: 2 }')}).info.runtime.threads);`;
  expect(await start(['--input-type=module', '-e', code])).toBe('2');
});

const taskset = (process.env.PATH ?? '')
  .split(delimiter)
  .map((path) => join(path, 'taskset'))
  .find((path) => existsSync(path));
if (!taskset) console.log('taskset is missing: training on one core is not tried.');

test.skipIf(!taskset)(
  'one core: one thread by itself, and two where they are asked for, with the same losses',
  async () => {
    const file = join(folder, 'core.mjs');
    await writeFile(
      file,
      `
    import { createModel } from ${index};
    const losses = [];
    for (const threads of ['auto', 2]) {
      const model = await ${create('{ threads }', 64)};
      const own = [];
      for await (const report of model.train({ steps: 100 })) own.push(...report.losses);
      losses.push(own.join());
      console.log(model.info.runtime.threads, own.length, model.info.runtime.reason);
      model.dispose();
    }
    console.log(losses[0] === losses[1]);
  `,
    );
    const { stdout, stderr } = await run(taskset!, ['-c', '0', process.execPath, file], { timeout: 60_000 });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual(['1 100 There is one core.', '2 100 null', 'true']);
  },
);

test.each([true, false])(
  'a thread that ends before it is ready leaves one, and the reason (worker: %s)',
  async (worker) => {
    const early = join(folder, 'early.cjs');
    await writeFile(early, "if (require('node:worker_threads').workerData === 'em-pthread') process.exit();");
    const output = await node(
      `
    import { createModel } from ${index};
    const model = await ${create(`{ threads: 2, worker: ${worker} }`)};
    for await (const progress of model.train({ steps: 2 }));
    console.log(JSON.stringify({ step: model.info.step, ...model.info.runtime }));
    model.dispose();
  `,
      { NODE_OPTIONS: `--require=${early}` },
    );
    expect(JSON.parse(output)).toMatchObject({
      step: 2,
      threads: 1,
      worker,
      reason: expect.stringContaining('a thread ended before it was ready'),
    });
  },
);
