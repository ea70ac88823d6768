// A recurrent network on a stream of samples. It keeps its state from block to block; process() allocates nothing.
import { start, step } from './model.js';

class Recurrent extends AudioWorkletProcessor {
  #state = start();
  #sample = new Float32Array(1);

  process(inputs, outputs) {
    const from = inputs[0][0]; // undefined while nothing is connected: then silence
    const to = outputs[0][0];
    for (let i = 0; i < to.length; ++i) {
      this.#sample[0] = from === undefined ? 0 : from[i];
      to[i] = step(this.#state, this.#sample)[0];
    }
    return true;
  }
}

registerProcessor('recurrent', Recurrent);
