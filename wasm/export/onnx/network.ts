/** A network as an ONNX graph: operators for standard layers, a Scan for every other recurrence. */
import type { NetworkEquations } from '../equations.js';
import { memoryOf } from '../memory.js';
import { everything, type Value } from '../values.js';
import { FLOAT, Graph, INT64 } from './graph.js';
import { emit, type Scope } from './operators.js';
import type { Message } from './proto.js';
import { standardLayer } from './standard.js';

/** h: [delay, N, H], oldest first; c: [1, N, H]. */
interface States {
  h?: string;
  c?: string;
}

export function networkGraph(equations: NetworkEquations, description: string): Message {
  return new Network(equations).build(description);
}

class Network {
  readonly #graph = new Graph();
  readonly #main: Scope;
  readonly #equations: NetworkEquations;
  readonly #past: readonly number[];
  /** Initial states of layers. */
  readonly #initial: States[];
  /** Final ones, as far as they are known. */
  readonly #final: States[];
  /** h and out of complete layers at every step. */
  readonly #sequences: { h?: string; out?: string }[];
  /** Tokens [T, N] or numbers [T, N, D], and both with those before them. */
  readonly #input: string;
  #tokens: string;
  #clock: string | undefined;
  readonly #memory;

  constructor(equations: NetworkEquations) {
    const graph = this.#graph;
    this.#equations = equations;
    this.#memory = memoryOf(equations);
    this.#past = this.#memory.past;
    this.#sequences = equations.layers.map(() => ({}));
    this.#final = equations.layers.map(() => ({}));
    const { numbers: D } = equations.checkpoint;
    this.#input = D ? graph.input('x', FLOAT, ['T', 'N', D]) : graph.input('tokens', INT64, ['T', 'N']);
    this.#tokens = this.#input;
    this.#initial = equations.layers.map(({ name, size, c }, l) => ({
      ...(this.#past[l] && { h: graph.input(`${name}.h`, FLOAT, [this.#past[l], 'N', size]) }),
      ...(c && { c: graph.input(`${name}.c`, FLOAT, [1, 'N', size]) }),
    }));
    if (this.#memory.tokens) {
      const before = graph.input('tokens_before', INT64, [this.#memory.tokens, 'N']);
      this.#tokens = graph.add('tokens_all', 'Concat', [before, this.#tokens], { axis: 0 });
    }
    if (this.#memory.numbers) {
      const before = graph.input('x_before', FLOAT, [this.#memory.numbers, 'N', D]);
      this.#tokens = graph.add('x_all', 'Concat', [before, this.#tokens], { axis: 0 });
    }
    if (this.#memory.clock) this.#clock = graph.input('clock', INT64, []);
    this.#main = { graph, label: 'network', known: new Map(), given: (value) => this.#given(value) };
  }

  build(description: string): Message {
    const { layers, scanFrom, checkpoint } = this.#equations;
    const graph = this.#graph;
    for (let l = 0; l < layers.length; ++l) {
      if (l >= scanFrom) {
        this.#scan(l, layers.length);
        break;
      }
      this.#layer(l);
    }
    const { outputs, pool, numbers: D } = checkpoint;
    const shape = pool ? ['N', outputs] : ['T', 'N', outputs];
    graph.output('logits', this.#sequences.at(-1)!.out!, FLOAT, shape);
    layers.forEach(({ name, size }, l) => {
      const { h, c } = this.#final[l]!;
      const past = this.#past[l]!;
      if (past) graph.output(`${name}.h.next`, h ?? this.#last(l), FLOAT, [past, 'N', size]);
      if (c) graph.output(`${name}.c.next`, c, FLOAT, [1, 'N', size]);
    });
    const { tokens, numbers } = this.#memory;
    if (numbers)
      graph.output('x_before.next', this.#range(this.#tokens, -numbers, null), FLOAT, [numbers, 'N', D]);
    if (tokens)
      graph.output('tokens_before.next', this.#range(this.#tokens, -tokens, null), INT64, [tokens, 'N']);
    if (this.#clock) {
      const next = graph.add('clock_next', 'Add', [this.#clock, this.#steps()]);
      graph.output('clock.next', next, INT64, []);
    }
    return graph.finish('unfold', description);
  }

  /** A layer by itself. */
  #layer(l: number): void {
    const layer = this.#equations.layers[l]!;
    const { name, h, c, out, standard } = layer;
    const scope = { ...this.#main, label: name };
    const sequence = this.#sequences[l]!;
    const roots = [h, out, ...(c ? [c] : [])];
    if (typeof standard !== 'string') {
      const past = this.#past[l]!;
      const states = this.#initial[l]!;
      const newest = past === 1 ? states.h! : this.#range(states.h!, past - 1, past);
      const peepholes = everything(roots).flatMap(({ op }) =>
        op.kind === 'parameter' ? [op.parameter] : [],
      );
      const result = standardLayer(layer, standard, peepholes, { h: newest, c: states.c }, scope);
      this.#main.known.set(h, result.sequence);
      if (past === 1) this.#final[l]!.h = result.h;
      if (result.c) this.#final[l]!.c = result.c;
    } else if (roots.some(({ when }) => when === 'step')) {
      this.#scan(l, l + 1);
      return;
    }
    if (this.#past[l]) sequence.h = emit(h, scope);
    sequence.out = emit(out, scope);
  }

  /** Layers `first` to `end` step by step. */
  #scan(first: number, end: number): void {
    const { layers } = this.#equations;
    const outer = this.#graph;
    const body = new Graph(outer);
    const members = layers.slice(first, end).map((layer, k) => ({ layer, l: first + k }));
    const initial: string[] = [];
    const inside = layers.map((): States => ({}));
    for (const { layer, l } of members) {
      for (const key of ['h', 'c'] as const) {
        const from = this.#initial[l]![key];
        if (!from) continue;
        initial.push(from);
        const count = key === 'h' ? this.#past[l]! : 1;
        inside[l]![key] = body.input(body.name(`${layer.name}/${key}_`), FLOAT, [count, 'N', layer.size]);
      }
    }
    const scanned = new Map<string, string>();
    const label = layers[first]!.name;
    const enter = (sequence: string, hint: string, shape: [number | string, number]) => {
      const known = scanned.get(sequence);
      if (known) return known;
      const name = body.input(body.name(`${label}/${hint}_t`), FLOAT, shape);
      scanned.set(sequence, name);
      return name;
    };
    const scope: Scope = {
      graph: body,
      label,
      known: new Map(),
      given: (value) => {
        const { op } = value;
        if (value.when === 'constant') return emit(value, { ...this.#main, label });
        if (value.when === 'once') {
          const columns = op.kind === 'waiting' ? 1 : 'N';
          return enter(emit(value, { ...this.#main, label }), value.name, [columns, value.size]);
        }
        if (op.kind === 'past')
          return body.add(`${label}/${value.name}`, 'Gather', [
            inside[op.layer]!.h!,
            outer.ints(this.#past[op.layer]! - op.delay),
          ]);
        if (op.kind === 'pastCell')
          return body.add(`${label}/c_`, 'Gather', [inside[op.layer]!.c!, outer.ints(0)]);
        return undefined;
      },
    };
    const finals: { name: string; key: 'h' | 'c'; l: number; shape: [number, 'N', number] }[] = [];
    for (const { layer, l } of members) {
      const inner: Scope = { ...scope, label: layer.name };
      const states = inside[l]!;
      if (states.h) {
        const newest = body.add(`${layer.name}/h`, 'Unsqueeze', [emit(layer.h, inner), outer.ints([0])]);
        const past = this.#past[l]!;
        const next =
          past === 1
            ? newest
            : body.add(`${layer.name}/h`, 'Concat', [range(body, states.h, 1, past), newest], { axis: 0 });
        finals.push({ name: next, key: 'h', l, shape: [past, 'N', layer.size] });
      }
      if (states.c) {
        const next = body.add(`${layer.name}/c`, 'Unsqueeze', [emit(layer.c!, inner), outer.ints([0])]);
        finals.push({ name: next, key: 'c', l, shape: [1, 'N', layer.size] });
      }
    }
    // Of layers that are scanned together only the readout's answer is seen outside.
    const { layer: top, l: number } = members.at(-1)!;
    const wanted = end - first > 1 ? top.out : top.h;
    const answer = emit(wanted, { ...scope, label: top.name });
    if (!scanned.size) enter(this.#dummy(), 'time', ['N', 1]); // a scan must have something to walk along
    finals.forEach(({ name, shape }, k) => body.output(body.name(`${label}/final${k}`), name, FLOAT, shape));
    body.output(body.name(`${label}/answer`), answer, FLOAT, ['N', wanted.size]);
    const names = outer.addMany(
      [...finals.map(({ key, l }) => `${layers[l]!.name}/${key}`), `${label}/sequence`],
      'Scan',
      [...initial, ...scanned.keys()],
      {
        body: body.finish(label),
        num_scan_inputs: scanned.size,
        ...(members[0]!.layer.backward && {
          scan_input_directions: Array.from(scanned, () => 1),
          scan_output_directions: [1],
        }),
      },
    );
    finals.forEach(({ key, l }, k) => (this.#final[l]![key] = names[k]!));
    const sequence = names.at(-1)!;
    this.#main.known.set(wanted, sequence);
    if (end - first === 1) this.#sequences[number]!.h = sequence;
    this.#sequences[number]!.out = emit(top.out, { ...this.#main, label: top.name });
  }

  #given(value: Value): string | undefined {
    const { op } = value;
    const graph = this.#graph;
    if (op.kind === 'token') return this.#token(op.delay);
    if (op.kind === 'numbers') {
      const { numbers } = this.#memory;
      return numbers
        ? this.#range(this.#tokens, numbers - op.delay, op.delay ? -op.delay : null)
        : this.#input;
    }
    if (op.kind === 'pooled') {
      const sequence = this.#sequences[op.layer]!.out!;
      if (op.mean) return graph.add('pooled', 'ReduceMean', [sequence], { axes: [0], keepdims: 0 });
      return graph.add('pooled', 'Gather', [sequence, graph.ints(op.backward ? 0 : -1)], { axis: 0 });
    }
    if (op.kind === 'result') return this.#sequences[op.layer]!.out;
    if (op.kind === 'past') {
      const past = this.#past[op.layer]!;
      const all = this.#history(op.layer);
      return this.#range(all, past - op.delay, -op.delay);
    }
    if (op.kind !== 'waiting') return undefined;
    // [T, 1, H]: the global step is no multiple of the unit's period
    const numbers = graph.add('clock/t', 'Range', [this.#clock!, this.#until(), graph.ints(1)]);
    const column = graph.add('clock/t', 'Unsqueeze', [numbers, graph.ints([1])]);
    const rest = graph.add('clock/rest', 'Mod', [column, graph.ints(op.periods)]);
    const due = graph.add('clock/due', 'Equal', [rest, graph.ints(0)]);
    const waiting = graph.add('clock/waiting', 'Cast', [graph.add('clock/not', 'Not', [due])], { to: FLOAT });
    return graph.add('clock/waiting', 'Unsqueeze', [waiting, graph.ints([1])]);
  }

  /** Token numbers `delay` steps ago, [T, N], V for whatever is no symbol; one-hot where somebody multiplies it. */
  #token(delay: number): string {
    const graph = this.#graph;
    const { tokens } = this.#memory;
    const late = tokens ? this.#range(this.#tokens, tokens - delay, delay ? -delay : null) : this.#tokens;
    return graph.add('tokens_known', 'Min', [late, graph.ints(this.#equations.checkpoint.symbols)]);
  }

  /** h of a complete layer: the states before, then every step. */
  #history(l: number): string {
    const inputs = [this.#initial[l]!.h!, this.#sequences[l]!.h!];
    return this.#graph.add(`${this.#equations.layers[l]!.name}/history`, 'Concat', inputs, { axis: 0 });
  }

  #last(l: number): string {
    return this.#range(this.#history(l), -this.#past[l]!, null);
  }

  #range(sequence: string, from: number, to: number | null): string {
    return range(this.#graph, sequence, from, to);
  }

  /** T. */
  #steps(): string {
    const shape = this.#graph.add('shape', 'Shape', [this.#input]);
    return this.#graph.add('T', 'Gather', [shape, this.#graph.ints(0)]);
  }

  #until(): string {
    return this.#graph.add('clock/end', 'Add', [this.#clock!, this.#steps()]);
  }

  #dummy(): string {
    const graph = this.#graph;
    if (this.#equations.checkpoint.numbers)
      return graph.add('steps', 'Slice', [this.#input, ...[0, 1, 2].map((number) => graph.ints([number]))]);
    const numbers = graph.add('steps', 'Cast', [this.#input], { to: FLOAT });
    return graph.add('steps', 'Unsqueeze', [numbers, graph.ints([2])]);
  }
}

/** Elements of the first axis, `to` exclusive, null for its end. */
function range(graph: Graph, sequence: string, from: number, to: number | null): string {
  const end = to ?? Number.MAX_SAFE_INTEGER;
  return graph.add('range', 'Slice', [sequence, graph.ints([from]), graph.ints([end]), graph.ints([0])]);
}
