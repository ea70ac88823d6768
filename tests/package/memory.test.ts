/** What a model takes of the machine's memory, beside what was said before. */
import { describe, expect, test } from 'vitest';

interface Reply {
  ok: boolean;
  value: string;
}
interface Trained {
  underWay: boolean;
}
const read = <T>({ ok, value }: Reply): T => {
  expect(ok, value).toBe(true);
  return JSON.parse(value) as T;
};

const layers = (count: number, hidden: number) =>
  Array.from({ length: count }, () => ({ cell: 'lstm', units: hidden }));
const text = (size: number) =>
  new Uint8Array(size).map((_, i) => 48 + ((Math.imul(i, 2654435761) >>> 8) % 65));

describe.each(['simd', 'simd-threads'])('the memory of %s', (build) => {
  test.each([
    ['1×16, 100 KB of text', layers(1, 16), 100_000],
    ['1×128, 200 KB', layers(1, 128), 200_000],
    ['1×128, 20 MB', layers(1, 128), 20_000_000],
    ['2×256, 20 MB', layers(2, 256), 20_000_000],
    ['2×512, 1 MB', layers(2, 512), 1_000_000],
  ])('stays within 1.25 times what info says: %s', async (_, network, size) => {
    const { default: factory } = await import(`../../dist/${build}.js`);
    const engine = await factory({ numThreads: 1 });
    const session = new engine.Session();
    const config = JSON.stringify({ layers: network, evaluateEvery: 0 });
    const { memoryBytes } = read<{ memoryBytes: number }>(session.create(config, text(size)));
    while (read<Trained>(session.train(2, 1000)).underWay);
    const taken = engine.HEAPU8.length;
    session.delete();
    engine.PThread?.terminateAllThreads();
    expect(taken / memoryBytes).toBeLessThan(1.25);
    expect(taken / memoryBytes).toBeGreaterThan(0.8);
  });
});
