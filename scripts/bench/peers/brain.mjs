// LSTM training in brain.js, which takes one sequence at a time, carries no state from one to the next, and has
// one optimizer (RMSProp with clipped values): less than the task asks, and in its favour.
import '/brain/browser.js';
import { SYMBOLS, WINDOW, stepsPerSecond, textOf } from './task.mjs';

/** @type {() => number} */
let step;

/** @param {number} layers @param {number} hidden */
export function create(layers, hidden) {
  const net = new globalThis.brain.recurrent.LSTM({
    inputSize: SYMBOLS,
    inputRange: SYMBOLS,
    outputSize: SYMBOLS,
    hiddenLayers: Array(layers).fill(hidden),
  });
  net.initialize();
  const next = textOf({ batch: 1 });
  step = () => net.trainPattern(next()[0], true);
  step();
  return { loss: Math.log(100 * step()) }; // it gives the perplexity over 100
}
/** @param {number} seconds */
export const train = async (seconds) => (await stepsPerSecond(step, seconds)) * WINDOW;
