/** Elementwise statements: a cell by its equations, and what units keep of their previous state. */
import type { GraphExpression, GraphOperation } from '../../shared/graph-types.js';
import { mismatch, refuse } from '../../shared/errors.js';
import { constantOf } from '../cell-values.js';
import type { Expression, Place, Statement, Target, Unary } from './program.js';
import type { Weights } from './weights.js';

type Of<K extends GraphOperation['operation']> = Extract<GraphOperation, { operation: K }>;
type At = (buffer: string, row: number, delay: number) => Place;

export const read = (place: Place): Expression => ({ kind: 'place', place });
export const unary = (op: Unary, x: Expression): Expression => ({ kind: 'unary', op, x });
const number = (value: number): Expression => ({ kind: 'number', value });
const binary = (op: '+' | '-' | '*', x: Expression, y: Expression): Expression => ({
  kind: 'binary',
  op,
  x,
  y,
});

/** All gates and new states of a unit, in the order of the equations. */
export function lowerCell(o: Of<'cell'>, at: At, weights: Weights): Statement {
  const known = new Map<string, Expression>();
  o.gates.forEach((gate, g) => {
    known.set(`z${o.recurrent ? 'x' : ''}_${gate}`, read(at(o.sum, g * o.units, 0)));
    if (o.recurrent) known.set(`zh_${gate}`, read(at(o.recurrent, g * o.units, 0)));
  });
  o.stateNames.forEach((name, i) => {
    const { buffer, row = 0, delay } = o.previous?.[i] ?? { buffer: o.states[i]!, delay: 1 };
    known.set(`${name}_prev`, read(at(buffer, row, delay)));
  });
  const constant = constants(o, weights);
  const assignments: { to: Target; value: Expression }[] = [];
  for (const [name, equation] of o.equations) {
    const z = known.get(`z${o.recurrent ? 'x' : ''}_${name}`);
    const value = name === o.earlyGate && z ? z : expression(equation, known, constant);
    assignments.push({ to: { local: name }, value });
    known.set(name, { kind: 'local', name });
  }
  o.stateNames.forEach((name, i) => {
    const value = known.get(name);
    if (!value)
      throw mismatch('INVALID_CHECKPOINT', 'graph.operations.equations', `an equation of ${name}`, 'none');
    assignments.push({ to: { place: at(o.states[i]!, 0, 0) }, value });
  });
  return { kind: 'each', rows: o.units, assignments: used(assignments) };
}

const namesIn = (given: GraphExpression): string[] =>
  typeof given === 'string' ? [given] : typeof given === 'number' ? [] : given.slice(1).flatMap(namesIn);

type Constant = (given: GraphExpression) => Expression | undefined;

/** What follows from the cell's parameters alone is a list of numbers in the program. */
function constants(o: Of<'cell'>, weights: Weights): Constant {
  const own = new Map(o.parameters.map((one) => [one.slice(one.lastIndexOf('.') + 1), one]));
  const found = new Map<string, Expression>();
  return (given) => {
    if (typeof given === 'number') return undefined;
    if (typeof given === 'string') {
      const name = own.get(given);
      return name === undefined ? undefined : { kind: 'vector', vector: weights.vector(name), at: 0 };
    }
    const key = JSON.stringify(given);
    const known = found.get(key);
    if (known) return known;
    const names = namesIn(given);
    if (!names.length || !names.every((name) => own.has(name))) return undefined;
    const number = (name: string, k: number) => weights.parameters.get(own.get(name)!)!.data[k]!;
    const numbers = Array.from({ length: o.units }, (_, k) => constantOf(given, (name) => number(name, k))!);
    const vector = weights.fixed(`${o.layer}.constant${found.size}`, numbers);
    const value: Expression = { kind: 'vector', vector, at: 0 };
    found.set(key, value);
    return value;
  };
}

type Assignments = readonly { to: Target; value: Expression }[];

/** Without those that nothing reads. */
function used(assignments: Assignments): Assignments {
  const read = new Set<string>();
  const visit = (x: Expression): void => {
    if (x.kind === 'local') read.add(x.name);
    if ('x' in x) visit(x.x);
    if ('y' in x) visit(x.y);
  };
  const kept = assignments.toReversed().filter(({ to, value }) => {
    if ('local' in to && !read.has(to.local)) return false;
    visit(value);
    return true;
  });
  return kept.reverse();
}

export function expression(
  given: GraphExpression,
  known: ReadonlyMap<string, Expression>,
  constant: Constant = () => undefined,
): Expression {
  const found = constant(given);
  if (found) return found;
  if (typeof given === 'number') return number(given);
  if (typeof given === 'string') {
    const named = known.get(given);
    if (!named)
      throw refuse('INVALID_CHECKPOINT', 'graph.operations.equations', 'a name that is known', given);
    return named;
  }
  if (given.length === 2) return unary(given[0], expression(given[1], known, constant));
  const [op, x, y] = given;
  return { kind: 'binary', op, x: expression(x, known, constant), y: expression(y, known, constant) };
}

/** state ← keep∘previous + (1 − keep)∘state; see GraphInterpolate. */
export function lowerInterpolation(o: Of<'interpolate'>, at: At, weights: Weights): Statement {
  const assignments = o.states.flatMap((state, i) => {
    const zoneout = i === 0 ? o.zoneout : o.zoneoutCell;
    const leak = i === 0 ? leakOf(o, weights) : null;
    let keep: Expression = leak
      ? {
          kind: 'vector',
          vector: weights.fixed(
            `${state}.keep`,
            leak.map((share) => zoneout + (1 - zoneout) * share),
          ),
          at: 0,
        }
      : number(zoneout);
    if (o.periods) keep = { kind: 'waits', periods: weights.periods(state, o.periods), x: keep };
    const kept = `keep${i}`;
    const now = at(state, 0, 0);
    const local: Expression = { kind: 'local', name: kept };
    const share = binary('*', local, read(at(state, 0, 1)));
    return [
      { to: { local: kept }, value: keep },
      {
        to: { place: now },
        value: binary('+', share, binary('*', binary('-', number(1), local), read(now))),
      },
    ];
  });
  return { kind: 'each', rows: o.units, assignments };
}

/** α of each unit. */
function leakOf({ leak, parameters, units }: Of<'interpolate'>, weights: Weights): number[] | null {
  if (!leak) return null;
  if (parameters)
    return Array.from(weights.parameters.get(parameters[0]!)!.data, (a) => 1 / (1 + Math.exp(-a)));
  const rise = (leak.to - leak.from) / Math.max(units - 1, 1);
  return Array.from({ length: units }, (_, k) => leak.from + rise * k);
}
