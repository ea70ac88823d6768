// A configuration as a graph: what the engine builds from it, part by part and matrix by matrix. Names of parameters
// are those of the engine (and of a saved file), so the numbers of a running network can be shown beside each part.
import type { CanonicalConfig, Config, EdgeConfig, FactorConfig, LayerConfig } from 'unfold-rnn';
import { spelled } from '../state/edges';
import { cellOf } from '../state/schema';
import { joined, spelledTask } from './encoder';
import type { Graph, Layer, Link, LinkRole, Part, PartKind } from './parts';

const delayOf = (edge: EdgeConfig) => edge.delay ?? (edge.from === 'self' || edge.from === 'output' ? 1 : 0);

const productOf = ({ from }: EdgeConfig) => (typeof from === 'object' ? from.product : undefined);

/** Rows that are drawn between an edge's sources and what it enters. */
function depthOf(edge: EdgeConfig & { units?: number }): number {
  const factors = productOf(edge)?.map(depthOf);
  return (edge.hidden?.length ?? 0) + (edge.units ? 1 : 0) + (factors ? 1 + Math.max(...factors) : 0);
}

/** As the engine tells the edges of a layer apart (core/model/declare.cpp). */
function keyOf(edge: EdgeConfig, layer: number): string {
  const delay = delayOf(edge);
  if (delay === 0 && edge.from === (layer === 0 ? 'input' : layer - 1)) return 'ih';
  const above = typeof edge.from === 'number' && edge.from > layer;
  const back = edge.from === 'self' || edge.from === 'output' || above;
  const names: Record<string, string> = { self: 'hh', input: 'x', output: 'yh' };
  const name = typeof edge.from === 'string' ? (names[edge.from] ?? edge.from) : `l${Number(edge.from)}`;
  return delay === (back ? 1 : 0) ? name : `${name}_${delay}`;
}

function blendOf(layer: LayerConfig): string {
  const { leak, clock, zoneout } = layer;
  const kinds: string[] = [];
  const range = typeof leak === 'object' ? leak : { from: leak ?? 0, to: leak ?? 0 };
  const { from = 0, to = from, learned = false } = range;
  if (learned) kinds.push('α = σ(a)');
  else if (from !== 0 || to !== 0) kinds.push(from === to ? `α = ${to}` : `α = ${from} … ${to}`);
  if (clock?.length) kinds.push(`T = ${clock.join(', ')}`);
  const rates = typeof zoneout === 'object' ? [zoneout.hidden ?? 0, zoneout.cell ?? 0] : [zoneout ?? 0];
  if (rates.some((rate) => rate > 0)) kinds.push(`ζ = ${rates.filter((rate) => rate > 0).join(', ')}`);
  return kinds.join('; ');
}

/** What a network reads and answers, in numbers a step. */
export interface Sizes {
  inputs: number;
  outputs: number;
}

export class Builder {
  readonly parts: Part[] = [];
  readonly links: Link[] = [];
  private row = 0;
  /** What upper layers read of each layer at once, and what they read of its past. */
  private readonly now: string[] = [];
  private readonly past: string[] = [];
  /** The last lane on the left that a layer has taken. */
  private left = 0;
  private below: string;

  constructor(
    private readonly config: Config,
    private readonly sizes: Sizes,
  ) {
    this.below = this.part('input', 'input', null, sizes.inputs, 0, 'x');
    if (config.embedding) {
      this.row++;
      const id = this.part('embedding', 'embedding', null, config.embedding, 0, 'E');
      this.link(this.below, id, 0, 'matrix', 'embedding.weight');
      this.below = id;
    }
    for (const [l, layer] of (config.layers as Layer[]).entries()) this.layer(layer, l);
    if (config.readout?.length) this.readout();
  }

  get rows(): number {
    return this.row + 1;
  }

  private part(
    id: string,
    kind: PartKind,
    layer: number | null,
    size: number,
    lane: number,
    detail: string,
    row = this.row,
  ): string {
    this.parts.push({ id, kind, layer, size, row, lane, detail, activation: '', vectors: [] });
    return id;
  }

  private get last(): Part {
    return this.parts.at(-1)!;
  }

  private link(
    from: string,
    to: string,
    delay: number,
    role: LinkRole,
    parameter: string | null,
    blocks = 1,
  ): void {
    this.links.push({ from, to, delay, role, parameter, ...(blocks > 1 && { blocks }) });
  }

  private source(edge: EdgeConfig, l: number): string {
    if (edge.from === 'input') return this.config.embedding ? 'embedding' : 'input';
    if (typeof edge.from === 'string' && edge.from !== 'self') return edge.from;
    if (edge.from === 'self') return `h${l}`; // stands for the state until the layer is complete
    if (Number(edge.from) > l) return `h${Number(edge.from)}`; // likewise
    return delayOf(edge) === 0 ? this.now[Number(edge.from)]! : this.past[Number(edge.from)]!;
  }

  /** The hidden layers of an edge; returns the last and the delay with which what follows reads it. */
  private chain(
    edge: EdgeConfig,
    from: string,
    place: { prefix: string; key: string; layer: number | null; lane: number; top: number; bias: boolean },
    entering: readonly { id: string; key: string; delay: number }[],
  ): { id: string; delay: number } {
    const sizes = edge.hidden ?? [];
    let last = { id: from, delay: delayOf(edge) };
    sizes.forEach((size, k) => {
      const name = `${place.prefix}${place.key}.${k}.`;
      const row = place.top - sizes.length + k;
      const id = this.part(name, 'hidden', place.layer, size, place.lane, edge.activation ?? 'tanh', row);
      this.last.activation = edge.activation ?? 'tanh';
      if (place.bias) this.last.vectors.push(`${name}bias`);
      if (edge.join === 'all' || (edge.join === 'first' && k === 0))
        for (const input of entering)
          this.link(input.id, id, input.delay, 'matrix', `${name}weight_${input.key}`);
      this.link(last.id, id, last.delay, 'matrix', `${name}weight`);
      if (edge.shortcut && k > 0) this.link(from, id, delayOf(edge), 'shortcut', `${name}shortcut`);
      last = { id, delay: 0 };
    });
    return last;
  }

  /** How many numbers a factor of a product has. */
  private sizeOf(factor: FactorConfig, l: number): number {
    const layers = this.config.layers as Layer[];
    const inner = productOf(factor);
    if (factor.units) return factor.units;
    if (inner) return this.sizeOf(inner[0], l);
    if (factor.from === 'self') return layers[l]!.hidden;
    return typeof factor.from === 'number' ? layers[factor.from]!.hidden : (this.config.embedding ?? 0);
  }

  /** The product of two edges just below row `top`, and each factor's own layers below it. */
  private product(
    factors: readonly [FactorConfig, FactorConfig],
    l: number,
    key: string,
    top: number,
  ): string {
    const lane = this.left;
    const sides = factors.map((factor, side) => {
      if (side > 0) this.left--;
      return this.factor(factor, l, `${key}.${side > 0 ? 'right' : 'left'}`, top - 1);
    });
    const id = this.part(`layers.${l}.${key}`, 'product', l, this.sizeOf(factors[0], l), lane, '∘', top - 1);
    for (const side of sides) this.link(side.id, id, side.delay, 'copy', null);
    return id;
  }

  private factor(factor: FactorConfig, l: number, key: string, top: number): { id: string; delay: number } {
    const [prefix, bias, lane] = [`layers.${l}.`, this.config.layers![l]!.bias !== 'none', this.left];
    const row = factor.units ? top - 1 : top;
    const inner = productOf(factor);
    const foot = row - (factor.hidden?.length ?? 0);
    const from = inner ? this.product(inner, l, key, foot) : this.source(factor, l);
    const last = this.chain(factor, from, { prefix, key, layer: l, lane, top: row, bias }, []);
    if (!factor.units) return last;
    const activation = factor.outputActivation ?? 'identity';
    const id = this.part(`${prefix}${key}.sum`, 'hidden', l, factor.units, lane, activation, row);
    this.last.activation = activation;
    if (bias) this.last.vectors.push(`${prefix}${key}.bias`);
    this.link(last.id, id, last.delay, 'matrix', `${prefix}${key}.weight`);
    return { id, delay: 0 };
  }

  private layer(layer: Layer, l: number): void {
    const prefix = `layers.${l}.`;
    const { edges, hidden } = layer;
    const own = edges.filter(({ from }) => from === 'self');
    const others = edges.filter(({ from }) => from !== 'self');
    const deepest = (some: EdgeConfig[]) => Math.max(0, ...some.map(depthOf));
    const bias = layer.bias !== 'none';
    // What comes from below lies below the transitions that it joins.
    const cellRow = (this.row += deepest(others) + deepest(own) + 1);
    const foot = cellRow - deepest(own);
    const cell = `cell${l}`;
    const intoCell = !own.some((edge) => edge.hidden?.length && edge.join === 'first');
    this.left = 0;
    let products = 0;
    const entering = others.map((edge) => {
      const factors = productOf(edge);
      const key = factors ? `product${products++}` : keyOf(edge, l);
      const lane = !factors && (key === 'ih' || !edge.hidden?.length) ? 0 : --this.left;
      const from = factors
        ? this.product(factors, l, key, foot - (edge.hidden?.length ?? 0))
        : this.source(edge, l);
      const last = this.chain(edge, from, { prefix, key, layer: l, lane, top: foot, bias }, []);
      if (intoCell) {
        this.link(last.id, cell, last.delay, 'matrix', `${prefix}weight_${key}`);
        if (edge.shortcut && edge.hidden?.length)
          this.link(from, cell, delayOf(edge), 'shortcut', `${prefix}shortcut_${key}`);
      }
      return { ...last, key };
    });
    let right = 0;
    const before = layer.cell === 'gru' && layer.reset === 'before';
    for (const edge of own) {
      const key = keyOf(edge, l);
      const deep = (edge.hidden?.length ?? 0) > 0;
      for (const suffix of before && deep ? ['', '_reset'] : ['']) {
        const place = { prefix, key: key + suffix, layer: l, lane: deep ? ++right : 0, top: cellRow, bias };
        const last = this.chain(edge, `h${l}`, place, entering);
        this.link(last.id, cell, last.delay, 'matrix', `${prefix}weight_${key}`, edge.blocks);
      }
      if (edge.shortcut && deep)
        this.link(`h${l}`, cell, delayOf(edge), 'shortcut', `${prefix}shortcut_${key}`);
    }
    this.part(cell, 'cell', l, hidden, 0, layer.cell);
    if (layer.cell === 'rnn') this.last.activation = layer.activation ?? 'tanh';
    this.last.vectors.push(...this.cellVectors(layer, prefix));
    this.states(layer, l, cell);
  }

  private cellVectors(layer: Layer, prefix: string): string[] {
    const bias = layer.bias ?? 'two';
    const names = bias === 'two' ? ['bias_ih', 'bias_hh'] : bias === 'one' ? ['bias'] : [];
    if (layer.cell === 'peephole-lstm') names.push('peephole_i', 'peephole_f', 'peephole_o');
    const apart = layer.cell === 'gru' && layer.reset !== 'before';
    if (layer.layerNorm) names.push('norm_ih', ...(apart ? ['norm_hh'] : []));
    return names.map((name) => prefix + name);
  }

  /** What keeps the former state beside the matrices, and what is passed upwards. */
  private states(layer: Layer, l: number, cell: string): void {
    const carried = cellOf(layer.cell)?.gates.length ?? 1;
    if (carried === 4)
      this.links.push({ from: cell, to: cell, delay: 1, role: 'state', parameter: null, name: 'c' });
    if (carried === 3)
      this.links.push({ from: `h${l}`, to: cell, delay: 1, role: 'state', parameter: null, name: 'h' });
    let state = cell;
    const blend = blendOf(layer);
    if (blend !== '') {
      this.row++;
      state = this.part(`blend${l}`, 'blend', l, layer.hidden, 0, blend);
      const learned = typeof layer.leak === 'object' && layer.leak.learned;
      if (learned) this.last.vectors.push(`layers.${l}.leak`);
      this.link(cell, state, 0, 'copy', null);
      this.links.push({ from: state, to: state, delay: 1, role: 'state', parameter: null, name: 'h' });
    }
    for (const link of this.links) if (link.from === `h${l}`) link.from = state;
    this.past[l] = this.now[l] = state;
    if (layer.residual) {
      this.row++;
      this.now[l] = this.part(`sum${l}`, 'sum', l, layer.hidden, 0, '+');
      this.link(state, this.now[l], 0, 'copy', null);
      this.link(this.below, this.now[l], 0, 'copy', null);
    }
    this.below = this.now[l]!;
  }

  private readout(): void {
    const { readout = [], layers = [], tied } = this.config;
    const deepest = Math.max(0, ...readout.map((edge) => edge.hidden?.length ?? 0));
    this.row += deepest + 1;
    let left = 0;
    for (const edge of readout) {
      const main = edge.from === layers.length - 1 && delayOf(edge) === 0;
      const key = main ? '' : `_${edge.from === 'input' ? 'x' : (edge.from as string | number)}`;
      const lane = main || !edge.hidden?.length ? 0 : --left;
      const place = { prefix: 'readout.', key: `hidden${key}`, layer: null, lane, top: this.row, bias: true };
      const from = this.source(edge, layers.length);
      const last = this.chain(edge, from, place, []);
      const weight = main && tied ? 'embedding.weight' : `readout.weight${key}`;
      this.link(last.id, 'output', last.delay, 'matrix', weight);
      if (edge.shortcut && edge.hidden?.length)
        this.link(from, 'output', delayOf(edge), 'shortcut', `readout.shortcut${key}`);
    }
    this.part('output', 'output', null, this.sizes.outputs, 0, 'softmax');
    this.last.vectors.push('readout.bias');
  }
}

/** What the engine builds of a canonical configuration for that many symbols, or numbers in and out. */
export function graphOf(config: CanonicalConfig, symbols: number | Sizes): Graph {
  const sizes = typeof symbols === 'number' ? { inputs: symbols, outputs: symbols } : symbols;
  const whole = spelled(spelledTask(config));
  const { parts, links, rows } = joined(
    whole,
    new Builder(whole, sizes),
    (encoder) =>
      new Builder({ ...whole, layers: encoder, readout: [] }, { inputs: sizes.inputs, outputs: 0 }),
  );
  const feedback = config.feedback === 'softmax' ? 'softmax' : 'target';
  return { parts, links, rows, tied: config.tied ?? false, feedback };
}
