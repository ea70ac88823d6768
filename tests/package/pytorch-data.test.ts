/** The examples of exported PyTorch projects: those that the engine reads or generates, in the same splits and order. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModel, getSchema } from 'unfold-rnn';
import { toPyTorch } from 'unfold-rnn/export';
// Not exported: the metadata of a file.
import { readSafetensors } from '../../dist/export/safetensors.js';
import { argumentsOf, collect, type Setup } from './harness.js';
import { hasModule, python } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Case = Setup & { text?: string };
const repeated = (line: (i: number) => string, end = '\n') =>
  Array.from({ length: 25 }, (_, i) => line(i)).join(end);
const symbols = (i: number) => [...'aßb𝄞cd'].slice(i % 3, 4 + (i % 3)).join('');

/** Each format, with what its reader also takes. */
const files: Record<string, Case> = {
  'classify, Windows line ends': {
    task: 'classify',
    text: `\uFEFF${repeated((i) => `Label ${i % 3}\t${symbols(i)}`, '\r\n')}\r\n\r\n`,
  },
  'tag, empty lines': {
    task: 'tag',
    text: repeated((i) => `${symbols(i)}\t${'xyz'.repeat(2).slice(0, 4)}`, '\n\n'),
  },
  translate: { task: 'translate', text: repeated((i) => `${symbols(i)}\t${symbols(i + 1)}`) },
  generate: { task: 'generate', text: repeated(symbols) },
  'generate, a context': {
    task: { name: 'generate', context: 2 },
    text: repeated((i) => `${i / 7}, -.5e-1\t${symbols(i)}`),
  },
  'regress, a header and two series': {
    task: 'regress',
    text: `x;y\n${repeated((i) => `${Math.sin(i)}; ${i}`)}\n\n${repeated((i) => `${-i},+1.25E1`)}`,
  },
  'regress, longer than an example may be': {
    task: 'regress',
    text: Array.from({ length: 900 }, (_, i) => Math.cos(i)).join('\n'),
  },
  'regress, pooled': {
    task: { name: 'regress', pooling: 'mean' },
    text: repeated((i) => `${i} 0.1,2 ${i / 3}, 5 6;${i},7`),
  },
  'notes, divided': {
    task: 'notes',
    dataset: { keys: 'piano' },
    text: JSON.stringify({
      splits: {
        train: Array.from({ length: 9 }, (_, i) => [[40, i], [], [87, 0]]),
        valid: [[[1], [2, 2]]],
        test: [[[3], [4]]],
      },
    }),
  },
  'notes, to be divided': {
    task: 'notes',
    text: JSON.stringify({
      keys: 'midi',
      train: Array.from({ length: 11 }, (_, i) => [[40 + i], [i + 41], []]),
    }),
    seed: 2 ** 40 + 7,
  },
  'nothing held back': { task: 'generate', text: repeated(symbols), validationSplit: 0 },
};

describe.runIf(hasModule('torch'))("in Debian's PyTorch", async () => {
  const { datasets: corpora } = await getSchema();
  const generated = Object.fromEntries(
    corpora.map(({ name }) => [name, { dataset: { name, count: 200, seed: 2 ** 35 + 3 } }]),
  );
  const cases: Record<string, Case> = { ...files, ...generated };
  const named = (name: string) => name.replace(/\W+/g, '-');
  const wanted: Record<string, { fingerprint: string; sizes: number[] }> = {};
  let results: Record<string, { fingerprint: string; sizes: number[]; error?: string; refused?: string }>;

  const write = (name: string, checkpoint: Uint8Array, data: string | null) => {
    const project = join(folder, named(name));
    mkdirSync(project);
    for (const [file, content] of Object.entries(toPyTorch(checkpoint)))
      writeFileSync(join(project, file), content);
    writeFileSync(join(project, 'case.json'), JSON.stringify({ data }));
  };

  beforeAll(async () => {
    for (const [name, options] of Object.entries(cases)) {
      const small = { layers: [{ units: 3 }], batchSize: 4, threads: 1, worker: false };
      const model = await createModel(...argumentsOf({ ...small, ...options }));
      await collect(model.train({ steps: 1 }));
      const checkpoint = await model.save();
      const { train, validation, test: tests } = model.info.data!;
      wanted[name] = {
        fingerprint: JSON.parse(readSafetensors(checkpoint).metadata['progress']!).text,
        sizes: [train, validation, tests],
      };
      const file = join(folder, `${named(name)}.txt`);
      if (options.text !== undefined) writeFileSync(file, options.text);
      write(name, checkpoint, options.text === undefined ? null : file);
      if (name === 'tag, empty lines') {
        writeFileSync(join(folder, 'foreign.txt'), 'aß\txy\naQ\txy');
        write('foreign', checkpoint, join(folder, 'foreign.txt'));
        write('missing', checkpoint, null);
      }
      model.dispose();
    }
    results = JSON.parse(python([new URL('pytorch_data_cases.py', import.meta.url).pathname, folder]));
  }, 120_000);

  test.each(Object.keys(cases))('%s', (name) => {
    expect(results[named(name)]).toEqual(wanted[name]);
  });

  test('what does not fit is refused with its line', () => {
    expect(results['foreign']!.refused).toContain(
      "line 2: expected symbols of the model's vocabulary, got 'Q'",
    );
    expect(results['missing']!.refused).toBe('Name the file of the examples: --data FILE.');
  });
});
