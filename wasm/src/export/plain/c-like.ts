/** Prints statements for JavaScript and C, whose loops and expressions are the same but for names and literals. */
import type { ArrayInfo, Expression, Loop, Matrix, Place, Statement, Vector } from './program.js';

/** What differs. */
export interface Dialect {
  /** Of helpers: `linear` or `unfold_linear`. */
  readonly prefix: string;
  readonly integer: string;
  readonly float: string;
  /** An array of the state by name. */
  array(name: string): string;
  /** Arguments that say: this array, from this element on. */
  from(array: string, offset: string): string;
  /** Likewise of weights, from a row on. */
  matrix(matrix: Matrix, row: number): string;
  /** A list of constants by name. */
  vector(name: string): string;
  literal(value: number): string;
  readonly none: string;
  /** Variables: the number of the step, the encoder's steps, the main sequence's, the given context, tokens by sequence. */
  readonly clock: string;
  readonly lengths: readonly [string, string];
  readonly given: string;
  readonly tokens: readonly [string, string];
}

/** a·x + b·y without what is 0 or 1. */
export function offsetOf(step: string, rows: number, at: number): string {
  if (step === '') return String(at);
  const product = rows === 1 ? step : `${step} * ${rows}`;
  return at === 0 ? product : `${product} + ${at}`;
}

/**
 * The element where a place begins.
 * @param t the variable of the step, '' where it is the first (or the only) one
 */
export function elementOf({ array, row, delay }: Place, t: string): string {
  const { rows, span, direction } = array;
  if (span === 'step' || span === 'scores') return String(row);
  const before = direction > 0 || span === 'state' ? array.delay - delay : delay;
  const step = t === '' || span === 'state' ? '' : before === 0 ? t : `(${t} + ${before})`;
  return offsetOf(step, rows, step === '' ? before * rows + row : row);
}

const PRECEDENCE = { '+': 1, '-': 1, '*': 2, '/': 2, max: 9 };

export class CLike {
  constructor(
    readonly d: Dialect,
    /** Delays of tokens, by sequence. */
    readonly delays: readonly [number | null, number | null],
  ) {}

  /** A loop over a whole sequence. */
  loop({ direction, body, layers }: Loop, sequence: 0 | 1, indent: string): string {
    const length = this.d.lengths[sequence];
    const head =
      direction > 0
        ? `for (${this.d.integer} t = 0; t < ${length}; ++t)`
        : `for (${this.d.integer} t = ${length} - 1; t >= 0; --t)`;
    return `${indent}// ${layers.join(', ')}\n${indent}${head} {\n${this.body(body, 't', `${indent}  `)}${indent}}\n`;
  }

  body(statements: readonly Statement[], t: string, indent: string): string {
    return statements
      .flatMap((s) => this.statement(s, t))
      .map((line) => `${indent}${line}\n`)
      .join('');
  }

  #at(place: Place, t: string): string {
    return this.d.from(this.d.array(place.array.name), elementOf(place, t));
  }

  #vector(vector: Vector | null, at = 0): string {
    return vector ? this.d.from(this.d.vector(vector.name), String(at)) : this.d.from(this.d.none, '0');
  }

  #call(name: string, ...of: (string | number)[]): string {
    return `${this.d.prefix}${name}(${of.join(', ')});`;
  }

  statement(s: Statement, t: string): string[] {
    const source = this.d.lengths[1];
    switch (s.kind) {
      case 'fill':
        return [this.#call('fill', this.#at(s.to, t), s.rows, this.#vector(s.vector))];
      case 'linear': {
        const { columns } = s.matrix;
        const weights = this.d.matrix(s.matrix, s.row);
        const [to, from] = [this.#at(s.to, t), this.#at(s.from, t)];
        if (s.blocks === 1) return [this.#call('linear', to, s.rows, weights, from, columns)];
        return [this.#call('blocks', to, s.rows, weights, from, columns, s.blocks)];
      }
      case 'lookup': {
        const late = this.delays[s.sequence]! - s.delay;
        const place = t === '' ? String(late) : late === 0 ? t : `${t} + ${late}`;
        const token = `${this.d.tokens[s.sequence]}[${place}]`;
        const [count, name] = s.byRow ? [s.matrix.rows, 'row'] : [s.matrix.columns, 'column'];
        return [this.#call(name, this.#at(s.to, t), s.rows, this.d.matrix(s.matrix, s.row), count, token)];
      }
      case 'normalize': {
        const weights = [this.#vector(s.gain, s.at), this.#vector(s.bias, s.bias ? s.at : 0)];
        return [
          this.#call('normalize', this.#at(s.to, t), s.units, s.gates, ...weights, this.d.literal(s.epsilon)),
        ];
      }
      case 'softmax':
        return [this.#call('softmax', this.#at(s.to, t), this.#at(s.from, t), s.rows)];
      case 'attention': {
        const weights = this.d.array(s.weights.name);
        const keys = this.d.from(this.d.array(s.keys.array.name), elementOf(s.keys, ''));
        const lines = [
          this.#call('attend', weights, source, this.#at(s.query, t), keys, s.size, this.#vector(s.v)),
        ];
        let { row } = s.to;
        for (const { from, rows } of s.memory) {
          const memory = this.d.from(this.d.array(from.array.name), elementOf(from, ''));
          const to = this.#at({ ...s.to, row }, t);
          lines.push(this.#call('recall', to, rows, weights, source, memory, from.array.rows));
          row += rows;
        }
        return lines;
      }
      case 'context':
        return [this.#context(s)];
      case 'given':
        return [this.#call('fill', this.#at(s.to, t), s.rows, this.d.from(this.d.given, '0'))];
      case 'each':
        return this.#each(s, t);
    }
  }

  #context(s: Extract<Statement, { kind: 'context' }>): string {
    const { array } = s.from;
    const steps = this.d.lengths[1];
    const name = this.d.array(array.name);
    const first = this.d.from(name, elementOf(s.from, ''));
    if (s.mean) return this.#call('average', this.#at(s.to, ''), s.rows, steps, first, array.rows);
    const last = array.direction > 0 ? this.d.from(name, elementOf(s.from, `(${steps} - 1)`)) : first;
    return this.#call('fill', this.#at(s.to, ''), s.rows, last);
  }

  #each({ rows, assignments }: Extract<Statement, { kind: 'each' }>, t: string): string[] {
    const { integer, float } = this.d;
    const lines = assignments.map(({ to, value }) => {
      const text = this.expression(value, t);
      return 'local' in to
        ? `  ${float} ${to.local}_ = ${text};`
        : `  ${this.d.array(to.place.array.name)}[${this.#element(to.place, t)}] = ${text};`;
    });
    return [`for (${integer} k = 0; k < ${rows}; ++k) {`, ...lines, '}'];
  }

  #element(place: Place, t: string): string {
    const at = elementOf(place, t);
    return at === '0' ? 'k' : `${at} + k`;
  }

  expression(x: Expression, t: string): string {
    return this.#print(x, t, 0);
  }

  #print(x: Expression, t: string, outer: number): string {
    switch (x.kind) {
      case 'number':
        return x.value < 0 ? `(${this.d.literal(x.value)})` : this.d.literal(x.value);
      case 'place':
        return `${this.d.array(x.place.array.name)}[${x.single ? elementOf(x.place, t) : this.#element(x.place, t)}]`;
      case 'vector':
        return `${this.d.vector(x.vector.name)}[${x.at === 0 ? 'k' : `${x.at} + k`}]`;
      case 'local':
        return `${x.name}_`;
      case 'unary':
        if (x.op === 'neg') return `(-${this.#print(x.x, t, 9)})`;
        return `${this.d.prefix}${x.op}(${this.#print(x.x, t, 0)})`;
      case 'waits':
        return `${t === '' ? this.d.clock : t} % ${this.d.vector(x.periods.name)}[k] ? ${this.d.literal(1)} : ${this.#print(x.x, t, 9)}`;
      case 'binary': {
        if (x.op === 'max')
          return `${this.d.prefix}max(${this.#print(x.x, t, 0)}, ${this.#print(x.y, t, 0)})`;
        const own = PRECEDENCE[x.op];
        const text = `${this.#print(x.x, t, own)} ${x.op} ${this.#print(x.y, t, own + 1)}`;
        return own < outer ? `(${text})` : text;
      }
    }
  }
}

/** Arrays of which a copy of the state needs its own. */
export const kept = (arrays: readonly ArrayInfo[]) => arrays.filter(({ span }) => span === 'state');
