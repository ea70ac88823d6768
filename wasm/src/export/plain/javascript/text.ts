/** Exported JavaScript of networks that write text. */
import type { PlainModel } from '../model.js';
import { RANDOM } from './helpers.js';
import { encodingOf } from './encoding.js';
import { reads, type TaskCode } from './shared.js';

export function text(model: PlainModel): TaskCode {
  const { unknown, unit } = model;
  const { kind, symbols, tokens, first, bytes } = encodingOf(model);
  return {
    head: `// A recurrent network that writes text, exported by Unfold. It needs nothing else.
//
//   predict(text)                                      what comes next: { output, probabilities }, in the order of symbols
//   sample({ prompt, length, temperature, seed })      a text that goes on from the prompt
//   stream({ prompt, length, temperature, seed })      the same, piece by piece
//   const s = start(); step(s, token)                  logits of the next symbol; the array is written anew at each step
//   tokensOf(text)                                     places of its symbols in \`symbols\`
//
// @example
// import { sample } from './model.mjs';
// console.log(sample({ prompt: 'The ', length: 200, temperature: 0.8, seed: 1 }));

/** What the model knows, by token (${kind}${unknown ? '; the last stands for all others' : ''}). */
${symbols}
/**
 * @param {string} text
 * @returns {number[]} what the model does not know is ${unknown ? 'the last symbol' : 'left out'}
 */
export function tokensOf(text) {
${tokens}}

/** The state before a text. */
export function start() {
  const s = allocate();
  begin(s);
  return s;
}

/**
 * Reads a symbol.
 * @param {ReturnType<typeof start>} s is changed
 * @param {number} token
 * @returns {Float32Array} logits of the next symbol, valid until the next step
 */
export function step(s, token) {
${reads(model.program.tokens[0] !== null)}  return advance(s);
}
`,
    code: `
/** The state after a text, which is a line break (or the first symbol) if it is empty, and the logits then. */
function readAll(text) {
  const s = start();
  const tokens = tokensOf(text);
  let logits = none;
  for (const token of tokens.length ? tokens : [${first}]) logits = step(s, token);
  return { s, logits };
}

/**
 * @param {string} text
 * @returns {{ output: ${unit === 'byte' ? 'number' : 'string'}, probabilities: Float32Array }} the likeliest next symbol, and the probability of each
 */
export function predict(text) {
  const { logits } = readAll(text);
  const probabilities = new Float32Array(symbols.length);
  softmax(probabilities, 0, logits, 0, symbols.length);
  return { output: symbols[probabilities.indexOf(Math.max(...probabilities))], probabilities };
}

/**
 * @param {{ prompt?: string, length?: number, temperature?: number, seed?: number }} [options] temperature 0: always the
 *   likeliest symbol
 * @returns {Generator<string, void, void>} pieces of the text, a symbol each${bytes ? ' where its bytes end' : ''}
 */
export function* stream({ prompt = '', length = 200, temperature = 1, seed = 1, ...others } = {}) {
  const refuse = (name, expected, got) => { throw new Error(\`\${name}: expected \${expected}, got \${got}\`); };
  for (const name of Object.keys(others)) refuse(name, 'prompt, length, temperature or seed', 'an unknown option');
  if (typeof length !== 'number' || !(length >= 0)) refuse('length', 'a number, 0 or more', length);
  if (typeof temperature !== 'number' || !(temperature >= 0)) refuse('temperature', 'a number, 0 or more', temperature);
  let { s, logits } = readAll(prompt);
  const random = uniforms(seed);
${bytes ? `  const decoder = new TextDecoder();\n` : ''}  const weights = new Float64Array(${unknown ? 'symbols.length - 1); // the unknown one is never written' : 'symbols.length);'}
  for (let i = 0; i < length; ++i) {
    const token = choose(logits, temperature, random, weights);
${
  bytes
    ? `    const symbol = symbols[token];
    const piece = decoder.decode(Uint8Array.from(${bytes}), { stream: true });
    if (piece) yield piece;
`
    : `    yield symbols[token];
`
}    logits = step(s, token);
  }
${bytes ? '  const rest = decoder.decode();\n  if (rest) yield rest;\n' : ''}}

/** All of \`stream\` in one. @param {Parameters<typeof stream>[0]} [options] @returns {string} */
export const sample = (options) => [...stream(options)].join('');

function choose(logits, temperature, random, weights) {
  const n = weights.length;
  let best = 0;
  for (let v = 1; v < n; ++v) if (logits[v] > logits[best]) best = v;
  if (temperature < 1e-6) return best;
  for (let v = 0; v < n; ++v) weights[v] = Math.exp((logits[v] - logits[best]) / temperature);
  return draw(weights, n, random);
}
${RANDOM}`,
  };
}
