/** What a network saves goes into a module of torch.nn as it is; both train on alike, step by step. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createNetwork } from 'unfold-rnn';
import { hasModule, python } from './python.js';

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'unfold-torch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [T, N, D, O, H] = [6, 4, 3, 2, 5];
const lengths = [4, 6, 1, 3];
const steps = 6;
/** No method that divides by a gradient near zero: rounding would grow. */
const options = {
  optimizer: { name: 'nesterov', learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 },
  clip: { norm: 0.5 },
} as const;

const kinds = [
  ['RNN', 'rnn', 1, false],
  ['RNN', 'rnn', 2, true],
  ['LSTM', 'lstm', 2, false],
  ['LSTM', 'lstm', 2, true],
  ['GRU', 'gru', 1, true],
  ['GRU', 'gru', 3, true],
] as const;

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(expected).reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
}

test.runIf(hasModule('torch'))("in Debian's PyTorch", async () => {
  const x = Float32Array.from({ length: T * N * D }, (_, i) => Math.sin(i * i));
  const target = Float32Array.from({ length: T * N * O }, (_, i) => Math.cos(3 * i));
  const within = (i: number) => Math.floor(i / (N * O)) < lengths[Math.floor(i / O) % N]!;
  const cases: Record<string, object> = {};
  const ours: Record<string, { y: Float32Array; norms: number[]; parameters: Record<string, Float32Array> }> =
    {};
  for (const [module, cell, layers, bidirectional] of kinds) {
    const name = `${cell}-${layers}-${bidirectional}`;
    const network = await createNetwork(
      {
        task: { inputs: D, outputs: O },
        layers: Array.from({ length: layers }, () => ({ cell, units: H, bidirectional })),
        seed: layers,
      },
      { threads: 1, worker: false },
    );
    try {
      expect(network.info.pytorchNames).toBe(true);
      writeFileSync(join(folder, `${name}.safetensors`), await network.save());
      cases[name] = {
        module: [module, D, H, layers, O, bidirectional],
        shape: [T, N, D],
        x: [...x],
        target: [...target],
        lengths,
        steps,
      };
      let first: Float32Array | undefined;
      const norms: number[] = [];
      for (let step = 0; step < steps; ++step) {
        await network.zeroGradients();
        const { y } = await network.forward({ shape: [T, N, D], data: x }, { lengths });
        first ??= y.data;
        await network.backward(y.data.map((value, i) => (within(i) ? value - target[i]! : 0)));
        norms.push(await network.step(options));
      }
      const parameters = Object.entries(await network.parameters()).map(([key, { data }]) => [key, data]);
      ours[name] = { y: first!, norms, parameters: Object.fromEntries(parameters) };
    } finally {
      network.dispose();
    }
  }
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  const script = new URL('network_cases.py', import.meta.url).pathname;
  const theirs = JSON.parse(python([script, folder]));
  expect(Object.keys(theirs)).toHaveLength(kinds.length);
  for (const [name, { y, norms, parameters }] of Object.entries(ours)) {
    expect(difference(y, theirs[name].y), name).toBeLessThan(1e-6);
    expect(difference(norms, theirs[name].norms), name).toBeLessThan(1e-4);
    expect(Object.keys(parameters).sort()).toEqual(Object.keys(theirs[name].parameters).sort());
    for (const [key, values] of Object.entries(parameters))
      expect(difference(values, theirs[name].parameters[key]), `${name} ${key}`).toBeLessThan(2e-5);
  }
});
