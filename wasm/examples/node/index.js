import { createModel } from 'unfold-rnn';

const text = 'Betty bought a bit of better butter. '.repeat(80);
const config = { preset: 'gru', units: 32, sequenceLength: 16, batchSize: 8 };

const controller = new AbortController();
const { signal } = controller;
process.once('SIGINT', () => controller.abort());

const model = await createModel(config, text, { signal });
try {
  const { threads, reason } = model.info.runtime;
  console.log(`threads: ${threads}${reason ? ` (${reason})` : ''}`);
  for await (const { step, loss, done } of model.train({ steps: 300, signal })) {
    if (done) console.log(`step ${step}, loss ${loss.toFixed(3)}`);
  }
  const prompt = 'Betty ';
  console.log(prompt + (await model.sample({ prompt, length: 60, temperature: 0.5, signal })));
} catch (error) {
  if (!signal.aborted) throw error;
  console.log('stopped');
} finally {
  model.dispose(); // ends the worker, so that the process can end
}
