// LSTM training in jax-js on its wasm device: one jit-compiled function unrolls the window, differentiates
// it and applies Adam (jax-js has no scan). Gates in the order i, f, g, o; a sequence is [T, N, features].
import { BATCH, CLIP, LEARNING_RATE, SYMBOLS, WINDOW, draw, stepsPerSecond, textOf } from './task.mjs';

/** @typedef {import('/jax/index.js').Arr} Arr */
/** @typedef {Record<string, Arr>} Parameters */

/** @type {typeof import('/jax/index.js')} */
let jax;
/** @type {typeof import('/jax/index.js').numpy} */
let np;
/** @type {typeof import('/jax/index.js').nn} */
let nn;
/** @type {ReturnType<typeof modelOf>} */
let model;

/**
 * Every use of an array but the last needs `.ref`: jax-js counts references.
 * @param {Arr} z
 * @param {Arr} c
 * @param {number} hidden
 */
function cell(z, c, hidden) {
  /** @param {number} k @param {boolean} [last] */
  const gate = (k, last) => (last ? z : z.ref).slice([], [k * hidden, (k + 1) * hidden]);
  const input = nn.sigmoid(gate(0)).mul(np.tanh(gate(2)));
  c = nn.sigmoid(gate(1)).mul(c).add(input);
  return [nn.sigmoid(gate(3, true)).mul(np.tanh(c.ref)), c];
}

/**
 * [h of every step [T, N, H], last h, last c]; `zx` [T, N, 4H] is the input product with its bias.
 * @param {Arr} zx
 * @param {Arr} wh
 * @param {Arr} h
 * @param {Arr} c
 * @param {number} hidden
 * @returns {[Arr, Arr, Arr]}
 */
function scan(zx, wh, h, c, hidden) {
  const outputs = [];
  const [T] = zx.shape;
  for (let t = 0; t < T; ++t) {
    const z = (t + 1 < T ? zx.ref : zx).slice(t).add(np.matmul(h, t + 1 < T ? wh.ref : wh));
    [h, c] = cell(z, c, hidden);
    outputs.push(h.ref);
  }
  return [np.stack(outputs), h, c];
}

/**
 * @param {Parameters} p
 * @param {Arr} tokens
 * @param {Arr[]} state
 * @param {number} layers
 * @param {number} hidden
 * @returns {[Arr, Arr[]]}
 */
function forward(p, tokens, state, layers, hidden) {
  let x = np.matmul(nn.oneHot(tokens, SYMBOLS), p.wx0).add(p.b0);
  const after = [];
  for (let l = 0; l < layers; ++l) {
    const [y, h, c] = scan(x, p[`wh${l}`], state[2 * l], state[2 * l + 1], hidden);
    after.push(h, c);
    x = l + 1 < layers ? np.matmul(y, p[`wx${l + 1}`]).add(p[`b${l + 1}`]) : y;
  }
  return [np.matmul(x, p.w).add(p.b), after];
}

/**
 * @param {Parameters} p
 * @param {Arr} tokens
 * @param {Arr} targets
 * @param {Arr[]} state
 * @param {number} layers
 * @param {number} hidden
 * @returns {[Arr, Arr[]]}
 */
function lossOf(p, tokens, targets, state, layers, hidden) {
  const [logits, after] = forward(p, tokens, state, layers, hidden);
  const loss = nn
    .logSoftmax(logits)
    .mul(nn.oneHot(targets, SYMBOLS))
    .sum()
    .mul(-1 / (WINDOW * BATCH));
  return [loss, after];
}

/**
 * `rates`: [learning rate / (1 - 0.9^n), 1 / (1 - 0.999^n)], the only numbers that change with the step.
 * @param {Parameters} p
 * @param {Parameters} m
 * @param {Parameters} v
 * @param {Parameters} g
 * @param {Arr} rates
 */
function adam(p, m, v, g, rates) {
  let squares = np.array(0);
  for (const one of Object.values(g)) squares = squares.add(np.square(one.ref).sum());
  const scale = np.minimum(np.array(CLIP).div(np.sqrt(squares).add(1e-6)), 1);
  const [rate, bias] = [rates.ref.slice(0), rates.slice(1)];
  /** @type {[Parameters, Parameters, Parameters]} */
  const next = [{}, {}, {}];
  for (const name of Object.keys(p)) {
    const gradient = g[name].mul(scale.ref);
    const first = m[name].mul(0.9).add(gradient.ref.mul(0.1));
    const second = v[name].mul(0.999).add(np.square(gradient).mul(0.001));
    const step = first.ref.mul(rate.ref).div(np.sqrt(second.ref.mul(bias.ref)).add(1e-8));
    next[0][name] = p[name].sub(step);
    next[1][name] = first;
    next[2][name] = second;
  }
  for (const one of [scale, rate, bias]) one.dispose();
  return next;
}

/** @param {number} layers @param {number} hidden */
function parametersOf(layers, hidden) {
  /** @param {number[]} shape */
  const draw = (...shape) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.random() * 2 - 1);
    return np.array(values.map((x) => x / Math.sqrt(hidden))).reshape(shape);
  };
  /** @type {Parameters} */
  const p = { w: draw(hidden, SYMBOLS), b: draw(SYMBOLS) };
  for (let l = 0; l < layers; ++l) {
    p[`wx${l}`] = draw(l ? hidden : SYMBOLS, 4 * hidden);
    p[`wh${l}`] = draw(hidden, 4 * hidden);
    p[`b${l}`] = draw(4 * hidden);
  }
  return p;
}

/** @param {Parameters} p @returns {Parameters} */
const zerosLike = (p) =>
  Object.fromEntries(Object.entries(p).map(([name, { shape }]) => [name, np.zeros(shape)]));
/** @param {number} layers @param {number} batch @param {number} hidden */
const zeroState = (layers, batch, hidden) =>
  Array.from({ length: 2 * layers }, () => np.zeros([batch, hidden]));

/** @param {number} layers @param {number} hidden */
function modelOf(layers, hidden) {
  const p = parametersOf(layers, hidden);
  const next = textOf();
  /** @typedef {[p: Parameters, m: Parameters, v: Parameters, state: Arr[]]} Training */
  /** @type {(...args: [...Training, tokens: Arr, targets: Arr, rates: Arr]) => [...Training, value: Arr]} */
  const step = jax.jit((p, m, v, state, tokens, targets, rates) => {
    /** @param {Parameters} p */
    const loss = (p) => lossOf(p, tokens, targets, state, layers, hidden);
    const [[value, after], g] = jax.valueAndGrad(loss, { hasAux: true })(jax.tree.ref(p));
    return [...adam(p, m, v, g, rates), after, value];
  });
  /** @type {(p: Parameters, token: Arr, state: Arr[]) => [Arr, Arr[]]} */
  const write = jax.jit((p, token, state) => {
    const [logits, after] = forward(p, token, state, layers, hidden);
    return [nn.softmax(logits), after];
  });
  /** @type {Training} */
  let training = [p, zerosLike(p), zerosLike(p), zeroState(layers, BATCH, hidden)];
  let state = zeroState(layers, 1, hidden);
  let steps = 0;
  let token = 0;
  return {
    async train() {
      const [tokens, targets] = next().map((values) => np.array(values).reshape([WINDOW, BATCH]));
      ++steps;
      const rates = np.array([LEARNING_RATE / (1 - 0.9 ** steps), 1 / (1 - 0.999 ** steps)]);
      const [q, m, v, after, value] = step(...training, tokens, targets, rates);
      training = [q, m, v, after];
      await jax.blockUntilReady(training);
      return (await value.data())[0];
    },
    async sample() {
      const input = np.array(new Int32Array([token])).reshape([1, 1]);
      const [p, after] = write(jax.tree.ref(training[0]), input, state);
      state = after;
      token = draw(await p.data());
    },
  };
}

/** @param {number} layers @param {number} hidden @param {number} threads */
export async function create(layers, hidden, threads) {
  if (threads === 1) Reflect.deleteProperty(globalThis, 'SharedArrayBuffer'); // how jax-js learns of it
  jax = await import('/jax/index.js');
  ({ numpy: np, nn } = jax);
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  model = modelOf(layers, hidden);
  await model.sample();
  await model.train();
  return { loss: await model.train() };
}
/** @param {number} seconds */
export const train = async (seconds) => (await stepsPerSecond(model.train, seconds)) * WINDOW * BATCH;
/** @param {number} seconds */
export const sample = (seconds) => stepsPerSecond(model.sample, seconds);
