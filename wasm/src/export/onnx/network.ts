/** A network as ONNX graphs: operators for standard layers, a Scan for every other recurrence. */
import type { LoweredLayer, LoweredNetwork } from '../lowering.js';
import { type Memory, memoryOf } from '../memory.js';
import { everything, operands, type Value } from '../values.js';
import { FLOAT, Graph, type GraphOptions } from './graph.js';
import { emit, type Scope } from './operators.js';
import type { Message } from './proto.js';
import { scanLayers } from './scan.js';
import { standardLayer } from './standard.js';
import { Steps } from './steps.js';

/**
 * What a graph holds: everything; or what is computed once, of a source or a context; or the main sequence, which goes
 * on from that.
 */
export type Part = 'whole' | 'encoder' | 'decoder';

export function networkGraph(
  network: LoweredNetwork,
  part: Part,
  description: string,
  options: GraphOptions,
): Message {
  return new Network(network, part, options).build(description);
}

/** Whether a layer is nothing but numbers that are the same at every step. */
export const isContext = ({ states, out, sequence, name }: LoweredLayer) =>
  sequence === 0 && !states.length && out.when === 'sequence' && name !== 'readout';

const rootsOf = ({ states, out }: LoweredLayer) => [...states.map(({ value }) => value), out];

/** Whether a value can be computed from another at all steps at once: it reads nothing else that has to be stepped. */
function followsFrom(value: Value, h: Value): boolean {
  const seen = new Set<Value>([h]);
  const follows = (one: Value): boolean => {
    if (seen.has(one) || one.when !== 'step') return true;
    seen.add(one);
    const parts = operands(one.op);
    return parts.length > 0 && parts.every(follows);
  };
  return follows(value);
}

class Network {
  readonly #graph: Graph;
  readonly #main: Scope;
  readonly #memory: Memory;
  readonly #steps: Steps;
  /** States before the first step, by layer: [steps, N, H], oldest first. */
  readonly #initial: (string | undefined)[][];
  /** Those after the last step, as far as they are known. */
  readonly #final: (string | undefined)[][];
  /** All values of the layers that run step by step in the main sequence. */
  readonly #stepped: ReadonlySet<Value>;

  constructor(
    private readonly network: LoweredNetwork,
    private readonly part: Part,
    options: GraphOptions,
  ) {
    this.#graph = new Graph(undefined, options);
    const { layers, checkpoint } = network;
    const encoded = layers.some(({ sequence }) => sequence === 1);
    this.#stepped = new Set(
      everything(layers.filter((one) => one.sequence === 0 && one.name !== 'length' && !isContext(one)).flatMap(rootsOf)), // prettier-ignore
    );
    const attends = [...this.#stepped].some(({ op }) => op.kind === 'attention');
    this.#memory = memoryOf(network);
    this.#steps = new Steps(this.#graph, network, this.#memory, {
      sequence: part === 'encoder' && !encoded ? undefined : part !== 'decoder' && encoded ? 1 : 0,
      continues: part === 'decoder' || !encoded,
      masked: part === 'encoder' ? encoded : part === 'whole' && checkpoint.task !== 'next',
      attends: part !== 'whole' && attends,
    });
    this.#main = {
      graph: this.#graph,
      label: 'network',
      known: new Map(),
      given: (value) => this.#given(value),
    };
    this.#final = layers.map(() => []);
    this.#initial = layers.map((layer, l) => this.#initialOf(layer, l));
  }

  build(description: string): Message {
    const { scans, layers, answers } = this.network;
    const graph = this.#graph;
    if (this.part === 'decoder')
      for (const layer of layers)
        if (isContext(layer) && this.#stepped.has(layer.out))
          this.#main.known.set(layer.out, graph.input(layer.name, FLOAT, ['N', layer.size]));
    for (const scan of scans) if (this.#has(layers[scan[0]!]!)) this.#run(scan);
    if (this.part === 'encoder') this.#handOver();
    for (const l of answers) {
      const { name, out, size } = layers[l]!;
      const before = name === 'length'; // drawn before the first step
      if (this.part !== 'whole' && before !== (this.part === 'encoder')) continue;
      const one = before || out.when === 'sequence';
      const shape = one ? ['N', size] : ['T', 'N', size];
      graph.output(
        before ? 'length_logits' : 'logits',
        one ? this.#columns(out) : this.#every(out),
        FLOAT,
        shape,
      );
    }
    if (!answers.some((l) => layers[l]!.name === 'readout')) this.#tops();
    if (this.part !== 'encoder') {
      layers.forEach((layer, l) => {
        if (layer.sequence === 0) this.#finalStates(layer, l);
      });
      if (layers.every(({ sequence }) => sequence === 0) || this.part === 'decoder') this.#steps.after();
    }
    return graph.finish('unfold', description);
  }

  /** Whether the graph computes the layer. */
  #has(layer: LoweredLayer): boolean {
    if (this.part === 'whole') return true;
    if (this.part === 'encoder') return layer.sequence === 1;
    return layer.sequence === 0 && layer.name !== 'length' && !isContext(layer);
  }

  /** Without a readout: what the top layers give, side by side. */
  #tops(): void {
    const tops = this.network.tops.map((l) => this.network.layers[l]!);
    const parts = tops.map(({ out }) => this.#every(out));
    const y = parts.length === 1 ? parts[0]! : this.#graph.add('y', 'Concat', parts, { axis: -1 });
    const size = tops.reduce((sum, layer) => sum + layer.size, 0);
    this.#graph.output('y', y, FLOAT, ['T', 'N', size]);
  }

  // States ------------------------------------------------------------------------------------------------------------

  /** Inputs of a main sequence, which goes on; the encoder's begins here. */
  #initialOf(layer: LoweredLayer, l: number): (string | undefined)[] {
    if (!this.#has(layer)) return [];
    return layer.states.map(({ name, size }, s) => {
      const past = this.#memory.past[l]![s]!;
      if (!past) return undefined;
      if (layer.sequence === 1) return this.#steps.zeros(past, size);
      return this.#graph.input(`${layer.name}.${name}`, FLOAT, [past, 'N', size]);
    });
  }

  #finalStates(layer: LoweredLayer, l: number): void {
    layer.states.forEach(({ name, size }, s) => {
      const past = this.#memory.past[l]![s]!;
      if (!past) return;
      const last = this.#final[l]![s] ?? this.#steps.last(this.#history(l, s), layer.backward, past);
      this.#graph.output(`${layer.name}.${name}.next`, last, FLOAT, [past, 'N', size]);
    });
  }

  /** What the decoder begins with, under the names of its inputs. */
  #handOver(): void {
    const graph = this.#graph;
    const { layers } = this.network;
    const memory = new Set([...this.#stepped].flatMap(({ op }) => (op.kind === 'memory' ? [op.layer] : [])));
    layers.forEach(({ name, sequence, size, out, states }, l) => {
      if (memory.has(l)) graph.output(name, this.#every(out), FLOAT, [this.#steps.axis, 'N', size]);
      if (sequence === 1) return;
      const given = out.op.kind === 'context'; // the caller has it
      if (isContext(layers[l]!) && this.#stepped.has(out) && !given)
        graph.output(name, this.#columns(out), FLOAT, ['N', size]);
      states.forEach((state, s) => {
        const past = this.#memory.past[l]![s]!;
        if (!past) return;
        const first = state.initial
          ? this.#repeated(state.initial, past)
          : this.#steps.zeros(past, state.size);
        graph.output(`${name}.${state.name}`, first, FLOAT, [past, 'N', state.size]);
      });
    });
    this.#steps.before(this.#memory, this.network.sizes);
  }

  /** [steps, N, H] of the same. */
  #repeated(value: Value, steps: number): string {
    const { graph } = this.#main;
    const one = graph.add('first', 'Unsqueeze', [this.#columns(value), graph.ints([0])]);
    return steps === 1 ? one : graph.add('first', 'Concat', Array<string>(steps).fill(one), { axis: 0 });
  }

  /** The states of a complete layer with those before the first step: in the order of time. */
  #history(l: number, s: number): string {
    const { backward, states, name } = this.network.layers[l]!;
    const initial = this.#initial[l]![s]!;
    const sequence = this.#every(states[s]!.value);
    const past = this.#memory.past[l]![s]!;
    const parts = backward ? [sequence, this.#steps.reversed(initial, past)] : [initial, sequence];
    return this.#graph.add(`${name}/history`, 'Concat', parts, { axis: 0 });
  }

  // Layers ------------------------------------------------------------------------------------------------------------

  /** Layers that run through time together. */
  #run(scan: readonly number[]): void {
    const [l] = scan as [number];
    const layer = this.network.layers[l]!;
    const scanned = scan.length > 1 || rootsOf(layer).some(({ when }) => when === 'step');
    if (scan.length === 1 && typeof layer.standard !== 'string' && !this.#needsStates(layer, l))
      this.#standard(l);
    else if (scanned) this.#scan(scan);
  }

  /** A backward layer whose states another reads late holds its first one where a sequence has ended. */
  #needsStates({ backward }: LoweredLayer, l: number): boolean {
    return backward && this.#steps.masked && this.#isReadLate(l);
  }

  #standard(l: number): void {
    const layer = this.network.layers[l]!;
    const past = this.#memory.past[l]!;
    const first = this.#initial[l]!.map((state, s) =>
      past[s] === 1 ? state! : this.#steps.range(state!, past[s]! - 1, past[s]!),
    );
    const lengths = this.#steps.masked ? this.#steps.lengths() : '';
    const every = (value: Value) => this.#every(value);
    const scope = { ...this.#main, label: layer.name };
    const { sequence, last } = standardLayer(layer, first, lengths, every, scope);
    this.#main.known.set(layer.states[0]!.value, sequence);
    last.forEach((state, s) => {
      if (past[s] === 1) this.#final[l]![s] = state;
    });
  }

  /** Whether another layer reads this one's states some steps ago. */
  #isReadLate(l: number): boolean {
    const all = everything(this.network.layers.flatMap(rootsOf));
    return all.some(({ op, when }) => op.kind === 'past' && op.layer === l && when === 'once');
  }

  /** Layers step by step. */
  #scan(scan: readonly number[]): void {
    const { layers } = this.network;
    const members = scan.map((l) => ({
      l,
      layer: layers[l]!,
      past: this.#memory.past[l]!,
      initial: this.#initial[l]!,
    }));
    const wanted = this.#wanted(scan);
    const { finals, sequences } = scanLayers(members, [...wanted], this.#main, this.#steps);
    for (const l of scan)
      this.#final[l] = finals.get(l)!.map((final, s) => (this.#endsEarly(l, s) ? undefined : final));
    for (const [value, name] of sequences) this.#main.known.set(value, name);
  }

  /** Whether the last states of a column are not those of the last steps: several of a sequence with padding. */
  #endsEarly(l: number, s: number): boolean {
    return this.#steps.masked && this.#memory.past[l]![s]! > 1 && !this.network.layers[l]!.backward;
  }

  /** What is seen outside of a scan at every step. */
  #wanted(scan: readonly number[]): Set<Value> {
    const { layers, answers } = this.network;
    const wanted = new Set<Value>();
    for (const l of scan) {
      const late = scan.length === 1 && this.#isReadLate(l);
      layers[l]!.states.forEach(({ value }, s) => {
        if (value.when === 'step' && (late || this.#endsEarly(l, s))) wanted.add(value);
      });
    }
    if (scan.length === 1) {
      const { states, out } = layers[scan[0]!]!;
      const h = states[0]?.value;
      // From h at every step the output is computed outside, if it is made of it.
      if (h?.when === 'step' && followsFrom(out, h)) return wanted.add(h);
      return out.when === 'step' ? wanted.add(out) : wanted;
    }
    // Of layers that are scanned together only the answer is read, or what stands for it.
    const answer = scan.filter((l) => answers.includes(l));
    for (const l of answer.length ? answer : scan)
      if (layers[l]!.out.when === 'step') wanted.add(layers[l]!.out);
    return wanted;
  }

  // Values ------------------------------------------------------------------------------------------------------------

  /** [T, N, F]. */
  #every(value: Value): string {
    const name = emit(value, this.#main);
    return value.when === 'constant' || value.when === 'sequence' ? this.#steps.everyStep(name) : name;
  }

  /** [N, F]. */
  #columns(value: Value): string {
    const name = emit(value, this.#main);
    return value.when === 'constant' ? this.#steps.columns(name, value.size) : name;
  }

  #given({ op }: Value): string | undefined {
    const steps = this.#steps;
    const { layers } = this.network;
    switch (op.kind) {
      case 'token':
      case 'numbers':
        return steps.input(op.kind, op.delay);
      case 'context':
        return steps.context();
      case 'result':
        return this.#every(layers[op.layer]!.out);
      case 'memory': {
        const { name, size, out } = layers[op.layer]!;
        return this.part === 'decoder' ? this.#graph.input(name, FLOAT, ['S', 'N', size]) : this.#every(out);
      }
      case 'pooled':
        return steps.pool(this.#every(layers[op.layer]!.out), op);
      case 'past': {
        const past = this.#memory.past[op.layer]![op.state]!;
        const history = this.#history(op.layer, op.state);
        if (!layers[op.layer]!.backward) return steps.range(history, past - op.delay, -op.delay);
        return steps.range(history, op.delay, op.delay - past || null);
      }
      case 'waiting':
        return steps.waiting(op.periods);
      case 'ended':
        return steps.ended();
      case 'padding': {
        const memory = [...this.#stepped].find((value) => value.op.kind === 'memory')!;
        return steps.padding(emit(memory, this.#main));
      }
      default:
        return undefined;
    }
  }
}
