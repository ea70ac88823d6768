/** Weights as text, one character each, as large pages store them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createModel, openModel } from 'unfold-rnn';
import { toHtml } from 'unfold-rnn/export';
// Not exported: the module inside a page, and the text of a matrix.
import { compact } from '../../dist/export/plain/compact.js';
import { helpers } from '../../dist/export/plain/javascript/helpers.js';
import { javaScriptOf } from '../../dist/export/plain/javascript/index.js';
import { readModel } from '../../dist/export/plain/model.js';
import type { Storage } from '../../dist/export/plain/javascript/storage.js';
import { bitsOf, compacted, largeModel, loadModule, sampled } from './plain-models.js';

const moduleOf = (bytes: Uint8Array, storage: Storage) => loadModule(javaScriptOf(readModel(bytes), storage));

test('an LSTM of 2×256 units: below a megabyte, and what the engine writes with the same rounded weights', async () => {
  const bytes = await largeModel();
  const page = toHtml(bytes);
  expect(Buffer.byteLength(page)).toBeLessThan(1e6);
  expect(page).toBe(toHtml(bytes, { precision: 'compact' }));
  expect(toHtml(bytes, { precision: 'float32' }).length).toBeGreaterThan(4e6);
  const model = await openModel(compacted(bytes), { threads: 1 });
  const { sample } = await moduleOf(bytes, 'compact');
  for (const options of [
    { temperature: 0.9, seed: 3 },
    { temperature: 0, seed: 1 },
  ]) {
    const expected = await sampled(model, { ...options, length: 40 });
    expect(expected).toHaveLength(40);
    expect(sample({ ...options, length: 40 })).toBe(expected);
  }
  model.dispose();
});

describe('a matrix', () => {
  /** Its weights as a module has them again. */
  async function again(rows: number, columns: number, data: Float32Array): Promise<number[]> {
    const text = compact({ name: 'w', rows, columns, data });
    expect(text).toMatch(/^[!-&(-;=-[\]-~]*$/); // a string of a script in a page needs no escape
    const { unpack } = await loadModule(`${helpers('compact')}export { unpack };`);
    return Array.from(unpack(rows, columns, text) as Float32Array);
  }

  test.each([
    [1, 1],
    [3, 64],
    [2, 65],
    [5, 130],
  ])('of %i × %i is off by at most 1/88 of the largest weight of each 64', async (rows, columns) => {
    // Groups of very different sizes, one of them zero.
    const data = Float32Array.from(
      { length: rows * columns },
      (_, i) =>
        Math.sin(i * i) *
        10 ** (Math.floor((i % columns) / 64) * 20 - 20) *
        Number(i >= 2 * columns || i < columns),
    );
    const found = await again(rows, columns, data);
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < columns; c += 64) {
        const [from, to] = [r * columns + c, r * columns + Math.min(c + 64, columns)];
        const group = data.subarray(from, to);
        const most = Math.max(...group.map(Math.abs));
        group.forEach((weight, k) =>
          expect(Math.abs(found[from + k]! - weight)).toBeLessThanOrEqual(most / 88),
        );
      }
  });

  test('of the largest and the smallest numbers that there are stays finite', async () => {
    const most = (2 - 2 ** -23) * 2 ** 127;
    const [large, small] = [
      await again(1, 2, Float32Array.of(most, -most)),
      await again(1, 2, Float32Array.of(2 ** -149, 0)),
    ];
    expect(large.map((x) => Math.abs(Math.abs(x) / most - 1) < 0.03)).toEqual([true, true]);
    expect(large[1]).toBe(-large[0]!);
    expect(small).toEqual([0, 0]);
  });
});

test('they cost less than 0.01 bits a character, and 8-bit weights too', async () => {
  const text = readFileSync(new URL('../../web/texts/tunes.txt', import.meta.url), 'utf8').slice(0, 60_000);
  const model = await createModel({
    text,
    layers: [{ units: 48 }],
    seed: 1,
    threads: 1,
    optimizer: { learningRate: 0.01 },
  });
  for await (const _ of model.train({ steps: 150 }));
  const bytes = await model.save();
  model.dispose();
  const bits = async (storage: Storage) => bitsOf(await moduleOf(bytes, storage), text.slice(-3000));
  const exact = await bits('float32');
  expect(exact).toBeLessThan(4);
  for (const storage of ['int8', 'compact'] as const) {
    const rounded = await bits(storage);
    expect(Math.abs(rounded - exact), storage).toBeLessThan(0.01);
    expect(rounded, storage).not.toBe(exact);
  }
});
