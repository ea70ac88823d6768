/** Exported PyTorch projects: the same logits, the same training, and a file that comes back. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromStateDict, toPyTorch, toStateDict } from 'unfold-rnn/export';
import type { Config } from 'unfold-rnn';
import { BATCH, configurations, difference, reopened, TEXT, trained, type Trained } from './networks.js';
import { hasModule, python } from './python.js';

const STEPS = 20;
const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-'));
const text = join(folder, 'text.txt');
writeFileSync(text, TEXT);
afterAll(() => rmSync(folder, { recursive: true }));

const named = (name: string) => name.replace(/\W+/g, '-');
const isRandom = (config: Config) => JSON.stringify(config).match(/dropout|zoneout/i) !== null;

function write(name: string, { checkpoint }: Trained): string {
  const project = join(folder, named(name));
  mkdirSync(project);
  for (const [file, content] of Object.entries(toPyTorch(checkpoint)))
    writeFileSync(join(project, file), content);
  return project;
}

/** How training can differ; the networks above all train with Adam. */
const gru = { layers: [{ cell: 'gru', units: 5 }] };
const trainings: Record<string, Config> = {
  ...Object.fromEntries(
    ['sgd', 'momentum', 'nesterov', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamw'].map((name) => [
      name,
      { ...gru, optimizer: { name, learningRate: 0.02, weightDecay: 0.01 } },
    ]),
  ),
  'rmsprop, centred, with momentum': {
    ...gru,
    optimizer: { name: 'rmsprop', learningRate: 0.002, centered: true, momentum: 0.5 },
  },
  'schedule: warm-up and steps': { ...gru, schedule: { name: 'step', every: 5, warmup: 9 } },
  'schedule: exponential': { ...gru, schedule: { name: 'exponential', every: 8 } },
  'schedule: cosine': { ...gru, schedule: { name: 'cosine', steps: 20, minimum: 0.001 } },
  'schedule: plateau': {
    ...gru,
    validationSplit: 0.2,
    evaluateEvery: 3,
    optimizer: { learningRate: 0.2 },
    schedule: { name: 'plateau', patience: 0 },
  },
  'clipping by value and norm, beyond the end of the text': {
    ...gru,
    clip: { norm: 0.2, value: 0.03 },
    sequenceLength: 60,
  },
  bytes: { ...gru, unit: 'byte' },
  'a vocabulary with a cap': { ...gru, vocabulary: 8 },
  words: { ...gru, unit: 'word' },
  'words between blanks, with a cap': { ...gru, unit: 'whitespace', vocabulary: 30, sequenceLength: 4 },
  'merged bytes': { ...gru, unit: 'bpe', vocabulary: 270 },
};

const configs = { ...(await configurations()), ...trainings };

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  const losses: Record<string, number[]> = {};
  let results: Record<string, { logits: number; states: object; losses?: number[]; error?: string }>;

  beforeAll(async () => {
    for (const [name, config] of Object.entries(configs)) {
      const model = await trained(config);
      const project = write(name, model);
      const tokens = Array.from({ length: 15 * BATCH }, (_, i) =>
        i === 10 ? 65535 : (i * 7 + ((i * i) % 5)) % model.symbols,
      );
      const [logits, after] = model.logits(tokens, BATCH, model.state);
      const plain = ({ values, ...rest }: Trained['state']) => ({ ...rest, values: [...values] });
      const content = {
        tokens,
        columns: BATCH,
        logits: [...logits],
        before: plain(model.state),
        after: plain(after),
        steps: STEPS,
        text,
      };
      writeFileSync(join(project, 'case.json'), JSON.stringify(content));
      losses[name] = model.train(STEPS);
      model.dispose();
    }
    results = JSON.parse(python([new URL('pytorch_cases.py', import.meta.url).pathname, folder]));
  }, 300_000);

  describe.each(Object.entries(configs))('%s', (name, config) => {
    test('gives the same logits and states', () => {
      const { logits, states, error } = results[named(name)]!;
      expect(error).toBeUndefined();
      expect(logits).toBeLessThan(1e-5);
      for (const [state, off] of Object.entries(states)) expect(off, state).toBeLessThan(1e-5);
    });
    test(`goes on training as we do, for ${STEPS} steps`, () => {
      const { losses: theirs, error } = results[named(name)]!;
      expect(error).toBeUndefined();
      expect(theirs).toHaveLength(STEPS);
      if (isRandom(config)) {
        // Other random numbers: the same on average. Nothing is dropped in the test above.
        const mean = (values: number[]) => values.reduce((a, b) => a + b) / STEPS;
        expect(Math.abs(mean(theirs!) - mean(losses[name]!))).toBeLessThan(0.1);
        expect(difference(theirs!, losses[name]!)).toBeGreaterThan(1e-4);
        return;
      }
      expect(Math.abs(theirs![0]! - losses[name]![0]!)).toBeLessThan(1e-5);
      expect(difference(theirs!, losses[name]!)).toBeLessThan(1e-3);
    });
  });

  test('what PyTorch saves goes on here', async () => {
    for (const name of [
      'peephole-lstm',
      'clockwork-rnn',
      'narx',
      'free-running output',
      'gru, reset before, one bias, twice',
    ]) {
      const model = await trained(configs[name]!);
      const bytes = new Uint8Array(readFileSync(join(folder, named(name), 'out.safetensors')));
      const back = await reopened(bytes);
      model.train(STEPS);
      expect(difference(back.train(5), model.train(5)), name).toBeLessThan(1e-3);
      model.dispose();
      back.dispose();
    }
  });

  test('weights without an optimizer begin anew, and come back with one', { timeout: 200_000 }, async () => {
    const model = await trained({ preset: 'gru', units: 6 });
    const fresh = await reopened(model.weights);
    const project = write('bare', { ...model, checkpoint: model.weights });
    const imported = fromStateDict(toStateDict(model.checkpoint));
    expect(() => toPyTorch(imported)).toThrow(
      'config.optimizer: expected a value (open this file and save it once)',
    );
    model.dispose();
    const output = python([join(project, 'train.py'), '--data', text, '--steps', '3', '--sample', '9']);
    expect(output).toContain('The data are new to this model');
    const losses = [...output.matchAll(/ loss (\S+)/g)].map((match) => Number(match[1]));
    expect(difference(losses, fresh.train(3))).toBeLessThan(1e-5);
    const back = await reopened(new Uint8Array(readFileSync(join(project, 'model.safetensors'))));
    expect(difference(back.train(3), fresh.train(3))).toBeLessThan(1e-3);
    fresh.dispose();
    back.dispose();
  });

  test('two processes train as one', { timeout: 200_000 }, async () => {
    const model = await trained({
      preset: 'lstm',
      units: 6,
      batchSize: 4,
      evaluateEvery: 4,
      validationSplit: 0.2,
    });
    const project = write('two', model);
    const run = (args: string[], program?: string) =>
      python(
        [
          ...args,
          join(project, 'train.py'),
          '--data',
          text,
          '--steps',
          '8',
          '--out',
          join(project, 'out.safetensors'),
        ],
        program,
        {
          GLOO_SOCKET_IFNAME: 'lo',
        },
      );
    const losses = (output: string) => [...output.matchAll(/ loss (\S+)/g)].map((match) => Number(match[1]));
    const one = losses(run([]));
    // -r and -t: without them, Debian's PyTorch 1.13 stumbles over its Python 3.11.
    const two = losses(run(['--standalone', '--nproc_per_node', '2', '-r', '1', '-t', '1'], 'torchrun'));
    expect(one).toHaveLength(10); // two of them of the validation text
    expect(difference(two, one)).toBeLessThan(1e-5);
    expect(
      difference(
        one.filter((_, k) => k !== 2 && k !== 7),
        model.train(8),
      ),
    ).toBeLessThan(1e-4);
    const back = await reopened(new Uint8Array(readFileSync(join(project, 'out.safetensors'))));
    expect(difference(back.train(3), model.train(3))).toBeLessThan(1e-3);
    back.dispose();
    model.dispose();
  });
});
