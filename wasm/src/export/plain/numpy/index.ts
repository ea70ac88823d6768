import { elementOf } from '../c-like.js';
import { type PlainModel, readModel } from '../model.js';
import { base64, pack } from '../pack.js';
import type { ArrayInfo, Program } from '../program.js';
import { HELPERS } from './helpers.js';
import { NumPyPrinter } from './printer.js';
import { taskCodePy } from './tasks.js';

/**
 * A saved model as one Python file that needs NumPy alone, weights inside. `start`, `step` and `predict` (and `sample`)
 * are those of {@link toJavaScript}, in Python's spelling: `predict(text, beam_width=4)`. Everything is computed in
 * single precision; log probabilities agree with the engine's to about 1e-5.
 *
 * @param checkpoint what `Model.save()` or `Network.save()` gave
 * @throws UnfoldError `INVALID_CHECKPOINT`: not such a file; `UNSUPPORTED`: one without a graph (open it and save it once);
 *   `UNSUPPORTED`: an operation or task that plain programs do not know, by name
 */
export function toNumPy(checkpoint: Uint8Array): string {
  const model = readModel(checkpoint);
  const { head, imports = '', code } = taskCodePy(model);
  return `${head}
import base64
${imports}from types import SimpleNamespace

import numpy as np
${HELPERS}${networkCode(model)}${code}${weightsCode(model.program)}`;
}

function sizeOf({ rows, span, delay, sequence }: ArrayInfo): string {
  if (span === 'scores') return '1';
  if (span === 'sequence') return `(${sequence === 1 ? 'source_steps' : 'steps'} + ${delay}) * ${rows}`;
  return String(span === 'state' ? rows * (delay + 1) : rows);
}

function networkCode({ program, context }: PlainModel): string {
  const print = new NumPyPrinter(program.tokens);
  const given = context ? ', context' : '';
  const pieces = [allocation(program)];
  if (program.encode.length)
    pieces.push(`

def encode(s):
    """Reads the whole source."""
${program.encode.map((loop) => print.loop(loop, 1, '    ')).join('')}`);
  pieces.push(`

def begin(s${given}):
    """What is known before the first step."""
${print.body(program.begin, '', '    ')}`);
  pieces.push(program.whole ? wholeCode(program, print) : stepCode(program, print));
  return pieces.join('');
}

function allocation({ arrays, tokens: [main, source], encode, whole }: Program): string {
  const parameters = [encode.length && 'source_steps', whole && 'steps'].filter(Boolean);
  const fields = ['clock=0', ...parameters.map((name) => `${name}=${name}`)];
  if (main !== null) fields.push(`tokens=np.full(${whole ? `steps + ${main}` : main + 1}, -1)`);
  if (source !== null) fields.push(`source=np.full(source_steps + ${source}, -1)`);
  for (const array of arrays) fields.push(`${array.name}=np.zeros(${sizeOf(array)}, np.float32)`);
  return `

def allocate(${parameters.join(', ')}):
    """Room for one sequence."""
    return SimpleNamespace(
${fields.map((field) => `        ${field},\n`).join('')}    )
`;
}

const answer = ({ outputs }: Program, t: string) =>
  `np.concatenate([${outputs
    .map(({ place, rows }) => {
      const at = elementOf(place, t);
      return `s.${place.array.name}[${at}:${at} + ${rows}]`;
    })
    .join(', ')}])`;

function stepCode(program: Program, print: NumPyPrinter): string {
  const body = program.main
    .map((loop) => `    # ${loop.layers.join(', ')}\n${print.body(loop.body, '', '    ')}`)
    .join('');
  const states = program.arrays.filter(({ span, delay }) => span === 'state' && delay > 0);
  const moves = states.map(
    ({ name, rows, delay }) => `    s.${name}[:${rows * delay}] = s.${name}[${rows}:].copy()\n`,
  );
  const late = program.tokens[0] ?? 0;
  if (late) moves.push('    s.tokens[:-1] = s.tokens[1:].copy()\n');
  return `

def advance(s):
    """One step: tokens and numbers that it reads are in the state already."""
${body}    answer = ${answer(program, '')}
${moves.join('')}    s.clock += 1
    return answer


def copy(s):
    """Another state that goes on from here."""
    own = SimpleNamespace(**vars(s))
    for name in [${[...states.map(({ name }) => `"${name}"`), ...(program.tokens[0] === null ? [] : ['"tokens"'])].join(', ')}]:
        setattr(own, name, getattr(s, name).copy())
    return own
`;
}

function wholeCode(program: Program, print: NumPyPrinter): string {
  return `

def run(s):
    """All steps; gives a row of answers for each."""
${program.main.map((loop) => print.loop(loop, 0, '    ')).join('')}    return np.stack([${answer(program, 't')} for t in range(s.steps)])
`;
}

function weightsCode(program: Program): string {
  const { bytes, entries } = pack(program, 'float32');
  const shapes = new Map(
    program.matrices.map(({ name, rows, columns }) => [name, `.reshape(${rows}, ${columns})`]),
  );
  const periods = program.periods.map(
    ({ name, periods: list }) => `${name} = np.array([${list.join(', ')}])\n`,
  );
  return `

${periods.join('')}weights = base64.b64decode(
    "${base64(bytes)}"
)
${entries
  .map(
    ({ name, offset, length }) =>
      `${name} = np.frombuffer(weights, "<f4", ${length}, ${offset})${shapes.get(name) ?? ''}\n`,
  )
  .join('')}`;
}
