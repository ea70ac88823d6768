// npm run pretrain [-- --check]: trains the model that the page writes with before its own network has learnt anything
// (web/models/tales.safetensors). Same text, configuration and seed: same bytes, on any machine. Some minutes on
// two cores.
//   --check  trains again, writes nothing, and fails if the file would change
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { at, Failure, isMain, main, shown } from './lib.mjs';

/** What a first visit may fetch for it: as large as lets it write half a second after the navigation. */
const LARGEST = 650_000;
const STEPS = 6000;
const file = at('web/models/tales.safetensors');

/** @type {import('unfold-rnn').Config} */
const config = {
  seed: 1,
  embedding: 32,
  layers: [{ cell: 'lstm', hidden: 256 }],
  window: 64,
  batch: 32,
  optimizer: { name: 'adam', learningRate: 0.004 },
  schedule: { name: 'cosine', steps: STEPS, warmup: 100, minimum: 0.00004 },
  clip: 1,
  validation: 0.02,
  evaluateEvery: 500,
};

/** @param {string} name */
const built = (name) => import(new URL(`../dist/${name}`, import.meta.url).href);

async function train() {
  /** @type {typeof import('unfold-rnn')} */
  const { createModel } = await built('index.js');
  /** @type {typeof import('unfold-rnn/export')} */
  const { toFloat16 } = await built('export/index.js');
  const text = await readFile(at('web/texts/tales.txt'));
  const model = await createModel({ ...config, text });
  try {
    let said = 0;
    for await (const { step, validationLoss, charsPerSecond } of model.train({ until: STEPS })) {
      if (step < said + 500) continue;
      said = step;
      const bits = validationLoss === null ? '–' : (validationLoss / Math.LN2).toFixed(3);
      console.log(
        `step ${step}: ${bits} bits a character held out, ${Math.round(charsPerSecond)} characters a second`,
      );
    }
    const { bitsPerCharacter } = await model.evaluate();
    console.log(`${bitsPerCharacter.toFixed(4)} bits a character held out`);
    return Buffer.from(toFloat16(await model.save({ optimizer: false })));
  } finally {
    model.dispose();
  }
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  main(async () => {
    const bytes = await train();
    if (bytes.length > LARGEST)
      throw new Failure(`the model has ${bytes.length} bytes; ${LARGEST} are allowed.`);
    if (!values.check)
      return writeFile(file, bytes).then(() => console.log(`${shown(file)}: ${bytes.length} bytes`));
    const stored = await readFile(file).catch(() => Buffer.alloc(0));
    if (!stored.equals(bytes)) throw new Failure(`${shown(file)} is not what scripts/pretrain.mjs trains.`);
    console.log(`${shown(file)} is what it should be.`);
  });
}
