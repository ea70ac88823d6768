/** train.py beyond one process with a file: several processes, generated data, torch.compile, drawn tokens. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type Model, openModel } from 'unfold-rnn';
import { toPyTorch } from 'unfold-rnn/export';
import { collect } from './harness.js';
import { difference } from './networks.js';
import { hasModule, python } from './python.js';
import { made, texts } from './task-models.js';

vi.setConfig({ testTimeout: 200_000 });

const folder = mkdtempSync(join(tmpdir(), 'unfold-pytorch-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const train = async (model: Model, steps: number) =>
  (await collect(model.train({ steps }))).flatMap(({ losses }) => [...losses]);

function written(name: string, checkpoint: Uint8Array): string {
  const project = join(folder, name);
  mkdirSync(project);
  for (const [file, content] of Object.entries(toPyTorch(checkpoint)))
    writeFileSync(join(project, file), content);
  return project;
}

const lossesOf = (printed: string) =>
  [...printed.matchAll(/step \d+ {2}loss (\S+)/g)].map(([, loss]) => Number(loss));

const opened = (project: string, text?: string) =>
  openModel(new Uint8Array(readFileSync(join(project, 'out.safetensors'))), text, {
    threads: 1,
    worker: false,
  });

const translation = {
  encoder: [{ units: 4, bidirectional: true }],
  layers: [{ units: 5 }],
  attention: 'additive' as const,
};

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  test('three processes train on examples as one, a batch that does not divide among them', async () => {
    const model = await made('translate', 'translate', { ...translation, evaluateEvery: 3 });
    const project = written('three', await model.save());
    const data = join(project, 'data.txt');
    writeFileSync(data, texts['translate']!);
    const args = [join(project, 'train.py'), '--data', data, '--steps', '6'];
    const run = (more: string[], program?: string) =>
      python([...more, ...args, '--out', join(project, 'out.safetensors')], program, {
        GLOO_SOCKET_IFNAME: 'lo',
      });
    const one = run([]);
    // -r and -t: without them, Debian's PyTorch 1.13 stumbles over its Python 3.11.
    const three = run(['--standalone', '--nproc_per_node', '3', '-r', '1', '-t', '1'], 'torchrun');
    expect(lossesOf(one)).toHaveLength(6);
    expect(difference(lossesOf(three), lossesOf(one))).toBeLessThan(1e-5);
    expect(difference(lossesOf(one), await train(model, 6))).toBeLessThan(1e-4);
    const validations = (printed: string) =>
      [...printed.matchAll(/validation loss (\S+)/g)].map(([, loss]) => Number(loss));
    expect(validations(one)).toHaveLength(2);
    expect(difference(validations(three), validations(one))).toBeLessThan(1e-5);
    const back = await opened(project, texts['translate']);
    expect(difference(await train(back, 3), await train(model, 3))).toBeLessThan(1e-3);
    model.dispose();
    back.dispose();
  });

  test('a generated dataset needs no file; with one, the model learns from that', async () => {
    const corpus = { name: 'reversal', difficulty: 4, count: 60 };
    const model = await made('translate', 'translate', { ...translation, dataset: corpus });
    const project = written('generated', await model.save());
    const run = (...args: string[]) =>
      python([join(project, 'train.py'), '--out', join(project, 'out.safetensors'), ...args]);
    expect(difference(lossesOf(run('--steps', '5')), await train(model, 5))).toBeLessThan(1e-4);
    const back = await opened(project);
    expect(back.info.config.dataset).toMatchObject(corpus);
    expect(difference(await train(back, 3), await train(model, 3))).toBeLessThan(1e-3);
    back.dispose();
    const { step } = model.info;
    model.dispose();

    const text = 'abc\tcba\nbad\tdab\njig\tgij\nhe\teh\nfab\tbaf\ncafe\tefac\n';
    const own = join(project, 'own.txt');
    writeFileSync(own, text);
    const printed = run('--data', own, '--steps', '4');
    expect(printed).toContain('The data are new to this model: begins at their start.');
    expect(lossesOf(printed)).toHaveLength(4);
    const other = await opened(project);
    expect(other.info.config.dataset).toBeUndefined();
    expect(other.info.step).toBeLessThan(step);
    expect((await other.predict({ input: 'abc' })).output).toBeTypeOf('string');
    other.dispose();
  });

  test('--compile compiles the network, and needs PyTorch 2', async () => {
    const model = await made('tag', 'tag', { layers: [{ units: 4 }] });
    const project = written('compiled', await model.save());
    model.dispose();
    const data = join(project, 'data.txt');
    writeFileSync(data, texts['tag']!);
    const script = (compile: string) => `
import sys, torch
sys.path.insert(0, ${JSON.stringify(project)})
compiled = []
${compile}
import train
train.main(["--data", ${JSON.stringify(data)}, "--steps", "2", "--compile", "--out", ${JSON.stringify(join(project, 'out.safetensors'))}])
print("compiled", [type(one).__name__ for one in compiled])
`;
    const printed = python([
      '-c',
      script('torch.compile = lambda module: compiled.append(module) or module'),
    ]);
    expect(printed).toContain("compiled ['Network']");
    const older = 'if hasattr(torch, "compile"): del torch.compile';
    expect(() => python(['-c', script(older)])).toThrow('--compile needs PyTorch 2');
  });

  test('scheduled sampling draws tokens from the answer before', async () => {
    const model = await made('translate', 'translate', {
      ...translation,
      scheduledSampling: { name: 'linear', k: 10, minimum: 0.5 },
    });
    const project = written('drawn', await model.save());
    model.dispose();
    const printed = python([
      '-c',
      `
import sys, torch
sys.path.insert(0, ${JSON.stringify(project)})
from network import SYMBOLS, Network, draw
from train import teacher_forcing
tokens = torch.zeros(3, 200, dtype=torch.int64)
logits = torch.full((200, SYMBOLS), -30.0)
logits[:, 1] = 30
share = lambda rate: [float(row.float().mean()) for row in draw(tokens, 1, logits, rate)]
print(share(0.0), share(1.0), 0 < share(0.5)[1] < 1)
schedule = {"name": "linear", "k": 10, "start": 1, "minimum": 0.5}
print([teacher_forcing(schedule, step) for step in (0, 2, 100)], Network.teacher_forcing)
print(teacher_forcing({**schedule, "name": "exponential"}, 2), teacher_forcing({**schedule, "name": "inverse-sigmoid"}, 0))
`,
    ]);
    expect(printed.trim().split('\n')).toEqual([
      '[0.0, 1.0, 0.0] [0.0, 0.0, 0.0] True',
      '[1.0, 0.8, 0.5] 1.0',
      `${0.9 ** 2} ${10 / 11}`,
    ]);
  });
});
