/** Small trained models of every task beyond those of networks.ts and task-models.ts, for programs without an engine. */
import type { createNetwork, Model, Network } from 'unfold-rnn';
import { type AnyTask, made, networkCases } from './task-models.js';
import type { Setup } from './harness.js';

const rows = Array.from({ length: 40 }, (_, i) => i);
const word = (i: number) => 'abcb'.slice(i % 3) + 'cab'.slice(0, i % 4);
const both = { units: 5, bidirectional: true };

/** Of tasks that write sequences: name, configuration, text. */
const sequenceTexts: Record<string, string> = {
  translate: rows.map((i) => `${word(i)}\t${[...word(i)].reverse().join('')}`).join('\n'),
  generate: rows.map((i) => word(i)).join('\n'),
  given: rows.map((i) => `${i % 2},${i / 40}\t${word(i)}`).join('\n'),
};

type SequenceCase = [name: string, text: keyof typeof sequenceTexts, options: Setup];

export const sequenceCases: SequenceCase[] = [
  ['generate', 'generate', { task: 'generate', layers: [{ units: 8 }] }],
  ['generate, halting, a given context', 'given', { task: { name: 'generate', termination: 'halt', context: 2 }, layers: [{ cell: 'gru', units: 8 }, { units: 6 }] }],
  ['generate, length first', 'given', { task: { name: 'generate', termination: 'count', context: 2 }, embedding: 4, layers: [{ units: 8 }] }],
  ['generate, no context, length first', 'generate', { task: { name: 'generate', termination: 'count' }, layers: [{ units: 8 }] }],
  ['translate', 'translate', { task: 'translate', encoder: [{ units: 8 }], layers: [{ units: 8 }] }],
  ['translate, initial states only', 'translate', { task: 'translate', context: 'initial', encoder: [both], layers: [{ units: 8, edges: [{ from: 'input' }, { from: 'self' }, { from: 'self', delay: 3 }] }] }],
  ['translate, additive attention', 'translate', { task: 'translate', attention: 'additive', embedding: 5, encoder: [both], layers: [{ cell: 'gru', units: 8 }, { units: 7 }] }],
  ['translate, multiplicative attention', 'translate', { task: { name: 'translate', termination: 'halt' }, attention: { score: 'multiplicative', size: 5, inputFeeding: false }, encoder: [{ units: 6 }, both], layers: [{ units: 8 }] }],
  ['translate, length first', 'translate', { task: { name: 'translate', termination: 'count' }, context: 'input', encoder: [{ cell: 'gru', units: 6 }], layers: [{ units: 8 }], scheduledSampling: 'linear' }],
]; // prettier-ignore

/** One answer for each step of an input, or for the whole, that other lists do not have. */
const more: typeof networkCases = [
  ['tag, forward', 'tag', 'tag', { layers: [{ units: 6 }] }],
  ['classify, late', 'classify', 'classify', { layers: [{ units: 6, edges: [{ from: 'input', delay: 1 }, { from: 'self', delay: 2 }] }, { ...both, layerNorm: true }] }],
  ['regress, pooled, last', { name: 'regress', pooling: 'last' }, 'pooled', { layers: [{ cell: 'gru', units: 5 }] }],
]; // prettier-ignore

export const answerCases = [...networkCases, ...more];

export async function sequenceModel([, text, options]: SequenceCase): Promise<Model> {
  return made(options.task as AnyTask, 'classify', { ...options, text: sequenceTexts[text]! });
}

/** What a text network can be beyond networks.ts. */
export const textCases: Record<string, Setup> = {
  'products of edges': {
    layers: [
      {
        cell: 'rnn',
        units: 6,
        edges: [
          {
            from: {
              product: [
                { from: 'self', delay: 1 },
                { from: 'input', units: 6, outputActivation: 'sigmoid' },
              ],
            },
          },
          { from: 'input' },
        ],
      },
    ],
  },
  'an upper layer read late': {
    layers: [
      { units: 6, edges: [{ from: 'input' }, { from: 'self' }, { from: 1, delay: 1 }] },
      { cell: 'gru', units: 4 },
    ],
  },
  'block-diagonal matrices': {
    layers: [
      { units: 8, edges: [{ from: 'input' }, { from: 'self', blocks: 4 }] },
      {
        cell: 'gru',
        reset: 'before',
        units: 6,
        clock: [1, 2],
        edges: [{ from: 0 }, { from: 'self', blocks: 2 }],
      },
    ],
  },
  bytes: { unit: 'byte', layers: [{ units: 6 }] },
  'a vocabulary with a cap': { vocabulary: 8, layers: [{ units: 6 }] },
};

export const tensorCases: Record<string, Parameters<typeof createNetwork>[0]> = {
  'no readout': { task: { inputs: 2 }, layers: [{ units: 4 }, { cell: 'gru', units: 3 }] },
  'a readout': { task: { inputs: 2, outputs: 3 }, layers: [{ units: 4, edges: [{ from: 'input', delay: 1 }, { from: 'self' }] }] },
  'both directions': {
    task: { inputs: 3 },
    layers: [both, { ...both, cell: 'gru' }],
  },
  'both directions, a context and late edges': {
    task: { inputs: 2, outputs: 2, context: 3 },
    context: 'input',
    layers: [{ ...both, edges: [{ from: 'input' }, { from: 'self' }, { from: 'self', delay: 2 }, { from: 'context' }] }],
  },
  'a context as first states': { task: { inputs: 2, outputs: 2, context: 3 }, layers: [{ units: 4 }, { units: 5 }] },
}; // prettier-ignore

/** Its answer [T, O] of one sequence. */
export async function tensorAnswer(network: Network, x: number[][], context: number[]): Promise<number[]> {
  const data = Float32Array.from(x.flat());
  const { y } = await network.forward(
    { shape: [x.length, 1, x[0]!.length], data },
    context.length ? { context: { shape: [1, context.length], data: Float32Array.from(context) } } : {},
  );
  return [...y.data];
}
