/** What the command line writes: at any byte and any call that fails, an older or the new generation can be opened. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
// Not exported: the command line's way of writing, with a disk that fails.
import { disk, previousOf, write } from '../../dist/cli/files.js';
import { openSaved } from '../../dist/cli/saved.js';
import { count, many } from './counts.js';
import { collect, realModel, rejection, TEXT } from './harness.js';

const real = { ...disk };
let folder: string;
let path: string;
/** Files of steps 1, 2 and 3 of one run. */
const generations: Uint8Array[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  path = join(folder, 'model.safetensors');
  const model = await realModel({ worker: false, layers: [{ cell: 'gru', units: 4 }] });
  for (let step = 0; step < 3; ++step) {
    await collect(model.train({ steps: 1 }));
    generations.push(await model.save());
  }
});
afterEach(() => void Object.assign(disk, real));
afterAll(() => rm(folder, { recursive: true }));

const runtime = { threads: 1, worker: false };

async function stepOf(file: string): Promise<number> {
  const { model } = await openSaved(file, TEXT, runtime);
  const { step } = model.info;
  model.dispose();
  return step;
}

async function twoGenerations() {
  await rm(path, { force: true });
  await write(path, generations[0]!, { keep: true });
  await write(path, generations[1]!, { keep: true });
}

test('the former file stays, and the one before that goes', async () => {
  await twoGenerations();
  expect(await readFile(previousOf(path))).toEqual(Buffer.from(generations[0]!));
  await write(path, generations[2]!, { keep: true });
  expect(await readFile(path)).toEqual(Buffer.from(generations[2]!));
  expect(await readFile(previousOf(path))).toEqual(Buffer.from(generations[1]!));
});

test(
  'a file cut anywhere, or with a byte changed, falls back on the one before',
  { timeout: 600_000 },
  async () => {
    await twoGenerations();
    const whole = generations[1]!;
    const every = Math.max(1, many('CUTS', 397));
    let tried = 0;
    for (let length = 0; length < whole.length; length += every, ++tried) {
      await writeFile(path, whole.subarray(0, length));
      expect(await stepOf(path), `cut at ${length}`).toBe(1);
    }
    for (let at = 3; at < whole.length; at += 5 * every, ++tried) {
      await writeFile(path, whole);
      const changed = await readFile(path);
      changed[at]! ^= 16;
      await writeFile(path, changed);
      expect(await stepOf(path), `changed at ${at}`).toBe(1);
    }
    await rm(path);
    expect(await stepOf(path)).toBe(1);
    count('file cut or changed at a byte', tried, tried);
  },
);

test('whichever call to the disk fails, one of the two generations can be opened', async () => {
  const names = ['open', 'link', 'rename', 'rm'] as const;
  let tried = 0;
  // `forever` is a crash: nothing after it reaches the disk. Otherwise one call is refused, as by a full disk.
  for (const forever of [false, true]) {
    for (let n = 0, reached = true; reached; ++n) {
      await twoGenerations();
      reached = false;
      let calls = 0;
      for (const name of names) {
        Object.assign(disk, {
          [name]: (...args: never[]) => {
            const fails = forever ? calls >= n : calls === n;
            ++calls;
            reached ||= fails;
            if (fails) return Promise.reject(Object.assign(new Error('injected'), { code: 'ENOSPC' }));
            return (real[name] as (...args: never[]) => Promise<unknown>)(...args);
          },
        });
      }
      const writing = write(path, generations[2]!, { keep: true });
      if (reached || n < 1) expect((await rejection(writing)).message).toContain('the disk is full');
      else await writing.catch((error: Error) => expect(error.message).toContain('the disk is full'));
      Object.assign(disk, real);
      expect(await stepOf(path)).toBeGreaterThanOrEqual(2);
      expect(await stepOf(previousOf(path))).toBeGreaterThanOrEqual(1);
      tried += Number(reached);
    }
  }
  expect(tried).toBeGreaterThanOrEqual(6);
  count('call to the disk that fails', tried, tried);
});

test('neither can be opened: the error is of the newer; another text is no damage', async () => {
  await twoGenerations();
  await writeFile(path, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  await writeFile(previousOf(path), '');
  expect(await rejection(openSaved(path, TEXT, runtime))).toMatchObject({
    code: 'INVALID_CHECKPOINT',
    actual: '8 bytes',
  });
  await twoGenerations();
  expect(await rejection(openSaved(path, `${TEXT}the`, runtime))).toMatchObject({
    code: 'INVALID_TEXT',
  });
});
