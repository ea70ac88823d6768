/** Exported JavaScript of tasks that answer each step or a whole sequence: labels, numbers, notes, tensors. */
import { namedOutputs } from '../../number-outputs.js';
import type { PlainModel } from '../model.js';
import { RANDOM } from './helpers.js';
import { count, example, literal, loadingCode, readingCode, reads, type TaskCode } from './shared.js';

const typeOf = ({ numbers }: PlainModel) => (numbers ? 'number[][]' : 'string');

const inputOf = ({ numbers }: PlainModel) =>
  numbers ? `rows of ${count(numbers)}, a row for each step` : 'a text of symbols';

const contextOf = ({ context }: PlainModel) => (context ? ', context' : '');

/** `start`, `step` and \`answersOf(input)\`: a row for each step, or one. */
function answering(model: PlainModel): string {
  const { program, numbers, pooled, context } = model;
  const given = contextOf(model);
  const check = context
    ? `  if (context?.length !== ${context}) throw new RangeError('context: expected ${context} numbers');\n`
    : '';
  if (pooled)
    return `
/** The answer of a whole input. */
function answersOf(input) {
  const steps = stepsOf(input);
  const s = allocate(steps.length);
  ${loadingCode(model, 1)}
  encode(s);
  begin(s);
  return [Float32Array.from(advance(s))];
}
`;
  if (program.whole)
    return `
/** An answer for each step of an input. */
function answersOf(input${given}) {
${check}  const steps = stepsOf(input);
  const s = allocate(steps.length);
  ${loadingCode(model, 0)}
  begin(s${given});
  return run(s);
}
`;
  const input = program.inputs[0];
  const [name, type, put] = numbers
    ? ['row', 'ArrayLike<number>', input ? `  s.${input.name}.set(row, ${input.delay * input.rows});\n` : '']
    : ['token', 'number', reads(program.tokens[0] !== null)];
  const moves = numbers && input && input.delay > 0 ? '' : '';
  return `
/** The state before a sequence.${context ? ` @param {ArrayLike<number>} context ${count(context)}` : ''} */
export function start(${context ? 'context' : ''}) {
${check}  const s = allocate();
  begin(s${given});
  return s;
}
/**
 * Reads a step.
 * @param {ReturnType<typeof start>} s is changed
 * @param {${type}} ${name}${numbers ? ` ${count(numbers)}` : ''}
 * @returns {Float32Array} ${count(model.outputs)}, valid until the next step
 */
export function step(s, ${name}) {
${put}${moves}  return advance(s);
}
/** An answer for each step of an input. */
function answersOf(input${given}) {
  const s = start(${context ? 'context' : ''});
  return stepsOf(input).map((one) => Float32Array.from(step(s, one)));
}
`;
}

const streams = (model: PlainModel) => !model.pooled && !model.program.whole;

const stepHelp = (model: PlainModel) =>
  streams(model)
    ? `//   const s = start(${model.context ? 'context' : ''}); step(s, ${model.numbers ? 'row' : 'token'})   the answer, ${count(model.outputs)}; the array is written anew at each step\n`
    : '';

export function labels(model: PlainModel): TaskCode {
  const { task, targets } = model;
  const one = task === 'classify';
  return {
    head: `// A recurrent network that labels ${one ? 'sequences' : 'each step of a sequence'}, exported by Unfold. It needs nothing else.
//
//   predict(input)   ${one ? '{ output, probabilities }' : '{ outputs, probabilities }'}: the likeliest label and the probability of each${one ? '' : ', by step'}
${stepHelp(model)}//
// The input is ${inputOf(model)}; probabilities are in the order of \`labels\`.
//
// @example
// import { predict } from './model.mjs';
// console.log(predict(${example(model)}));

/** What the network answers. */
export const labels = ${literal(targets)};
`,
    code: `${readingCode(model)}${answering(model)}
/**
 * @param {${typeOf(model)}} input
 * @returns {{ ${one ? 'output: string, probabilities: number[]' : 'outputs: string[], probabilities: number[][]'} }}
 */
export function predict(input) {
  const probabilities = answersOf(input).map((row) => {
    softmax(row, 0, row, 0, row.length);
    return Array.from(row);
  });
  const outputs = probabilities.map((row) => labels[row.indexOf(Math.max(...row))]);
  return ${one ? '{ output: outputs[0], probabilities: probabilities[0] }' : '{ outputs, probabilities }'};
}
`,
  };
}

/** Functions that take the outputs of a step apart, and what the second gives is called. */
function partsOf({ outputs, answers }: PlainModel): { code: string; besides: string } | undefined {
  const { per, answer, quantiles, gaussian } = answers;
  if (per === 1) return undefined;
  const columns = outputs / per;
  const each = (what: string) => `(row) => Array.from({ length: ${columns} }, (_, k) => ${what});`;
  const [besides, what] = gaussian
    ? ['deviations', `Math.exp(row[${per} * k + 1] / 2)`]
    : ['quantiles', `Array.from(row.slice(${per} * k, ${per} * (k + 1)))`];
  return {
    besides,
    code: `
/** The answers among the outputs of a step: ${gaussian ? 'the mean' : `the quantile ${quantiles[answer]!}`} of each column. */
const answerOf = ${each(`row[${per} * k + ${answer}]`)}
/** ${gaussian ? 'The standard deviation' : `The quantiles ${quantiles.join(', ')}`} of each column. */
const ${besides}Of = ${each(what)}
`,
  };
}

export function numbers(model: PlainModel): TaskCode {
  const notes = model.task === 'notes';
  const forecasts = streams(model) && model.numbers === model.outputs / model.answers.per;
  const parts = partsOf(model);
  const besides = parts?.besides ?? '';
  const later = parts ? `forecast${besides[0]!.toUpperCase()}${besides.slice(1)}` : '';
  const values = notes
    ? 'the probability of each key, by step'
    : model.pooled
      ? 'one row'
      : 'a row for each step: what comes next';
  const options = notes ? '{ steps = 0, temperature = 1, seed = 1 }' : '{ steps = 0 }';
  const random = forecasts && notes;
  const next = parts
    ? 'answerOf(y)'
    : `Array.from(y${notes ? ', (x) => Number(temperature > 0 ? random() < sigmoid(x / temperature) : x > 0)' : ''})`;
  const forecast = `
  const forecast = [];
${parts ? `  const ${later} = [];\n` : ''}  if (steps > 0) {
    const s = start();
    const given = stepsOf(input);
${notes ? '    const random = uniforms(seed);\n' : ''}    let last = given[0];
    for (let t = 0; t < given.length + steps; ++t) {
      const y = step(s, t < given.length ? given[t] : last);
      if (t + 1 < given.length) continue;
      last = ${next};
      if (forecast.length < steps) forecast.push(last);
${parts ? `      if (${later}.length < steps) ${later}.push(${besides}Of(y));\n` : ''}    }
  }
`;
  const rows = parts
    ? `  const rows = answersOf(input);
  const values = rows.map(answerOf);
  const ${besides} = rows.map(${besides}Of);
`
    : `  const values = answersOf(input).map((row) => Array.from(row${notes ? ', sigmoid' : ''}));
`;
  const more = parts ? `, ${besides}` : '';
  const result = `values${more}${forecasts ? `, forecast${parts ? `, ${later}` : ''}` : ''}`;
  const type = besides === 'quantiles' ? 'number[][][]' : 'number[][]';
  const typeOfResult = `values: number[][]${parts ? `, ${besides}: ${type}` : ''}${forecasts ? `, forecast: number[][]${parts ? `, ${later}: ${type}` : ''}` : ''}`;
  const named = namedOutputs(model.answers);
  return {
    head: `// A recurrent network that predicts ${notes ? 'which keys of a piano sound next' : 'numbers'}, exported by Unfold. It needs nothing else.
//
//   predict(rows${forecasts ? ', { steps }' : ''})   { ${result} }: ${values}${forecasts ? '; rows of further steps' : ''}
${stepHelp(model)}${named ? `//   The outputs of a step are ${named}.\n` : ''}//
// The input is ${inputOf(model)}.
//
// @example
// import { predict } from './model.mjs';
// console.log(predict(${example(model).includes('…') ? `[Array.from({ length: ${model.numbers} }, (_, key) => Number(key === 40))]` : example(model)}${forecasts ? ', { steps: 3 }' : ''}));
`,
    code: `${readingCode(model)}${answering(model)}${parts?.code ?? ''}
/**
 * @param {${typeOf(model)}} input${forecasts ? `\n * @param {{ steps?: number${notes ? ', temperature?: number, seed?: number' : ''} }} [options] steps: to be predicted beyond the input, each fed back` : ''}
 * @returns {{ ${typeOfResult} }}
 */
export function predict(input${forecasts ? `, ${options} = {}` : ''}) {
${rows}${forecasts ? `${forecast.slice(1)}` : ''}  return { ${result} };
}
${random ? RANDOM : ''}`,
  };
}

export function tensor(model: PlainModel): TaskCode {
  const given = model.context ? ', context' : '';
  return {
    head: `// A recurrent network over sequences of numbers, exported by Unfold. It needs nothing else.
//
//   predict(rows${given})   ${count(model.outputs)} for each step
${stepHelp(model)}//
// The input is ${inputOf(model)}${model.context ? `; the context is ${count(model.context)}` : ''}.
//
// @example
// import { predict } from './model.mjs';
// console.log(predict([Array(${model.numbers}).fill(0.5)]${model.context ? `, Array(${model.context}).fill(0)` : ''}));
`,
    code: `${readingCode(model)}${answering(model)}
/**
 * @param {number[][]} input${model.context ? '\n * @param {ArrayLike<number>} context' : ''}
 * @returns {number[][]} a row for each step
 */
export const predict = (input${given}) => answersOf(input${given}).map((row) => Array.from(row));
`,
  };
}
