// node wasm/examples/adding.mjs: the tensor level. A network with a loss of one's own learns to add the two numbers of a
// sequence that are marked (Hochreiter & Schmidhuber 1997). Sequences differ in length.
import { createNetwork } from 'unfold-rnn';

const [T, N] = [20, 32]; // steps at most, sequences

function examples() {
  const data = new Float32Array(T * N * 2); // [T, N, 2]: a number and a mark
  const lengths = Array.from({ length: N }, () => T - Math.floor(Math.random() * 10));
  const sums = lengths.map((length, n) => {
    const middle = length >> 1;
    for (let t = 0; t < length; t++) data[(t * N + n) * 2] = Math.random();
    const marked = [Math.random() * middle, middle + Math.random() * (length - middle)].map(Math.floor);
    for (const t of marked) data[(t * N + n) * 2 + 1] = 1;
    return marked.reduce((sum, t) => sum + data[(t * N + n) * 2], 0);
  });
  return { x: { shape: [T, N, 2], data }, lengths, sums };
}

const network = await createNetwork({
  task: { inputs: 2, outputs: 1 },
  layers: [{ cell: 'lstm', units: 32 }],
});
for (let step = 1; step <= 600; step++) {
  const { x, lengths, sums } = examples();
  const { y } = await network.forward(x, { lengths });
  const dy = new Float32Array(T * N); // ∂L/∂y of the mean squared error at each sequence's end
  let loss = 0;
  for (const [n, sum] of sums.entries()) {
    const end = (lengths[n] - 1) * N + n;
    const error = y.data[end] - sum;
    dy[end] = (2 * error) / N;
    loss += error ** 2 / N;
  }
  await network.zeroGradients();
  await network.backward(dy);
  await network.step({ optimizer: { name: 'adam', learningRate: 0.01 }, clip: { norm: 1 } });
  if (step % 100 === 0) console.log(`step ${step}, squared error ${loss.toFixed(4)}`);
}
console.log(Object.keys(await network.parameters()).join(' '));
network.dispose();
