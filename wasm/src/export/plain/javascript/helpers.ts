/** What every exported JavaScript module brings along: products, gate functions, random numbers. No dependency. */
import { GROUP, LARGEST, LOWEST, STEPS } from '../compact.js';
import type { Storage } from './storage.js';

const FLOAT = `
/** y += W·x: rows of a matrix, four at a time, by columns of x. */
function linear(y, to, rows, w, at, x, from, columns) {
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = at + r * columns;
    let j = i + columns;
    let m = j + columns;
    let n = m + columns;
    for (let k = from, end = from + columns; k < end; ++k) {
      const v = x[k];
      a += w[i++] * v;
      b += w[j++] * v;
      c += w[m++] * v;
      d += w[n++] * v;
    }
    y[to + r] += a;
    y[to + r + 1] += b;
    y[to + r + 2] += c;
    y[to + r + 3] += d;
  }
  for (; r < rows; ++r) {
    let sum = 0;
    for (let k = 0, i = at + r * columns; k < columns; ++k) sum += w[i + k] * x[from + k];
    y[to + r] += sum;
  }
}
/** y += the column of W that belongs to a token; nothing for no token. */
function column(y, to, rows, w, at, columns, token) {
  if (token < 0 || token >= columns) return;
  for (let r = 0; r < rows; ++r) y[to + r] += w[at + r * columns + token];
}
/** y += the row of W that belongs to a token. */
function row(y, to, rows, w, at, count, token) {
  if (token < 0 || token >= count) return;
  for (let r = 0; r < rows; ++r) y[to + r] += w[at + token * rows + r];
}
/** y += W·x, W being square blocks along a diagonal, once for each gate. */
function blocks(y, to, rows, w, at, x, from, side, count) {
  for (let b = 0; b * side < rows; ++b)
    linear(y, to + b * side, side, w, at + b * side * side, x, from + (b % count) * side, side);
}
`;

const INTEGER = `
/** y += scale∘(W·x): rows of 8-bit weights, each row with its scale, four at a time. */
function linear(y, to, rows, w, scale, first, x, from, columns) {
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = (first + r) * columns;
    let j = i + columns;
    let m = j + columns;
    let n = m + columns;
    for (let k = from, end = from + columns; k < end; ++k) {
      const v = x[k];
      a += w[i++] * v;
      b += w[j++] * v;
      c += w[m++] * v;
      d += w[n++] * v;
    }
    y[to + r] += scale[first + r] * a;
    y[to + r + 1] += scale[first + r + 1] * b;
    y[to + r + 2] += scale[first + r + 2] * c;
    y[to + r + 3] += scale[first + r + 3] * d;
  }
  for (; r < rows; ++r) {
    let sum = 0;
    for (let k = 0, i = (first + r) * columns; k < columns; ++k) sum += w[i + k] * x[from + k];
    y[to + r] += scale[first + r] * sum;
  }
}
/** y += the column of W that belongs to a token; nothing for no token. */
function column(y, to, rows, w, scale, first, columns, token) {
  if (token < 0 || token >= columns) return;
  for (let r = 0; r < rows; ++r) y[to + r] += scale[first + r] * w[(first + r) * columns + token];
}
/** y += the row of W that belongs to a token. */
function row(y, to, rows, w, scale, first, count, token) {
  if (token < 0 || token >= count) return;
  for (let r = 0; r < rows; ++r) y[to + r] += scale[token] * w[token * rows + r];
}
/** y += W·x, W being square blocks along a diagonal, once for each gate. */
function blocks(y, to, rows, w, scale, first, x, from, side, count) {
  for (let b = 0; b * side < rows; ++b)
    linear(y, to + b * side, side, w, scale, first + b * side, x, from + (b % count) * side, side);
}
`;

const REST = `
const none = new Float32Array(0);
/** y ← v, or zeros. */
function fill(y, to, rows, v, from) {
  for (let k = 0; k < rows; ++k) y[to + k] = v === none ? 0 : v[from + k];
}
/** Layer normalization of the rows of each gate. */
function normalize(y, to, units, gates, gain, from, bias, at, epsilon) {
  for (let g = 0; g < gates; ++g) {
    const first = to + g * units;
    let mean = 0;
    for (let k = 0; k < units; ++k) mean += y[first + k] / units;
    let variance = 0;
    for (let k = 0; k < units; ++k) variance += (y[first + k] - mean) ** 2 / units;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let k = 0; k < units; ++k) {
      const shift = bias === none ? 0 : bias[at + g * units + k];
      y[first + k] = gain[from + g * units + k] * ((y[first + k] - mean) * inverse) + shift;
    }
  }
}
/** y ← softmax(x). */
function softmax(y, to, x, from, rows) {
  let highest = -Infinity;
  for (let k = 0; k < rows; ++k) highest = Math.max(highest, x[from + k]);
  let sum = 0;
  for (let k = 0; k < rows; ++k) sum += y[to + k] = Math.exp(x[from + k] - highest);
  for (let k = 0; k < rows; ++k) y[to + k] /= sum;
}
/** weights ← softmax over the encoder's steps of v·tanh(q + key), or of q·key. */
function attend(weights, steps, q, at, keys, first, size, v, from) {
  for (let t = 0; t < steps; ++t) {
    let score = 0;
    for (let k = 0, key = first + t * size; k < size; ++k)
      score += v === none ? q[at + k] * keys[key + k] : v[from + k] * Math.tanh(q[at + k] + keys[key + k]);
    weights[t] = score;
  }
  softmax(weights, 0, weights, 0, steps);
}
/** y ← the mean of what the encoder gave, weighted. */
function recall(y, to, rows, weights, steps, memory, first, stride) {
  for (let k = 0; k < rows; ++k) {
    let sum = 0;
    for (let t = 0; t < steps; ++t) sum += weights[t] * memory[first + t * stride + k];
    y[to + k] = sum;
  }
}
/** y ← the mean over time. */
function average(y, to, rows, steps, x, first, stride) {
  for (let k = 0; k < rows; ++k) {
    let sum = 0;
    for (let t = 0; t < steps; ++t) sum += x[first + t * stride + k];
    y[to + k] = sum / Math.max(steps, 1);
  }
}
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const relu = (x) => (x > 0 ? x : 0);
const { cos, exp, log, max, sin, tanh } = Math;
`;

/** Decodes base64 without \`atob\`, which audio worklets do not have. */
const BASE64 = `
function decode(text) {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const value = new Uint8Array(128);
  for (let i = 0; i < 64; ++i) value[digits.charCodeAt(i)] = i;
  const bytes = new Uint8Array((text.length / 4) * 3);
  for (let i = 0, to = 0; i < text.length; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((j) => value[text.charCodeAt(i + j)]);
    bytes[to++] = (a << 2) | (b >> 4);
    bytes[to++] = (b << 4) | (c >> 2);
    bytes[to++] = (c << 6) | d;
  }
  return bytes.buffer;
}
`;

/** Decodes what compact.ts writes. */
const UNPACK = `
/** Weights of a matrix from text: of each ${GROUP} of a row their scale in two digits, then a digit for each. */
function unpack(rows, columns, text) {
  const weights = new Float32Array(rows * columns);
  let at = 0;
  const digit = () => {
    const code = text.charCodeAt(at++);
    return code - 33 - (code > 39) - (code > 60) - (code > 92);
  };
  for (let i = 0, scale = 0; i < weights.length; ++i) {
    if ((i % columns) % ${GROUP} === 0) {
      const k = 91 * digit() + digit();
      scale = k > 0 ? 2 ** (k / ${STEPS} - ${LOWEST}) : 0;
    }
    weights[i] = scale * (digit() - ${LARGEST});
  }
  return weights;
}
`;

/** The engine's random numbers, so that a seed gives the same sample. */
export const RANDOM = `
/** Random numbers in [0, 1) of a seed: Philox4x32-10 (Salmon et al. 2011), as the engine draws them. */
function uniforms(seed) {
  let place = 0;
  let words = [];
  const multiply = (a, b) => {
    const [high, low] = [a >>> 16, a & 0xffff];
    const [top, bottom] = [b >>> 16, b & 0xffff];
    const middle = high * bottom + ((low * bottom) >>> 16);
    return high * top + Math.floor(middle / 65536) + (((middle & 0xffff) + low * top) / 65536 >>> 0);
  };
  const word = () => {
    if (place % 4 === 0) {
      let [a, b, c, d] = [(place / 4) >>> 0, 0, 0, 3];
      let [k, l] = [seed >>> 0, Math.floor(seed / 4294967296) >>> 0];
      for (let round = 0; round < 10; ++round) {
        const [p, q] = [Math.imul(0xd2511f53, a) >>> 0, Math.imul(0xcd9e8d57, c) >>> 0];
        [a, b, c, d] = [(multiply(0xcd9e8d57, c) ^ b ^ k) >>> 0, q, (multiply(0xd2511f53, a) ^ d ^ l) >>> 0, p];
        [k, l] = [(k + 0x9e3779b9) >>> 0, (l + 0xbb67ae85) >>> 0];
      }
      words = [a, b, c, d];
    }
    return words[place++ % 4];
  };
  return () => {
    const high = word() >>> 5;
    return (high * 67108864 + (word() >>> 6)) / 9007199254740992;
  };
}
/** One of n by its weight. */
function draw(weights, n, random) {
  let sum = 0;
  for (let i = 0; i < n; ++i) sum += weights[i];
  let left = random() * sum;
  let last = 0;
  for (let i = 0; i < n; ++i) {
    left -= weights[i];
    if (weights[i] > 0) last = i;
    if (left < 0) return i;
  }
  return last;
}
`;

/** Helpers for weights that are so stored. */
export const helpers = (storage: Storage) =>
  (storage === 'int8' ? INTEGER : FLOAT) + REST + BASE64 + (storage === 'compact' ? UNPACK : '');
