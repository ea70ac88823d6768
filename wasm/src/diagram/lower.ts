/** Operations of a graph → parts and links. Nothing here knows any cell, layer or block: only what operations say. */
import type { GraphLayer, GraphOperation, GraphSignal, NetworkGraph } from '../shared/graph-types.js';
import { namesIn } from './formula.js';
import type { Link, Part, PartKind, Target } from './parts.js';

type Of<K extends GraphOperation['operation']> = Extract<GraphOperation, { operation: K }>;

/** Where the numbers of a signal come from. */
export interface Origin {
  part: Part;
  /** Steps earlier. */
  delay: number;
  /** The gate that multiplies them: what reads them, reads gate∘signal. */
  gate?: string;
}

type Held = { part: Part } | { alias: GraphSignal; gate?: string };

export class Lowering {
  readonly parts: Part[] = [];
  readonly links: Link[] = [];
  /** What a buffer holds once its layer has run. */
  readonly #held = new Map<string, Held>();
  /** The part to which a buffer's rows are added up. */
  readonly #sums = new Map<string, Part>();
  readonly #layers: ReadonlyMap<string, GraphLayer>;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #inner = new Map<GraphOperation, Held | undefined>();
  readonly #made = new Map<GraphOperation, Part>();

  constructor(readonly graph: NetworkGraph) {
    this.#layers = new Map(graph.layers.map((layer) => [layer.name, layer]));
    this.#rows = new Map(graph.buffers.map(({ name, rows }) => [name, rows]));
    for (const operation of graph.operations) this.#announce(operation);
    for (const layer of graph.layers) this.#head(layer);
    for (const operation of graph.operations) this.#make(operation);
    for (const operation of graph.operations) this.#join(operation);
  }

  /** The part to whose sum a buffer belongs. */
  sumOf(buffer: string): Part | undefined {
    return this.#sums.get(buffer);
  }

  origin({ buffer, rows, delay }: GraphSignal, layer: string): Origin {
    const held = this.#held.get(buffer);
    if (held && 'part' in held) return { part: held.part, delay };
    const alias = held ?? this.#alias(buffer, rows);
    if (!alias) return { part: this.#entry(buffer, rows, layer), delay };
    const behind = this.origin(alias.alias, layer);
    const gate = alias.gate ?? behind.gate;
    return { part: behind.part, delay: behind.delay + delay, ...(gate !== undefined && { gate }) };
  }

  #alias(buffer: string, rows: number): { alias: GraphSignal; gate?: string } | undefined {
    const of = this.graph.buffers.find(({ name }) => name === buffer)?.alias;
    return of === undefined ? undefined : { alias: { buffer: of, rows, delay: 0 } };
  }

  #part(id: string, kind: PartKind, layer: string, size: number, operation?: GraphOperation): Part {
    const { sequence = 0, direction = 1 } = this.#layers.get(layer) ?? {};
    const place = { row: 0, lane: 0 };
    const part: Part = { id, kind, layer, sequence, direction, size, ...place, activation: '', vectors: [] };
    if (operation) {
      part.operation = operation;
      this.#made.set(operation, part);
    }
    this.parts.push(part);
    return part;
  }

  /** What comes from outside: tokens or numbers, of either sequence, or the number of steps that are left. */
  #entry(buffer: string, rows: number, layer: string): Part {
    const sequence = this.#layers.get(layer)?.sequence ?? 0;
    const id = `${buffer}.${sequence}`;
    const known = this.parts.find((part) => part.id === id);
    if (known) return known;
    const { sizes } = this.graph;
    // Beside tokens the only numbers that enter step by step are those that count down.
    const counts = buffer !== 'tokens' && sizes.numbers === 0;
    const kind = counts ? 'remaining' : sequence === 1 && this.#readsBoth() ? 'source' : 'input';
    const part = this.#part(id, kind, '', rows);
    part.sequence = sequence;
    return part;
  }

  #readsBoth(): boolean {
    const read = this.graph.operations.flatMap((o) =>
      (o.operation === 'linear' || o.operation === 'lookup') && !this.#held.has(o.from.buffer)
        ? [this.#layers.get(o.layer)?.sequence]
        : [],
    );
    return read.includes(0) && read.includes(1);
  }

  /** Parts that own a sum, before anything adds to it. */
  #announce(o: GraphOperation): void {
    if (o.operation === 'cell') {
      const part = this.#part(`${o.layer}.cell`, 'cell', o.layer, o.units, o);
      for (const sum of [o.sum, ...(o.recurrent ? [o.recurrent] : [])]) this.#sums.set(sum, part);
      for (const state of o.states) this.#held.set(state, { part });
      part.vectors.push(...o.parameters);
    } else if (o.operation === 'attention') {
      const part = this.#part(o.layer, 'attention', o.layer, this.#rows.get(o.to)!, o);
      for (const sum of [o.query, o.keys]) this.#sums.set(sum, part);
      this.#held.set(o.to, { part });
      part.vectors.push(...(o.parameters ?? []));
    }
  }

  /** Sums of layers without a cell: what the network answers. */
  #head({ name, sum, units }: GraphLayer): void {
    if (sum === null || this.#sums.has(sum)) return;
    const part = this.#part(name, name === 'length' ? 'length' : 'output', name, units);
    this.#sums.set(sum, part);
    this.#held.set(sum, { part });
  }

  #sum(buffer: string, layer: string): Part {
    const known = this.#sums.get(buffer);
    if (known) return known;
    const own = this.#layers.get(layer)!;
    const kind = own.sum === null && own.states.includes(buffer) ? 'embedding' : 'hidden';
    const part = this.#part(buffer, kind, layer, this.#rows.get(buffer)!);
    part.activation = 'identity';
    this.#sums.set(buffer, part);
    this.#held.set(buffer, { part });
    return part;
  }

  #make(o: GraphOperation): void {
    switch (o.operation) {
      case 'linear':
      case 'lookup':
        return void this.#sum(o.to, o.layer);
      case 'bias':
        return void this.#sum(o.to, o.layer).vectors.push(...o.biases);
      case 'layerNorm':
        return void this.#sum(o.to, o.layer).vectors.push(...o.gain);
      case 'activation': {
        const part = this.#sum(o.to, o.layer);
        if (part.kind === 'hidden') part.activation = o.function;
        return;
      }
      case 'product':
        return this.#product(o);
      case 'dropout':
        return void this.#held.set(o.to, { alias: o.from });
      case 'interpolate':
        return this.#interpolate(o);
      case 'residual': {
        if (this.#isSum(o)) return void this.#sum(o.to, o.layer);
        this.#inner.set(o, this.#held.get(o.to));
        const part = this.#part(`${o.layer}.residual`, 'sum', o.layer, this.#rows.get(o.to)!, o);
        return void this.#held.set(o.to, { part });
      }
      case 'context': {
        // Of a sequence that is answered as a whole, each layer is pooled by itself.
        const kind = o.layer === 'context' || o.from.length !== 1 ? 'context' : 'pooled';
        const part = this.#part(o.layer, kind, o.layer, this.#rows.get(o.to)!, o);
        return void this.#held.set(o.to, { part });
      }
      case 'outputFeedback':
        return void this.#held.set(o.to, { part: this.#sum(o.from, o.layer) });
      case 'initialState':
        return void this.#cell(o.layer).vectors.push(...o.states.map(({ bias }) => bias));
      case 'cell':
      case 'attention':
      case 'paddingMask':
      case 'scheduledSampling':
        return;
      default:
        this.#unknown(o);
    }
  }

  /** Of an operation that a later engine has: what it writes. */
  #unknown(o: GraphOperation): void {
    const { to, operation } = o as unknown as { to?: unknown; operation: string };
    if (typeof to !== 'string' || !this.#rows.has(to)) return;
    const { layer } = o;
    const part = this.#part(`${to}.${operation}`, 'operation', layer, this.#rows.get(to)!, o);
    this.#inner.set(o, this.#held.get(to));
    this.#held.set(to, { part });
  }

  /** An edge without a matrix adds to a sum, as matrices do; a residual connection to what a layer gives. */
  #isSum({ to }: Of<'residual'>): boolean {
    return this.graph.operations.some((one) => one.operation === 'bias' && one.to === to);
  }

  #product(o: Of<'product'>): void {
    const sides = [o.left, o.right] as const;
    const gate = sides.findIndex(({ buffer }) => this.#sums.get(buffer)?.kind === 'cell');
    if (gate < 0) {
      const part = this.#part(o.to, 'product', o.layer, Math.max(o.left.rows, o.right.rows), o);
      return void this.#held.set(o.to, { part });
    }
    // A gate that acts before its product belongs to the cell.
    const cell = this.#sums.get(sides[gate]!.buffer)!.operation as Of<'cell'>;
    const name = cell.gates[Math.floor((sides[gate]!.row ?? 0) / cell.units)]!;
    this.#held.set(o.to, { alias: sides[1 - gate]!, gate: name });
  }

  #interpolate(o: Of<'interpolate'>): void {
    this.#inner.set(o, this.#held.get(o.states[0]!));
    const part = this.#part(`${o.layer}.interpolation`, 'interpolation', o.layer, o.units, o);
    for (const state of o.states) this.#held.set(state, { part });
    part.vectors.push(...(o.parameters ?? []));
  }

  #link(from: Part, to: Part, delay: number, rest: Partial<Link> = {}): void {
    this.links.push({ from: from.id, to: to.id, delay, role: 'copy', parameter: null, ...rest });
  }

  #copy(signal: GraphSignal, to: Part): void {
    const { part, delay } = this.origin(signal, to.layer);
    this.#link(part, to, delay);
  }

  #join(o: GraphOperation): void {
    const part = this.#made.get(o)!;
    switch (o.operation) {
      case 'linear':
      case 'lookup':
        return this.#matrix(o);
      case 'cell':
        return this.#states(o, part);
      case 'interpolate': {
        const names = this.#stateNames(o.layer);
        const inner = this.#inner.get(o);
        if (inner && 'part' in inner) this.#link(inner.part, part, 0);
        for (const at of o.states.keys()) this.#link(part, part, 1, { role: 'state', name: names[at]! });
        return;
      }
      case 'residual': {
        if (this.#isSum(o)) return this.#enter(o);
        const inner = this.#inner.get(o);
        if (inner) this.#link('part' in inner ? inner.part : this.origin(inner.alias, o.layer).part, part, 0);
        return this.#copy(o.from, part);
      }
      case 'product':
        if (part) for (const side of [o.left, o.right]) this.#copy(side, part);
        return;
      case 'context':
        for (const from of o.from) this.#copy(from, part);
        return;
      case 'initialState':
        return this.#initial(o);
      case 'attention':
        for (const from of o.memory) {
          const { part: source } = this.origin(from, o.layer);
          if (!this.links.some((link) => link.from === source.id && link.to === part.id))
            this.#copy(from, part);
        }
        return;
      default:
        if (part) this.#guess(o, part);
    }
  }

  #stateNames(layer: string): readonly string[] {
    const cell = this.graph.operations.find((o) => o.operation === 'cell' && o.layer === layer);
    return (cell as Of<'cell'> | undefined)?.stateNames ?? ['h'];
  }

  /** What is added to rows of a sum as it is. */
  #enter(o: Of<'residual'>): void {
    const to = this.#sum(o.to, o.layer);
    const { part, delay, gate } = this.origin(o.from, o.layer);
    const { row = 0, from } = o;
    const target: Target = { buffer: o.to, row, rows: from.rows, ...(gate !== undefined && { gate }) };
    const same = this.links.find(
      (link) =>
        !link.parameter && link.into && link.from === part.id && link.to === to.id && link.delay === delay,
    );
    if (same) return void same.into!.push(target);
    this.#link(part, to, delay, { into: [target] });
  }

  /** One link for a matrix, in however many pieces it is multiplied. */
  #matrix(o: Of<'linear' | 'lookup'>): void {
    const to = this.#sum(o.to, o.layer);
    const { part, delay, gate } = this.origin(o.from, o.layer);
    const target: Target = { buffer: o.to, row: o.row, rows: o.rows, ...(gate !== undefined && { gate }) };
    const same = this.links.find(
      (link) =>
        link.parameter === o.weight && link.from === part.id && link.to === to.id && link.delay === delay,
    );
    if (same) return void same.into!.push(target);
    const columns = this.graph.parameters.find(({ name }) => name === o.weight)!.shape[1]!;
    const blocks = o.byRow ? 1 : Math.round(part.size / columns);
    const rest = { parameter: o.weight, into: [target], ...(blocks > 1 && { blocks }) };
    this.#link(part, to, delay, { role: 'matrix', ...rest });
  }

  /** Former states that the cell's equations name. */
  #states(o: Of<'cell'>, cell: Part): void {
    const read = new Set(o.equations.flatMap(([, expression]) => namesIn(expression)));
    o.stateNames.forEach((name, at) => {
      if (!read.has(`${name}_prev`)) return;
      const from = o.previous?.[at] ?? { buffer: o.states[at]!, rows: o.units, delay: 1 };
      const { part, delay } = this.origin(from, o.layer);
      this.#link(part, cell, delay, { role: 'state', name });
    });
  }

  #initial(o: Of<'initialState'>): void {
    const { part } = this.origin(o.from, o.layer);
    for (const { weight } of o.states)
      this.#link(part, this.#cell(o.layer), 0, { role: 'matrix', parameter: weight });
  }

  #cell(layer: string): Part {
    return this.parts.find((one) => one.kind === 'cell' && one.layer === layer)!;
  }

  #guess(o: GraphOperation, part: Part): void {
    const inner = this.#inner.get(o);
    if (inner) this.#link('part' in inner ? inner.part : this.origin(inner.alias, o.layer).part, part, 0);
    for (const value of Object.values(o).flat() as unknown[])
      if (typeof value === 'object' && value !== null && 'buffer' in value)
        this.#copy(value as GraphSignal, part);
  }
}
