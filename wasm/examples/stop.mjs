// node wasm/examples/stop.mjs: three ways to stop; after each the model goes on where it stands.
import { createModel, UnfoldError } from 'unfold-rnn';

const model = await createModel(
  { layers: [{ cell: 'gru', units: 32 }], sequenceLength: 16, batchSize: 8 },
  'round and round the rugged rock the ragged rascal ran. '.repeat(80),
);

// 1. Leave the loop.
for await (const { step } of model.train()) if (step >= 20) break;
console.log('left the loop');

// 2. A signal: the loop rejects with its reason, at once.
try {
  for await (const _ of model.train({ signal: AbortSignal.timeout(100) }));
} catch (error) {
  console.log(`stopped by a ${error.name}`);
}

// 3. A limit: of steps, of steps since the beginning (until), or of seconds of work.
for await (const { done } of model.train({ seconds: 0.1 })) if (done) console.log('the time is over');

// What goes wrong is an UnfoldError; its code says what.
model.dispose();
await model.save().catch((error) => console.log(error instanceof UnfoldError, error.code));
