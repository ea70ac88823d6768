/** Networks of the tensor level as PyTorch projects: the same answers, the same steps of a loss of one's own, and back. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createNetwork, type NetworkConfig } from 'unfold-rnn';
import { toPyTorch } from 'unfold-rnn/export';
// Not exported: reads and writes the files that the package reads and writes.
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import { difference } from './networks.js';
import { hasModule, python } from './python.js';

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-network-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [T, N, D, C, STEPS] = [6, 4, 3, 2, 5];
const lengths = [4, 6, 1, 3];
const options = { optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 }, clip: 0.5 } as const;

const both = { units: 5, bidirectional: true };
const cases: Record<string, Omit<NetworkConfig, 'threads' | 'worker'>> = {
  'names of torch.nn': { task: { inputs: D, outputs: 2 }, layers: [both, both] },
  'no readout, both directions': { task: { inputs: D }, layers: [both] },
  'no readout, one direction': { task: { inputs: D }, layers: [{ cell: 'gru', units: 4 }, { units: 3 }] },
  'a context as first state': { task: { inputs: D, outputs: 2, context: C }, layers: [{ units: 5 }] },
  'late, normalised, leaky': {
    task: { inputs: D, outputs: 1 },
    layers: [
      { units: 4, layerNorm: true, edges: [{ from: 'input' }, { from: 'input', delay: 2 }, { from: 'self' }] },
      { cell: 'gru', units: 4, leak: 0.3, edges: [{ from: 0, delay: 1 }, { from: 'self', hidden: [3] }] },
    ],
  },
}; // prettier-ignore

const waves = (count: number, k: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(k * i * i));

/** ∂L/∂y of L = Σ(y − target)²/2 over the true steps is what is left of y − target. */
const script = (project: string, hasContext: boolean) => `
import json, sys, torch
sys.path.insert(0, ${JSON.stringify(project)})
case = json.load(open(${JSON.stringify(join(project, 'case.json'))}))
from checkpoint import load
from network import Network
from train import fit

inputs = {"inputs": torch.tensor(case["x"]).view(${T}, ${N}, ${D}), "lengths": torch.tensor(case["lengths"])}
${hasContext ? `inputs["context"] = torch.tensor(case["context"]).view(${N}, ${C})` : ''}
target = torch.tensor(case["target"]).view(${T}, ${N}, -1)
within = (torch.arange(${T})[:, None] < inputs["lengths"])[..., None]

def loss(answers, targets, inputs):
    return (((answers - targets) ** 2) * within).sum() / 2

network = Network()
load(network, ${JSON.stringify(join(project, 'model.safetensors'))})
with torch.no_grad():
    y, _ = network(**inputs)
losses = fit([(inputs, target)], loss, ${STEPS}, lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
             clip_norm=0.5, out=${JSON.stringify(join(project, 'out.safetensors'))}, say=lambda *_, **__: None)
print(json.dumps({"y": (y * within).flatten().tolist(), "losses": losses}))
`;

test.each(['b-s', 'lambda', '__init__'])(
  'a parameter called %s cannot be written in Python',
  async (name) => {
    const network = await createNetwork({ task: { inputs: D, outputs: 1 } }, { threads: 1, worker: false });
    const { tensors, metadata } = readSafetensors(await network.save());
    network.dispose();
    const renamed = new Map(
      [...tensors].map(([key, one]) => [key.replace('readout.bias', `readout.${name}`), one]),
    );
    const graph = metadata['graph']!.replaceAll('readout.bias', `readout.${name}`);
    const file = writeSafetensors({ metadata: { ...metadata, graph }, tensors: renamed });
    expect(() => toPyTorch(file)).toThrow(`readout.${name}: expected names that Python can have`);
  },
);

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  test.each(Object.entries(cases))('%s', async (name, given) => {
    const runtime = { threads: 1, worker: false };
    const network = await createNetwork({ ...given, seed: 2 }, runtime);
    const project = join(folder, name.replace(/\W+/g, '-'));
    mkdirSync(project);
    for (const [file, content] of Object.entries(toPyTorch(await network.save())))
      writeFileSync(join(project, file), content);
    const x = waves(T * N * D, 1);
    const O = network.info.outputs;
    const target = waves(T * N * O, 3);
    const hasContext = given.task.context !== undefined;
    const context = hasContext ? { context: waves(N * C, 2) } : {};
    const content = { x: [...x], target: [...target], lengths, context: [...(context.context ?? [])] };
    writeFileSync(join(project, 'case.json'), JSON.stringify(content));

    const within = (i: number) => Math.floor(i / (N * O)) < lengths[Math.floor(i / O) % N]!;
    const forward = () => network.forward({ shape: [T, N, D], data: x }, { lengths, ...context });
    const { y: first } = await forward();
    const losses: number[] = [];
    for (let step = 0; step < STEPS; ++step) {
      await network.zeroGradients();
      const { y } = await forward();
      const errors = y.data.map((value, i) => (within(i) ? value - target[i]! : 0));
      losses.push(errors.reduce((sum, e) => sum + (e * e) / 2, 0));
      await network.backward(errors);
      await network.step(options);
    }
    const theirs = JSON.parse(python(['-c', script(project, hasContext)]));
    expect(difference(theirs.y, first.data)).toBeLessThan(1e-6);
    expect(difference(theirs.losses, losses)).toBeLessThan(1e-5);

    const { y: ours } = await forward();
    await network.load(new Uint8Array(readFileSync(join(project, 'out.safetensors'))));
    expect(difference((await forward()).y.data, ours.data)).toBeLessThan(2e-5);
    network.dispose();
  });

  test('as a program it reads arrays of NumPy', async () => {
    const network = await createNetwork(
      { task: { inputs: D, outputs: 1 }, seed: 2 },
      { threads: 1, worker: false },
    );
    const project = join(folder, 'program');
    mkdirSync(project);
    for (const [file, content] of Object.entries(toPyTorch(await network.save())))
      writeFileSync(join(project, file), content);
    network.dispose();
    const arrays = join(project, 'numbers.npz');
    const numpy = `
import numpy
x = numpy.sin(numpy.arange(${T * N * D})).reshape(${T}, ${N}, ${D})
numpy.savez(${JSON.stringify(arrays)}, inputs=x, targets=x.sum(-1, keepdims=True), lengths=[6, 2, 5, 1])`;
    python(['-c', numpy]);
    const printed = python([join(project, 'train.py'), '--data', arrays, '--steps', '60']);
    const losses = [...printed.matchAll(/loss (\S+)/g)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(60);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.9);
  });
});
