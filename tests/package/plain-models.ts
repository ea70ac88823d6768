/** Small trained models of every task beyond those of networks.ts and task-models.ts, for programs without an engine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createModel,
  type createNetwork,
  type Model,
  type Network,
  type NumbersPrediction,
  type SampleOptions,
} from 'unfold-rnn';
// Not exported: to write a file with other weights.
import { checksum } from '../../dist/export/checkpoint.js';
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import type { Setup } from './harness.js';
import { type AnyTask, made, networkCases } from './task-models.js';

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

/** Losses of numbers with a band. */
export const bandCases: [name: string, task: AnyTask][] = [
  ['quantiles', { name: 'regress', loss: 'quantile', quantiles: [0.1, 0.3, 0.5, 0.7, 0.9] }],
  ['a normal distribution', { name: 'regress', loss: 'gaussian' }],
];

export const answerCases = [...networkCases, ...more];

/** Inputs that no program takes, with its complaint: of a model over symbols, and of one over numbers. */
export const refusedInputs: ['classify' | 'regress', [input: unknown, message: RegExp][]][] = [
  [
    'classify',
    [
      ['', /^input: expected at least one step, got none$/],
      ['ab?', /^input: expected symbols of the model, got .\?. \(position 2\)$/],
    ],
  ],
  [
    'regress',
    [
      [[], /^input: expected .*at least one/],
      [[[1, 2, 3, 4, 5, 6]], /^input.*: expected .*\d finite numbers/],
      [[[1, NaN]], /^input.*: expected .*\d finite numbers/],
    ],
  ],
];

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
  'states of another layer': { preset: 'fast-slow', units: 5 },
  'highways within a step': { preset: 'rhn', units: 5 },
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

/** What a module of plain JavaScript exports. */
export async function loadModule(code: string): Promise<any> {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-plain-'));
  try {
    const file = join(folder, 'model.mjs');
    writeFileSync(file, code);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Characters of a program without the line of its weights. */
export const codeSize = (code: string) =>
  code.length - Math.max(...code.split('\n').map(({ length }) => length));

let large: Promise<Uint8Array> | undefined;
/** An LSTM of 2×256 units over 65 symbols, as training begins. */
export function largeModel(): Promise<Uint8Array> {
  large ??= (async () => {
    const text = Array.from({ length: 6000 }, (_, i) => String.fromCharCode(58 + ((i * i + (i >> 3)) % 65)));
    const layers = [{ units: 256 }, { units: 256 }];
    const model = await createModel({ layers, seed: 1 }, text.join(''), { threads: 1, worker: false });
    const bytes = await model.save({ optimizer: false });
    model.dispose();
    return bytes;
  })();
  return large;
}

/** A file whose matrices are rounded as in a page: to 91 levels of a scale for each 64 weights of a row. */
export function compacted(bytes: Uint8Array): Uint8Array {
  const { metadata, tensors } = readSafetensors(bytes);
  for (const { shape, data } of tensors.values()) {
    const [rows = 0, columns = 1] = shape;
    if (shape.length !== 2) continue;
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < columns; c += 64) {
        const group = data.subarray(r * columns + c, r * columns + Math.min(c + 64, columns));
        const most = Math.max(...group.map(Math.abs));
        const scale = 2 ** (Math.ceil(32 * Math.log2(most / 45)) / 32);
        group.forEach((weight, k) => (group[k] = scale * Math.round(weight / scale)));
      }
  }
  return writeSafetensors({ metadata: { ...metadata, checksum: checksum({ metadata, tensors }) }, tensors });
}

/** All that a model writes. */
export async function sampled(model: Model, options: SampleOptions): Promise<string> {
  let text = '';
  for await (const piece of model.sample(options)) text += piece;
  return text;
}

/** Bits a character of a text, as the module of a text model predicts it. */
export function bitsOf({ start, step, tokensOf }: any, text: string): number {
  const tokens: number[] = tokensOf(text);
  const s = start();
  let sum = 0;
  for (const [i, token] of tokens.slice(0, -1).entries()) {
    const logits = Array.from(step(s, token) as Float32Array);
    const most = Math.max(...logits);
    const total = logits.reduce((all, x) => all + Math.exp(x - most), 0);
    sum -= logits[tokens[i + 1]!]! - most - Math.log(total);
  }
  return sum / (tokens.length - 1) / Math.LN2;
}

/**
 * A forecast whose every step takes the answers before it for true, as printed programs work it out: the engine's own
 * band follows sample paths.
 */
export async function steppedForecast(model: Model, input: number[][], steps: number) {
  const expected = (await model.predict({ input, steps })) as NumbersPrediction;
  const each = (await model.predict(
    expected.forecast!.map((_, t) => ({ input: [...input, ...expected.forecast!.slice(0, t)] })),
  )) as NumbersPrediction[];
  return {
    ...expected,
    ...(expected.forecastQuantiles && { forecastQuantiles: each.map(({ quantiles }) => quantiles!.at(-1)!) }),
    ...(expected.forecastDeviations && {
      forecastDeviations: each.map(({ deviations }) => deviations!.at(-1)!),
    }),
  };
}
