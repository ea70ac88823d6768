// node wasm/examples/compare.mjs: three networks on the same text, against n-grams that only count.
import { createModel } from 'unfold-rnn';

const text = Array.from({ length: 400 }, (_, i) => `${i} + ${i + 1} = ${2 * i + 1};\n`).join('');
const bits = (nats) => `${(nats / Math.LN2).toFixed(2)} bits`;

for (const preset of ['rnn', 'gru', 'lstm']) {
  const model = await createModel(
    { preset, units: 48, sequenceLength: 24, batchSize: 8, optimizer: { learningRate: 0.005 } },
    text,
  );
  for await (const _ of model.train({ steps: 300 }));
  const { loss } = await model.evaluate();
  console.log(`${preset.padEnd(5)} ${bits(loss)}`);
  if (preset === 'lstm') {
    const { markov } = await model.baselines({ maxOrder: 3 });
    console.log(`3 characters of context, counted: ${bits(markov[3])}`);
  }
  model.dispose();
}
