// npm run pretrain: trains the model that the page writes with before its own network has learnt anything
// (web/models/tales.safetensors). Same text, configuration and seed: same bytes, on any machine, so that `git diff` says
// whether the file is what this trains. It takes about a quarter of an hour of one core natively, twice that in Node.
import { writeFile } from 'node:fs/promises';
import { at, Failure, main, shown } from '../lib.mjs';
import { createTales } from './texts/tales.mjs';

/** What a first visit may fetch for it: as large as lets it write half a second after the navigation. */
const LARGEST = 650_000;
const STEPS = 12000;
/** Seed and characters of the tales: those of web/texts/tales.txt, and as many more as keep it from learning them by heart. */
const TALES = /** @type {const} */ ([10, 6_000_000]);
const file = at('web/models/tales.safetensors');

/** @type {import('unfold-rnn').Config} */
const config = {
  seed: 1,
  embedding: 32,
  layers: [{ cell: 'lstm', units: 256 }],
  sequenceLength: 64,
  batchSize: 32,
  optimizer: { name: 'adam', learningRate: 0.004 },
  schedule: { name: 'cosine', steps: STEPS, warmup: 100, minimum: 0.00004 },
  clip: 1,
  validationSplit: 0.02,
  evaluateEvery: 1000,
  earlyStopping: 0,
};

/** @param {string} name */
const built = (name) => import(new URL(`../../dist/${name}`, import.meta.url).href);

main(async () => {
  /** @type {typeof import('unfold-rnn')} */
  const { createModel } = await built('index.js');
  /** @type {typeof import('unfold-rnn/export')} */
  const { toFloat16 } = await built('export/index.js');
  const model = await createModel(config, createTales(...TALES));
  try {
    let said = 0;
    for await (const { step, validationLoss, tokensPerSecond } of model.train({ until: STEPS })) {
      if (step < said + 500) continue;
      said = step;
      const bits = validationLoss === null ? '–' : (validationLoss / Math.LN2).toFixed(3);
      console.log(
        `step ${step}: ${bits} bits a character held out, ${Math.round(tokensPerSecond)} characters a second`,
      );
    }
    const { loss } = await model.evaluate();
    console.log(`${(loss / Math.LN2).toFixed(4)} bits a character held out`);
    const bytes = toFloat16(await model.save({ optimizer: false }));
    if (bytes.length > LARGEST)
      throw new Failure(`the model has ${bytes.length} bytes; ${LARGEST} are allowed.`);
    await writeFile(file, bytes);
    console.log(`${shown(file)}: ${bytes.length} bytes`);
  } finally {
    model.dispose();
  }
});
