// npm run pretrain: trains the small model that the page writes with before its own network has learnt anything
// (web/models/tales.safetensors). Same text, configuration and seed: same bytes, on any machine, so that `git diff` says
// whether the file is what this trains.
import { readFile, writeFile } from 'node:fs/promises';
import { at, Failure, main, shown } from '../lib.mjs';

/** What a first visit may fetch before the first character. */
const LARGEST = 200_000;
const STEPS = 1800;
const file = at('web/models/tales.safetensors');

/**
 * As many units as fit into LARGEST without the optimizer's moments.
 * @type {import('unfold-rnn').Config}
 */
const config = {
  seed: 1,
  embedding: 16,
  layers: [{ cell: 'gru', units: 108 }],
  sequenceLength: 64,
  batchSize: 32,
  optimizer: { name: 'adam', learningRate: 0.004 },
  schedule: { name: 'cosine', steps: STEPS, warmup: 50, minimum: 0.0002 },
  clip: 5,
  dropout: 0.1,
  evaluateEvery: 400,
};

main(async () => {
  /** @type {typeof import('unfold-rnn')} */
  const { createModel } = await import(new URL('../../dist/index.js', import.meta.url).href);
  const text = await readFile(at('web/texts/tales.txt'));
  const model = await createModel(config, text);
  try {
    let said = 0;
    for await (const { step, validationLoss, tokensPerSecond } of model.train({ until: STEPS })) {
      if (step < said + 400) continue;
      said = step;
      const bits = validationLoss === null ? '–' : (validationLoss / Math.LN2).toFixed(3);
      console.log(
        `step ${step}: ${bits} bits a character held out, ${Math.round(tokensPerSecond)} characters a second`,
      );
    }
    const { loss } = await model.evaluate();
    console.log(`${(loss / Math.LN2).toFixed(4)} bits a character held out`);
    const bytes = await model.save({ optimizer: false });
    if (bytes.length > LARGEST)
      throw new Failure(`the model has ${bytes.length} bytes; ${LARGEST} are allowed.`);
    await writeFile(file, bytes);
    console.log(`${shown(file)}: ${bytes.length} bytes`);
  } finally {
    model.dispose();
  }
});
