/** What wasm/README.md shows of models in other programs runs as it stands there, and answers as the engine. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModel, type Model } from 'unfold-rnn';
import { toStateDict } from 'unfold-rnn/export';
import { sampled } from './plain-models.js';
import { hasModule, python } from './python.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'wasm/README.md'), 'utf8');
const block = (language: string, holds: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].find(([, code]) =>
    code!.includes(holds),
  )![1]!;

let model: Model;
let folder: string;
beforeAll(async () => {
  mkdirSync(join(root, 'build'), { recursive: true });
  folder = mkdtempSync(join(root, 'build', 'docs-formats-')); // where packages go by their names
  model = await createModel({ layers: [{ units: 24 }] }, 'The rain in Spain. '.repeat(300), { threads: 1 });
  for await (const _ of model.train({ steps: 40 }));
  writeFileSync(join(folder, 'model.safetensors'), await model.save());
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true });
});

test('ONNX, step by step', async () => {
  const head = `import { readFileSync } from 'node:fs';
import { env } from 'onnxruntime-web';
import { openModel } from 'unfold-rnn';
env.wasm.numThreads = 1;
const model = await openModel(readFileSync('model.safetensors'), undefined, { threads: 1, worker: false });
`;
  writeFileSync(join(folder, 'use.mjs'), head + block('js', 'InferenceSession'));
  const { stdout } = await promisify(execFile)(process.execPath, ['use.mjs'], { cwd: folder });
  const expected = await sampled(model, { prompt: 'T', length: 59, temperature: 0 });
  expect(stdout).toBe(`T${expected}\n`);
});

describe.runIf(hasModule('torch'))("with Debian's PyTorch", () => {
  /** What of the package of that name the lines use; Debian has none. */
  const SAFETENSORS = `
import json, torch
class safe_open:
    def __init__(self, path, framework):
        data = open(path, "rb").read()
        begin = 8 + int.from_bytes(data[:8], "little")
        self.data, self.header = data[begin:], json.loads(data[8:begin])
        self.named = self.header.pop("__metadata__")
    def __enter__(self): return self
    def __exit__(self, *of): pass
    def metadata(self): return self.named
    def keys(self): return self.header.keys()
    def get_tensor(self, name):
        begin, end = self.header[name]["data_offsets"]
        return torch.frombuffer(bytearray(self.data[begin:end]), dtype=torch.float32).reshape(self.header[name]["shape"])
`;

  test('a state_dict', async () => {
    writeFileSync(join(folder, 'model-state-dict.safetensors'), toStateDict(await model.save()));
    writeFileSync(join(folder, 'safetensors.py'), SAFETENSORS);
    const code = block('python', 'load_state_dict').replaceAll('"model-', `"${join(folder, 'model-')}`);
    writeFileSync(join(folder, 'use.py'), `${code}
print(metadata["modules"])
print(symbols[model.readout(hidden[-1]).argmax()])`); // prettier-ignore
    const lines = python([join(folder, 'use.py')])
      .trimEnd()
      .split('\n');
    expect(lines.slice(-3, -1)).toEqual(['rnn = nn.LSTM(11, 24)', 'readout = nn.Linear(24, 11)']);
    expect(lines.at(-1)).toBe(await sampled(model, { prompt: 'The ', length: 1, temperature: 0 }));
  });
});
