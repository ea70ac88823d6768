/** Any stack that torch.nn has, as it might save it: into a model, through the engine, and out again, bit for bit. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openModel } from 'unfold-rnn';
import { fromStateDict, toStateDict } from 'unfold-rnn/export';
// Not exported: reads and writes the files that PyTorch reads and writes.
import { readSafetensors, type Tensor, writeSafetensors } from '../../dist/export/safetensors.js';
import { type Strided, writePt } from './pt-file.js';

const GATES = { rnn: 1, lstm: 4, gru: 3 };
const ALPHABET = 'abcdefgh';

interface Stack {
  cell: keyof typeof GATES;
  units: number;
  layers: number;
  bidirectional: boolean;
  biases: boolean;
  /** Width of the embedding; 0: one-hot symbols. */
  embedding: number;
  /** In no particular order. */
  symbols: string[];
  labels: string[];
  task: 'next' | 'classify' | 'tag' | 'regress';
  /** Written by `torch.save`, every matrix transposed in memory. */
  pt: boolean;
  seed: number;
}

const shuffledPrefix = (letters: string) =>
  fc.shuffledSubarray([...letters], { minLength: 2, maxLength: letters.length });

const stacks = fc
  .record<Stack>({
    cell: fc.constantFrom('rnn', 'lstm', 'gru'),
    units: fc.integer({ min: 1, max: 5 }),
    layers: fc.integer({ min: 1, max: 3 }),
    bidirectional: fc.boolean(),
    biases: fc.boolean(),
    embedding: fc.integer({ min: 0, max: 4 }),
    symbols: shuffledPrefix(ALPHABET),
    labels: shuffledPrefix('uvwxyz'),
    task: fc.constantFrom('next', 'classify', 'tag', 'regress'),
    pt: fc.boolean(),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
  })
  .map((stack) => ({
    ...stack,
    bidirectional: stack.bidirectional && stack.task !== 'next',
    embedding: stack.task === 'regress' ? 0 : stack.embedding,
  }));

/** Floats of all sizes, with signed zeros and subnormal numbers among them. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  const word = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  return Float32Array.from({ length: count }, () => {
    const special = word() >>> 28;
    if (special === 0) return word() >>> 31 ? -0 : 0;
    if (special === 1) return 2 ** -140 * (word() / 2 ** 31 - 1);
    return (word() / 2 ** 31 - 1) * 2 ** ((word() >>> 27) - 16);
  });
}

function stateDict(stack: Stack): Map<string, Tensor> {
  const { cell, units: H, embedding: E, symbols, task } = stack;
  const rows = GATES[cell] * H;
  const both = stack.bidirectional ? 2 : 1;
  const O = task === 'next' ? symbols.length : stack.labels.length;
  const tensors = new Map<string, Tensor>();
  const put = (name: string, ...shape: number[]) => {
    const count = shape.reduce((a, b) => a * b);
    tensors.set(name, { shape, data: numbers(count, stack.seed + tensors.size) });
  };
  if (E) put('embedding.weight', symbols.length, E);
  for (let l = 0; l < stack.layers; ++l)
    for (const ending of ['', '_reverse'].slice(0, both)) {
      put(`rnn.weight_ih_l${l}${ending}`, rows, l ? both * H : E || symbols.length);
      put(`rnn.weight_hh_l${l}${ending}`, rows, H);
      if (!stack.biases) continue;
      put(`rnn.bias_ih_l${l}${ending}`, rows);
      put(`rnn.bias_hh_l${l}${ending}`, rows);
    }
  put('readout.weight', O, both * H);
  put('readout.bias', O);
  return tensors;
}

/** As `torch.save` writes tensors; matrices with the first index running fastest. */
function saved(tensors: Map<string, Tensor>): Uint8Array {
  const strided = [...tensors].map(([name, { shape, data }]): [string, Strided] => {
    const [rows, columns] = shape as [number, number?];
    if (columns === undefined) return [name, { shape, strides: [1], storage: data }];
    const storage = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
    return [name, { shape, strides: [1, rows], storage }];
  });
  return writePt(new Map(strided));
}

/** Where each of the sorted names stood. */
const places = (names: readonly string[]) => names.toSorted().map((name) => names.indexOf(name));

function reordered({ shape, data }: Tensor, order: readonly number[], axis: 'rows' | 'columns'): Tensor {
  const columns = shape[1] ?? 1;
  const from = (i: number) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return axis === 'rows' ? order[row]! * columns + column : row * columns + order[column]!;
  };
  return { shape, data: data.map((_, i) => data[from(i)]!) };
}

/** What comes back: Unfold sorts symbols and labels. */
function expected(stack: Stack, tensors: Map<string, Tensor>): Map<string, Tensor> {
  const { symbols, labels, task } = stack;
  const back = new Map(tensors);
  const turn = (pattern: RegExp, order: readonly number[], axis: 'rows' | 'columns') => {
    for (const [name, tensor] of back) if (pattern.test(name)) back.set(name, reordered(tensor, order, axis));
  };
  const first = stack.embedding ? /^embedding/ : /weight_ih_l0/;
  if (task !== 'regress') turn(first, places(symbols), stack.embedding ? 'rows' : 'columns');
  if (task === 'next') turn(/^readout/, places(symbols), 'rows');
  if (task === 'classify' || task === 'tag') turn(/^readout/, places(labels), 'rows');
  return back;
}

const bits = ({ shape, data }: Tensor) => [shape, ...new Uint32Array(data.slice().buffer)];

test('comes back bit for bit', async () => {
  await fc.assert(
    fc.asyncProperty(stacks, async (stack) => {
      const tensors = stateDict(stack);
      const file = stack.pt ? saved(tensors) : writeSafetensors({ metadata: {}, tensors });
      const task =
        stack.task === 'regress' ? { name: 'regress' as const, pooling: 'mean' as const } : stack.task;
      const checkpoint = fromStateDict(file, {
        ...(stack.task !== 'regress' && { symbols: stack.symbols }),
        ...((stack.task === 'classify' || stack.task === 'tag') && { labels: stack.labels }),
        config: { task },
      });
      const model = await openModel(checkpoint, undefined, { threads: 1, worker: false });
      const back = readSafetensors(toStateDict(await model.save())).tensors;
      model.dispose();
      const wanted = expected(stack, tensors);
      expect([...back.keys()].sort()).toEqual([...wanted.keys()].sort());
      for (const [name, tensor] of wanted) expect(bits(back.get(name)!), name).toEqual(bits(tensor));
    }),
    { numRuns: 60, seed: 19 },
  );
});
