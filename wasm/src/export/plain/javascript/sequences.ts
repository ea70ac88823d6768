/** Exported JavaScript of tasks that write sequences of symbols which end: generate and translate. */
import type { PlainModel } from '../model.js';
import { RANDOM } from './helpers.js';
import { example, literal, loadingCode, readingCode, reads, type TaskCode } from './shared.js';

/** How the search ends a sequence, and what it reads besides the symbols. */
function endings({ termination, program }: PlainModel) {
  const input = program.inputs[0];
  return {
    halts: termination === 'halt',
    ends: termination === 'end',
    counts: termination === 'count' && program.lengths !== null && input !== null,
    input,
  };
}

export function sequences(model: PlainModel): TaskCode {
  const { program, context, targets, task, maxLength } = model;
  const { counts, halts, ends, input } = endings(model);
  const source = task === 'translate';
  const argument = source ? 'input' : context ? 'context' : '';
  const first = argument ? `${argument}, ` : '';
  const type = source ? 'string' : 'ArrayLike<number>';
  const attention = program.attention;
  const prediction = `{ output: string, logProbability: number, alternatives: { output: string, logProbability: number, score: number }[]${attention ? ', attention: number[][]' : ''} }`;
  const sampled = source
    ? `predict(input, { temperature, seed })`
    : `sample({ ${context ? 'context, ' : ''}temperature, seed })`;
  const put = counts && input ? `  s.${input.name}[${input.delay * input.rows}] = remaining;\n` : '';
  return {
    head: `// A recurrent network that ${source ? 'turns one sequence into another' : 'writes sequences'}, exported by Unfold. It needs nothing else.
//
//   predict(${first}{ beamWidth, lengthPenalty })   the likeliest sequence: { output, logProbability, alternatives${attention ? ', attention' : ''} };
//                                            beamWidth 1, the default, is greedy
//   ${sampled}   drawn from the network's distribution
//   const s = start(${argument}); step(s, token${counts ? ', remaining' : ''})   logits of the next symbol; token −1 first
//
${source ? '// The input is a text of symbols.\n' : context ? `// The context is ${context} numbers.\n` : ''}//
// @example
// import { predict } from './model.mjs';
// console.log(predict(${source ? example(model) : context ? `Array(${context}).fill(0)` : ''}).output);

/** What it writes, by token. */
export const targets = ${literal(targets)};
/** Most steps of a sequence. */
const maxLength = ${maxLength};
`,
    code: `${source ? readingCode(model) : ''}
/** The state before the first symbol.${argument ? ` @param {${type}} ${argument}` : ''} */
export function start(${argument}) {
${
  source
    ? `  const steps = stepsOf(input);
  const s = allocate(steps.length);
  ${loadingCode({ ...model, numbers: 0 }, 1)}
  encode(s);
`
    : `${context ? `  if (context?.length !== ${context}) throw new RangeError('context: expected ${context} numbers');\n` : ''}  const s = allocate();
`
}  begin(s${!source && context ? ', context' : ''});
  return s;
}
/**
 * Reads a symbol.
 * @param {ReturnType<typeof start>} s is changed
 * @param {number} token −1 before the first${counts ? '\n * @param {number} remaining the share of its length that remains' : ''}
 * @returns {Float32Array} ${model.outputs} numbers, valid until the next step
 */
export function step(s, token${counts ? ', remaining' : ''}) {
${reads(program.tokens[0] !== null)}${put}  return advance(s);
}

const logSoftmax = (x, n) => {
  let highest = -Infinity;
  for (let v = 0; v < n; ++v) highest = Math.max(highest, x[v]);
  let sum = 0;
  for (let v = 0; v < n; ++v) sum += Math.exp(x[v] - highest);
  const whole = highest + Math.log(sum);
  return Array.from({ length: n }, (_, v) => x[v] - whole);
};
${
  halts
    ? `const logSigmoid = (x) => Math.min(x, 0) - Math.log(1 + Math.exp(-Math.abs(x)));
`
    : ''
}/** The score of a sequence (Wu et al. 2016). */
const scored = (p, alpha, length) => (alpha === 0 ? p : p / ((5 + length) / 6) ** alpha);

/** Beam search, or with a temperature one sequence that is drawn. */
function search(${first}width, alpha, temperature, random) {
  const drawn = temperature > 0;
  if (drawn) width = 1;
  const pick = (x, n) => {
    const cool = Array.from({ length: n }, (_, v) => Math.fround(x[v] / temperature));
    const highest = Math.max(...cool);
    return draw(cool.map((c) => Math.exp(c - highest)), n, random);
  };
  let live = [{ s: start(${argument}), tokens: [], logProbability: 0, attention: [] }];
  const finished = [];
  const finish = (h) => {
    finished.push({ ...h, score: scored(h.logProbability, alpha, h.tokens.length) });
    finished.sort((a, b) => b.score - a.score);
    finished.length = Math.min(finished.length, width);
  };
  ${counts ? 'let' : 'const'} limit = maxLength;
${
  counts
    ? `  const lengths = live[0].s.${program.lengths!.place.array.name};
  const likely = logSoftmax(lengths, lengths.length);
  const chosen = drawn ? draw(likely.map(Math.exp), likely.length, random) : likely.indexOf(Math.max(...likely));
  live[0].logProbability = likely[chosen];
  limit = chosen;
`
    : ''
}  for (let t = 0; t < limit && live.length; ++t) {
    if (finished.length === width && finished.at(-1).score >= scored(live[0].logProbability, alpha, limit)) break;
    const next = [];
    for (const h of live) {
      const x = step(h.s, t === 0 ? -1 : h.tokens.at(-1)${counts ? `, (limit - t) / ${Math.max(program.lengths!.rows - 1, 1)}` : ''});
      const n = ${ends ? 'targets.length + 1' : 'targets.length'};
      const logs = logSoftmax(x, n);
      const order = Array.from(logs.keys());
      if (drawn) order[0] = pick(x, n);
      else order.sort((a, b) => logs[b] - logs[a] || a - b);
      for (const v of order.slice(0, Math.min(width, n))) {
        const grown = {
          s: h.s,
          tokens: ${ends ? 'v === targets.length ? h.tokens : ' : ''}[...h.tokens, v],
          logProbability: h.logProbability + logs[v],
          attention: ${attention ? `[...h.attention, Array.from(h.s.${attention.name})]` : 'h.attention'},
          finished: ${ends ? 'v === targets.length' : counts ? 't + 1 === limit' : 'false'},
        };
${
  halts
    ? `        const halt = ${'x[targets.length]'};
        const stop = drawn ? Math.log(Math.max(random(), 1e-300)) < logSigmoid(halt) : halt > 0;
        if (width > 1 || stop)
          next.push({ ...grown, logProbability: grown.logProbability + logSigmoid(halt), finished: true });
        if (width > 1 || !stop)
          next.push({ ...grown, logProbability: grown.logProbability + logSigmoid(-halt) });
`
    : '        next.push(grown);\n'
}      }
    }
    next.sort((a, b) => b.logProbability - a.logProbability);
    live = [];
    for (const h of next.slice(0, width)) {
      if (h.finished) finish(h);
      else live.push(width > 1 ? { ...h, s: copy(h.s) } : h);
    }
  }
  if (!finished.length) live.forEach(finish);
  return finished;
}

const spell = (tokens) => tokens.map((token) => targets[token]).join('');

/**
 * @param {${argument ? `${type}} ${argument}\n * @param {` : ''}{ beamWidth?: number, lengthPenalty?: number, temperature?: number, seed?: number }} [options] a
 *   temperature above 0 draws one sequence instead of searching
 * @returns {${prediction}}
 */
export function predict(${first}{ beamWidth = 1, lengthPenalty = 0, temperature = 0, seed = 1 } = {}) {
  const found = search(${first}beamWidth, lengthPenalty, temperature, uniforms(seed));
  const alternatives = found.map(({ tokens, logProbability, score }) => ({ output: spell(tokens), logProbability, score }));
  const [{ output, logProbability }] = alternatives;
  return { output, logProbability, alternatives${attention ? ', attention: found[0].attention' : ''} };
}
${
  source
    ? ''
    : `
/** A sequence that is drawn. @param {{ ${context ? 'context: ArrayLike<number>, ' : ''}temperature?: number, seed?: number }} ${context ? 'options' : '[options]'} @returns {string} */
export const sample = ({ ${context ? 'context, ' : ''}temperature = 1, seed = 1 }${context ? '' : ' = {}'}) =>
  predict(${first}{ temperature, seed }).output;
`
}${RANDOM}`,
  };
}
