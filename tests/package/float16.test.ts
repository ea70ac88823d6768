/** Checkpoints whose weights are stored in 16 bits. */
import { openModel } from 'unfold-rnn';
import { toFloat16 } from 'unfold-rnn/export';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import { readCheckpoint } from '../../dist/export/checkpoint.js';
import { hosts, realModel, rejection } from './harness.js';

/** The nearest number of 16 bits, by another way than the package's: ten bits behind the first, then exactly. */
function nearest(x: number): number {
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10);
  const [down, up] = [Math.floor(x / unit) * unit, Math.ceil(x / unit) * unit];
  if (x - down === up - x) return (down / unit) % 2 === 0 ? down : up;
  return x - down < up - x ? down : up;
}

async function trained() {
  const model = await realModel();
  await model.train({ steps: 20 });
  return model;
}

describe.each(hosts)('16-bit weights in $host', ({ worker }) => {
  test('open as the nearest numbers, and write', async () => {
    const model = await trained();
    const bytes = await model.save();
    const small = toFloat16(bytes);
    const { parameters } = readCheckpoint(bytes);
    const numbers = [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
    const saved = (await model.save({ optimizer: false })).byteLength - small.byteLength;
    expect(Math.abs(saved - 2 * numbers)).toBeLessThan(64); // the header's offsets have fewer digits
    const opened = await openModel(small, undefined, { threads: 1, worker });
    try {
      const { tensors } = readSafetensors(await opened.save({ optimizer: false }));
      expect([...tensors.keys()]).toEqual([...parameters.keys()]);
      for (const [name, { data }] of parameters)
        expect([...tensors.get(name)!.data], name).toEqual([...data].map((x) => (x === 0 ? x : nearest(x))));
      expect(opened.info.config).toEqual(model.info.config);
      expect(await opened.sample({ length: 40 })).toHaveLength(40);
      expect(opened.info.step).toBe(0);
    } finally {
      opened.dispose();
    }
  });

  test('are refused when one has changed', async () => {
    const small = toFloat16(await (await trained()).save());
    small[small.length - 1]! ^= 1;
    expect(await rejection(openModel(small, undefined, { threads: 1, worker }))).toMatchObject({
      code: 'INVALID_CHECKPOINT',
      field: 'checksum',
    });
  });
});

test('the same file comes of a checkpoint with and without its optimizer, and of itself', async () => {
  const model = await trained();
  const small = toFloat16(await model.save());
  expect(toFloat16(await model.save({ optimizer: false }))).toEqual(small);
  expect(toFloat16(small)).toEqual(small);
});

test('a weight beyond 16 bits is refused by name', () => {
  const tensors = new Map([['a', { shape: [2], data: Float32Array.of(1, 70_000) }]]);
  expect(() => writeSafetensors({ metadata: {}, tensors }, 'F16')).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', field: 'a' }),
  );
});
