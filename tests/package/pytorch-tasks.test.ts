/** PyTorch projects of tasks: what the engine itself answers, of both directions, pooled or at each step. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toPyTorch } from 'unfold-rnn/export';
import { openModel } from 'unfold-rnn';
import { hasModule, python } from './python.js';
import { answerOf, asked, close, given, made, networkCases as cases } from './task-models.js';

const LENGTHS = [1, 5];
const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const named = (name: string) => name.replace(/\W+/g, '-');

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  const wanted: Record<string, { outputs: number; answers: number[][]; files: string[] }> = {};
  let results: Record<string, { answers: number[][]; changed: number[][]; error?: string }>;

  beforeAll(async () => {
    for (const [name, task, text, more] of cases) {
      const model = await made(task, text, more);
      const files = toPyTorch(await model.save());
      const project = join(folder, named(name));
      mkdirSync(project);
      for (const [file, content] of Object.entries(files)) writeFileSync(join(project, file), content);
      const asks = LENGTHS.map((T) => asked(model, T));
      writeFileSync(join(project, 'case.json'), JSON.stringify(asks.map(({ encoded }) => encoded)));
      const answers = [];
      for (const { input } of asks) answers.push(given(await model.predict({ input })));
      wanted[name] = { outputs: model.info.data!.outputs, answers, files: Object.keys(files) };
      model.dispose();
    }
    results = JSON.parse(python([new URL('pytorch_tasks_cases.py', import.meta.url).pathname, folder]));
  }, 120_000);

  test.each(cases)('%s gives the same answers', (name, task) => {
    const { answers, error } = results[named(name)]!;
    expect(error).toBeUndefined();
    const { outputs, answers: ours, files } = wanted[name]!;
    expect(answers).toHaveLength(LENGTHS.length);
    answers.forEach((logits, n) => close(answerOf(task, logits, outputs), ours[n]!));
    expect(files).toEqual(['network.py', 'checkpoint.py', 'model.safetensors']);
  });

  test.each(cases)('%s with other weights comes back', async (name, task) => {
    const bytes = new Uint8Array(readFileSync(join(folder, named(name), 'out.safetensors')));
    const model = await openModel(bytes, { threads: 1, worker: false });
    const { changed } = results[named(name)]!;
    for (const [n, T] of LENGTHS.entries()) {
      const { input } = asked(model, T);
      const ours = given(await model.predict({ input }));
      close(answerOf(task, changed[n]!, wanted[name]!.outputs), ours);
    }
    model.dispose();
  });
});
