// The best weights, and runs that end by themselves: in the package and on the command line.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type Config, openModel } from 'unfold-rnn';
import * as command from './command';
import { collect, realModel } from './harness';

vi.setConfig({ testTimeout: 180_000 }); // programs on a busy machine

/** Letters without an order: what a network learns of them by heart, the validation part does not have. */
const NOISE = Array.from({ length: 900 }, (_, i) => 'abcdefghi'[(i * i * 7 + ((i * 31) >> 3)) % 9]).join('');

const SOON = {
  text: NOISE,
  layers: [{ cell: 'lstm', units: 24 }],
  ...{ sequenceLength: 6, batchSize: 3, validationSplit: 0.2, evaluateEvery: 4 },
  optimizer: { name: 'adam', learningRate: 0.02 },
} satisfies Config & { text: string };

describe.for([true, false])('in a worker: %s', (worker) => {
  test('a run without a limit ends when nothing better comes, with the best weights', async () => {
    const model = await realModel({ ...SOON, worker });
    expect(model.info).toMatchObject({ best: null, stopsEarly: true });
    const reports = await collect(model.train());
    const last = reports.at(-1)!;
    const best = last.best!;
    expect(last).toMatchObject({ done: true, stoppedEarly: true, best: { present: true } });
    expect(last.step).toBe(best.step + 10 * SOON.evaluateEvery);
    const measured = reports.flatMap(({ validationLoss }) => validationLoss ?? []);
    expect(Math.min(...measured)).toBeGreaterThanOrEqual(best.loss);
    expect(reports.some((one) => one.validationStep === best.step && one.validationLoss !== best.loss)).toBe(
      false,
    );
    expect(reports.slice(0, -1).some(({ stoppedEarly }) => stoppedEarly)).toBe(false);
    expect(model.info.best).toEqual(best);
    expect((await model.evaluate()).loss).toBe(best.loss);
  });
});

test('awaited, it gives its last report', async () => {
  const model = await realModel({ ...SOON, earlyStopping: 2 });
  expect(await model.train()).toMatchObject({ stoppedEarly: true, best: { present: true } });
});

test('without a validation, an awaited run without a limit is refused', async () => {
  for (const other of [{ evaluateEvery: 0 }, { validationSplit: 0 }, { earlyStopping: 0 }]) {
    const model = await realModel({ ...SOON, ...other });
    expect(model.info.stopsEarly).toBe(false);
    await expect(model.train()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: 'steps' });
  }
});

test('a limit is kept, unless a patience is asked for', async () => {
  const model = await realModel(SOON);
  expect(await model.train({ steps: 400 })).toMatchObject({ step: 400, stoppedEarly: false });
  expect(model.info.best!.present).toBe(false);
  const patient = await realModel({ ...SOON, earlyStopping: 3 });
  const last = await patient.train({ steps: 400 });
  expect(last).toMatchObject({ stoppedEarly: true, best: { present: true } });
  expect(last!.step).toBe(last!.best!.step + 3 * SOON.evaluateEvery);
});

test('a run with a patience ends with the best weights also where time or steps end it', async () => {
  for (const limit of [{ steps: 11 }, { seconds: 0.05 }]) {
    const model = await realModel({ ...SOON, earlyStopping: 100_000 });
    const last = await model.train(limit);
    expect(last).toMatchObject({ stoppedEarly: false, best: { present: true } });
    expect((await model.evaluate()).loss).toBe(last!.best!.loss);
  }
});

test('restoreBest brings them back at any time, and a file keeps both', async () => {
  const model = await realModel(SOON);
  await expect(model.restoreBest()).rejects.toMatchObject({ code: 'INVALID_STATE', field: 'restoreBest' });
  await model.train({ steps: 403 });
  const { step, loss } = model.info.best!;
  const present = await model.evaluate();
  const file = await model.save();
  const opened = await openModel(file, NOISE, { threads: 1 });
  try {
    expect((await opened.evaluate()).loss).toBe(present.loss);
    expect(opened.info.best).toEqual({ step, loss, present: false });
    expect(await opened.restoreBest()).toMatchObject({ step: 403, best: { step, loss, present: true } });
    expect((await opened.evaluate()).loss).toBe(loss);
    await model.restoreBest();
    expect(Buffer.from(await opened.save())).toEqual(Buffer.from(await model.save()));
    await opened.train({ steps: 1 });
    expect(opened.info.best).toMatchObject({ step, present: false });
  } finally {
    opened.dispose();
  }
});

test('the command line trains until nothing better comes, and --steps and --patience say otherwise', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-early-'));
  const at = (name: string) => join(folder, name);
  try {
    writeFileSync(at('noise.txt'), NOISE);
    const options = [
      '--units',
      '24',
      '--sequence-length',
      '6',
      '--batch-size',
      '3',
      '--validation-split',
      '0.2',
    ];
    const train = (out: string, ...more: string[]) =>
      command.run(folder, [
        'train',
        at('noise.txt'),
        '-o',
        at(out),
        '--evaluate-every',
        '4',
        '--learning-rate',
        '0.02',
        ...options,
        ...more,
      ]);
    const told = /Nothing better came after step (\d+): ended at step (\d+), with the weights of step \1\./;
    const [, best, end] = told.exec((await train('a')).err)!.map(Number) as [number, number, number];
    expect(end).toBe(best + 40);
    const patient = await train('b', '--patience', '3');
    const [, sooner, stopped] = told.exec(patient.err)!.map(Number) as [number, number, number];
    expect(stopped).toBe(sooner + 12);
    const whole = await train('c', '--steps', '200');
    expect(whole).toMatchObject({ status: 0, out: expect.stringContaining('step 200') });
    expect(whole.err).not.toMatch(told);
    const never = await train('d', '--patience', '0');
    expect(never).toMatchObject({ status: 0, out: expect.stringContaining('step 1000') });
    expect(readFileSync(at('d')).length).toBeGreaterThan(0);
    const json = await train('e', '--json');
    const events = json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.find(({ event }) => event === 'stopped-early')).toMatchObject({
      step: end,
      best: { step: best },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
