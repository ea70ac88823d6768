import { CLike, type Dialect, elementOf } from '../c-like.js';
import { helpersC } from './helpers.js';
import { taskCodeC } from './tasks.js';
import { type PlainModel, readModel } from '../model.js';
import { type PlainOptions, type Precision, precisionOf } from '../options.js';
import { quantize } from '../pack.js';
import type { ArrayInfo, Program } from '../program.js';

/**
 * A saved model as one C99 header, for microcontrollers and servers: no allocation, no library beyond `string.h`, the
 * state in a struct that the caller owns. It compiles without a warning (`-Wall -Wextra -Wpedantic`) as C and as C++;
 * the comment at its head is a program that uses it. Where a network reads whole sequences, macros
 * (`UNFOLD_MAX_STEPS`, `UNFOLD_MAX_SOURCE`) say how long these may be; define them before the header to change them.
 *
 * Everything is computed in single precision; log probabilities agree with the engine's to about 2e-5. What `int8`
 * does, see {@link PlainOptions}.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file; `UNSUPPORTED`: one without a graph (open it and save it once);
 *   `UNSUPPORTED`: an operation or task that plain programs do not know, by name
 */
export function toC(checkpoint: Uint8Array, options: PlainOptions = {}): string {
  const precision = precisionOf(options) ?? 'float32';
  const model = readModel(checkpoint);
  const { head, defines, code } = taskCodeC(model);
  return `${head}#ifndef UNFOLD_MODEL_H
#define UNFOLD_MODEL_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

${defines}${stateCode(model)}${helpersC(precision)}${weightsC(model, precision)}${networkCode(model, precision)}${code}
#endif
`;
}

const dialect = (precision: Precision): Dialect => {
  const from = (array: string, offset: string) => (offset === '0' ? array : `${array} + ${offset}`);
  return {
    prefix: 'unfold_',
    integer: 'int',
    float: 'const float',
    array: (name) => `s->${name}`,
    from,
    matrix: ({ name, columns }, row) => {
      const weights = from(`unfold_${name}`, String(row * columns));
      return precision === 'int8' ? `${weights}, ${from(`unfold_${name}_scale`, String(row))}` : weights;
    },
    vector: (name) => `unfold_${name}`,
    literal: literalC,
    none: '0',
    clock: 's->clock',
    lengths: ['s->steps', 's->source_steps'],
    given: 'context',
    tokens: ['s->tokens', 's->source'],
  };
};

/** The shortest text that is the same number in single precision. */
export function literalC(value: number): string {
  let digits = 6;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== Math.fround(value)) ++digits;
  const text = String(Number(value.toPrecision(digits)));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** Numbers of an array. */
function sizeOf({ rows, span, delay, sequence }: ArrayInfo): string {
  const steps = sequence === 1 ? 'UNFOLD_MAX_SOURCE' : 'UNFOLD_MAX_STEPS';
  if (span === 'scores') return 'UNFOLD_MAX_SOURCE';
  if (span === 'sequence') return `(${steps} + ${delay}) * ${rows}`;
  return String(span === 'state' ? rows * (delay + 1) : rows);
}

function stateCode({ program }: PlainModel): string {
  const fields = ['int clock'];
  const [main, source] = program.tokens;
  if (program.whole) fields.push('int steps');
  if (program.encode.length) fields.push('int source_steps');
  if (main !== null) fields.push(`int tokens[${program.whole ? `UNFOLD_MAX_STEPS + ${main}` : main + 1}]`);
  if (source !== null) fields.push(`int source[UNFOLD_MAX_SOURCE + ${source}]`);
  for (const array of program.arrays) fields.push(`float ${array.name}[${sizeOf(array)}]`);
  fields.push('float answer[UNFOLD_OUTPUTS]');
  return `/* What a network remembers, and room for one step; fill it by unfold_start. */
typedef struct {
${fields.map((field) => `  ${field};\n`).join('')}} unfold_state;
`;
}

/** Statements that copy the answer of a step. */
function answering({ outputs }: Program, t: string, to: string): string {
  let at = 0;
  return outputs
    .map(({ place, rows }) => {
      const target = [to, at && String(at)].filter(Boolean).join(' + ');
      const offset = elementOf(place, t);
      at += rows;
      return `unfold_fill(${target}, ${rows}, s->${place.array.name}${offset === '0' ? '' : ` + ${offset}`});\n`;
    })
    .join('  ');
}

function networkCode(model: PlainModel, precision: Precision): string {
  const { program, context } = model;
  const print = new CLike(dialect(precision), program.tokens);
  const parts: string[] = [];
  if (program.encode.length)
    parts.push(`
/* Reads the whole source. */
static inline void unfold_encode(unfold_state *s) {
${program.encode.map((loop) => print.loop(loop, 1, '  ')).join('')}}
`);
  parts.push(`
/* What is known before the first step. */
static inline void unfold_begin(unfold_state *s${context ? ', const float *context' : ''}) {
  (void)s;
${print.body(program.begin, '', '  ')}}
/* An empty state. */
static inline void unfold_clear(unfold_state *s) {
  memset(s, 0, sizeof *s);
${clearTokens(program)}}
`);
  parts.push(program.whole ? wholeCode(program, print) : stepCode(program, print));
  return commentsC(parts.join(''));
}

function clearTokens({ tokens: [main, source] }: Program): string {
  const line = (name: string) =>
    `  for (size_t i = 0; i < sizeof s->${name} / sizeof *s->${name}; ++i) s->${name}[i] = -1;\n`;
  return (main === null ? '' : line('tokens')) + (source === null ? '' : line('source'));
}

/** C99 has line comments, C90 in pedantic builds has not; headers are read by both. */
const commentsC = (code: string) => code.replace(/^(\s*)\/\/ (.*)$/gm, '$1/* $2 */');

function stepCode(program: Program, print: CLike): string {
  const body = program.main
    .map((loop) => `  // ${loop.layers.join(', ')}\n${print.body(loop.body, '', '  ')}`)
    .join('');
  const moves = program.arrays
    .filter(({ span, delay }) => span === 'state' && delay > 0)
    .map(
      ({ name, rows, delay }) =>
        `  memmove(s->${name}, s->${name} + ${rows}, ${rows * delay} * sizeof(float));\n`,
    );
  const late = program.tokens[0] ?? 0;
  if (late) moves.push(`  memmove(s->tokens, s->tokens + 1, ${late} * sizeof(int));\n`);
  return `
/* One step: tokens and numbers that it reads are in the state already. */
static inline const float *unfold_advance(unfold_state *s) {
${body}  ${answering(program, '', 's->answer')}${moves.join('')}  ++s->clock;
  return s->answer;
}
`;
}

function wholeCode(program: Program, print: CLike): string {
  return `
/* All steps. */
static inline void unfold_run(unfold_state *s) {
${program.main.map((loop) => print.loop(loop, 0, '  ')).join('')}}
/* The answer of a step. */
static inline const float *unfold_answer(unfold_state *s, int t) {
  (void)t;
  ${answering(program, 't', 's->answer')}  return s->answer;
}
`;
}

function weightsC({ program }: PlainModel, precision: Precision): string {
  const list = (type: string, name: string, values: ArrayLike<number>, print: (value: number) => string) =>
    `static const ${type} unfold_${name}[${values.length}] = {\n${linesOf(values, print)}};\n`;
  const parts = ['\n'];
  for (const { name, periods } of program.periods) parts.push(list('int', name, periods, String));
  for (const { name, data } of program.vectors) parts.push(list('float', name, data, literalC));
  for (const matrix of program.matrices) {
    if (precision === 'float32') {
      parts.push(list('float', matrix.name, matrix.data, literalC));
      continue;
    }
    const { values, scales } = quantize(matrix);
    parts.push(list('float', `${matrix.name}_scale`, scales, literalC));
    parts.push(list('int8_t', matrix.name, values, String));
  }
  return parts.join('');
}

function linesOf(values: ArrayLike<number>, print: (value: number) => string): string {
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += 16) {
    const some: string[] = [];
    for (let i = at; i < Math.min(at + 16, values.length); ++i) some.push(print(values[i]!));
    lines.push(`  ${some.join(', ')},\n`);
  }
  return lines.join('');
}
