/** PyTorch projects of tasks: what the engine itself answers, the same training, and a file that comes back. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toPyTorch } from 'unfold-rnn/export';
import { type Evaluation, type Model, openModel } from 'unfold-rnn';
import { hasModule, python } from './python.js';
import { collect } from './harness.js';
import {
  answerOf,
  asked,
  close,
  given,
  made,
  networkCases as cases,
  sequenceCases,
  texts,
} from './task-models.js';
import { difference } from './networks.js';

const LENGTHS = [1, 5];
const learned = [...cases, ...sequenceCases];
/** More than an epoch. */
const STEPS = 10;
const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const named = (name: string) => name.replace(/\W+/g, '-');
const train = async (model: Model, steps: number) =>
  (await collect(model.train({ steps }))).flatMap(({ losses }) => [...losses]);

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  interface Wanted {
    outputs: number;
    answers: number[][];
    losses: number[];
    evaluations: Evaluation[];
    further: number[];
  }
  interface Result {
    answers: number[][];
    changed: number[][];
    losses: number[];
    printed: string;
    error?: string;
  }
  const wanted: Record<string, Wanted> = {};
  let results: Record<string, Result>;

  beforeAll(async () => {
    for (const [name, task, text, more] of learned) {
      const model = await made(task, text, more);
      const files = toPyTorch(await model.save());
      const project = join(folder, named(name));
      mkdirSync(project);
      for (const [file, content] of Object.entries(files)) writeFileSync(join(project, file), content);
      const asks = (sequenceCases.some(([other]) => other === name) ? [] : LENGTHS).map((T) =>
        asked(model, T),
      );
      const data = join(project, 'data.txt');
      writeFileSync(data, texts[text]!);
      const args = ['--data', data, '--steps', String(STEPS)];
      const content = { asked: asks.map(({ encoded }) => encoded), arguments: args };
      writeFileSync(join(project, 'case.json'), JSON.stringify(content));
      const answers = [];
      for (const { input } of asks) answers.push(given(await model.predict({ input })));
      wanted[name] = {
        outputs: model.info.data!.outputs,
        answers,
        losses: await train(model, STEPS),
        evaluations: [await model.evaluate(), await model.evaluate({ split: 'test' })],
        further: await train(model, STEPS),
      };
      model.dispose();
    }
    results = JSON.parse(python([new URL('pytorch_tasks_cases.py', import.meta.url).pathname, folder]));
  }, 120_000);

  test.each(cases)('%s gives the same answers', (name, task) => {
    const { answers, error } = results[named(name)]!;
    expect(error).toBeUndefined();
    const { outputs, answers: ours } = wanted[name]!;
    expect(answers).toHaveLength(LENGTHS.length);
    answers.forEach((logits, n) => close(answerOf(task, logits, outputs), ours[n]!));
  });

  test.each(learned)('%s trains and measures as we do, over epochs', (name) => {
    const { losses, printed, error } = results[named(name)]!;
    expect(error).toBeUndefined();
    const { losses: ours, evaluations } = wanted[name]!;
    expect(Math.abs(losses[0]! - ours[0]!)).toBeLessThan(1e-5);
    expect(difference(losses, ours)).toBeLessThan(1e-4);
    for (const [k, split] of ['validation', 'test'].entries()) {
      const [, loss, accuracy] =
        new RegExp(`^${split}: loss (\\S+)(?:  accuracy (\\S+))?$`, 'm').exec(printed) ?? [];
      expect(Number(loss)).toBeCloseTo(evaluations[k]!.loss, 4);
      expect(accuracy).toBe(evaluations[k]!.accuracy?.toFixed(4));
    }
  });

  test.each(learned)('%s that PyTorch trained goes on here', async (name, _, text) => {
    const bytes = new Uint8Array(readFileSync(join(folder, named(name), 'trained.safetensors')));
    const model = await openModel(bytes, texts[text], { threads: 1, worker: false });
    expect(difference(await train(model, STEPS), wanted[name]!.further)).toBeLessThan(1e-3);
    model.dispose();
  });

  test.each(cases)('%s with other weights comes back', async (name, task) => {
    const bytes = new Uint8Array(readFileSync(join(folder, named(name), 'out.safetensors')));
    const model = await openModel(bytes, undefined, { threads: 1, worker: false });
    const { changed } = results[named(name)]!;
    for (const [n, T] of LENGTHS.entries()) {
      const { input } = asked(model, T);
      const ours = given(await model.predict({ input }));
      close(answerOf(task, changed[n]!, wanted[name]!.outputs), ours);
    }
    model.dispose();
  });
});
