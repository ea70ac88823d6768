/** Small models of tasks, trained a little, and what they make of logits: what exported ones must equal. */
import { expect } from 'vitest';
import { createModel, type Model, type Prediction } from 'unfold-rnn';
import { argumentsOf, collect, type Setup } from './harness.js';

const word = (i: number) => 'abcb'.slice(i % 3) + 'cab'.slice(0, i % 4);
const lines = (line: (i: number) => string) => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');
export const texts: Record<string, string> = {
  classify: lines((i) => `${i % 3 ? 'odd' : 'even'}\t${word(i)}`),
  tag: lines((i) => `${word(i)}\t${word(i).replaceAll('b', 'x')}`),
  regress: lines((i) => `${Math.sin(i / 3)},${i % 2}`),
  pooled: lines((i) => `${i / 40},${i % 2},1\t${i / 40}`),
  notes: JSON.stringify({
    keys: 'piano',
    train: Array.from({ length: 9 }, (_, i) => [[40 + (i % 5)], [44, 52], []]),
  }),
};

Object.assign(texts, {
  translate: lines((i) => `${word(i)}\t${[...word(i)].reverse().join('')}`),
  generate: lines(word),
  context: lines((i) => `${i % 3},${i / 40}\t${word(i)}`),
});

export type AnyTask = NonNullable<Setup['task']>;

export type TaskCase = [name: string, task: AnyTask, text: string, more: Setup];

const both = { units: 5, bidirectional: true };

/** What a network of a task can be, that a plain stack cannot, too. */
export const networkCases: TaskCase[] = [
  ['classify, last', 'classify', 'classify', { layers: [{ cell: 'gru', units: 6 }] }],
  ['classify, last, both ways', 'classify', 'classify', { layers: [both, { ...both, cell: 'gru' }] }],
  ['classify, mean', { name: 'classify', pooling: 'mean' }, 'classify', { embedding: 4, layers: [both] }],
  ['tag', 'tag', 'tag', { layers: [both, { ...both, cell: 'rnn' }], embedding: 3 }],
  ['tag, peepholes', 'tag', 'tag', { layers: [{ ...both, cell: 'peephole-lstm' }] }],
  ['tag, scans', 'tag', 'tag', { layers: [{ ...both, cell: 'gru', leak: 0.3 }, { ...both, layerNorm: true }] }],
  ['tag, backward, deep', 'tag', 'tag', {
    layers: [{ units: 6, direction: 'backward', edges: [{ from: 'input' }, { from: 'self', hidden: [4] }, { from: 'self', delay: 2 }] }],
    readout: [{ from: 0, hidden: [5] }, { from: 'input' }],
  }],
  ['regress', 'regress', 'regress', { layers: [{ units: 6 }, { cell: 'gru', units: 5 }] }],
  ['regress, late', 'regress', 'regress', { layers: [{ units: 6, edges: [{ from: 'input' }, { from: 'input', delay: 2 }, { from: 'self' }] }] }],
  ['regress, pooled', { name: 'regress', pooling: 'mean' }, 'pooled', { layers: [both] }],
  ['regress, absolute', { name: 'regress', loss: 'absolute' }, 'regress', { layers: [{ units: 6 }] }],
  ['regress, Huber', { name: 'regress', loss: 'huber', delta: 0.5 }, 'regress', { layers: [{ units: 6 }] }],
  ['regress, quantiles', { name: 'regress', loss: 'quantile', quantiles: [0.2, 0.5, 0.95] }, 'regress', { layers: [{ units: 6 }] }],
  ['regress, pooled, quantiles', { name: 'regress', pooling: 'last', loss: 'quantile' }, 'pooled', { layers: [both], dataset: { scaling: 'log' } }],
  ['regress, Gaussian', { name: 'regress', loss: 'gaussian' }, 'regress', { layers: [{ units: 6 }] }],
  ['regress, pooled, Gaussian', { name: 'regress', pooling: 'mean', loss: 'gaussian' }, 'pooled', { layers: [both] }],
  ['notes', 'notes', 'notes', { layers: [{ cell: 'gru', units: 8 }], skipOutputs: true }],
]; // prettier-ignore

const gru = { cell: 'gru', units: 5 };

/** Networks that write sequences: encoder and decoder, contexts, attention, and every way to end. */
export const sequenceCases: TaskCase[] = [
  ['translate, additive attention', 'translate', 'translate', { encoder: [both], layers: [{ units: 6 }], attention: 'additive' }],
  ['translate, multiplicative attention', 'translate', 'translate', {
    encoder: [{ units: 4 }, { ...both, cell: 'gru' }], layers: [gru, { units: 6 }],
    attention: { score: 'multiplicative', size: 3, inputFeeding: false }, embedding: 4,
  }],
  ['translate, context as input', 'translate', 'translate', { encoder: [both], layers: [{ cell: 'rnn', units: 6 }], context: 'input' }],
  ['translate, context as first state', 'translate', 'translate', { encoder: [gru], layers: [{ units: 6 }, gru], context: 'initial' }],
  ['translate, deep encoder', 'translate', 'translate', {
    encoder: [{ ...both, layerNorm: true }, { ...both, leak: 0.3, edges: [{ from: 0 }, { from: 1 }, { from: 'self', hidden: [4] }] }],
    layers: [{ units: 5, residual: true }, { units: 5, residual: true, clock: [1, 2] }], attention: 'additive', embedding: 5,
  }],
  ['translate, halts', { name: 'translate', termination: 'halt' }, 'translate', { encoder: [gru], layers: [{ units: 6 }] }],
  ['translate, counts', { name: 'translate', termination: 'count' }, 'translate', { encoder: [gru], layers: [{ units: 6 }], attention: 'multiplicative' }],
  // So that hardly ever a symbol is drawn: PyTorch would draw another.
  ['translate, scheduled sampling', 'translate', 'translate', {
    encoder: [gru], layers: [{ units: 6, edges: [{ from: 'input' }, { from: 'output', delay: 2 }, { from: 'self' }] }],
    scheduledSampling: { name: 'linear', k: 1e9 }, embedding: 4,
  }],
  ['generate', 'generate', 'generate', { layers: [{ units: 6 }, gru], skipInputs: true }],
  ['generate, late', 'generate', 'generate', { layers: [{ units: 6, edges: [{ from: 'input' }, { from: 'input', delay: 2 }, { from: 'self' }, { from: 'output', delay: 2 }] }] }],
  ['generate, halts', { name: 'generate', termination: 'halt' }, 'generate', { layers: [gru], embedding: 5, tieWeights: false }],
  ['generate, counts', { name: 'generate', termination: 'count' }, 'generate', { layers: [{ units: 6 }] }],
  ['generate, a context', { name: 'generate', context: 2 }, 'context', { layers: [{ units: 6 }, gru] }],
  ['generate, fed its softmax', 'generate', 'generate', { feedback: 'softmax', layers: [{ ...gru, edges: [{ from: 'input' }, { from: 'self' }, { from: 'output' }] }] }],
  ['generate, products and blocks', 'generate', 'generate', {
    layers: [{ units: 6, edges: [{ from: 'input' }, { from: 'self', blocks: 2 }, { from: { product: [{ from: 'input', units: 4 }, { from: 'self', delay: 1, units: 4 }] } }] }],
  }],
  ['generate, an upper layer', 'generate', 'generate', {
    layers: [{ units: 5, edges: [{ from: 'input' }, { from: 'self' }, { from: 1, delay: 1 }] }, gru],
  }],
]; // prettier-ignore

const isGenerated = (dataset: Setup['dataset']) =>
  typeof dataset === 'object' ? dataset.name !== undefined : dataset !== undefined;

export async function made(task: AnyTask, text: string, more: Setup): Promise<Model> {
  const model = await createModel(
    ...argumentsOf({
      task,
      ...(!isGenerated(more.dataset) && { text: texts[text]! }),
      batchSize: 8,
      evaluateEvery: 0,
      seed: 3,
      threads: 1,
      worker: false,
      optimizer: { learningRate: 0.02 },
      ...more,
    }),
  );
  await collect(model.train({ steps: 20 }));
  return model;
}

/** A sequence of T steps to ask about, and the same as numbers of tokens or rows of numbers. */
export function asked(
  model: Model,
  T: number,
): { input: string | number[][]; encoded: number[] | number[][] } {
  const { inputs, numbers } = model.info.data!;
  if (numbers) {
    const keys = numbers === 88;
    const rows = Array.from({ length: T }, (_, t) =>
      Array.from({ length: numbers }, (_, d) => (keys ? Number((t + d) % 7 === 0) : Math.sin(t + d))),
    );
    return { input: rows, encoded: rows };
  }
  const input = 'abcbacb'.slice(0, T);
  return { input, encoded: [...input].map((symbol) => inputs.indexOf(symbol)) };
}

/** What the task makes of logits. */
export function answerOf(task: AnyTask, logits: ArrayLike<number>, outputs: number): number[] {
  const name = typeof task === 'string' ? task : task.name;
  const all = Array.from(logits);
  if (name === 'regress') return all;
  if (name === 'notes') return all.map((x) => 1 / (1 + Math.exp(-x)));
  const rows = Array.from({ length: all.length / outputs }, (_, t) =>
    all.slice(t * outputs, (t + 1) * outputs),
  );
  return rows.flatMap((row) => {
    const powers = row.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });
}

/** What the outputs of a network say: with some losses several for each number. */
export function given({ probabilities, values, quantiles, deviations }: Prediction): number[] {
  if (deviations)
    return values.flatMap((row, t) => row.flatMap((mean, k) => [mean, 2 * Math.log(deviations[t]![k]!)]));
  return (quantiles?.flat() ?? probabilities ?? values)!.flat();
}

/** How many these are in a step. */
export function outputsOf({ info: { config, data } }: Model): number {
  const { loss, quantiles } = config.task as { loss?: string; quantiles?: number[] };
  return data!.outputs * (loss === 'gaussian' ? 2 : (quantiles?.length ?? 1));
}

export function close(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; ++i) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(1e-5);
}
