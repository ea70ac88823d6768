/** Processes and workers that are killed: what was saved goes on as if nothing had happened. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModel } from 'unfold-rnn';
import { count, many } from './counts.js';
import { collect, realModel, rejection, sleep, TEXT } from './harness.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const kills = many('KILLS', 4);
/** Milliseconds between saves, and what a slice, a save and a busy machine may add. */
const interval = 50;
const slack = 2000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await writeFile(join(folder, 'text.txt'), TEXT);
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  /** From the file, or 0. */
  began: number;
  reached: number;
  /** The newest step that was said to be saved. */
  saved: number;
  /** Milliseconds of training since that save (or the start) when the process ended. */
  unsaved: number;
  status: number | null;
}

/** What is learnt: a text, and examples of a task. */
const whole = {
  text: [
    'text.txt',
    '--preset',
    'gru',
    '--units',
    '16',
    '--batch-size',
    '4',
    '--sequence-length',
    '16',
    '--threads',
    '1',
  ],
  examples: ['--dataset', 'order', '--units', '8', '--batch-size', '4', '--threads', '1'],
};

/** Runs the command line; `life` milliseconds after it began to train it is killed. */
async function train(what: keyof typeof whole, out: string, steps: number, life = Infinity): Promise<Run> {
  const saving = ['--save-every', String(interval / 1000), '--validation-split', '0'];
  const args = [program, 'train', ...whole[what], '-o', out, '-n', String(steps), '--json', ...saving];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const run: Run = { began: 0, reached: 0, saved: 0, unsaved: 0, status: null };
  let since = 0;
  let newest = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.event === 'start') {
      run.began = run.saved = event.step;
      since = newest = performance.now();
      if (life < Infinity) setTimeout(() => child.kill('SIGKILL'), life);
    } else if (event.event === 'saved') {
      run.saved = event.step;
      since = performance.now();
    } else if (event.event === 'progress') {
      run.reached = event.step;
      newest = performance.now();
    }
  }
  run.unsaved = Math.max(0, newest - since);
  run.status = await new Promise((resolve) =>
    child.exitCode !== null || child.signalCode ? resolve(child.exitCode) : child.on('close', resolve),
  );
  return run;
}

test.each(['text', 'examples'] as const)(
  `a run that is killed ${kills} times leaves the bytes of one that was not: %s`,
  { timeout: 60_000 + kills * 20_000 },
  async (what) => {
    let survived = 0;
    let saved = 0;
    let steps = 0;
    // Killed at random moments; the seed makes a failure repeatable as far as the clock allows.
    let state = 12345;
    const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    for (let n = 0; n < kills; ++n) {
      const run = await train(what, `${what}-killed.safetensors`, 1e6, random() ** 2 * 2000);
      expect(run.status).toBeNull();
      expect(run.began).toBeGreaterThanOrEqual(saved); // what was said to be saved is there
      expect(run.unsaved).toBeLessThan(interval + slack);
      saved = run.saved;
      steps = Math.max(steps, run.reached, run.saved);
      ++survived;
    }
    // What was saved may be newer than the last that was said: asked for a step long past, a run only tells its own.
    const { began } = await train(what, `${what}-killed.safetensors`, 1);
    expect(began).toBeGreaterThanOrEqual(saved);
    const until = Math.max(steps, began) + 20;
    await train(what, `${what}-killed.safetensors`, until);
    expect((await train(what, `${what}-undisturbed.safetensors`, until)).began).toBe(0);
    const [killed, undisturbed] = await Promise.all(
      ['killed', 'undisturbed'].map((name) => readFile(join(folder, `${what}-${name}.safetensors`))),
    );
    const at = killed!.findIndex((byte, i) => byte !== undisturbed![i]);
    const around = (file: Buffer) => file.toString('latin1', Math.max(0, at - 60), at + 60);
    expect(around(killed!), `the first difference is at byte ${at}`).toBe(around(undisturbed!));
    expect(killed!.length).toBe(undisturbed!.length);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]); // swept up
    count(`Node killed (SIGKILL) while training on ${what}`, kills, survived);
  },
);

test(
  'a worker that is killed in the middle of a step: typed error, and the last saved bytes go on',
  {
    timeout: 60_000 + kills * 10_000,
  },
  async () => {
    const rounds = kills;
    const undisturbed = await realModel({ evaluateEvery: 0 });
    await collect(undisturbed.train({ until: 60 }));
    const expected = await undisturbed.save();
    for (let round = 0; round < rounds; ++round) {
      const workers: Worker[] = [];
      const seen = (worker: Worker) => workers.push(worker);
      process.on('worker', seen);
      const model = await realModel({ worker: true, evaluateEvery: 0 });
      process.off('worker', seen);
      await collect(model.train({ until: 5 + (round % 50) }));
      const bytes = await model.save();
      const training = rejection(collect(model.train()));
      const writing = rejection(collect(model.sample({ length: 1e6 })));
      await sleep((round * 37) % 120);
      await Promise.all(workers.map((worker) => worker.terminate()));
      expect(await training).toMatchObject({ name: 'UnfoldError', code: 'WORKER_FAILED' });
      expect(await writing).toMatchObject({ code: 'WORKER_FAILED' });
      expect(await rejection(model.save())).toMatchObject({ code: 'WORKER_FAILED' });
      model.dispose();
      const again = await openModel(bytes, TEXT, { threads: 1 });
      expect(again.info.step).toBe(5 + (round % 50));
      await collect(again.train({ until: 60 }));
      expect(await again.save()).toEqual(expected);
      again.dispose();
    }
    count('worker killed in the middle of a run', rounds, rounds);
  },
);
