// node wasm/examples/train.mjs [text.txt]: trains a small network, lets it write, saves it.
import { readFile, writeFile } from 'node:fs/promises';
import { createModel } from 'unfold-rnn';

const file = process.argv[2];
const text = file ? await readFile(file) : 'the quick brown fox jumps over the lazy dog; '.repeat(200);

const model = await createModel(
  { preset: 'gru', units: 64, sequenceLength: 32, batchSize: 16, seed: 1 },
  text,
);
console.log(`${model.info.parameters} parameters, ${model.info.runtime.threads} threads`);

for await (const { step, bitsPerToken, tokensPerSecond, secondsLeft } of model.train({ steps: 300 })) {
  const facts = [
    `step ${step}`,
    `${bitsPerToken.toFixed(2)} bits`,
    `${Math.round(tokensPerSecond)} characters/s`,
  ];
  console.log(`${facts.join(', ')}, ${Math.ceil(secondsLeft)} s left`);
}

for await (const piece of model.sample({ prompt: 'the ', length: 100, temperature: 0.5 }))
  process.stdout.write(piece);
console.log();

if (file) await writeFile('model.safetensors', await model.save());
model.dispose();
