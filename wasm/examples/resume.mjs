// node wasm/examples/resume.mjs: a run in two parts ends in the same bytes as a run in one.
import { createModel, openModel } from 'unfold-rnn';

const text = 'She sells sea shells by the sea shore. '.repeat(100);
const config = { preset: 'lstm', units: 32, sequenceLength: 16, batchSize: 8, seed: 7 };

async function train(model, steps) {
  for await (const progress of model.train({ steps }))
    if (progress.done) console.log(`step ${progress.step}`);
  const bytes = await model.save();
  model.dispose();
  return bytes;
}

const half = await train(await createModel(config, text), 50);
const resumed = await train(await openModel(half, text), 50);
const whole = await train(await createModel(config, text), 100);
console.log(Buffer.compare(resumed, whole) === 0 ? 'the same bytes' : 'different bytes');
