// A recurrent network on a stream of samples. It keeps its state from block to block; process() makes no object.
import { start, step } from './model.js';

class Recurrent extends AudioWorkletProcessor {
  #state = start();
  #sample = new Float32Array(1);

  process([input], [output]) {
    const [from] = input;
    const [to] = output;
    for (let i = 0; i < to.length; ++i) {
      this.#sample[0] = from ? from[i] : 0; // silence while nothing is connected
      to[i] = step(this.#state, this.#sample)[0];
    }
    return true;
  }
}

registerProcessor('recurrent', Recurrent);
