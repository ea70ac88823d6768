// A network that sounds like an overdriven amplifier, for an audio worklet: trained here, exported as plain JavaScript.
//
//   node train.mjs model.js      then serve this folder and open index.html
import { writeFile } from 'node:fs/promises';
import { createNetwork } from 'unfold-rnn';
import { toJavaScript } from 'unfold-rnn/export';

const [T, N] = [64, 16];
const network = await createNetwork({
  task: { inputs: 1, outputs: 1 },
  layers: [{ cell: 'gru', units: 12 }],
  seed: 1,
});
for (let step = 0; step < 400; ++step) {
  const x = Float32Array.from({ length: T * N }, (_, i) => {
    const [t, n] = [Math.floor(i / N), i % N];
    return (0.2 + n / N) * Math.sin((0.02 + 0.01 * n) * t + step);
  });
  // What it is to learn: a soft limit, and a little of what came before.
  const target = x.map((value, i) => Math.tanh(3 * value + (i < N ? 0 : x[i - N])));
  const { y } = await network.forward({ shape: [T, N, 1], data: x });
  await network.zeroGradients();
  await network.backward(y.data.map((value, i) => (value - target[i]) / (T * N)));
  await network.step({ optimizer: { name: 'adam', learningRate: 0.01 }, clip: { norm: 1 } });
}
await writeFile(process.argv[2] ?? 'model.js', toJavaScript(await network.save()));
network.dispose();
