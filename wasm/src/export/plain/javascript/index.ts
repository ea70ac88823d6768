import { CLike, type Dialect, elementOf, kept } from '../c-like.js';
import { helpers } from './helpers.js';
import { taskCode } from './tasks.js';
import { type PlainModel, readModel } from '../model.js';
import { type PlainOptions, precisionOf } from '../options.js';
import { touched } from '../passes.js';
import type { ArrayInfo, Loop, Statement } from '../program.js';
import { type Storage, weightsCode } from './storage.js';

/**
 * A saved model as one ES module of plain JavaScript, weights inside: no WebAssembly, no `eval`, no dependency. It runs
 * in browsers, workers, service workers, audio worklets, Node and on edge runtimes.
 *
 * Every module exports `start()`, `step(state, input)`, which answers one step without allocating anything, and
 * `predict(input, options)`, which answers as `Model.predict` does. What sequences of symbols it writes for a seed is
 * what the engine writes. The head of the module says what the task's functions take and give.
 *
 * Numbers agree with the engine's to about 1e-6 (sums run in double precision). Of `int8` each weight is off by at most
 * 1/254 of the largest weight in its row.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file; `UNSUPPORTED`: one without a graph (open it and save it once);
 *   `UNSUPPORTED`: an operation or task that plain programs do not know, by name
 */
export function toJavaScript(checkpoint: Uint8Array, options: PlainOptions = {}): string {
  return javaScriptOf(readModel(checkpoint), precisionOf(options) ?? 'float32');
}

export function javaScriptOf(model: PlainModel, storage: Storage): string {
  const task = taskCode(model);
  return [
    task.head,
    networkCode(model, storage),
    task.code,
    helpers(storage),
    `\n${weightsCode(model.program, storage)}`,
  ].join('');
}

const dialect = (storage: Storage): Dialect => ({
  prefix: '',
  integer: 'let',
  float: 'const',
  array: (name) => name,
  from: (array, offset) => `${array}, ${offset}`,
  matrix: ({ name, columns }, row) =>
    storage === 'int8' ? `${name}, ${name}_scale, ${row}` : `${name}, ${row * columns}`,
  vector: (name) => name,
  literal: String,
  none: 'none',
  clock: 's.clock',
  lengths: ['s.T', 's.S'],
  given: 'context',
  tokens: ['tokens', 'source'],
});

/** What statements need of the state, by name. */
function taking(statements: readonly Statement[], more: readonly (ArrayInfo | null)[] = []): string {
  const arrays = new Set([
    ...statements.flatMap((s) => Object.values(touched(s)).flat()),
    ...more.filter((array) => array !== null),
  ]);
  const names = [...arrays].map(({ name }) => name);
  for (const s of statements) if (s.kind === 'lookup') names.push(s.sequence === 0 ? 'tokens' : 'source');
  return names.length ? `  const { ${[...new Set(names)].join(', ')} } = s;\n` : '';
}

const bodies = (loops: readonly Loop[]) => loops.flatMap(({ body }) => body);

function networkCode(model: PlainModel, storage: Storage): string {
  const { program } = model;
  const print = new CLike(dialect(storage), program.tokens);
  const encodes = program.encode.length > 0;
  const parameters = [encodes && 'S', program.whole && 'T'].filter(Boolean).join(', ');
  const parts = [
    `
/** Room for one sequence. */
function allocate(${parameters}) {
  return {
${fieldsOf(model)}  };
}
`,
  ];
  if (encodes)
    parts.push(`
/** Reads the whole source. */
function encode(s) {
${taking(bodies(program.encode))}${program.encode.map((loop) => print.loop(loop, 1, '  ')).join('')}}
`);
  parts.push(`
/** What is known before the first step. */
function begin(s${model.context ? ', context' : ''}) {
${taking(program.begin)}${print.body(program.begin, '', '  ')}}
`);
  parts.push(program.whole ? wholeCode(model, print) : stepCode(model, print));
  return parts.join('');
}

function fieldsOf({ program }: PlainModel): string {
  const fields = program.whole ? ['clock: 0', 'T'] : ['clock: 0'];
  if (program.encode.length) fields.push('S');
  const [main, source] = program.tokens;
  const tokens = (late: number, length: string) => `new Int32Array(${length}${late}).fill(-1)`;
  if (main !== null) fields.push(`tokens: ${program.whole ? tokens(main, 'T + ') : tokens(main + 1, '')}`);
  if (source !== null) fields.push(`source: ${tokens(source, 'S + ')}`);
  for (const { name, rows, span, delay, sequence } of program.arrays) {
    const steps = sequence === 1 ? 'S' : 'T';
    const size = {
      step: String(rows),
      state: String(rows * (delay + 1)),
      scores: 'S',
      sequence: `(${steps} + ${delay}) * ${rows}`,
    }[span];
    fields.push(`${name}: new Float32Array(${size})`);
  }
  if (!direct(program)) fields.push(`answer: new Float32Array(${outputsOf(program)})`);
  return fields.map((field) => `    ${field},\n`).join('');
}

type Program = PlainModel['program'];

const outputsOf = ({ outputs }: Program) => outputs.reduce((sum, { rows }) => sum + rows, 0);

/** The answer is a whole array. */
const direct = ({ outputs }: Program) => outputs.length === 1 && outputs[0]!.place.array.span === 'step';

/** `s.answer` ← the answer of a step. */
function answering(program: Program, t: string): string {
  let at = 0;
  return program.outputs
    .map(({ place, rows }) => {
      const line = `fill(answer, ${at}, ${rows}, ${place.array.name}, ${elementOf(place, t)});\n`;
      at += rows;
      return line;
    })
    .join('    ');
}

/** One step through all loops; then what is read late moves on. */
function stepCode({ program }: PlainModel, print: CLike): string {
  const statements = bodies(program.main);
  const states = kept(program.arrays).filter(({ delay }) => delay > 0);
  const outputs = program.outputs.map(({ place }) => place.array);
  const moves = states.map(({ name, rows }) => `  ${name}.copyWithin(0, ${rows});\n`).join('');
  const late = program.tokens[0] ?? 0;
  const body = program.main
    .map((loop) => `  // ${loop.layers.join(', ')}\n${print.body(loop.body, '', '  ')}`)
    .join('');
  const answer = direct(program)
    ? `  const answer = ${outputs[0]!.name};\n`
    : `  const { answer } = s;\n  ${answering(program, '').replaceAll('\n    ', '\n  ')}`;
  return `
/** One step: \`tokens\` and numbers that it reads are in the state already. */
function advance(s) {
${taking(statements, [...outputs, ...states])}${body}${answer}${moves}${
    late ? `  tokens.copyWithin(0, 1);\n` : ''
  }  ++s.clock;
  return answer;
}
/** Another state that goes on from here. */
export function copy(s) {
  const own = { ...s${program.tokens[0] === null ? '' : ', tokens: s.tokens.slice()'} };
  for (const name of [${states.map(({ name }) => `'${name}'`).join(', ')}]) own[name] = s[name].slice();
  return own;
}
`;
}

/** All steps of the main sequence, loop by loop. */
function wholeCode({ program }: PlainModel, print: CLike): string {
  const statements = bodies(program.main);
  const outputs = program.outputs.map(({ place }) => place.array);
  return `
/** All steps; gives a row of answers for each. */
function run(s) {
${taking(statements, outputs)}${program.main.map((loop) => print.loop(loop, 0, '  ')).join('')}  const rows = [];
  for (let t = 0; t < s.T; ++t) {
    const answer = new Float32Array(${outputsOf(program)});
    ${answering(program, 't')}    rows.push(answer);
  }
  return rows;
}
`;
}
