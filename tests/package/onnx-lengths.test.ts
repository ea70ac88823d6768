/** Batches of sequences of unequal lengths in ONNX Runtime: padding changes no answer, and states are those of the end. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { toOnnx } from 'unfold-rnn/export';
import { createNetwork, type LayerConfig, type Network } from 'unfold-rnn';
import { difference } from './networks.js';
import { type Feeds, float32, floats, int64, opened, whole, zeros } from './onnx-models.js';
import {
  answerOf,
  asked,
  close,
  given,
  made,
  networkCases,
  outputsOf,
  type TaskCase,
} from './task-models.js';

vi.setConfig({ testTimeout: 60_000 });

const late = [{ from: 'input' }, { from: 'self' }, { from: 'self', delay: 2 }] as const;
const more: TaskCase[] = [
  ['classify, mean, scans', { name: 'classify', pooling: 'mean' }, 'classify', { layers: [{ units: 5, layerNorm: true, bidirectional: true }] }],
  ['classify, last, clock and delays', 'classify', 'classify', { layers: [{ units: 6, clock: [1, 2], edges: [...late] }] }],
  ['classify, last, no recurrence', 'classify', 'classify', { layers: [{ cell: 'rnn', units: 6, edges: [{ from: 'input' }, { from: 'input', delay: 1 }] }] }],
]; // prettier-ignore

test.each([...networkCases, ...more])('%s', async (name, task, text, options) => {
  const model = await made(task, text, options);
  try {
    const session = await opened(whole(toOnnx(await model.save())));
    const { numbers } = model.info.data!;
    const outputs = outputsOf(model);
    const lengths = [3, 6, 1];
    const N = lengths.length;
    const T = Math.max(...lengths);
    const asks = lengths.map((length) => asked(model, length));
    /** [T, N] or [T, N, D], with something else after the end. */
    const batch = (pad: number): Feeds => {
      const rows = Array.from({ length: T * N }, (_, i) => {
        const step = asks[i % N]!.encoded[Math.floor(i / N)];
        return step ?? (numbers ? Array<number>(numbers).fill(pad) : pad);
      });
      const input = numbers
        ? { x: float32(rows.flat(), [T, N, numbers]) }
        : { tokens: int64(rows.flat(), [T, N]) };
      return zeros(session, { ...input, lengths: int64(lengths, [N]) }, N);
    };
    const logits = (await session.run(batch(1)))['logits']!;
    const pooled = logits.dims.length === 2;
    expect(pooled).toBe(/last|mean|pooled/.test(name));
    const other = floats((await session.run(batch(0)))['logits']!);
    for (const [n, { input }] of asks.entries()) {
      const at = (all: Float32Array) =>
        Array.from({ length: pooled ? 1 : lengths[n]! }, (_, t) =>
          [...all.subarray((t * N + n) * outputs, (t * N + n + 1) * outputs)],
        ).flat(); // prettier-ignore
      close(answerOf(task, at(floats(logits)), outputs), given(await model.predict({ input })));
      expect(at(other)).toEqual(at(floats(logits)));
    }
    await session.release();
  } finally {
    model.dispose();
  }
});

const networksMade: Network[] = [];
afterAll(() => networksMade.forEach((network) => network.dispose()));
const D = 3;
const layer = (rest: LayerConfig): LayerConfig => ({ cell: 'lstm', units: 4, ...rest });
const networks: Record<string, { layers: LayerConfig[] }> = {
  'two layers of PyTorch': { layers: [layer({}), layer({ units: 5 })] },
  'both directions of PyTorch': { layers: [layer({ bidirectional: true }), layer({ bidirectional: true })] },
  'peepholes and a reset before the product': {
    layers: [layer({ cell: 'peephole-lstm' }), layer({ cell: 'gru', reset: 'before' })],
  },
  'delays in both directions, late': {
    layers: [
      layer({ cell: 'gru', edges: [{ from: 'input' }, { from: 'self' }, { from: 'self', delay: 3 }] }),
      layer({ direction: 'backward', edges: [{ from: 'input' }, { from: 0 }, { from: 'self', delay: 2 }] }),
      layer({ cell: 'rnn', edges: [{ from: 1 }, { from: 0, delay: 2 }, { from: 'input', delay: 1 }] }),
    ],
  },
  'a backward standard layer whose states another reads late': {
    layers: [
      layer({ direction: 'backward' }),
      layer({ cell: 'gru', direction: 'backward', edges: [{ from: 0, delay: 2 }, { from: 'self' }] }),
    ],
  },
  'products, blocks and normalization': {
    layers: [
      layer({
        layerNorm: true,
        edges: [
          { from: { product: [{ from: 'input', units: 4 }, { from: 'self', delay: 1 }] } },
          { from: 'self', blocks: 2 },
        ],
      }),
      layer({ residual: true, leak: 0.3 }),
    ],
  },
}; // prettier-ignore

describe.each([
  ['with a readout', 2],
  ['of states alone', 0],
])('a network of numbers %s', (_, outputs) => {
  test.each(Object.entries(networks))('%s', async (name, config) => {
    const network = await createNetwork(
      { task: { inputs: D, ...(outputs && { outputs }) }, ...config, seed: 4 },
      { threads: 1, worker: false },
    );
    networksMade.push(network);
    const [T, N] = [6, 3];
    const lengths = [4, 6, 1];
    const session = await opened(whole(toOnnx(await network.save())));
    const x = (round: number) => Float32Array.from({ length: T * N * D }, (_, i) => Math.sin(i * i + round));
    let state: Awaited<ReturnType<Network['forward']>>['state'] | undefined;
    let feeds: Feeds = {};
    for (const [round, within] of [[T, T, T], lengths].entries()) {
      const input = x(round);
      const { y, state: next } = await network.forward({ shape: [T, N, D], data: input }, { lengths: within, ...(state && { state }) }); // prettier-ignore
      const given = { ...feeds, x: float32(input, [T, N, D]), lengths: int64(within, [N]) };
      const results = await session.run(zeros(session, given, N));
      const answer = outputs ? 'logits' : 'y';
      expect(results[answer]!.dims).toEqual(y.shape);
      const ours = floats(results[answer]!);
      const O = y.shape[2]!;
      const inside = y.data.filter((_, i) => Math.floor(i / (N * O)) < within[Math.floor(i / O) % N]!);
      const theirs = ours.filter((_, i) => Math.floor(i / (N * O)) < within[Math.floor(i / O) % N]!);
      expect(difference(theirs, inside)).toBeLessThan(1e-5);
      next.layers.forEach(({ h, c }, l) => {
        const after = (part: string) => results[`layers.${l}.${part}.next`];
        // Oldest first: of a backward layer the last in time.
        const [steps = 1] = h.shape;
        const size = h.data.length / steps;
        const back = network.info.layers[l]!.direction === 'backward';
        const order = Array.from({ length: steps }, (_, k) => (back ? steps - 1 - k : k));
        const oldestFirst = order.flatMap((k) => [...h.data.subarray(k * size, (k + 1) * size)]);
        if (after('h')) expect(difference(floats(after('h')!), oldestFirst), `h of ${l}`).toBeLessThan(1e-5);
        if (c) expect(difference(floats(after('c')!), c.data), `c of ${l}`).toBeLessThan(1e-5);
      });
      // With unequal lengths the engine begins backward layers with delays anew.
      if (name.includes('late')) continue;
      state = next;
      feeds = Object.fromEntries(
        Object.entries(results).flatMap(([name, value]) =>
          name.endsWith('.next') ? [[name.slice(0, -5), value]] : [],
        ),
      );
    }
    await session.release();
  });
});
