// The expressions of a graph with numbers in them.
import type { GraphExpression } from 'unfold-rnn';
import { namesIn } from 'unfold-rnn/diagram';

const FUNCTIONS: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  max: Math.max,
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

export type Values = ReadonlyMap<string, number>;

/** NaN where a name has no value. */
export function evaluate(expression: GraphExpression, values: Values): number {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') return values.get(expression) ?? NaN;
  const [operator, ...of] = expression;
  const [x = NaN, y = NaN] = of.map((one) => evaluate(one, values));
  return FUNCTIONS[operator]?.(x, y) ?? NaN;
}

const INVERSES: Readonly<Record<string, (value: number) => number>> = {
  neg: (value) => -value,
  exp: Math.log,
  log: Math.exp,
  tanh: Math.atanh,
  sigmoid: (value) => Math.log(value / (1 - value)),
  relu: (value) => (value > 0 ? value : NaN),
};

/** The x that makes left ∘ right come to `value`, x being in the left or in the right. */
function operand(operator: string, value: number, other: number, isLeft: boolean): number {
  switch (operator) {
    case '+':
      return value - other;
    case '-':
      return isLeft ? value + other : other - value;
    case '*':
      return value / other;
    case '/':
      return isLeft ? value * other : other / value;
    default:
      return NaN;
  }
}

/** The number of `name` with which an expression comes to `value`; NaN where none follows from it. */
export function solve(expression: GraphExpression, value: number, name: string, values: Values): number {
  if (typeof expression === 'number') return NaN;
  if (typeof expression === 'string') return expression === name ? value : NaN;
  const [operator, left, right] = expression;
  if (right === undefined) return solve(left, INVERSES[operator]?.(value) ?? NaN, name, values);
  const isLeft = namesIn(left).includes(name);
  const [inside, other] = isLeft ? [left, right] : [right, left];
  return solve(inside, operand(operator, value, evaluate(other, values), isLeft), name, values);
}
