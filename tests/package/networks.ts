/** Small networks of every kind, trained a little, with the engine's own answers: what exported ones must equal. */
import { readFileSync } from 'node:fs';
// Not exported: the engine itself, whose logits and states exported networks must equal.
import { type Engine, type EngineSession, read, readBytes, startEngine } from '../../dist/shared/engine.js';
import { readSafetensors, type Tensor } from '../../dist/export/safetensors.js';
import factory from '../../dist/simd.js';
import type { Config, EdgeConfig, LayerConfig, Schema } from 'unfold-rnn';

export const WINDOW = 11;
export const BATCH = 3;
export const HIDDEN = 6;

/** Not periodic, 13 symbols. */
export const TEXT = Array.from(
  { length: 220 },
  (_, i) => `${i} ${(i * i) % 97}${i % 3 ? '+' : '\n'}${(i * 7) % 31}-`,
).join('');

const layer = (rest: LayerConfig): LayerConfig => ({ cell: 'lstm', units: HIDDEN, ...rest });
const deep: EdgeConfig = { from: 'self', delay: 1, hidden: [5, 4], activation: 'relu', shortcut: true };
const input = { from: 'input', delay: 0 } as const;
const factor = { from: 'self', units: 5 } as const;
const halves: EdgeConfig = {
  from: {
    product: [
      { ...input, units: HIDDEN, hidden: [4], outputActivation: 'sigmoid' },
      { from: 'self', delay: 2 },
    ],
  },
};

/** What presets do not reach. */
const others: Record<string, Config> = {
  'rnn, identity, no bias': { layers: [layer({ cell: 'rnn', activation: 'identity', bias: 'none' })] },
  'rnn, sigmoid, one bias': { layers: [layer({ cell: 'rnn', activation: 'sigmoid', bias: 'one' })] },
  'lstm, σ input': { layers: [layer({ cellInput: 'sigmoid' })] },
  'peephole-lstm, σ input, one bias': {
    layers: [layer({ cell: 'peephole-lstm', cellInput: 'sigmoid', bias: 'one' })],
  },
  'gru, reset before': { layers: [layer({ cell: 'gru', reset: 'before' })] },
  'gru, one bias': { layers: [layer({ cell: 'gru', bias: 'one' })] },
  'gru, reset before, one bias, twice': {
    layers: [layer({ cell: 'gru', reset: 'before', bias: 'one' }), layer({ cell: 'gru', reset: 'before' })],
  },
  'coupled gates, positive candidates, edges of their own': {
    layers: [
      layer({ cell: 'janet', inputControl: 'coupled' }),
      layer({ cell: 'mingru', candidate: 'positive', edges: [{ from: 0 }, { from: 'self' }] }),
      layer({ cell: 'minlstm', candidate: 'positive', bias: 'one', leak: 0.2 }),
      layer({ cell: 'indrnn', activation: 'tanh', layerNorm: true }),
      layer({ cell: 'sru', units: 5, zoneout: { hidden: 0.1, cell: 0.3 } }),
    ],
  },
  'embedding, tied, residual, dropout': {
    embedding: HIDDEN,
    tieWeights: true,
    dropout: 0.3,
    variationalDropout: true,
    layers: [layer({ residual: true }), layer({ cell: 'gru', residual: true, recurrentDropout: 0.2 })],
  },
  'skips everywhere': {
    skipInputs: true,
    skipOutputs: true,
    layers: [layer({}), layer({ cell: 'gru', units: 5 }), layer({ cell: 'peephole-lstm', units: 4 })],
  },
  'delays of every kind': {
    embedding: 4,
    layers: [
      layer({
        edges: [input, { from: 'input', delay: 2 }, { from: 'self', delay: 1 }, { from: 'self', delay: 3 }],
      }),
      layer({
        cell: 'gru',
        edges: [
          { from: 0, delay: 2 },
          { from: 'self', delay: 1 },
        ],
      }),
      layer({ cell: 'rnn', edges: [{ from: 1 }, { from: 0, delay: 1 }, { from: 'output', delay: 2 }] }),
    ],
  },
  'late tokens into standard layers': {
    layers: [layer({ edges: [input, { from: 'input', delay: 3 }, { from: 'self', delay: 1 }] })],
  },
  'no step of delay 1': { layers: [layer({ cell: 'gru', edges: [input, { from: 'self', delay: 2 }] })] },
  'no input at all': { layers: [layer({ cell: 'rnn', edges: [{ from: 'self' }] })] },
  'a cell without recurrence': {
    layers: [layer({ edges: [input] }), layer({ cell: 'gru', edges: [{ from: 0 }] })],
  },
  'deep transitions, join last': { layers: [layer({ edges: [input, { ...deep, join: 'last' }] })] },
  'deep transitions, join first': {
    layers: [layer({ cell: 'gru', edges: [input, { ...deep, join: 'first' }] })],
  },
  'deep transitions, join all, reset before': {
    layers: [layer({ cell: 'gru', reset: 'before', edges: [input, { ...deep, join: 'all' }] })],
  },
  'deep inputs and outputs': {
    layers: [
      layer({
        edges: [{ ...input, hidden: [7, 5], activation: 'sigmoid', shortcut: true }, { from: 'self' }],
      }),
    ],
    readout: [{ from: 0, hidden: [5, 4], activation: 'relu', shortcut: true }, { from: 'input' }],
  },
  'leak, a spectrum, learned': {
    layers: [layer({ leak: { from: 0.1, to: 0.9, learned: true } }), layer({ cell: 'gru', leak: 0.4 })],
  },
  clocks: { layers: [layer({ clock: [1, 2, 5] }), layer({ cell: 'gru', reset: 'before', clock: [3, 1] })] },
  'zoneout, leak and clock': {
    layers: [
      layer({ zoneout: { hidden: 0.2, cell: 0.4 }, leak: 0.3, clock: [1, 4] }),
      layer({ zoneout: 0.3 }),
    ],
  },
  'layer normalisation': {
    layers: [
      layer({ layerNorm: true }),
      layer({ cell: 'gru', layerNorm: true }),
      layer({ cell: 'gru', reset: 'before', layerNorm: true, bias: 'none' }),
      layer({ cell: 'rnn', layerNorm: true, edges: [{ from: 2 }] }),
    ],
  },
  'a product of two edges': { layers: [layer({ edges: [input, halves, { from: 'self' }] }), layer({})] },
  'gates of edges, shared products': {
    layers: [
      layer({
        cell: 'gru',
        edges: [
          { ...input, gates: ['r', 'z'] },
          { ...input, gates: ['n'], hidden: [5] },
          { from: 'self', gates: ['r', 'n'] },
        ],
      }),
      layer({
        edges: [
          { gates: [], from: { product: [factor, { from: 0, units: 5 }] } },
          { from: { product: [{ from: { edge: 0 }, units: HIDDEN }, { from: 'self' }] } },
          { from: 0, gates: ['g', 'o'] },
        ],
      }),
    ],
  },
  'edges without a matrix, one number for a layer, several sources': {
    layers: [
      layer({
        cell: 'gru',
        edges: [
          { ...input, hidden: [HIDDEN], activation: 'identity', gates: ['n'], matrix: false },
          { from: { edge: 0 }, gates: ['r', 'z'] },
          { from: 'self', sourceActivation: 'tanh' },
          { from: 1, matrix: false },
        ],
      }),
      layer({
        cell: 'lstm',
        edges: [
          {
            from: {
              product: [
                { from: 0, delay: 1 },
                { units: 1, outputActivation: 'sigmoid', from: { concat: [{ from: 0 }, { from: 'self' }] } },
              ],
            },
          },
          { from: 0, matrix: false, gates: ['i', 'g'] },
        ],
      }),
      layer({ cell: 'rru', edges: [{ from: 1 }, { from: 'self', delay: 2 }] }),
    ],
    readout: [{ from: 2 }, { from: 1 }],
  },
  'products of products': {
    layers: [
      layer({
        cell: 'gru',
        edges: [
          { from: { product: [factor, { from: { product: [factor, { ...input, units: 5 }] }, units: 5 }] } },
          {
            from: {
              product: [
                { ...input, units: 4 },
                { from: 'input', delay: 1, units: 4 },
              ],
            },
          },
        ],
      }),
    ],
  },
  'block-diagonal matrices': {
    layers: [
      layer({ edges: [input, { from: 'self', blocks: 3 }] }),
      layer({
        cell: 'gru',
        reset: 'before',
        edges: [{ from: 0 }, { from: 'self', blocks: 2 }],
        layerNorm: true,
      }),
      layer({ cell: 'rnn', clock: [1, 2], edges: [{ from: 1 }, { from: 'self', blocks: 2 }] }),
    ],
  },
  'an upper layer': {
    embedding: 4,
    layers: [
      layer({ cell: 'gru' }),
      layer({ edges: [{ from: 0 }, { from: 2, delay: 2 }, { from: 'self' }] }),
      layer({ cell: 'rnn', edges: [{ from: 1 }, { from: 'self', delay: 3 }] }),
    ],
  },
  'states of another layer': {
    layers: [
      layer({ stateFrom: 2 }),
      layer({ cell: 'gru', units: 5, leak: 0.3 }),
      layer({ stateFrom: 0, zoneout: { hidden: 0.1, cell: 0.2 } }),
      layer({ cell: 'mgu', units: 4 }),
      layer({
        cell: 'mgu',
        units: 4,
        stateFrom: 3,
        edges: [{ from: 2 }, { from: 'self' }, { from: 'self', delay: 3 }],
      }),
    ],
  },
  'free-running output': {
    feedback: 'softmax',
    layers: [
      layer({ cell: 'gru' }),
      layer({ edges: [{ from: 0 }, { from: 'self' }, { from: 'output' }, { from: 'output', delay: 3 }] }),
      layer({
        cell: 'rnn',
        edges: [{ from: 1 }, { from: 1, delay: 2 }, { from: 0, delay: 1 }, { from: 'self' }],
      }),
    ],
    readout: [{ from: 2, hidden: [5] }, { from: 0 }],
  },
};

let engine: Promise<Engine> | undefined;

const startOnce = () =>
  (engine ??= WebAssembly.compile(readFileSync(new URL('../../dist/simd.wasm', import.meta.url))).then(
    (module) => startEngine(factory, module, 1),
  ));

/** Presets by name, then the others. */
export async function configurations(): Promise<Record<string, Config>> {
  const { presets } = read<Schema>((await startOnce()).schema());
  return {
    ...Object.fromEntries(presets.map(({ name }) => [name, { preset: name, units: HIDDEN }])),
    ...others,
  };
}

/** A network's memory as the engine keeps it. */
export interface EngineState {
  /** Per layer h of the last steps, [steps, N, H], oldest first, then c [N, H] where there is one. */
  values: Float32Array;
  inputs: number[];
  clock: number;
}

export interface Trained {
  checkpoint: Uint8Array;
  /** The same without what only training on needs. */
  weights: Uint8Array;
  parameters: ReadonlyMap<string, Tensor>;
  /** Of the training streams after the last step. */
  state: EngineState;
  symbols: number;
  /** Logits [T, N, V] of tokens [T, N], and the state after them. */
  logits(tokens: readonly number[], columns: number, state: EngineState): [Float32Array, EngineState];
  /** The losses of so many more steps. */
  train(steps: number): number[];
  dispose(): void;
}

/** Trained until no bias is 0 any more; the state is that of the middle of the text. */
export async function trained(config: Config, steps = 6): Promise<Trained> {
  const session = new (await startOnce()).Session();
  const settings = {
    sequenceLength: WINDOW,
    batchSize: BATCH,
    seed: 3,
    validationSplit: 0,
    optimizer: { learningRate: 0.03 },
  };
  read(session.create(JSON.stringify({ ...settings, ...config }), new TextEncoder().encode(TEXT)));
  train(session, steps);
  return asTrained(session);
}

/** A model from a file, with the same text. */
export async function reopened(checkpoint: Uint8Array): Promise<Trained> {
  const session = new (await startOnce()).Session();
  read(session.open(checkpoint, new TextEncoder().encode(TEXT), false));
  return asTrained(session);
}

interface Slice {
  done: boolean;
  events: { loss: number; validationLoss?: number | null }[];
}

function train(session: EngineSession, more: number): number[] {
  const losses: number[] = [];
  const { step } = read<{ step: number }>(session.info());
  for (let done = false; !done;) {
    const slice = read<Slice>(session.train(step + more, 1000));
    const steps = slice.events.filter(({ validationLoss }) => validationLoss === undefined);
    losses.push(...steps.map(({ loss }) => loss));
    done = slice.done;
  }
  return losses;
}

function asTrained(session: EngineSession): Trained {
  const checkpoint = readBytes(session.save('{"optimizer":true}'));
  const { tensors, metadata } = readSafetensors(checkpoint);
  const { inputs = [], clock = 0 } = JSON.parse(metadata['progress'] ?? '{}');
  const { vocabulary } = read<{ vocabulary: { size: number } }>(session.info());
  return {
    checkpoint,
    weights: readBytes(session.save('{"optimizer":false}')),
    parameters: new Map([...tensors].filter(([name]) => !/^(state|optimizer)\./.test(name))),
    state: { values: tensors.get('state.values')?.data ?? new Float32Array(), inputs, clock },
    symbols: vocabulary.size,
    logits: (tokens, columns, state) => {
      const reply = session.logits(
        JSON.stringify({ tokens, columns, inputs: state.inputs, clock: state.clock }),
        new Uint8Array(state.values.buffer, state.values.byteOffset, state.values.byteLength),
      );
      const numbers = new Float32Array(readBytes(reply).slice().buffer);
      const count = tokens.length * vocabulary.size;
      return [numbers.subarray(0, count), { ...read<EngineState>(reply), values: numbers.subarray(count) }];
    },
    train: (steps) => train(session, steps),
    dispose: () => session.delete(),
  };
}

/** The largest difference, relative to 1 or the larger number. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; ++i) {
    const off = Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!));
    if (!(off <= most)) most = off; // NaN stays
  }
  return most;
}
