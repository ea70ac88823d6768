/** What operations read and write while they are executed with values: contents of buffers, and signals from elsewhere. */
import { mismatch, refuse } from '../shared/errors.js';
import type { GraphBuffer, GraphLayer, GraphSignal } from '../shared/graph-types.js';
import { Content } from './contents.js';
import type { SavedGraph } from './graph.js';
import type { Op, Sequence, Value, When } from './values.js';
import { slice } from './values.js';

export class Environment {
  /** What complete layers give, by place. */
  readonly outputs: Value[] = [];
  /** Places of the layers that run through time together now. */
  scan: readonly number[] = [];
  /** Whether tokens of the main sequence are known at their step only: some are drawn. */
  readonly #draws: boolean;
  readonly #graph: SavedGraph;
  readonly #buffers: ReadonlyMap<string, GraphBuffer>;
  readonly #contents = new Map<string, Content>();
  readonly #leaves = new Map<string, Value>();
  /** Place of the layer that writes a buffer. */
  readonly #owners = new Map<string, number>();

  constructor(graph: SavedGraph, training: boolean) {
    this.#graph = graph;
    this.#draws =
      training &&
      graph.operations.some((one) => one.operation === 'scheduledSampling' && one.to === undefined);
    this.#buffers = new Map(graph.buffers.map((buffer) => [buffer.name, buffer]));
    graph.layers.forEach(({ states, output, sum }, l) => {
      for (const buffer of [...states, output, sum]) if (buffer !== null) this.#owners.set(buffer, l);
    });
    const places = new Map(graph.layers.map(({ name }, l) => [name, l]));
    for (const operation of graph.operations)
      if (operation.operation !== 'scheduledSampling' && 'to' in operation && !this.#owners.has(operation.to))
        this.#owners.set(operation.to, places.get(operation.layer)!);
  }

  buffer(name: string): GraphBuffer {
    return this.#buffers.get(name)!;
  }

  /** The buffer that others read of a layer; of a readout its sum. */
  outOf({ name, output, sum }: GraphLayer): string {
    const answers = this.#graph.operations.some(
      (one) => one.layer === name && one.operation === 'outputFeedback',
    );
    const out = answers ? sum : (output ?? sum);
    if (out === null) throw mismatch('INVALID_CHECKPOINT', `graph.layers (${name})`, 'an output', 'none');
    return out;
  }

  content(name: string): Content {
    const known = this.#contents.get(name);
    if (known) return known;
    const layer = this.#graph.layers[this.#owners.get(name) ?? -1];
    const own = name.slice((layer?.name.length ?? -1) + 1);
    const hint =
      layer?.cell === undefined ? 'o' : name === layer.sum ? 'z' : own === 'recurrent_sum' ? 'zh' : 'a';
    const content = new Content(hint, this.#buffers.get(name)!.rows);
    this.#contents.set(name, content);
    return content;
  }

  /** Rows of a buffer at the present step. */
  read(name: string, row: number, rows: number): Value {
    const { alias } = this.#buffers.get(name)!;
    const content = this.#contents.get(name) ?? (alias === undefined ? undefined : this.#contents.get(alias));
    const value = content?.read(row, rows);
    if (!value) throw mismatch('INVALID_CHECKPOINT', 'graph.operations', `a value in ${name}`, 'none');
    return value;
  }

  /** The same object for the same signal. */
  leaf(name: string, size: number, when: When, op: Op): Value {
    const key = JSON.stringify([op, when]);
    if (!this.#leaves.has(key)) this.#leaves.set(key, { name, size, when, op });
    return this.#leaves.get(key)!;
  }

  signal({ buffer: name, row = 0, rows, delay }: GraphSignal, layer: GraphLayer): Value {
    const sequence = layer.sequence as Sequence;
    if (name === 'tokens') {
      const when = this.#draws && sequence === 0 ? 'step' : 'once';
      return this.leaf('token', rows, when, { kind: 'token', sequence, delay });
    }
    const { alias, rows: height } = this.#buffers.get(name)!;
    const part = (value: Value) => slice(value.name, value, row, rows);
    const owner = this.#owners.get(name);
    if (owner === undefined) {
      if (name !== (sequence ? 'encoder_input' : 'input'))
        throw refuse('INVALID_CHECKPOINT', 'graph.operations', 'a buffer that is written', name);
      return part(this.leaf('x', height, 'once', { kind: 'numbers', sequence, delay }));
    }
    if (delay > 0) return part(this.past(alias ?? name, owner, delay));
    if (this.scan.includes(owner)) return this.read(name, row, rows);
    return part(this.#complete(name, owner));
  }

  /** A state of a layer some steps ago. */
  past(buffer: string, owner: number, delay: number): Value {
    const layer = this.#graph.layers[owner]!;
    const state = layer.states.indexOf(buffer);
    if (state < 0) throw refuse('INVALID_CHECKPOINT', 'graph.operations', `a state of ${layer.name}`, buffer);
    const when = this.scan.includes(owner) ? 'step' : 'once';
    const name = `${buffer.slice(layer.name.length + 1)}_${delay > 1 ? delay : ''}`;
    return this.leaf(name, layer.units, when, { kind: 'past', layer: owner, state, delay });
  }

  /** What a complete layer of the same sequence gives. */
  #complete(name: string, owner: number): Value {
    const out = this.#output(name, owner);
    if (out.when === 'constant' || out.when === 'sequence') return out;
    return this.leaf('x', out.size, 'once', { kind: 'result', layer: owner });
  }

  /** What a complete layer gives, if that is what the buffer holds. */
  #output(name: string, owner: number): Value {
    const out = this.outputs[owner];
    const layer = this.#graph.layers[owner];
    if (!out || !layer || this.outOf(layer) !== name)
      throw refuse('INVALID_CHECKPOINT', 'graph.operations', 'the output of a complete layer', name);
    return out;
  }

  /** Of the encoder's sequence, for the main one. */
  memory({ buffer: name, row = 0, rows }: GraphSignal): Value {
    const owner = this.#owners.get(name) ?? -1;
    const whole = this.leaf('memory', this.#output(name, owner).size, 'sequence', {
      kind: 'memory',
      layer: owner,
    });
    return slice('memory', whole, row, rows);
  }

  /** What a layer of the encoder's sequence leaves behind, or its mean over time. */
  pooled({ buffer: name, row = 0, rows }: GraphSignal, mean: boolean, backward: boolean): Value {
    const owner = this.#owners.get(name) ?? -1;
    const { size } = this.#output(name, owner);
    const op = { kind: 'pooled' as const, layer: owner, mean, backward };
    return slice('pooled', this.leaf('pooled', size, 'sequence', op), row, rows);
  }
}
