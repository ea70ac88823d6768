/** Edges that layer libraries have not: their exporters say so, instead of leaving them out; the others carry them. */
import { expect, test } from 'vitest';
import { toKeras, toOnnx, toPyTorch, toStateDict } from 'unfold-rnn/export';
import type { EdgeConfig } from 'unfold-rnn';
import { HIDDEN, trained } from './networks.js';

const own: EdgeConfig = { from: 'self', delay: 1 };
const factor = { from: 'self', delay: 1, units: 2 } as const;
const edges: [string, EdgeConfig][] = [
  ['a product of two edges', { from: { product: [factor, { from: 'input', units: 2 }] } }],
  [
    'products three deep',
    { from: { product: [factor, { from: { product: [factor, { from: { product: [factor, factor] } }] } }] } },
  ],
  ['a block-diagonal matrix of 3 blocks', { ...own, blocks: 3 }],
  ['upper layer 1', { from: 1, delay: 2 }],
];

test.each(edges)('%s', async (_, edge) => {
  const first = [{ from: 'input' }, edge, ...(edge.blocks ? [] : [own])];
  const model = await trained({
    layers: [
      { cell: 'lstm', units: HIDDEN, edges: first },
      { cell: 'gru', units: HIDDEN },
    ],
  });
  const { checkpoint } = model;
  model.dispose();
  const refusal = expect.objectContaining({ code: 'UNSUPPORTED', field: 'layers[0]' });
  for (const exported of [toKeras, toStateDict])
    expect(() => exported(checkpoint), exported.name).toThrow(refusal);
  for (const exported of [toOnnx, toPyTorch]) expect(() => exported(checkpoint), exported.name).not.toThrow();
});

test('a layer may read a lower one as before', async () => {
  const model = await trained({
    layers: [{ units: HIDDEN }, { units: HIDDEN, edges: [{ from: 0, delay: 2 }, own] }],
  });
  expect(toOnnx(model.checkpoint)).toBeInstanceOf(Uint8Array);
  model.dispose();
});
