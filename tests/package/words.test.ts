/** Texts of words and of merged bytes: what users see of them, and programs that were exported. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, createModel, type Model, openModel } from 'unfold-rnn';
import { toC, toHtml, toJavaScript, toNumPy, toOnnx, toPyTorch } from 'unfold-rnn/export';
// Not exported: to read a file by hand.
import { readSafetensors } from '../../dist/export/safetensors.js';
import { run } from './command.js';
import { loadModule } from './plain-models.js';
import { hasModule, python } from './python.js';

const WORDS = ['the', 'sea', "don't", 'sing', 'étude', 'l’été', 'Ωμέγα', '字', '3', '“night”', '😀'];
const TEXT = Array.from({ length: 900 }, (_, i) => {
  const word = WORDS[(i * i + 3 * i) % 7 === 0 ? i % WORDS.length : (i * i) % 5]!;
  return word + (i % 9 === 8 ? '.\n' : i % 4 === 3 ? ', ' : ' ');
}).join('');
const small: Config = {
  layers: [{ cell: 'gru', units: 12 }],
  sequenceLength: 8,
  batchSize: 4,
  optimizer: { learningRate: 0.02 },
};

const units: [unit: string, vocabulary: number][] = [
  ['word', 9],
  ['whitespace', 12],
  ['bpe', 290],
];

const folder = mkdtempSync(join(tmpdir(), 'unfold-words-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function trained(unit: string, vocabulary: number, steps = 30): Promise<Model> {
  const model = await createModel({ ...small, unit, vocabulary }, TEXT, { threads: 1 });
  await model.train({ steps });
  return model;
}

/** Everything that is written, in one text. */
async function written(model: Model, options: object): Promise<string> {
  let text = '';
  for await (const piece of model.sample(options)) text += piece;
  return text;
}

const prompts = ['the sea', '', "unheard l’été, don't\n", '字😀 3'];

/** The exported project's own loss of the validation part, and what its vocabulary makes of the text. */
const EVALUATE = `import json
from pathlib import Path
import torch
from train import Network, Data, evaluate, load, read_safetensors

folder = Path(__file__).parent
arrays, metadata = read_safetensors(folder / "model.safetensors")
network = Network()
load(network, arrays)
data = Data(json.loads(metadata["config"]), metadata, folder / "text.txt")
loss, _ = evaluate(network, data, "validation", torch.device("cpu"))
text = (folder / "text.txt").read_bytes()
beginning = text.decode()[:300].encode()
print(json.dumps({
    "loss": loss,
    "again": data.vocabulary.decode(data.vocabulary.encode(text)),
    "tokens": data.vocabulary.encode(beginning).tolist(),
}))
`;

describe.each(units)('%s', (unit, vocabulary) => {
  test('has comparable losses', async () => {
    const model = await trained(unit, vocabulary);
    const { info } = model;
    const { loss, tokens, bitsPerCharacter, perplexity } = await model.evaluate();
    model.dispose();
    expect(tokens).toBe(info.tokens.validation - 1);
    expect(bitsPerCharacter).toBeCloseTo((loss * tokens) / Math.LN2 / info.characters!.validation, 12);
    expect(perplexity).toBeCloseTo(Math.exp(loss), 8);
    const characters = [...TEXT].length;
    const { train, validation } = info.characters!;
    expect(train + validation).toBeLessThan(characters);
    expect(train + validation).toBeGreaterThan(characters - 20);
  });

  test('opens again, and is inspected by token', async () => {
    const model = await trained(unit, vocabulary);
    const again = await openModel(await model.save(), undefined, { threads: 1 });
    expect(await written(again, { prompt: 'the sea', seed: 2, length: 20 })).toBe(
      await written(model, { prompt: 'the sea', seed: 2, length: 20 }),
    );
    const { tokens, symbols } = await again.inspect(' the sea, the sea');
    expect(symbols).toHaveLength(tokens.length);
    if (unit !== 'whitespace') expect(symbols.join('')).toBe(' the sea, the sea');
    expect(again.info.vocabulary.unit).toBe(unit);
    expect(again.info.config.unit).toBe(unit);
    again.dispose();
    model.dispose();
  });

  test('writes as its JavaScript does, and the page that holds it', async () => {
    const model = await trained(unit, vocabulary);
    const bytes = await model.save();
    const { sample, tokensOf, symbols } = await loadModule(toJavaScript(bytes));
    expect(symbols).toHaveLength(model.info.vocabulary.size);
    for (const prompt of prompts) {
      expect(tokensOf(prompt || '\n')).toEqual((await model.inspect(prompt || '\n')).tokens);
      const expected = await written(model, { prompt, greedy: true, length: 60 });
      expect(sample({ prompt, temperature: 0, length: 60 }), prompt).toBe(expected);
    }
    expect(toHtml(bytes)).toContain('tokensOf');
    model.dispose();
  });

  test.runIf(hasModule('numpy'))('writes as its Python does', async () => {
    const model = await trained(unit, vocabulary);
    writeFileSync(join(folder, `${unit}.py`), toNumPy(await model.save()));
    const program = `import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
import ${unit} as model
prompts = json.loads(${JSON.stringify(JSON.stringify(prompts))})
print(json.dumps([[model.sample(p, length=60, temperature=0), model.tokens_of(p)] for p in prompts]))
`;
    const main = join(folder, `main_${unit}.py`);
    writeFileSync(main, program);
    const found = JSON.parse(python(['-W', 'error', main])) as [string, number[]][];
    for (const [i, prompt] of prompts.entries()) {
      expect(found[i]![0], prompt).toBe(await written(model, { prompt, greedy: true, length: 60 }));
      if (prompt) expect(found[i]![1], prompt).toEqual((await model.inspect(prompt)).tokens);
    }
    model.dispose();
  });

  test.runIf(hasModule('torch'))("has PyTorch's perplexity on the same weights", async () => {
    const model = await trained(unit, vocabulary, 60);
    const project = join(folder, `torch-${unit}`);
    mkdirSync(project);
    for (const [file, content] of Object.entries(toPyTorch(await model.save())))
      writeFileSync(join(project, file), content);
    writeFileSync(join(project, 'text.txt'), TEXT);
    const main = join(project, 'main.py');
    writeFileSync(main, EVALUATE);
    const found = JSON.parse(python([main])) as { loss: number; again: string; tokens: number[] };
    const { loss, perplexity } = await model.evaluate();
    expect(Math.abs(Math.exp(found.loss) / perplexity! - 1)).toBeLessThan(1e-5);
    expect(found.loss).not.toBe(Math.log(model.info.vocabulary.size)); // of a network that has learned
    expect(loss).toBeLessThan(0.9 * Math.log(model.info.vocabulary.size));
    expect(found.tokens).toEqual((await model.inspect([...TEXT].slice(0, 300).join(''))).tokens);
    if (unit === 'bpe') expect(found.again).toBe(TEXT);
    model.dispose();
  });

  test('writes as its C does', async () => {
    const model = await trained(unit, vocabulary);
    writeFileSync(join(folder, 'model.h'), toC(await model.save()));
    writeFileSync(
      join(folder, 'main.c'),
      `#include <stdio.h>
#include "model.h"
static unfold_state state;
int main(int argc, char **argv) {
  char text[4000];
  int tokens[128], count;
  (void)argc;
  for (const char *at = argv[1]; *at;) {
    at = unfold_tokens(at, tokens, &count);
    for (int k = 0; k < count; ++k) printf("%d ", tokens[k]);
  }
  unfold_sample(&state, argv[1], 60, 0, 1, text, sizeof text);
  printf("\\f%s", text);
  return 0;
}
`,
    );
    const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'];
    const program = join(folder, 'main');
    execFileSync('gcc', ['-std=c99', '-O1', ...warnings, `${program}.c`, '-o', program], { stdio: 'pipe' });
    for (const prompt of prompts) {
      const [tokens, text] = execFileSync(program, [prompt], { encoding: 'utf8' }).split('\f');
      const known = prompt ? (await model.inspect(prompt)).tokens : [];
      expect(tokens, prompt).toBe(known.map((token) => `${token} `).join(''));
      expect(text, prompt).toBe(await written(model, { prompt, greedy: true, length: 60 }));
    }
    model.dispose();
  });

  test('has its vocabulary in ONNX', async () => {
    const model = await trained(unit, vocabulary, 1);
    const bytes = await model.save();
    model.dispose();
    const stored = readSafetensors(bytes).metadata['vocabulary']!;
    expect(Buffer.from(toOnnx(bytes) as Uint8Array).includes(stored)).toBe(true);
  });
});

test('words are text again, and the rarest are one', async () => {
  const all = await createModel({ ...small, unit: 'word' }, TEXT, { threads: 1 });
  expect(all.info.vocabulary.symbols).toContain(" don't");
  expect(all.info.vocabulary.unknown).toBe(0);
  const { symbols } = await all.inspect(TEXT.slice(0, 300));
  expect(symbols.join('')).toBe(TEXT.slice(0, 300));
  all.dispose();
  const few = await trained('word', 9);
  expect(few.info.vocabulary.symbols).toHaveLength(9);
  expect(few.info.vocabulary.symbols.at(-1)).toBe(' \ufffd');
  expect(few.info.vocabulary.unknown).toBeGreaterThan(0);
  expect(await written(few, { temperature: 3, length: 200 })).not.toContain('\ufffd');
  const stream = few.sample({ prompt: ' the kraken sings', length: 1 });
  for await (const piece of stream) expect(piece).not.toBe('');
  expect(stream.unknown).toEqual([' kraken', ' sings']);
  few.dispose();
});

test('merges of fewer than all bytes are refused', async () => {
  await expect(createModel({ ...small, unit: 'bpe', vocabulary: 255 }, TEXT)).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    field: 'vocabulary',
  });
});

test('the command line trains, measures and describes them', async () => {
  const [text, out] = [join(folder, 'text.txt'), join(folder, 'model.safetensors')];
  writeFileSync(text, TEXT);
  const config = JSON.stringify({ ...small, vocabulary: 12 });
  const trains = await run(folder, [
    'train',
    text,
    '--unit',
    'word',
    '--config',
    config,
    '--steps',
    '20',
    '--out',
    out,
  ]);
  expect(trains.status, trains.err).toBe(0);
  expect(trains.err).toMatch(/\d+ tokens/);
  expect(trains.out).toMatch(/bits a character, perplexity \d/);
  const measured = await run(folder, ['evaluate', out, text, '--baselines', '2']);
  expect(measured.out).toMatch(/bits a character, perplexity [\d.]+ a token \([\d.]+ nats\), \d+ tokens/);
  expect(measured.out).toMatch(/1 tokens of context, counted/);
  expect((await run(folder, ['info', out])).out).toMatch(/12 words: /);
  const other = join(folder, 'other.txt');
  writeFileSync(other, 'the kraken sings and the sea sings');
  expect((await run(folder, ['evaluate', out, other])).err).toMatch(
    /words are not in the model's vocabulary and are read/,
  );
});
