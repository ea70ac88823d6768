/** Edges that the engine has and no exported format: exporters say so, by field, instead of leaving them out. */
import { expect, test } from 'vitest';
import { toKeras, toOnnx, toPyTorch, toStateDict } from 'unfold-rnn/export';
import type { EdgeConfig } from 'unfold-rnn';
import { HIDDEN, trained } from './networks.js';

const own: EdgeConfig = { from: 'self', delay: 1 };
const factor = { from: 'self', delay: 1, units: 2 } as const;
const edges: [string, EdgeConfig, string][] = [
  ['a product of two edges', { from: { product: [factor, { from: 'input', units: 2 }] } }, 'from'],
  [
    'products three deep',
    { from: { product: [factor, { from: { product: [factor, { from: { product: [factor, factor] } }] } }] } },
    'from',
  ],
  ['a block-diagonal matrix of 3 blocks', { ...own, blocks: 3 }, 'blocks'],
  ['upper layer 1', { from: 1, delay: 2 }, 'from'],
];

test.each(edges)('%s', async (_, edge, field) => {
  const first = [{ from: 'input' }, edge, ...(edge.blocks ? [] : [own])];
  const model = await trained({
    layers: [
      { cell: 'lstm', hidden: HIDDEN, edges: first },
      { cell: 'gru', hidden: HIDDEN },
    ],
  });
  const { checkpoint } = model;
  model.dispose();
  const refusal = expect.objectContaining({ code: 'UNSUPPORTED', field: `layers[0].edges[1].${field}` });
  for (const exported of [toOnnx, toPyTorch, toKeras, toStateDict])
    expect(() => exported(checkpoint), exported.name).toThrow(refusal);
});

test('a layer may read a lower one as before', async () => {
  const model = await trained({
    layers: [{ hidden: HIDDEN }, { hidden: HIDDEN, edges: [{ from: 0, delay: 2 }, own] }],
  });
  expect(toOnnx(model.checkpoint).length).toBeGreaterThan(0);
  model.dispose();
});
