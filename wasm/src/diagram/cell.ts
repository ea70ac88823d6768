/** The equations of a cell, as its operation gives them, in the field's notation. */
import type { GraphCell } from '../shared/graph-types.js';
import { type Formula, line, named, printed, when } from './formula.js';

/** The letter for preactivations. */
export const sumName = ({ gates }: GraphCell): string => (gates.includes('z') ? 's' : 'z');

/** The name of a preactivation: its gate below; x or h above where the recurrent part is separate. */
export function preactivation(o: GraphCell, name: string): Formula | null {
  const [, part, gate] = /^z([xh]?)_(.+)$/.exec(name) ?? [];
  return gate === undefined ? null : named(sumName(o), { sub: gate, sup: part! });
}

/** A name of a cell's equations: a preactivation, a former state, a parameter, or what has been computed. */
export function termOf(o: GraphCell, name: string, direction = 1): Formula {
  const { gates, stateNames, parameters } = o;
  const at = stateNames.findIndex((state) => name === `${state}_prev`);
  if (at >= 0) {
    const { buffer, delay } = o.previous?.[at] ?? { buffer: '', delay: 1 };
    const [, layer] = /(\d+)\.\w+$/.exec(buffer) ?? []; // of another layer: its number, counted from one
    return named(stateNames[at]!, {
      sub: when(delay, direction),
      sup: layer ? String(Number(layer) + 1) : '',
    });
  }
  if (parameters.some((one) => one.endsWith(`.${name}`))) {
    const [first, ...rest] = name.split('_');
    return named(first!, { sub: rest.join(' ') });
  }
  if (gates.includes(name) || stateNames.includes(name)) return named(name, { sub: 't' });
  return preactivation(o, name) ?? named(name, { sub: 't' });
}

/** The equations of a cell, one line each, by element; `direction`: of its layer. */
export function cellEquations(cell: GraphCell, direction = 1): Formula[] {
  const set = (name: string) => termOf(cell, name, direction);
  return cell.equations.map(([name, expression]) => line(set(name), printed(expression, set)));
}
