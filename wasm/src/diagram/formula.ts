/** Formulas as pieces of text, some lowered or raised: what a page sets in its own type. */
import type { GraphExpression } from '../shared/graph-types.js';

/** A run of text. */
export interface Piece {
  /** As it is set. */
  text: string;
  /** `name`: of a quantity, in italics. `sub`, `sup`: lowered, raised. */
  style?: 'name' | 'sub' | 'sup';
}

/** Pieces in order. */
export type Formula = readonly Piece[];

export const text = (of: string): Formula => [{ text: of }];

export const named = (name: string, { sub = '', sup = '' } = {}): Formula => [
  { text: name, style: 'name' },
  ...(sup ? [{ text: sup, style: 'sup' } as const] : []),
  ...(sub ? [{ text: sub, style: 'sub' } as const] : []),
];

export const line = (left: Formula, right: Formula, by = ' = '): Formula => [...left, ...text(by), ...right];

export const joined = (formulas: readonly Formula[], by: string): Formula =>
  formulas.flatMap((formula, at) => [...(at > 0 ? text(by) : []), ...formula]);

/** t, t−1, …: which step a signal is of; of what runs backward t+1. */
export const when = (delay: number, direction = 1): string =>
  delay === 0 ? 't' : `t${direction < 0 ? '+' : '−'}${delay}`;

/** As one line: `c_t = f_t ⊙ c_{t−1}`. */
export function plainText(formula: Formula): string {
  const mark = { sub: '_', sup: '^' };
  return formula
    .map(({ text, style }) =>
      style === 'sub' || style === 'sup' ? mark[style] + ([...text].length > 1 ? `{${text}}` : text) : text,
    )
    .join('');
}

/** Every name in an expression, also where it stands twice. */
export function namesIn(expression: GraphExpression): string[] {
  if (typeof expression === 'number') return [];
  if (typeof expression === 'string') return [expression];
  return expression.slice(1).flatMap((one) => namesIn(one));
}

/** How tightly an operator binds. */
const BINDS = { sum: 1, product: 2, sign: 3, whole: 4 } as const;

const FUNCTIONS: Readonly<Record<string, string>> = { sigmoid: 'σ', relu: 'max' };

const number = (value: number) => String(value).replace('-', '−');

/**
 * An expression with names replaced: σ, tanh, ⊙ by element, parentheses where precedence asks for them. `times` stands
 * between factors.
 */
export function printed(
  expression: GraphExpression,
  names: (name: string) => Formula,
  times = ' ⊙ ',
): Formula {
  return print(expression, names, times).formula;
}

interface Printed {
  formula: Formula;
  binds: number;
}

function print(expression: GraphExpression, names: (name: string) => Formula, times: string): Printed {
  if (typeof expression === 'number')
    return { formula: text(number(expression)), binds: expression < 0 ? BINDS.sign : BINDS.whole };
  if (typeof expression === 'string') return { formula: names(expression), binds: BINDS.whole };
  const [operator, ...of] = expression;
  const sides = of.map((one) => print(one, names, times));
  const [left, right] = [sides[0]!, sides[1]!];
  const within = ({ formula, binds }: Printed, least: number): Formula =>
    binds < least ? [...text('('), ...formula, ...text(')')] : formula;
  switch (operator) {
    case '+':
      return { formula: [...left.formula, ...text(' + '), ...right.formula], binds: BINDS.sum };
    case '-':
      return {
        formula: [...left.formula, ...text(' − '), ...within(right, BINDS.product)],
        binds: BINDS.sum,
      };
    case '*':
      return {
        formula: [...within(left, BINDS.product), ...text(times), ...within(right, BINDS.product)],
        binds: BINDS.product,
      };
    case '/':
      return {
        formula: [...within(left, BINDS.product), ...text(' / '), ...within(right, BINDS.sign)],
        binds: BINDS.product,
      };
    case 'neg':
      return { formula: [...text('−'), ...within(left, BINDS.sign)], binds: BINDS.sign };
    default: {
      const inside = joined(
        sides.map(({ formula }) => formula),
        ', ',
      );
      const first = operator === 'relu' ? '(0, ' : '(';
      return {
        formula: [...text((FUNCTIONS[operator] ?? operator) + first), ...inside, ...text(')')],
        binds: BINDS.whole,
      };
    }
  }
}

/** φ(x) for the function of an activation. */
export function applied(name: string, inside: Formula): Formula {
  if (name === 'identity') return inside;
  const first = name === 'relu' ? '(0, ' : '(';
  return [...text((FUNCTIONS[name] ?? name) + first), ...inside, ...text(')')];
}
