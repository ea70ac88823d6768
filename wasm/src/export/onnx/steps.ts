/** Inputs of an ONNX graph, and what depends on T, N, lengths and the number of a step. A graph steps along one sequence. */
import type { GraphSizes } from '../../shared/graph-types.js';
import type { LoweredNetwork } from '../lowering.js';
import type { Memory } from '../memory.js';
import { expressionValue } from '../cell-values.js';
import { fixed, type Op, type Sequence, type Value } from '../values.js';
import { FLOAT, type Graph, INT32, INT64 } from './graph.js';
import { emit } from './operators.js';

export interface StepsOptions {
  /** The sequence that the graph steps along; none: there is nothing but a context. */
  sequence: Sequence | undefined;
  /** Whether the sequence goes on from a state, or begins here. */
  continues: boolean;
  /** Whether it has lengths of its own: `lengths` of its columns. */
  masked: boolean;
  /** Whether columns of the encoder's sequence have lengths: it is complete before. */
  attends: boolean;
}

export class Steps {
  /** The name of the number of steps. */
  readonly axis: string;
  /** Tokens [T, N] or numbers [T, N, D], or the context [N, C]. */
  readonly #main: string;
  readonly #tokens: string | undefined;
  readonly #numbers: string | undefined;
  readonly #widths: { symbols: number; numbers: number };
  readonly #lengths: string | undefined;
  readonly #late: { tokens: number; numbers: number };
  readonly #clock: string | undefined;
  readonly #known = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    private readonly network: LoweredNetwork,
    memory: Memory,
    private readonly options: StepsOptions,
  ) {
    const { sequence, continues, masked, attends } = options;
    const { sizes } = network;
    this.axis = sequence === 1 && attends ? 'S' : 'T';
    const at = sequence ?? 0;
    this.#late = { tokens: memory.tokens[at], numbers: memory.numbers[at] };
    // Of a task that draws its length first the main sequence reads how many steps remain.
    const counts = sequence === 0 && sizes.lengths > 0;
    this.#widths = { symbols: sizes.symbols, numbers: counts ? 1 : sizes.symbols ? 0 : sizes.numbers };
    if (sequence === undefined) {
      this.#main = graph.input('context', FLOAT, ['N', sizes.context]);
      return;
    }
    const { symbols, numbers } = this.#widths;
    if (symbols) this.#tokens = graph.input('tokens', INT64, [this.axis, 'N']);
    if (numbers) this.#numbers = graph.input(symbols ? 'remaining' : 'x', FLOAT, [this.axis, 'N', numbers]);
    this.#main = (this.#tokens ?? this.#numbers)!;
    if (masked || attends) this.#lengths = graph.input('lengths', INT64, ['N']);
    if (memory.clock[at]) this.#clock = continues ? graph.input('clock', INT64, []) : graph.ints(0);
  }

  /** Whether a layer of the sequence is held where a column has ended. */
  get masked(): boolean {
    return this.options.masked;
  }

  /** Tokens [T, N] or numbers [T, N, D], some steps earlier. */
  input(kind: 'token' | 'numbers', delay: number): string {
    const before = kind === 'token' ? this.#late.tokens : this.#late.numbers;
    const all = this.#with(kind, before);
    const late = before ? this.range(all, before - delay, delay ? -delay : null) : all;
    if (kind === 'numbers') return late;
    return this.graph.add('tokens_known', 'Min', [late, this.graph.ints(this.#widths.symbols)]);
  }

  /** The input with the `before` steps before it. */
  #with(kind: 'token' | 'numbers', before: number): string {
    const input = kind === 'token' ? this.#tokens! : this.#scaled(this.#numbers!);
    if (!before) return input;
    return this.#once(`${kind}_all`, () => {
      const name = kind === 'token' ? 'tokens_before' : 'x_before';
      const shape = kind === 'token' ? [before, 'N'] : [before, 'N', this.#widths.numbers];
      const first = this.options.continues
        ? this.graph.input(name, kind === 'token' ? INT64 : FLOAT, shape)
        : kind === 'token'
          ? this.#noTokens(before, this.#widths.symbols)
          : this.zeros(before, this.#widths.numbers);
      return this.graph.add(`${kind}_all`, 'Concat', [first, input], { axis: 0 });
    });
  }

  /** Numbers of the file as the network reads them. */
  #scaled(input: string): string {
    const { scaled, sizes } = this.network;
    if (!scaled) return input;
    return this.#once('scaled', () => {
      const x: Value = {
        ...{ name: 'x', size: sizes.numbers, when: 'once' },
        op: { kind: 'numbers', sequence: 0, delay: 0 },
      };
      const names = new Map([
        ['x', x],
        ['mean', fixed('x_mean', scaled.mean)],
        ['scale', fixed('x_scale', scaled.scale)],
      ]);
      const value = expressionValue(scaled.scaled, names, sizes.numbers, 'scaled');
      return emit(value, {
        ...{ graph: this.graph, label: 'input', known: new Map([[x, input]]) },
        given: () => undefined,
      });
    });
  }

  /** [steps, N] of what is no symbol. */
  #noTokens(steps: number, symbols: number): string {
    const { graph } = this;
    const shape = graph.add('shape', 'Concat', [graph.ints([steps]), this.#count(1)], { axis: 0 });
    return graph.add('no_tokens', 'Expand', [graph.ints(symbols), shape]);
  }

  /** What the main sequence begins with, as outputs of the encoder: no earlier tokens, numbers 0, step 0. */
  before({ tokens, numbers, clock }: Memory, { symbols, lengths, numbers: D }: GraphSizes): void {
    const { graph } = this;
    const width = lengths ? 1 : D;
    if (tokens[0]) graph.output('tokens_before', this.#noTokens(tokens[0], symbols), INT64, [tokens[0], 'N']);
    if (numbers[0]) graph.output('x_before', this.zeros(numbers[0], width), FLOAT, [numbers[0], 'N', width]);
    if (clock[0]) graph.output('clock', graph.ints(0), INT64, []);
  }

  /** What goes on: earlier tokens, numbers and the clock, as outputs. */
  after(): void {
    const { graph } = this;
    const { tokens, numbers } = this.#late;
    if (numbers)
      graph.output('x_before.next', this.range(this.#with('numbers', numbers), -numbers, null), FLOAT, [
        numbers,
        'N',
        this.#widths.numbers,
      ]);
    if (tokens)
      graph.output('tokens_before.next', this.range(this.#with('token', tokens), -tokens, null), INT64, [
        tokens,
        'N',
      ]);
    if (this.#clock) graph.output('clock.next', this.#until(), INT64, []);
  }

  context(): string {
    return this.#main;
  }

  /** What a layer [T, N, F] leaves behind [N, F], or the mean over time. */
  pool(sequence: string, { mean, backward }: Op & { kind: 'pooled' }): string {
    const { graph } = this;
    if (mean && this.masked) {
      const present = this.#once('present', () =>
        graph.add('present', 'Cast', [graph.add('present', 'Not', [this.ended()])], { to: FLOAT }),
      );
      const kept = graph.add('pooled', 'Mul', [sequence, present]);
      const total = graph.add('pooled', 'ReduceSum', [kept, graph.ints([0])], { keepdims: 0 });
      const lengths = graph.add('lengths', 'Cast', [this.#lengths!], { to: FLOAT });
      return graph.add('pooled', 'Div', [
        total,
        graph.add('lengths', 'Unsqueeze', [lengths, graph.ints([1])]),
      ]);
    }
    if (mean) return graph.mean('pooled', sequence, 0, 0);
    if (backward || !this.masked)
      return graph.add('pooled', 'Gather', [sequence, graph.ints(backward ? 0 : -1)], { axis: 0 });
    const place = graph.add('last', 'Sub', [this.#lengths!, graph.ints(1)]);
    return graph.add('pooled', 'Squeeze', [this.#gather(sequence, place, [0, 2]), graph.ints([0])]);
  }

  /** For each column other steps of [T, N, F], by their places, which `axes` make three-dimensional: [steps, N, F]. */
  #gather(sequence: string, places: string, axes: readonly number[]): string {
    const { graph } = this;
    const index = graph.add('places', 'Unsqueeze', [places, graph.ints(axes)]);
    const shape = graph.add('shape', 'Shape', [sequence]);
    const width = this.range(shape, 2, 3);
    const steps = this.range(graph.add('shape', 'Shape', [index]), 0, 1);
    const full = graph.add('shape', 'Concat', [steps, this.#count(1), width], { axis: 0 });
    return graph.add('gathered', 'GatherElements', [sequence, graph.add('places', 'Expand', [index, full])], {
      axis: 0,
    });
  }

  /** The last `past` states, oldest first, of [past + T, N, F]; of a backward layer the first of [T + past, N, F]. */
  last(history: string, backward: boolean, past: number): string {
    const { graph } = this;
    if (backward) return this.reversed(this.range(history, 0, past), past);
    if (!this.masked) return this.range(history, -past, null);
    // Those before the end of each column: state t lies at t + past.
    const steps = graph.ints(Array.from({ length: past }, (_, k) => k));
    const column = graph.add('places', 'Unsqueeze', [steps, graph.ints([1])]);
    return this.#gather(history, graph.add('places', 'Add', [column, this.#lengths!]), [2]);
  }

  /** A few steps in the other order. */
  reversed(states: string, steps: number): string {
    if (steps === 1) return states;
    const order = Array.from({ length: steps }, (_, k) => steps - 1 - k);
    return this.graph.add('reversed', 'Gather', [states, this.graph.ints(order)], { axis: 0 });
  }

  /** Elements of the first axis, `to` exclusive, null for its end. */
  range(sequence: string, from: number, to: number | null): string {
    const { graph } = this;
    const end = to ?? Number.MAX_SAFE_INTEGER;
    return graph.add('range', 'Slice', [sequence, graph.ints([from]), graph.ints([end]), graph.ints([0])]);
  }

  /** True where a column has ended: [T, N, 1]. */
  ended(): string {
    const { graph } = this;
    return this.#once('ended', () => {
      const numbers = graph.add('t', 'Range', [graph.ints(0), this.#steps(), graph.ints(1)]);
      const column = graph.add('t', 'Unsqueeze', [numbers, graph.ints([1])]);
      const late = graph.add('ended', 'GreaterOrEqual', [column, this.#lengths!]);
      return graph.add('ended', 'Unsqueeze', [late, graph.ints([2])]);
    });
  }

  /** Added to the scores of the encoder's steps: 0, or a very negative number where a column has ended: [S, N, 1]. */
  padding(memory: string): string {
    const { graph } = this;
    return this.#once('padding', () => {
      const S = graph.add('S', 'Gather', [graph.add('shape', 'Shape', [memory]), graph.ints(0)]);
      const numbers = graph.add('s', 'Range', [graph.ints(0), S, graph.ints(1)]);
      const column = graph.add('s', 'Unsqueeze', [numbers, graph.ints([1])]);
      const late = graph.add('padded', 'GreaterOrEqual', [column, this.#lengths!]);
      const far = graph.add('padding', 'Where', [late, graph.scalar(-1e30), graph.scalar(0)]);
      return graph.add('padding', 'Unsqueeze', [far, graph.ints([2])]);
    });
  }

  /** [T, 1, H]: 1 where the global step is no multiple of the unit's period. */
  waiting(periods: readonly number[]): string {
    const { graph } = this;
    const numbers = graph.add('clock/t', 'Range', [this.#clock!, this.#until(), graph.ints(1)]);
    const column = graph.add('clock/t', 'Unsqueeze', [numbers, graph.ints([1])]);
    const rest = graph.add('clock/rest', 'Mod', [column, graph.ints(periods)]);
    const due = graph.add('clock/due', 'Equal', [rest, graph.ints(0)]);
    const waiting = graph.add('clock/waiting', 'Cast', [graph.add('clock/not', 'Not', [due])], { to: FLOAT });
    return graph.add('clock/waiting', 'Unsqueeze', [waiting, graph.ints([1])]);
  }

  /** int32 lengths of the columns. */
  lengths(): string {
    return this.#once('lengths32', () => this.graph.add('lengths', 'Cast', [this.#lengths!], { to: INT32 }));
  }

  /** 0: [steps, N, F]. */
  zeros(steps: number, size: number): string {
    const { graph } = this;
    return this.#once(`zeros ${steps} ${size}`, () => {
      const shape = [graph.ints([steps]), this.#count(1), graph.ints([size])];
      return graph.add('zeros', 'Expand', [
        graph.scalar(0),
        graph.add('shape', 'Concat', shape, { axis: 0 }),
      ]);
    });
  }

  /** [N, F] of numbers [F] that are the same for all columns. */
  columns(numbers: string, size: number): string {
    const zeros = this.graph.add('zeros', 'Squeeze', [this.zeros(1, size), this.graph.ints([0])]);
    return this.graph.add('columns', 'Add', [zeros, numbers]);
  }

  /** [T, N, F] of numbers that are the same at every step: [N, F] or [F]. */
  everyStep(numbers: string): string {
    return this.graph.add('every', 'Add', [this.time(), numbers]);
  }

  /** Something to walk along, 0: [T, N, 1]. */
  time(): string {
    const { graph } = this;
    return this.#once('time', () => {
      const shape = [this.#count(0), this.#count(1), graph.ints([1])];
      return graph.add('time', 'Expand', [graph.scalar(0), graph.add('shape', 'Concat', shape, { axis: 0 })]);
    });
  }

  /** T, or N, as one number in a list. */
  #count(axis: 0 | 1): string {
    const { graph } = this;
    const place = this.options.sequence === undefined ? 0 : axis;
    return this.#once(`count ${axis}`, () =>
      this.range(graph.add('shape', 'Shape', [this.#main]), place, place + 1),
    );
  }

  /** T. */
  #steps(): string {
    return this.#once('T', () => this.graph.add('T', 'Squeeze', [this.#count(0), this.graph.ints([0])]));
  }

  #until(): string {
    return this.#once('until', () => this.graph.add('clock/end', 'Add', [this.#clock!, this.#steps()]));
  }

  #once(key: string, make: () => string): string {
    const name = this.#known.get(key) ?? make();
    this.#known.set(key, name);
    return name;
  }
}
