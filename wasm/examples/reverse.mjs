// node wasm/examples/reverse.mjs: an encoder and a decoder with attention learn to write words backwards.
import { createModel } from 'unfold-rnn';

const model = await createModel({
  dataset: { name: 'reversal', difficulty: 5, count: 2000 },
  encoder: [{ units: 32, bidirectional: true }],
  layers: [{ units: 32 }],
  attention: 'additive',
  optimizer: { learningRate: 0.01 },
});
for await (const { step, loss, done } of model.train({ steps: 600 }))
  if (done) console.log(`step ${step}, ${loss.toFixed(3)} nats a symbol`);
const { accuracy } = await model.evaluate({ split: 'test' });
console.log(`${(100 * accuracy).toFixed(0)} % of words that it never saw are right`);
console.log(`abcd becomes ${(await model.predict({ input: 'abcd' })).output}`);
model.dispose();
