// LSTM training in TensorFlow.js core (its Adam for layers cannot clip): the input products of all steps at
// once, the loop over time in JavaScript, gradients by its tape. Gates i, f, g, o; a sequence is [T * N, features].
// One-hot text: the wasm backend cannot differentiate a gather.
import '/tfjs/tf.min.js';
import '/tfjs-wasm/tf-backend-wasm.min.js';
import { BATCH, CLIP, LEARNING_RATE, SYMBOLS, WINDOW, draw, stepsPerSecond, textOf } from './task.mjs';

const { tf } = globalThis;
/**
 * @typedef {{ wx: Tensor, wh: Tensor, b: Tensor }} Layer
 * @typedef {{ layers: Layer[], w: Tensor, b: Tensor }} Parameters
 */

/** @type {ReturnType<typeof modelOf> & { characters: number }} */
let model;

/** @param {Tensor} z @param {Tensor} c */
function cell(z, c) {
  const [i, f, g, o] = tf.split(z, 4, 1);
  c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return [tf.mul(tf.sigmoid(o), tf.tanh(c)), c];
}

/**
 * @param {Parameters} p
 * @param {Tensor} x
 * @param {number} steps
 * @param {Tensor[]} state
 * @returns {[Tensor, Tensor[]]}
 */
function forward(p, x, steps, state) {
  /** @type {Tensor[]} */
  const after = [];
  p.layers.forEach(({ wx, wh, b }, l) => {
    let [h, c] = [state[2 * l], state[2 * l + 1]];
    const zs = tf.split(tf.add(tf.matMul(x, wx), b), steps);
    const outputs = zs.map((z) => {
      [h, c] = cell(tf.add(z, tf.matMul(h, wh)), c);
      return h;
    });
    after.push(h, c);
    x = tf.concat(outputs);
  });
  return [tf.add(tf.matMul(x, p.w), p.b), after];
}

/** @param {number} layers @param {number} hidden */
function parametersOf(layers, hidden) {
  const bound = 1 / Math.sqrt(hidden);
  /** @param {number[]} shape */
  const draw = (...shape) => tf.variable(tf.randomUniform(shape, -bound, bound));
  return {
    layers: Array.from({ length: layers }, (_, l) => ({
      wx: draw(l ? hidden : SYMBOLS, 4 * hidden),
      wh: draw(hidden, 4 * hidden),
      b: draw(4 * hidden),
    })),
    w: draw(hidden, SYMBOLS),
    b: draw(SYMBOLS),
  };
}

/** @param {number} layers @param {number} batch @param {number} hidden */
const zeroState = (layers, batch, hidden) =>
  Array.from({ length: 2 * layers }, () => tf.zeros([batch, hidden]));

/** @param {Record<string, Tensor>} gradients */
function clipped(gradients) {
  const norm = tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
  const scale = tf.minimum(tf.div(CLIP, tf.add(norm, 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, scale)]));
}

/** @param {number} layers @param {number} hidden @param {number} window @param {number} batch */
function modelOf(layers, hidden, window, batch) {
  const p = parametersOf(layers, hidden);
  const adam = tf.train.adam(LEARNING_RATE);
  const next = textOf({ window, batch });
  /** @param {ArrayLike<number>} tokens */
  const oneHot = (tokens) => tf.oneHot(tf.tensor1d(tokens, 'int32'), SYMBOLS).toFloat();
  let state = zeroState(layers, batch, hidden);
  let written = zeroState(layers, 1, hidden);
  let token = 0;
  return {
    async train() {
      const [loss, ...after] = tf.tidy(() => {
        const [x, y] = next().map(oneHot);
        /** @type {Tensor[]} */
        let kept = [];
        const { value, grads } = tf.variableGrads(() => {
          const [logits, after] = forward(p, x, window, state);
          kept = after.map((tensor) => tf.keep(tensor));
          return tf.losses.softmaxCrossEntropy(y, logits);
        });
        adam.applyGradients(clipped(grads));
        return [value, ...kept];
      });
      tf.dispose(state);
      state = after;
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
    async sample() {
      const [p1, ...after] = tf.tidy(() => {
        const [logits, after] = forward(p, oneHot([token]), 1, written);
        return [tf.softmax(logits), ...after];
      });
      tf.dispose(written);
      written = after;
      token = draw(await p1.data());
      p1.dispose();
    },
  };
}

/**
 * `backend`: wasm or cpu. A smaller window and batch for the one that would take hours.
 * @param {number} layers
 * @param {number} hidden
 * @param {number} threads
 */
export async function create(layers, hidden, threads, backend = 'wasm', window = WINDOW, batch = BATCH) {
  tf.wasm.setWasmPaths('/tfjs-wasm/');
  tf.wasm.setThreadsCount(threads);
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend does not start`);
  model = { ...modelOf(layers, hidden, window, batch), characters: window * batch };
  await model.sample();
  await model.train();
  const loss = await model.train();
  return { loss, ...(backend === 'wasm' && { threads: tf.wasm.getThreadsCount() }) };
}
/** @param {number} seconds */
export const train = async (seconds) => (await stepsPerSecond(model.train, seconds)) * model.characters;
/** @param {number} seconds */
export const sample = (seconds) => stepsPerSecond(model.sample, seconds);
