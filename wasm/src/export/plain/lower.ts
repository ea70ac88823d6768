/** From the graph in a file to a program for one sequence. Nothing here knows a cell, an edge or a task by name. */
import { mismatch, refuse } from '../../shared/errors.js';
import type { GraphOperation, GraphSignal } from '../../shared/graph-types.js';
import type { SavedGraph } from '../graph.js';
import type { Tensor } from '../safetensors.js';
import { scaledOf, type Scaled } from '../scaling.js';
import { expression, lowerCell, lowerInterpolation, read, unary } from './elements.js';
import { hoist, mergeBlocks, touched } from './passes.js';
import type { ArrayInfo, Expression, Loop, Place, Program, Span, Statement } from './program.js';
import { Weights } from './weights.js';

type Of<K extends GraphOperation['operation']> = Extract<GraphOperation, { operation: K }>;

/**
 * @param answers buffers that are the answer where the network has no readout
 * @throws UnfoldError `INVALID_CHECKPOINT`: the graph is not one that a single sequence can go through
 */
export function lower(
  graph: SavedGraph,
  parameters: ReadonlyMap<string, Tensor>,
  answers: readonly string[],
): Program {
  return new Lowering(graph, parameters).run(answers);
}

const INPUTS = ['input', 'encoder_input'] as const;

/** An array whose span is decided once all statements are known. */
interface Draft extends ArrayInfo {
  span: Span;
}

class Lowering {
  readonly #arrays = new Map<string, Draft>();
  readonly #buffers;
  readonly #weights;
  /** Inputs in the units of the file, where the network reads scaled numbers. */
  readonly #given = new Map<string, Draft>();
  readonly #scaled;
  readonly #restored;
  readonly #biases = new Map<string, readonly string[]>();
  readonly #normalized = new Set<string>();
  readonly #tokens: [number | null, number | null] = [null, null];
  #attention: ArrayInfo | null = null;

  constructor(
    readonly graph: SavedGraph,
    parameters: ReadonlyMap<string, Tensor>,
  ) {
    this.#buffers = new Map(graph.buffers.map((buffer) => [buffer.name, buffer]));
    this.#weights = new Weights(parameters);
    this.#scaled = scaledOf(graph.scaling?.inputs);
    this.#restored = scaledOf(graph.scaling?.outputs);
    for (const operation of graph.operations) {
      if (operation.operation === 'bias') this.#biases.set(operation.to, operation.biases);
      if (operation.operation === 'layerNorm') this.#normalized.add(operation.to);
    }
  }

  run(answers: readonly string[]): Program {
    const { graph } = this;
    const loops: [Loop[], Loop[]] = [[], []];
    const begin: Statement[] = [];
    for (const { sequence, direction, layers, once, begin: first, step } of graph.scans) {
      const s = sequence === 1 ? 1 : 0;
      const contexts = [...once, ...step].filter((i) => graph.operations[i]!.operation === 'context');
      for (const i of [...contexts, ...first]) begin.push(...this.#lower(graph.operations[i]!, sequence));
      const body = [...once, ...step]
        .filter((i) => !contexts.includes(i))
        .flatMap((i) => this.#lower(graph.operations[i]!, sequence));
      if (this.#scaled && this.#buffers.has(INPUTS[s]) && !loops[s].length)
        body.unshift(this.#scale(INPUTS[s]));
      if (layers.includes('readout')) body.push(...this.#restore());
      if (body.length) loops[s].push({ layers, direction, body: mergeBlocks(body) });
    }
    const hoisted = hoist(loops[0], begin);
    const whole = hoisted.main.some(({ direction }) => direction < 0);
    const outputs = this.#outputs(answers);
    const lengths = graph.sizes.lengths ? this.#sumOf('length') : null;
    const inputs = INPUTS.map((name) =>
      this.#buffers.has(name) ? (this.#given.get(name) ?? this.#array(name)) : null,
    );
    this.#span(loops[1], hoisted, whole, [...outputs.map(({ place }) => place.array), ...inputs]);
    return {
      arrays: [...this.#arrays.values(), ...this.#given.values()],
      ...this.#weights.lists(),
      encode: loops[1],
      ...hoisted,
      whole,
      outputs,
      lengths,
      inputs: [inputs[0] ?? null, inputs[1] ?? null],
      tokens: this.#tokens,
      attention: this.#attention,
    };
  }

  /** Numbers of a step as the network reads them. */
  #scale(input: string): Statement {
    const scaled = this.#array(input);
    const { rows, sequence } = scaled;
    const name = this.#weights.names.of(`${input}.given`, 'array');
    const given: Draft = { name, rows, span: 'step', sequence, delay: 0, direction: 1 };
    this.#given.set(input, given);
    const x = read({ array: given, row: 0, delay: 0 });
    const value = this.#equation(this.#scaled!, 'scaled', x, input);
    return each(rows, { array: scaled, row: 0, delay: 0 }, value);
  }

  /** The answer in the units of the file. */
  #restore(): Statement[] {
    if (!this.#restored) return [];
    const { place, rows } = this.#sumOf('readout');
    return [each(rows, place, this.#equation(this.#restored, 'restored', read(place), 'output'))];
  }

  #equation(of: Scaled, side: 'scaled' | 'restored', x: Expression, name: string): Expression {
    const vector = (which: 'mean' | 'scale') =>
      ({ kind: 'vector', vector: this.#weights.fixed(`${name}.${which}`, of[which]), at: 0 }) as const;
    return expression(of[side], new Map<string, Expression>([['x', x], ['mean', vector('mean')], ['scale', vector('scale')]])); // prettier-ignore
  }

  #sumOf(layer: string): { place: Place; rows: number } {
    const found = this.graph.layers.find(({ name }) => name === layer);
    if (!found?.sum)
      throw mismatch('INVALID_CHECKPOINT', 'graph.layers', `a layer '${layer}' with a sum`, 'none');
    const array = this.#array(found.sum);
    return { place: { array, row: 0, delay: 0 }, rows: array.rows };
  }

  #outputs(answers: readonly string[]): { place: Place; rows: number }[] {
    if (this.graph.sizes.outputs > 0) return [this.#sumOf('readout')];
    return answers.map((name) => {
      const array = this.#array(name);
      return { place: { array, row: 0, delay: 0 }, rows: array.rows };
    });
  }

  /** Decides what is kept of each array, by who reads it. */
  #span(
    encode: readonly Loop[],
    { begin, main }: { begin: readonly Statement[]; main: readonly Loop[] },
    whole: boolean,
    ends: readonly (ArrayInfo | null)[],
  ): void {
    const constant = new Set(begin.flatMap((statement) => touched(statement).writes));
    for (const array of [...this.#arrays.values(), ...this.#given.values()]) {
      const loops = [...encode, ...main].filter(({ body }) =>
        body.some((statement) => {
          const { reads, writes } = touched(statement);
          return reads.includes(array) || writes.includes(array);
        }),
      );
      const wide = array.sequence === 1 || whole;
      const read = [...begin, ...main.flatMap(({ body }) => body)].some((statement) =>
        touched(statement).reads.includes(array),
      );
      const crosses = loops.length > 1 || ends.includes(array) || (array.sequence === 1 && read);
      if (array.span === 'scores') continue;
      if (array.span === 'state') array.span = wide ? 'sequence' : 'state';
      else if (wide && crosses && !constant.has(array)) array.span = 'sequence';
    }
  }

  /** The array of a buffer, or of the one that it is another name for. */
  #array(name: string): Draft {
    const buffer = this.#buffers.get(name)!;
    if (buffer.alias !== undefined) return this.#array(buffer.alias);
    const known = this.#arrays.get(name);
    if (known) return known;
    const scores = buffer.extent === 'scores' || buffer.extent === 'scoreStep';
    const made: Draft = {
      name: this.#weights.names.of(name, 'array'),
      rows: buffer.rows,
      span: buffer.extent === 'state' ? 'state' : scores ? 'scores' : 'step',
      sequence: buffer.sequence === 1 ? 1 : 0,
      delay: buffer.delay ?? 0,
      direction: buffer.direction ?? 1,
    };
    this.#arrays.set(name, made);
    return made;
  }

  #at(name: string, row = 0, delay = 0): Place {
    return { array: this.#array(name), row, delay };
  }

  #place({ buffer, row = 0, delay }: GraphSignal): Place {
    return this.#at(buffer, row, delay);
  }

  #lower(o: GraphOperation, sequence: number): Statement[] {
    switch (o.operation) {
      case 'linear':
      case 'lookup':
        return this.#linear(o, sequence === 1 ? 1 : 0);
      case 'bias':
        return [this.#fill(o.to)];
      case 'activation': {
        const place = this.#at(o.to, o.row);
        if (o.function === 'identity') return [];
        return [each(o.rows, place, unary(o.function, read(place)))];
      }
      case 'layerNorm':
        return [this.#normalize(o)];
      case 'cell':
        return [lowerCell(o, (name, row, delay) => this.#at(name, row, delay), this.#weights)];
      case 'interpolate':
        return [lowerInterpolation(o, (name, row, delay) => this.#at(name, row, delay), this.#weights)];
      case 'paddingMask': // one sequence has no padding
      case 'scheduledSampling': // only in training
        return [];
      case 'dropout': {
        const [from, to] = [this.#place(o.from), this.#at(o.to)];
        return from.array === to.array && from.delay === 0 ? [] : [each(o.from.rows, to, read(from))];
      }
      case 'residual': {
        const to = this.#at(o.to, o.row);
        const sum = { kind: 'binary', op: '+', x: read(to), y: read(this.#place(o.from)) } as const;
        return [each(o.from.rows, to, sum)];
      }
      case 'product': {
        const rows = Math.max(o.left.rows, o.right.rows);
        const factor = (side: GraphSignal): Expression => ({
          kind: 'place',
          place: this.#place(side),
          ...(side.rows < rows && { single: true }),
        });
        const [x, y] = [factor(o.left), factor(o.right)];
        return [each(rows, this.#at(o.to), { kind: 'binary', op: '*', x, y })];
      }
      case 'context':
        return this.#context(o);
      case 'initialState':
        return o.states.flatMap((state) => this.#initial(o.from, state));
      case 'attention':
        return [this.#attend(o)];
      case 'outputFeedback': {
        const from = this.#at(o.from);
        return [{ kind: 'softmax', to: this.#at(o.to), from, rows: from.array.rows }];
      }
      default:
        throw refuse(
          'UNSUPPORTED',
          'graph.operations',
          'an operation that programs know',
          (o as GraphOperation).operation,
        );
    }
  }

  #fill(to: string): Statement {
    const names = this.#normalized.has(to) ? [] : (this.#biases.get(to) ?? []);
    const place = this.#at(to);
    return { kind: 'fill', to: place, rows: place.array.rows, vector: this.#weights.biases(to, names) };
  }

  #linear(o: Of<'linear' | 'lookup'>, sequence: 0 | 1): Statement[] {
    const start = o.start ? [this.#fill(o.to)] : [];
    const to = this.#at(o.to, o.row);
    const matrix = this.#weights.matrix(
      o.weight,
      o.periods && { ...o, periods: o.periods, column: o.from.row ?? 0 },
    );
    const common = { to, rows: o.rows, matrix, row: o.weightRow };
    if (o.operation === 'linear')
      return [...start, { kind: 'linear', ...common, from: this.#place(o.from), blocks: 1 }];
    const { delay } = o.from;
    this.#tokens[sequence] = Math.max(this.#tokens[sequence] ?? 0, delay);
    return [...start, { kind: 'lookup', ...common, byRow: o.byRow === true, delay, sequence }];
  }

  #normalize(o: Of<'layerNorm'>): Statement {
    const at = o.firstGate * o.units;
    return {
      kind: 'normalize',
      to: this.#at(o.to, at),
      units: o.units,
      gates: o.endGate - o.firstGate,
      gain: this.#weights.vector(o.gain[0]!),
      bias: this.#weights.biases(o.to, this.#biases.get(o.to) ?? []),
      at,
      epsilon: o.epsilon,
    };
  }

  #context(o: Of<'context'>): Statement[] {
    const to = this.#at(o.to);
    if (!o.from.length) return [{ kind: 'given', to, rows: to.array.rows }];
    let row = 0;
    return o.from.map((signal) => {
      const place = { ...to, row };
      row += signal.rows;
      return {
        kind: 'context',
        to: place,
        from: this.#place(signal),
        rows: signal.rows,
        mean: o.pooling === 'mean',
      };
    });
  }

  /** φ(W·context + b) into the column before the first step, of h also into those before. */
  #initial(
    from: GraphSignal,
    { to, weight, bias, function: f }: Of<'initialState'>['states'][number],
  ): Statement[] {
    const first = this.#at(to, 0, 1);
    const { rows } = first.array;
    const matrix = this.#weights.matrix(weight);
    const list: Statement[] = [
      { kind: 'fill', to: first, rows, vector: this.#weights.vector(bias) },
      { kind: 'linear', to: first, rows, matrix, row: 0, from: this.#place(from), blocks: 1 },
    ];
    if (f !== 'identity') list.push(each(rows, first, unary(f, read(first))));
    for (let delay = 2; delay <= first.array.delay; ++delay)
      list.push(each(rows, { ...first, delay }, read(first)));
    return list;
  }

  #attend(o: Of<'attention'>): Statement {
    const query = this.#at(o.query);
    const weights = this.#array(o.weights);
    this.#attention = weights;
    return {
      kind: 'attention',
      query,
      keys: this.#at(o.keys),
      size: query.array.rows,
      v: o.parameters ? this.#weights.vector(o.parameters[0]!) : null,
      weights,
      memory: o.memory.map((signal) => ({ from: this.#place(signal), rows: signal.rows })),
      to: this.#at(o.to),
    };
  }
}

const each = (rows: number, to: Place, value: ReturnType<typeof read>): Statement => ({
  kind: 'each',
  rows,
  assignments: [{ to: { place: to }, value }],
});
