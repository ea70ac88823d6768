// LSTM training in brain.js, which takes one sequence at a time, carries no state from one to the next, and has
// one optimizer (RMSProp with clipped values): less than the task asks, and in its favour.
import { answerCalls, stepsPerSecond } from '../answer.mjs';
import '/brain/browser.js';
import { SYMBOLS, WINDOW, textOf } from './task.mjs';

/** @type {() => number} */
let train;

answerCalls({
  /** @param {number} layers @param {number} hidden */
  create(layers, hidden) {
    const net = new globalThis.brain.recurrent.LSTM({
      inputSize: SYMBOLS,
      inputRange: SYMBOLS,
      outputSize: SYMBOLS,
      hiddenLayers: Array(layers).fill(hidden),
    });
    net.initialize();
    const next = textOf({ batch: 1 });
    train = () => net.trainPattern(next()[0], true);
    train();
    return { loss: Math.log(100 * train()) }; // it gives the perplexity over 100
  },
  /** @param {number} seconds */
  train: async (seconds) => (await stepsPerSecond(train, seconds)) * WINDOW,
});
