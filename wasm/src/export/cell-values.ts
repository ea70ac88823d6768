/** The equations of a cell as values. */
import { refuse } from '../shared/errors.js';
import type { GraphExpression } from '../shared/graph-types.js';
import { binary, make, product, sum, unary, type Value } from './values.js';

/** What names of equations stand for. */
export type Names = ReadonlyMap<string, Value>;

/**
 * The value of an expression.
 * @param size H
 * @param name of the whole
 */
export function expressionValue(
  expression: GraphExpression,
  names: Names,
  size: number,
  name: string,
): Value {
  if (typeof expression === 'number') return make('', size, { kind: 'number', number: expression });
  if (typeof expression === 'string') {
    const value = names.get(expression);
    if (!value) throw refuse('INVALID_CHECKPOINT', 'graph.equations', 'a name that is known', expression);
    return value;
  }
  const of = (one: GraphExpression) => expressionValue(one, names, size, '');
  const number = constantOf(expression);
  if (number !== undefined) return of(number);
  if (expression.length === 2) return unary(name, expression[0], of(expression[1]));
  const [operator, left, right] = expression;
  switch (operator) {
    case '+':
      return sum(name, [of(left), of(right)])!;
    case '*':
      return product(name, of(left), of(right));
    case '-':
      return binary(name, 'difference', of(left), of(right));
    case '/':
      return binary(name, 'quotient', of(left), of(right));
    case 'max':
      return binary(name, 'maximum', of(left), of(right));
  }
}

const functions: Record<string, (x: number, y: number) => number> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  max: Math.max,
};

/** The number that an expression is whose names are known; undefined where one is not. By default there are none. */
export function constantOf(
  expression: GraphExpression,
  known: (name: string) => number | undefined = () => undefined,
): number | undefined {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') return known(expression);
  const [operator, ...of] = expression;
  const [x, y] = of.map((one) => constantOf(one, known));
  if (x === undefined || (of.length > 1 && y === undefined)) return undefined;
  return functions[operator]!(x, y ?? NaN);
}
