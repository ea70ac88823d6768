// One unit's time step, stage by stage: the equations of its cell, as the engine's graph gives them, with the numbers
// of the moment.
import type { GraphCell, GraphExpression, GraphOperation, Inspection, NetworkGraph, Term } from 'unfold-rnn';
import {
  type Diagram,
  diagramOf,
  type Formula,
  namesIn,
  parametersOf,
  printed,
  termOf,
} from 'unfold-rnn/diagram';
import { evaluate, solve } from './evaluate';

export interface Line {
  /** What is computed, e.g. c = f ⊙ c₋ + i ⊙ g. */
  name: Formula;
  /** The same with numbers, e.g. 0.91·0.40 + 0.12·−0.73. */
  worked: Formula;
  value: number;
}

export type StageName = 'sums' | 'gates' | 'gate' | 'state' | 'output' | 'interpolation';

export interface Stage {
  name: StageName;
  /** The gate or state that it gives. */
  of: string;
  lines: Line[];
  /** Values usually lie between −1 and 1. */
  squashed: boolean;
}

export interface Moment {
  seen: Inspection;
  terms: readonly Term[];
  graph: NetworkGraph;
  at: number;
  /** The layer, as the inspection counts. */
  number: number;
  unit: number;
}

const format = (value: number) => (Object.is(value, -0) ? 0 : value).toFixed(2).replace('-', '−');
const text = (of: string): Formula => [{ text: of }];
const name = (of: string, sub = ''): Formula => [
  { text: of, style: 'name' },
  ...(sub ? [{ text: sub, style: 'sub' } as const] : []),
];
const equation = (left: Formula, right: Formula, by = ' = '): Formula => [...left, ...text(by), ...right];

const diagrams = new WeakMap<NetworkGraph, Diagram>();

function drawn(graph: NetworkGraph): Diagram {
  const known = diagrams.get(graph) ?? diagramOf(graph);
  diagrams.set(graph, known);
  return known;
}

class Unit {
  readonly cell: GraphCell;
  readonly #layer: string;
  readonly #hidden: number;
  readonly #values = new Map<string, number>();
  readonly #terms: ReadonlyMap<string, Formula>;

  constructor(readonly moment: Moment) {
    const { seen, graph, number } = moment;
    this.#layer = `layers.${number}`;
    this.#hidden = seen.layers[number]!.units;
    this.cell = this.operation('cell')!;
    const part = drawn(graph).parts.find(({ operation }) => operation === this.cell)!;
    this.#terms = new Map(parametersOf(drawn(graph), part).map(({ name, term }) => [name, term]));
    this.cell.stateNames.forEach((state, i) => this.#values.set(`${state}_prev`, this.#previous(state, i)));
    for (const preactivation of this.sums()) {
      const normalized = this.#isNormalized(preactivation);
      if (!normalized) this.#values.set(preactivation, this.total(preactivation));
    }
  }

  operation<K extends GraphOperation['operation']>(
    kind: K,
  ): Extract<GraphOperation, { operation: K }> | null {
    const found = this.moment.graph.operations.find(
      ({ operation, layer }) => operation === kind && layer === this.#layer,
    );
    return (found as Extract<GraphOperation, { operation: K }> | undefined) ?? null;
  }

  /** What the cell takes for its previous state: its own, or that of another layer. */
  #previous(state: string, i: number): number {
    const { buffer, delay } = this.cell.previous?.[i] ?? { buffer: this.#layer, delay: 1 };
    return this.series(state, delay, Number(/\d+/.exec(buffer)![0]));
  }

  /** A state or gate, `back` steps earlier; 0 before the first. */
  series(of: string, back = 0, number = this.moment.number): number {
    const { seen, at, unit } = this.moment;
    const values = seen.layers[number]!.series[of];
    return values && at >= back ? values[(at - back) * this.#hidden + unit]! : 0;
  }

  has(of: string): boolean {
    return this.moment.seen.layers[this.moment.number]!.series[of] !== undefined;
  }

  /** Preactivations that the equations read, in the order of the gates. */
  sums(): string[] {
    const { gates, equations } = this.cell;
    const read = new Set(equations.flatMap(([, expression]) => namesIn(expression)));
    return gates.flatMap((gate) => [`z_${gate}`, `zx_${gate}`, `zh_${gate}`]).filter((one) => read.has(one));
  }

  #row(preactivation: string): { gate: number; apart: boolean } {
    const [kind, ...rest] = preactivation.split('_');
    return { gate: this.cell.gates.indexOf(rest.join('_')), apart: kind === 'zh' };
  }

  #isNormalized(preactivation: string): boolean {
    const { gate, apart } = this.#row(preactivation);
    const to = apart ? this.cell.recurrent : this.cell.sum;
    return this.moment.graph.operations.some(
      (o) => o.operation === 'layerNorm' && o.to === to && gate >= o.firstGate && gate < o.endGate,
    );
  }

  #parts(preactivation: string): { name: string; value: number }[] {
    const { gate, apart } = this.#row(preactivation);
    return this.moment.terms
      .filter((term) => term.apart === apart)
      .map(({ name, values }) => ({ name, value: values[gate * this.#hidden + this.moment.unit]! }));
  }

  total(preactivation: string): number {
    return this.#parts(preactivation).reduce((sum, { value }) => sum + value, 0);
  }

  sumLine(preactivation: string): Line {
    const worked = this.#parts(preactivation).flatMap(({ name, value }, at): Formula => [
      ...text(at > 0 ? ' + ' : ''),
      ...(this.#terms.get(name) ?? text(name)),
      ...text(` ${format(value)}`),
    ]);
    return { name: termOf(this.cell, preactivation), worked, value: this.total(preactivation) };
  }

  /** What the engine computed; null of a state that interpolation has changed since. */
  #told(of: string): number | null {
    const { gates, stateNames } = this.cell;
    if (gates.includes(of) && !stateNames.includes(of) && this.has(of)) return this.series(of);
    if (!stateNames.includes(of)) return null;
    if (!this.operation('interpolate')) return this.series(of);
    return of === stateNames[0] && this.has('v') ? this.series('v') : null;
  }

  /** One equation; a number that nobody tells, such as a peephole's weight, follows from the engine's result. */
  line(of: string, expression: GraphExpression): Line {
    const told = this.#told(of);
    const values = new Map(this.#values);
    const unknown = [...new Set(namesIn(expression))].filter((one) => !values.has(one));
    if (told !== null && unknown.length === 1) {
      const solved = solve(expression, told, unknown[0]!, values);
      if (Number.isFinite(solved)) values.set(unknown[0]!, solved);
    }
    const value = told ?? evaluate(expression, values);
    this.#values.set(of, value);
    const number = (one: string): Formula => {
      const known = values.get(one);
      return known === undefined ? termOf(this.cell, one) : text(format(known));
    };
    return {
      name: equation(
        termOf(this.cell, of),
        printed(expression, (one) => termOf(this.cell, one)),
      ),
      worked: printed(expression, number, '·'),
      value,
    };
  }

  value(of: string): number {
    return this.#values.get(of)!;
  }
}

/** Gates that need nothing but sums and the past are one stage; every other equation is one of its own. */
function equations(unit: Unit): Stage[] {
  const { cell } = unit;
  const stages: Stage[] = [];
  const made = new Set<string>();
  for (const [of, expression] of cell.equations) {
    const line = unit.line(of, expression);
    const isState = cell.stateNames.includes(of);
    const waits = namesIn(expression).some((one) => made.has(one));
    const gates = stages.at(-1);
    if (!isState && !waits && gates?.name === 'gates') {
      gates.lines.push(line);
    } else {
      const kind = isState ? (of === cell.stateNames[0] ? 'output' : 'state') : waits ? 'gate' : 'gates';
      stages.push({ name: kind, of, lines: [line], squashed: kind !== 'state' });
    }
    made.add(of);
  }
  return stages;
}

/** What leak, clock and zoneout keep of each state, h last. */
function interpolated(unit: Unit): Stage[] {
  const operation = unit.operation('interpolate');
  if (!operation) return [];
  const { cell } = unit;
  const names = operation.states.map((state) => cell.stateNames[cell.states.indexOf(state)]!).reverse();
  const lines = names.map((state): Line => {
    const [fresh, former, value] = [unit.value(state), unit.series(state, 1), unit.series(state)];
    const keep = Math.abs(former - fresh) < 1e-6 ? 0 : (value - fresh) / (former - fresh);
    const [now, before] = [name(state, 't'), name(state, 't−1')];
    const mixed = (k: Formula, a: Formula, rest: Formula, b: Formula): Formula => [
      ...k,
      ...text('·'),
      ...a,
      ...text(' + '),
      ...rest,
      ...text('·'),
      ...b,
    ];
    return {
      name: equation(
        now,
        mixed(name('k'), before, [...text('(1 − '), ...name('k'), ...text(')')], now),
        ' ← ',
      ),
      worked: mixed(text(format(keep)), text(format(former)), text(format(1 - keep)), text(format(fresh))),
      value,
    };
  });
  return [{ name: 'interpolation', of: names.at(-1)!, lines, squashed: true }];
}

/** The stages of a step, in order; none of a layer without a cell. */
export function stagesOf(moment: Moment): Stage[] {
  const unit = new Unit(moment);
  const sums = unit.sums().map((one) => unit.sumLine(one));
  const stages: Stage[] = [{ name: 'sums', of: '', lines: sums, squashed: false }];
  return [...stages, ...equations(unit), ...interpolated(unit)];
}
