/** Prints statements as NumPy: slices of flat arrays instead of loops over elements. */
import { elementOf } from '../c-like.js';
import type { Expression, Loop, Place, Program, Statement, Vector } from '../program.js';

/** `at:at + rows`, in numbers where these are known. */
function range(at: string, rows: number): string {
  return /^\d+$/.test(at) ? `${at}:${Number(at) + rows}` : `${at}:${at} + ${rows}`;
}

const slice = (place: Place, rows: number, t: string) =>
  `s.${place.array.name}[${range(elementOf(place, t), rows)}]`;

const part = (vector: Vector, at: number, rows: number) =>
  at === 0 && rows === vector.data.length ? vector.name : `${vector.name}[${at}:${at + rows}]`;

const PRECEDENCE = { '+': 1, '-': 1, '*': 2, '/': 2, max: 9 };

export class NumPyPrinter {
  constructor(readonly delays: Program['tokens']) {}

  loop({ direction, body, layers }: Loop, sequence: 0 | 1, indent: string): string {
    const steps = sequence === 1 ? 's.source_steps' : 's.steps';
    const times = direction > 0 ? `range(${steps})` : `reversed(range(${steps}))`;
    return `${indent}# ${layers.join(', ')}\n${indent}for t in ${times}:\n${this.body(body, 't', `${indent}    `)}`;
  }

  body(statements: readonly Statement[], t: string, indent: string): string {
    return statements
      .flatMap((s) => this.#statement(s, t))
      .map((line) => `${indent}${line}\n`)
      .join('');
  }

  #statement(s: Statement, t: string): string[] {
    switch (s.kind) {
      case 'fill': {
        const value = s.vector ? part(s.vector, 0, s.rows) : '0';
        return [`${slice(s.to, s.rows, t)} = ${value}`];
      }
      case 'linear': {
        const weights = `${s.matrix.name}[${s.row}:${s.row + s.rows}]`;
        const { columns } = s.matrix;
        if (s.blocks === 1) return [`${slice(s.to, s.rows, t)} += ${weights} @ ${slice(s.from, columns, t)}`];
        const x = slice(s.from, columns * s.blocks, t);
        return [`${slice(s.to, s.rows, t)} += blocks(${weights}, ${x}, ${s.blocks})`];
      }
      case 'lookup': {
        const late = this.delays[s.sequence]! - s.delay;
        const place = t === '' ? String(late) : late === 0 ? t : `${t} + ${late}`;
        const token = `s.${s.sequence === 0 ? 'tokens' : 'source'}[${place}]`;
        const [count, weights] = s.byRow
          ? [s.matrix.rows, `${s.matrix.name}[${token}]`]
          : [s.matrix.columns, `${s.matrix.name}[${s.row}:${s.row + s.rows}, ${token}]`];
        return [`if 0 <= ${token} < ${count}:`, `    ${slice(s.to, s.rows, t)} += ${weights}`];
      }
      case 'normalize': {
        const rows = s.units * s.gates;
        const bias = s.bias ? part(s.bias, s.at, rows) : '0';
        const z = slice(s.to, rows, t);
        return [`${z} = normalize(${z}, ${s.gates}, ${part(s.gain, s.at, rows)}, ${bias}, ${s.epsilon})`];
      }
      case 'softmax':
        return [`${slice(s.to, s.rows, t)} = softmax(${slice(s.from, s.rows, t)})`];
      case 'attention':
        return this.#attention(s, t);
      case 'context':
        return [this.#context(s)];
      case 'given':
        return [`${slice(s.to, s.rows, t)} = context`];
      case 'each':
        return s.assignments.map(({ to, value }) => {
          const text = this.#print(value, t, s.rows, 0);
          return 'local' in to ? `${to.local}_ = ${text}` : `${slice(to.place, s.rows, t)} = ${text}`;
        });
    }
  }

  /** A place's columns of all steps of the encoder, as [S, rows]. */
  #columns(place: Place, rows: number): string {
    const first = elementOf({ ...place, row: 0 }, '');
    const all = `s.${place.array.name}[${first}:${first} + s.source_steps * ${place.array.rows}]`;
    return `${all}.reshape(-1, ${place.array.rows})[:, ${place.row}:${place.row + rows}]`;
  }

  #attention(s: Extract<Statement, { kind: 'attention' }>, t: string): string[] {
    const query = slice(s.query, s.size, t);
    const keys = this.#columns(s.keys, s.size);
    const scores = s.v ? `np.tanh(${query} + ${keys}) @ ${s.v.name}.ravel()` : `${keys} @ ${query}`;
    const weights = `s.${s.weights.name}`;
    const lines = [`${weights} = softmax(${scores})`];
    let { row } = s.to;
    for (const { from, rows } of s.memory) {
      lines.push(`${slice({ ...s.to, row }, rows, t)} = ${weights} @ ${this.#columns(from, rows)}`);
      row += rows;
    }
    return lines;
  }

  #context({ to, from, rows, mean }: Extract<Statement, { kind: 'context' }>): string {
    const all = this.#columns(from, rows);
    const value = mean ? `${all}.mean(axis=0)` : `${all}[${from.array.direction > 0 ? -1 : 0}]`;
    return `${slice(to, rows, '')} = ${value}`;
  }

  #print(x: Expression, t: string, rows: number, outer: number): string {
    const print = (one: Expression, level: number) => this.#print(one, t, rows, level);
    switch (x.kind) {
      case 'number':
        return x.value < 0 ? `(${x.value})` : String(x.value);
      case 'place':
        return slice(x.place, x.single ? 1 : rows, t);
      case 'vector':
        return part(x.vector, x.at, rows);
      case 'local':
        return `${x.name}_`;
      case 'unary':
        if (x.op === 'neg') return `(-${print(x.x, 9)})`;
        return `${{ tanh: 'np.tanh', exp: 'np.exp', log: 'np.log', sin: 'np.sin', cos: 'np.cos', sigmoid: 'sigmoid', relu: 'relu' }[x.op]}(${print(x.x, 0)})`;
      case 'waits':
        return `np.where(${t === '' ? 's.clock' : t} % ${x.periods.name} != 0, np.float32(1), np.float32(${print(x.x, 0)}))`;
      case 'binary': {
        if (x.op === 'max') return `np.maximum(${print(x.x, 0)}, ${print(x.y, 0)})`;
        const own = PRECEDENCE[x.op];
        const text = `${print(x.x, own)} ${x.op} ${print(x.y, own + 1)}`;
        return own < outer ? `(${text})` : text;
      }
    }
  }
}
