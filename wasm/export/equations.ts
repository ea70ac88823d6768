/** From a checkpoint to the equations of its network. Mirrors core/model/lower.cpp, lower_cell.cpp and cells/. */
import type { LayerConfig } from '../config.js';
import { refuse } from '../errors.js';
import { blendCell, blendState, waitingValue } from './blend.js';
import { cellEquations } from './cells.js';
import type { Checkpoint } from './checkpoint.js';
import { checkFields, sound } from './fields.js';
import { complete, type Edge, edgeKey, isLeaky, periodsOf, zoneoutOf } from './layer-config.js';
import { activation, dropout, linear, type Parameter, parameterValue, sum, type Value } from './values.js';

/** What a layer is made of if it is what an RNN, LSTM or GRU of other toolkits computes, besides blends. */
export interface StandardCell {
  cell: 'rnn' | 'lstm' | 'peephole-lstm' | 'gru';
  /** What enters, each through a matrix of its own: complete before the layer starts. */
  inputs: readonly { source: Value; matrix: Parameter }[];
  recurrent: Parameter;
  /** One bias vector, or the input's and the recurrent one, or none. */
  biases: readonly Parameter[];
}

export interface LayerEquations {
  /** `embedding`, `layers.0`, …, `readout`. */
  name: string;
  /** The configuration of it, for layers that have one. */
  config?: LayerConfig;
  /** Units; V for the readout. */
  size: number;
  /** It runs from the last step to the first. */
  backward: boolean;
  /** The state that a step leaves; for the readout, the logits' softmax if it is fed back. */
  h: Value;
  c?: Value;
  /** What upper layers read. */
  out: Value;
  /** Why it is not one, if it is none. */
  standard: StandardCell | string;
}

export interface NetworkEquations {
  checkpoint: Checkpoint;
  /** The readout last. */
  layers: readonly LayerEquations[];
  logits: Value;
  /** Layers from this one on are scanned together; layers.length if each is scanned by itself. */
  scanFrom: number;
}

interface Source {
  value: Value;
  key: string;
}

/**
 * @throws UnfoldError `INVALID_CHECKPOINT` if tensors and configuration do not fit, or say what this version does not
 * know.
 */
export function equationsOf(checkpoint: Checkpoint): NetworkEquations {
  return sound('config', () => {
    checkFields(checkpoint.config);
    return new Lowering(checkpoint).network();
  });
}

class Lowering {
  readonly #checkpoint: Checkpoint;
  readonly #used = new Set<string>();
  readonly #layers: LayerEquations[] = [];
  readonly #leaves = new Map<string, Value>();
  /** Layers before the configuration's: the embedding. */
  readonly #below: number;
  #scanFrom: number;

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    const { config } = checkpoint;
    this.#below = config.embedding > 0 ? 1 : 0;
    this.#scanFrom = this.#below + config.layers.length + 1;
    if (config.feedback === 'softmax') {
      const fed = config.layers.findIndex((layer) => layer.edges?.some(({ from }) => from === 'output'));
      if (fed >= 0) this.#scanFrom = fed + this.#below;
    }
  }

  network(): NetworkEquations {
    const { config, symbols: V, outputs, parameters } = this.#checkpoint;
    if (this.#below) this.#embedding(V, config.embedding);
    config.layers.forEach((layer, number) => this.#layers.push(this.#layer(layer, number)));
    const logits = this.#readout(outputs);
    for (const name of parameters.keys())
      if (!this.#used.has(name))
        throw refuse('INVALID_CHECKPOINT', name, 'a tensor of this network', 'an unknown name');
    return {
      checkpoint: this.#checkpoint,
      layers: this.#layers,
      logits,
      scanFrom: this.#scanFrom,
    };
  }

  #parameter(name: string, ...shape: number[]): Parameter {
    const tensor = this.#checkpoint.parameters.get(name);
    if (!tensor) throw refuse('INVALID_CHECKPOINT', name, `a tensor of shape [${shape}]`, 'none');
    if (String(tensor.shape) !== String(shape))
      throw refuse('INVALID_CHECKPOINT', name, `shape [${shape}]`, `[${tensor.shape}]`);
    this.#used.add(name);
    return { name, tensor };
  }

  #vector = (name: string, size: number): Value => parameterValue(this.#parameter(name, size));

  #embedding(V: number, E: number): void {
    const token: Value = { name: 'token', size: V, when: 'once', op: { kind: 'token', delay: 0 } };
    const table = this.#parameter('embedding.weight', V, E);
    const h: Value = { name: 'h', size: E, when: 'once', op: { kind: 'embed', token, table } };
    const out = this.#dropped(h, 0);
    this.#layers.push({ name: 'embedding', size: E, backward: false, h, out, standard: 'is an embedding' });
  }

  /** Dropout on what a layer gives to upper ones. */
  #dropped(h: Value, layer: number): Value {
    const { dropout: rate, variationalDropout } = this.#checkpoint.config;
    return dropout('out', rate, h, variationalDropout ? 'window' : 'step', `output${layer}`);
  }

  /** The state of engine layer `layer`, `delay` steps ago, as layer `reader` sees it. */
  #past(layer: number, delay: number, size: number, reader: number): Value {
    const when = layer === reader || layer >= this.#scanFrom ? 'step' : 'once';
    return this.#leaf({
      name: delay > 1 ? `h_${delay}` : 'h_',
      size,
      when,
      op: { kind: 'past', layer, delay },
    });
  }

  /** The same object for the same signal. */
  #leaf(value: Value): Value {
    const key = JSON.stringify([value.op, value.when]);
    if (!this.#leaves.has(key)) this.#leaves.set(key, value);
    return this.#leaves.get(key)!;
  }

  #source(edge: Edge, reader: number): Value {
    const { symbols: V, numbers: D, config } = this.#checkpoint;
    const token = (delay: number) =>
      this.#leaf({
        name: D ? 'x' : 'token',
        size: D || V,
        when: 'once',
        op: { kind: D ? 'numbers' : 'token', delay },
      });
    if (edge.from === 'self')
      return this.#past(reader, edge.delay, config.layers[reader - this.#below]!.hidden!, reader);
    if (edge.from === 'output') {
      // Teacher forcing: the former target is the present input.
      if (config.feedback !== 'softmax') return token(edge.delay - 1);
      return this.#past(this.#below + config.layers.length, edge.delay, V, reader);
    }
    if (edge.from === 'input' && !this.#below) return token(edge.delay);
    const layer = edge.from === 'input' ? 0 : Number(edge.from) + this.#below;
    const lower = this.#layers[layer];
    if (!lower) throw refuse('INVALID_CHECKPOINT', 'edges.from', 'a lower layer', edge.from);
    if (edge.delay > 0) return this.#past(layer, edge.delay, lower.size, reader);
    if (layer >= this.#scanFrom) return lower.out;
    return this.#leaf({ name: 'x', size: lower.size, when: 'once', op: { kind: 'result', layer } });
  }

  /** The hidden layers of an edge's block; what its last matrix reads. */
  #chain(edge: Edge, from: Value, path: string, inputs: readonly Source[], biases: boolean): Value {
    return edge.hidden.reduce((last, size, k) => {
      const name = `${path}.${k}.`;
      const terms: Value[] = [];
      const matrix = (x: Value, key: string) =>
        terms.push(linear('a', x, this.#parameter(name + key, size, x.size), 0, size));
      if (edge.join === 'all' || (edge.join === 'first' && k === 0))
        for (const { value, key } of inputs) matrix(value, `weight_${key}`);
      matrix(last, 'weight');
      if (edge.shortcut && k > 0) matrix(from, 'shortcut');
      if (biases) terms.push(this.#vector(`${name}bias`, size));
      return activation('a', edge.activation, sum('a', terms)!);
    }, from);
  }

  #layer(config: LayerConfig, number: number): LayerEquations {
    const reader = number + this.#below;
    const prefix = `layers.${number}.`;
    const H = config.hidden!;
    const edges = (config.edges ?? [{ from: number ? number - 1 : 'input' }, { from: 'self' }]).map(complete);
    const own = edges.filter(({ from }) => from === 'self');
    const others = edges.filter(({ from }) => from !== 'self');
    const biases = config.bias !== 'none';
    const gates = ({ rnn: 1, lstm: 4, 'peephole-lstm': 4, gru: 3 } as Record<string, number>)[config.cell!];
    if (!gates)
      throw refuse('INVALID_CHECKPOINT', `layers[${number}].cell`, 'a cell of this version', config.cell);
    const R = gates * H;
    const periods = periodsOf(config);
    const into = !own.some(({ hidden, join }) => hidden.length > 0 && join === 'first');
    const whys: string[] = [];

    const inputs: (Source & { matrix?: Parameter })[] = [];
    const fromInputs: Value[] = [];
    const entering: { source: Value; matrix: Parameter }[] = [];
    const enter = (source: Value, name: string) => {
      const matrix = this.#parameter(prefix + name, R, source.size);
      fromInputs.push(linear('z', source, matrix, 0, R));
      entering.push({ source, matrix });
    };
    for (const edge of others) {
      const key = edgeKey(edge, number);
      const from = this.#source(edge, reader);
      const value = this.#chain(edge, from, prefix + key, [], biases);
      inputs.push({ value, key });
      if (into) enter(value, `weight_${key}`);
      if (into && edge.shortcut && edge.hidden.length) enter(from, `shortcut_${key}`);
    }

    /** W·(former state) of an edge for some rows; `reset` is the gate's effect on the state. */
    const recurrent = (from: number, to: number, suffix: string, reset: (h: Value) => Value): Value[] =>
      own.flatMap((edge, site) => {
        const key = edgeKey(edge, number);
        const masked = dropout(
          'h_',
          config.recurrentDropout ?? 0,
          this.#source(edge, reader),
          'window',
          `${number}.${site}`,
        );
        const h = reset(masked);
        const last = this.#chain(edge, h, prefix + key + suffix, inputs, biases);
        const matrix = this.#parameter(`${prefix}weight_${key}`, R, last.size);
        const clocked = periods && !edge.hidden.length && suffix === '' ? periods : undefined;
        const terms = [linear('z', last, matrix, from, to - from, clocked)];
        if (edge.shortcut && edge.hidden.length) {
          const shortcut = this.#parameter(`${prefix}shortcut_${key}`, R, H);
          terms.push(linear('z', h, shortcut, from, to - from, suffix === '' ? periods : undefined));
        }
        return terms;
      });

    const two = config.bias === 'two';
    const named = two ? ['bias_ih', 'bias_hh'] : biases ? ['bias'] : [];
    const vectors = named.map((name) => this.#parameter(prefix + name, R));
    const norm = (name: string) => (config.layerNorm ? this.#vector(prefix + name, R) : undefined);
    const c: Value = { name: 'c_', size: H, when: 'step', op: { kind: 'pastCell', layer: reader } };
    const h: Value = this.#past(reader, 1, H, reader);
    const { h: answer, c: cell } = cellEquations(config, H, {
      inputs: fromInputs,
      recurrent,
      biases: vectors.map(parameterValue),
      norm,
      vector: (name) => this.#vector(prefix + name, H),
      former: { h, c },
    });

    const waiting = periods && this.#leaf(waitingValue(periods));
    const learned = () => this.#vector(`${prefix}leak`, H);
    const blended = blendState(config, waiting, h, answer, learned);
    const dropped = this.#dropped(blended, reader);
    const below =
      config.residual && this.#source({ ...complete({ from: number ? number - 1 : 'input' }) }, reader);
    const out = below ? sum('out', [dropped, below])! : dropped;
    if (reader >= this.#scanFrom) whys.push("feedback 'softmax'");
    if (!entering.length) whys.push('no input');
    if (own.length !== 1 || own[0]!.delay !== 1) whys.push('edges from itself other than one of delay 1');
    if (own.some(({ hidden }) => hidden.length)) whys.push('deep transition');
    if (blended !== answer) whys.push(config.clock?.length ? 'clock' : isLeaky(config) ? 'leak' : 'zoneout');
    else if (cell && zoneoutOf(config).cell > 0) whys.push('zoneout');
    if (config.layerNorm) whys.push('layerNorm');
    const standard: StandardCell | string = whys[0] ?? {
      cell: config.cell as StandardCell['cell'],
      inputs: entering,
      recurrent: this.#parameter(`${prefix}weight_hh`, R, H),
      biases: vectors,
    };
    return {
      name: `layers.${number}`,
      config,
      size: H,
      backward: config.direction === 'backward',
      h: blended,
      ...(cell && { c: blendCell(config, waiting, c, cell) }),
      out,
      standard,
    };
  }

  /** What one of the configuration's layers leaves behind. */
  #pooled(number: number, mean: boolean): Value {
    const layer = number + this.#below;
    const { size, backward } = this.#layers[layer] ?? {};
    if (size === undefined) throw refuse('INVALID_CHECKPOINT', 'readout.from', 'a layer', number);
    return this.#leaf({
      name: 'pooled',
      size,
      when: 'once',
      op: { kind: 'pooled', layer, mean, backward: backward! },
    });
  }

  #readout(V: number): Value {
    const { config, pool } = this.#checkpoint;
    const reader = this.#layers.length;
    const top = config.layers.length - 1;
    const terms = (config.readout ?? [{ from: top }]).map(complete).flatMap((edge) => {
      const last = edge.from === top && edge.delay === 0;
      const key = last ? '' : `_${edge.from === 'input' ? 'x' : edge.from}`;
      const from = pool ? this.#pooled(Number(edge.from), pool === 'mean') : this.#source(edge, reader);
      const value = this.#chain(edge, from, `readout.hidden${key}`, [], true);
      const matrix =
        last && config.tied
          ? this.#parameter('embedding.weight', V, value.size)
          : this.#parameter(`readout.weight${key}`, V, value.size);
      const own = [linear('o', value, matrix, 0, V)];
      if (edge.shortcut && edge.hidden.length)
        own.push(linear('o', from, this.#parameter(`readout.shortcut${key}`, V, from.size), 0, V));
      return own;
    });
    const logits = sum('o', [...terms, this.#vector('readout.bias', V)])!;
    const h = activation('p', 'softmax', logits);
    this.#layers.push({
      name: 'readout',
      size: V,
      backward: false,
      h,
      out: logits,
      standard: 'is the readout',
    });
    return logits;
  }
}
