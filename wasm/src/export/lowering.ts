/**
 * From the graph of a file to values: its operations are executed in their order with values instead of numbers. So a
 * cell, a connection or a block that this package has never heard of needs nothing here.
 */
import { mismatch, refuse } from '../shared/errors.js';
import type { GraphLayer, GraphLinear, GraphOperation, GraphSizes } from '../shared/graph-types.js';
import { expressionValue } from './cell-values.js';
import { type Checkpoint, sound } from './checkpoint.js';
import { Environment } from './environment.js';
import { readGraph, type SavedGraph } from './graph.js';
import { parametersOf } from './graph-parameters.js';
import { type Scaled, scaledOf } from './scaling.js';
import { type Entering, type StandardCell, standardOf } from './standard.js';
import * as values from './values.js';
import type { Parameter, Sequence, Value } from './values.js';

export interface LoweredState {
  /** What the layer calls it: `h`, `c`, … */
  name: string;
  size: number;
  /** What a step leaves. */
  value: Value;
  /** By how many steps it is read late at most, by anybody. */
  delay: number;
  /** Before the first step, where that is computed from the context. */
  initial?: Value;
}

export interface LoweredLayer {
  /** `embedding`, `encoder.0`, `layers.0`, `attention`, `readout`, … */
  name: string;
  /** The cell's name, of layers that have one. */
  cell?: string;
  /** Units; of a readout its rows. */
  size: number;
  sequence: Sequence;
  /** It runs from the last step to the first. */
  backward: boolean;
  states: readonly LoweredState[];
  /** What upper layers read; of a readout its answer. */
  out: Value;
  /** Whether `out` contains what the layer below gives. */
  residual: boolean;
  /** Why it is not one, if it is none. */
  standard: StandardCell | string;
}

export interface LoweredNetwork {
  checkpoint: Checkpoint;
  /** What it reads and answers. */
  sizes: GraphSizes;
  layers: readonly LoweredLayer[];
  /** Numbers of layers that run through time together, in the order in which they run. */
  scans: readonly (readonly number[])[];
  /** The layers that answer: `readout`, and `length` where the length is drawn first. */
  answers: readonly number[];
  /** Without a readout: the layers whose outputs are the answer, side by side. */
  tops: readonly number[];
  /** What becomes of the numbers of a file before anything reads them; earlier ones, before the first step, are 0. */
  scaled?: Scaled;
}

export interface LoweringOptions {
  /** With scheduled sampling, tokens of the main sequence are known step by step. */
  training?: boolean;
  /** The caller puts the scale of numbers into the matrices: the network reads and answers scaled numbers. */
  folded?: boolean;
}

/**
 * The network of a checkpoint as values. It reads and answers numbers in the units of the model's file.
 * @param masked the sequences whose columns have lengths of their own: states are `held` where one has ended
 * @throws UnfoldError `INVALID_CHECKPOINT` if graph and tensors do not fit, or say what this version does not know
 */
export function lower(
  checkpoint: Checkpoint,
  masked: readonly Sequence[] = [],
  options: LoweringOptions = {},
): LoweredNetwork {
  return sound('graph', () => new Lowering(checkpoint, masked, options).network());
}

class Lowering {
  readonly #graph: SavedGraph;
  readonly #parameters = new Map<string, Parameter>();
  readonly #environment: Environment;
  /** Parameters that are added to a sum, by its name. */
  readonly #biases = new Map<string, readonly string[]>();
  readonly #normalized = new Set<string>();
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #scaled: Scaled | undefined;
  readonly #restores: Scaled | undefined;
  readonly #layers: LoweredLayer[] = [];
  readonly #initial = new Map<string, Value>();
  readonly #maps = new Map<number, Entering[]>();
  readonly #early = new Map<number, Value>();

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly masked: readonly Sequence[],
    as: LoweringOptions,
  ) {
    const graph = readGraph(checkpoint.file.metadata);
    this.#graph = graph;
    for (const [name, tensor] of parametersOf(graph, checkpoint.parameters))
      this.#parameters.set(name, { name, tensor });
    this.#restores = scaledOf(as.folded ? undefined : graph.scaling?.outputs);
    this.#scaled = scaledOf(as.folded ? undefined : graph.scaling?.inputs);
    this.#environment = new Environment(graph, as.training === true);
    this.#numbers = new Map(graph.layers.map(({ name }, l) => [name, l]));
    for (const operation of graph.operations) {
      if (operation.operation === 'bias') this.#biases.set(operation.to, operation.biases);
      if (operation.operation === 'layerNorm') this.#normalized.add(operation.to);
    }
  }

  network(): LoweredNetwork {
    const { scans, operations, layers, sizes } = this.#graph;
    const groups = scans.map((scan) => {
      const members = scan.layers.map((name) => this.#numbers.get(name)!);
      this.#environment.scan = members;
      for (const i of [...scan.once, ...scan.begin, ...scan.step]) this.#execute(operations[i]!);
      for (const l of members) this.#restore(layers[l]!);
      for (const l of members) this.#layers[l] = this.#lowered(layers[l]!, l, members.length > 1);
      for (const l of members) this.#environment.outputs[l] = this.#layers[l]!.out;
      return members;
    });
    if (groups.flat().length !== layers.length)
      throw refuse('INVALID_CHECKPOINT', 'graph.scans', 'every layer once', groups.flat().length);
    const answers = ['length', 'readout'].flatMap((name) => this.#numbers.get(name) ?? []);
    const tops = this.#numbers.has('readout') ? [] : this.#tops();
    const scaled = this.#scaled && { scaled: this.#scaled };
    return {
      checkpoint: this.checkpoint,
      sizes,
      layers: this.#layers,
      scans: groups,
      answers,
      tops,
      ...scaled,
    };
  }

  /** The answer in the units of the file. */
  #restore(layer: GraphLayer): void {
    if (!this.#restores || layer.name !== 'readout') return;
    const { mean, scale, restored } = this.#restores;
    const out = this.#environment.outOf(layer);
    const names = new Map([
      ['x', this.#environment.read(out, 0, mean.length)],
      ['mean', values.fixed('y_mean', mean)],
      ['scale', values.fixed('y_scale', scale)],
    ]);
    this.#environment.content(out).set(0, expressionValue(restored, names, mean.length, 'y'));
  }

  /** The layers that the configuration names as readout; otherwise the last. */
  #tops(): number[] {
    const { readout } = this.checkpoint.config;
    const named = Array.isArray(readout)
      ? readout.map(({ from }) => this.#numbers.get(`layers.${from as number}`))
      : [];
    if (named.includes(undefined))
      throw mismatch('INVALID_CHECKPOINT', 'config.readout', 'layers', 'another');
    const last = this.#layers.findLastIndex(({ cell, sequence }) => cell !== undefined && sequence === 0);
    return named.length ? ([...new Set(named)] as number[]).sort((a, b) => a - b) : [last];
  }

  #lowered(layer: GraphLayer, l: number, grouped: boolean): LoweredLayer {
    const operations = this.#graph.operations.filter((one) => one.layer === layer.name);
    const states = layer.states.map((buffer): LoweredState => {
      const name = buffer.slice(layer.name.length + 1);
      if (buffer !== `${layer.name}.${name}` || !/^\w+$/.test(name))
        throw refuse('INVALID_CHECKPOINT', 'graph.layers.states', `a state of ${layer.name}`, buffer);
      const initial = this.#initial.get(buffer);
      const { rows, delay = 1 } = this.#environment.buffer(buffer);
      return {
        name,
        size: rows,
        value: this.#environment.read(buffer, 0, rows),
        delay,
        ...(initial && { initial }),
      };
    });
    const out = this.#environment.outOf(layer);
    const executed = {
      layer: l,
      operations,
      maps: this.#maps.get(l) ?? [],
      early: this.#early.get(l),
      parameter: (name: string) => this.#parameter(name),
      biases: (sum: string) => this.#biases.get(sum) ?? [],
    };
    const feeds = this.#graph.operations.some((one) => one.operation === 'outputFeedback');
    const together = feeds ? "feedback 'softmax'" : 'reads what an upper layer answers';
    return {
      name: layer.name,
      ...(layer.cell !== undefined && { cell: layer.cell }),
      size: layer.units,
      sequence: layer.sequence as Sequence,
      backward: layer.direction < 0,
      states,
      out: this.#environment.read(out, 0, this.#environment.buffer(out).rows),
      residual: operations.some((one) => one.operation === 'residual' && !this.#isSum(one.to)),
      standard: grouped ? together : standardOf(executed),
    };
  }

  /** Of an edge without a matrix, unlike a residual connection. */
  #isSum = (buffer: string) => this.#biases.has(buffer);

  #parameter(name: string): Parameter {
    return this.#parameters.get(name)!;
  }

  #vector = (name: string): Value => values.parameterValue(this.#parameter(name));

  // Operations --------------------------------------------------------------------------------------------------------

  #execute(o: GraphOperation): void {
    const number = this.#numbers.get(o.layer)!;
    const layer = this.#graph.layers[number]!;
    switch (o.operation) {
      case 'linear':
      case 'lookup':
        return this.#linear(o, number);
      case 'bias':
        return this.#start(o.to);
      case 'activation':
        return this.#environment
          .content(o.to)
          .set(o.row, values.unary('a', o.function, this.#environment.read(o.to, o.row, o.rows)));
      case 'layerNorm': {
        const [from, rows] = [o.firstGate * o.units, (o.endGate - o.firstGate) * o.units];
        const part = (name: string) => values.slice(name, this.#vector(name), from, rows);
        const normal = values.normalized('n', this.#environment.read(o.to, from, rows), o.units, o.epsilon);
        const scaled = values.product('z', part(o.gain[0]!), normal);
        const biases = (this.#biases.get(o.to) ?? []).map(part);
        return this.#environment.content(o.to).set(from, values.sum('z', [scaled, ...biases])!);
      }
      case 'cell':
        return this.#cell(o, number);
      case 'interpolate':
        return this.#interpolate(o, layer);
      case 'paddingMask':
        if (!this.masked.includes(layer.sequence as Sequence)) return;
        for (const state of o.states) {
          const next = this.#environment.read(state, 0, o.units);
          if (next.when !== 'step') continue;
          const former = this.#environment.past(state, number, 1);
          const ended = this.#environment.leaf('ended', 1, 'once', {
            kind: 'ended',
            sequence: layer.sequence as Sequence,
          });
          this.#environment.content(state).set(0, values.held(next.name, ended, former, next));
        }
        return;
      case 'dropout': {
        const { dropout: between, variationalDropout } = this.checkpoint.config;
        const rate = o.rate ?? (typeof between === 'number' && between > 0 && between < 1 ? between : 0);
        const per = o.rate !== undefined || variationalDropout === true ? 'window' : 'step';
        const x = this.#environment.signal(o.from, layer);
        const name = o.rate === undefined ? 'out' : x.name;
        return this.#environment.content(o.to).set(0, values.dropout(name, rate, x, per, o.to));
      }
      case 'residual': {
        if (this.#isSum(o.to))
          return this.#environment.content(o.to).add(o.row ?? 0, this.#environment.signal(o.from, layer));
        const terms = [this.#environment.read(o.to, 0, o.from.rows), this.#environment.signal(o.from, layer)];
        return this.#environment.content(o.to).set(0, values.sum('out', terms)!);
      }
      case 'product': {
        const factors = [
          this.#environment.signal(o.left, layer),
          this.#environment.signal(o.right, layer),
        ] as const;
        return this.#environment.content(o.to).set(0, values.product('p', ...factors));
      }
      case 'context': {
        const parts = o.from.map((signal, k) =>
          this.#environment.pooled(signal, o.pooling === 'mean', o.directions[k]! < 0),
        );
        const given = () =>
          this.#environment.leaf('context', this.#graph.sizes.context, 'sequence', { kind: 'context' });
        return this.#environment
          .content(o.to)
          .set(0, parts.length ? values.concat('context', parts) : given());
      }
      case 'initialState': {
        const context = this.#environment.signal(o.from, layer);
        for (const { to, weight, bias, function: fn } of o.states) {
          const bound = values.linear(
            '',
            context,
            this.#parameter(weight),
            0,
            this.#environment.buffer(to).rows,
          );
          const z = values.sum('', [bound, this.#vector(bias)])!;
          this.#initial.set(to, values.unary(`${to.slice(o.layer.length + 1)}_0`, fn, z));
        }
        return;
      }
      case 'attention': {
        const { rows } = this.#environment.buffer(o.query);
        const [query, keys] = [
          this.#environment.read(o.query, 0, rows),
          this.#environment.memory({ buffer: o.keys, rows, delay: 0 }),
        ];
        const memory = o.memory.map((signal) => this.#environment.memory(signal));
        const score = o.score === 'additive' ? this.#parameter(o.parameters![0]!) : undefined;
        const size = this.#environment.buffer(o.to).rows;
        const padding = this.#environment.leaf('padding', 1, 'sequence', { kind: 'padding' });
        const op = { kind: 'attention' as const, query, keys, memory, padding, ...(score && { score }) };
        return this.#environment.content(o.to).set(0, values.make('attended', size, op));
      }
      case 'outputFeedback': {
        const { rows } = this.#environment.buffer(o.to);
        return this.#environment
          .content(o.to)
          .set(0, values.unary('p', 'softmax', this.#environment.read(o.from, 0, rows)));
      }
      case 'scheduledSampling': // in training only
        return;
    }
  }

  /** y ← Σ biases, or 0 where a layer normalization adds them. */
  #start(to: string): void {
    const biases = this.#normalized.has(to) ? [] : (this.#biases.get(to) ?? []);
    this.#environment.content(to).start(biases.map(this.#vector));
  }

  #linear(o: GraphLinear & { layer: string }, layer: number): void {
    const source = this.#environment.signal(o.from, this.#graph.layers[layer]!);
    const matrix = this.#parameter(o.weight);
    if (o.start) this.#start(o.to);
    const content = this.#environment.content(o.to);
    if (o.byRow) {
      const op = { kind: 'embed' as const, token: source, table: matrix };
      content.add(o.row, values.make('h', o.rows, op));
      return;
    }
    const clock = o.periods && { periods: o.periods, column: o.from.row ?? 0 };
    content.add(o.row, values.linear(content.name, source, matrix, o.weightRow, o.rows, clock));
    const map = { source, matrix, clocked: clock !== undefined, to: o.to, row: o.row, rows: o.rows };
    this.#maps.set(layer, [...(this.#maps.get(layer) ?? []), map]);
  }

  #cell(o: Extract<GraphOperation, { operation: 'cell' }>, layer: number): void {
    const { units: H } = o;
    const names = new Map<string, Value>();
    const gate = (sum: string, g: number) => this.#environment.read(sum, g * H, H);
    o.gates.forEach((name, g) => {
      names.set(o.recurrent === undefined ? `z_${name}` : `zx_${name}`, gate(o.sum, g));
      if (o.recurrent !== undefined) names.set(`zh_${name}`, gate(o.recurrent, g));
    });
    o.states.forEach((state, i) => {
      const from = o.previous?.[i];
      const value = from
        ? this.#environment.signal(from, this.#graph.layers[layer]!)
        : this.#environment.past(state, layer, 1);
      names.set(`${o.stateNames[i]}_prev`, value);
    });
    for (const name of o.parameters) names.set(name.split('.').at(-1)!, this.#vector(name));
    for (const [name, expression] of o.equations) {
      const early = name === o.earlyGate ? gate(o.sum, o.gates.indexOf(name)) : undefined;
      if (early) this.#early.set(layer, early);
      names.set(name, early ?? expressionValue(expression, names, H, name));
    }
    o.states.forEach((state, i) => this.#environment.content(state).set(0, names.get(o.stateNames[i]!)!));
  }

  /** Leak, then zoneout, then clock: together h ← k∘h₋ + (1 − k)∘h with the k of `GraphInterpolate`. */
  #interpolate(o: Extract<GraphOperation, { operation: 'interpolate' }>, layer: GraphLayer): void {
    const { units: H, leak, periods } = o;
    const sequence = layer.sequence as Sequence;
    const waiting =
      periods &&
      this.#environment.leaf('waiting', H, 'once', { kind: 'waiting', sequence, periods: [...periods] });
    o.states.forEach((state, i) => {
      const former = this.#environment.past(state, this.#numbers.get(o.layer)!, 1);
      const name = state.slice(o.layer.length + 1);
      let next = this.#environment.read(state, 0, H);
      if (leak && i === 0) next = values.mix(name, this.#leak(leak, H, o.parameters), former, next);
      next = values.zoneout(name, i === 0 ? o.zoneout : o.zoneoutCell, former, next);
      if (waiting) next = values.mix(name, waiting, former, next);
      this.#environment.content(state).set(0, next);
    });
  }

  /** α of each unit. */
  #leak(
    { from, to, learned }: { from: number; to: number; learned: boolean },
    H: number,
    parameters: readonly string[] = [],
  ): Value {
    if (learned) return values.unary('alpha', 'sigmoid', this.#vector(parameters[0]!));
    const share = (k: number) => from + (to - from) * (H > 1 ? k / (H - 1) : 0);
    return values.fixed('alpha', Array.from({ length: H }, (_, k) => share(k))); // prettier-ignore
  }
}
