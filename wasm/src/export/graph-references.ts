/** What the parts of a graph say of each other: names exist, sizes fit, every operation runs once. */
import { refuse } from '../shared/errors.js';
import type {
  GraphBuffer,
  GraphCell,
  GraphExpression,
  GraphLayer,
  GraphLinear,
  GraphOperation,
  GraphSignal,
  NetworkGraph,
} from '../shared/graph-types.js';

/** The graph of a saved model: that of `Model.graph()`, without sums over the whole network. */
export type SavedGraph = Omit<NetworkGraph, 'totals'>;

/**
 * @throws UnfoldError `INVALID_CHECKPOINT` with the field that names what is not there, or whose size does not fit
 */
export function checkReferences(graph: SavedGraph): void {
  new References(graph).check();
}

const bad = (path: string, expected: string, actual: unknown) =>
  refuse('INVALID_CHECKPOINT', path, expected, String(actual).slice(0, 60));

function same(path: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw bad(path, String(expected), actual);
}

/** Items by their names, which are all different. */
function byName<T extends { name: string }>(items: readonly T[], path: string): Map<string, T> {
  const found = new Map<string, T>();
  items.forEach((item, i) => {
    if (found.has(item.name)) throw bad(`${path}[${i}].name`, 'a name of its own', item.name);
    found.set(item.name, item);
  });
  return found;
}

class References {
  readonly #buffers: Map<string, GraphBuffer>;
  readonly #shapes: Map<string, readonly number[]>;
  readonly #layers: Map<string, GraphLayer>;

  constructor(private readonly graph: SavedGraph) {
    this.#buffers = byName(graph.buffers, 'graph.buffers');
    this.#layers = byName(graph.layers, 'graph.layers');
    const parameters = byName(graph.parameters, 'graph.parameters');
    this.#shapes = new Map([...parameters].map(([name, { shape }]) => [name, shape]));
  }

  check(): void {
    const { buffers, layers, operations, sizes } = this.graph;
    buffers.forEach((buffer, i) => this.#aliased(buffer, `graph.buffers[${i}]`));
    layers.forEach((layer, i) => {
      const path = `graph.layers[${i}]`;
      layer.states.forEach((state, k) => this.#state(state, `${path}.states[${k}]`, layer.units));
      if (layer.output !== null)
        same(`${path}.output`, this.#buffer(layer.output, `${path}.output`).rows, layer.units);
      if (layer.sum !== null) this.#buffer(layer.sum, `${path}.sum`);
    });
    if (sizes.symbols && sizes.numbers) throw bad('graph.sizes.numbers', '0 beside symbols', sizes.numbers);
    operations.forEach((operation, i) => this.#operation(operation, `graph.operations[${i}]`));
    this.#scans();
    this.#scales();
  }

  /** One of each column, and the same kind. */
  #scales(): void {
    const { scaling, sizes } = this.graph;
    if (!scaling) return;
    same('graph.scaling.inputs', scaling.inputs.length, sizes.numbers);
    if (scaling.outputs.length) same('graph.scaling.outputs', scaling.outputs.length, sizes.outputs);
    for (const side of ['inputs', 'outputs'] as const)
      for (const { log } of scaling[side]) same(`graph.scaling.${side}.log`, log, scaling[side][0]!.log);
  }

  #aliased({ name, rows, alias, extent, direction }: GraphBuffer, path: string): void {
    if (name === 'tokens') throw bad(`${path}.name`, "another name than 'tokens'", name);
    if (extent === 'state' && direction === undefined) throw bad(`${path}.direction`, '1 or -1', 'nothing');
    if (alias === undefined) return;
    const target = this.#buffer(alias, `${path}.alias`);
    if (target.alias !== undefined || target.rows !== rows)
      throw bad(`${path}.alias`, `a buffer of ${rows} rows`, alias);
  }

  #buffer(name: string, path: string): GraphBuffer {
    const buffer = this.#buffers.get(name);
    if (!buffer) throw bad(path, 'a buffer of this graph', name);
    return buffer;
  }

  #rows(name: string, path: string, rows: number): void {
    same(path, this.#buffer(name, path).rows, rows);
  }

  #state(name: string, path: string, units: number): void {
    const { extent, rows } = this.#buffer(name, path);
    if (extent !== 'state') throw bad(path, 'a state', name);
    same(path, rows, units);
  }

  #parameter(name: string, path: string, ...shape: number[]): void {
    const found = this.#shapes.get(name);
    if (!found) throw bad(path, 'a parameter of this graph', name);
    if (String(found) !== String(shape)) throw bad(path, `shape [${shape}]`, `[${found}]`);
  }

  /** A signal of a sequence. */
  #signal({ buffer: name, row = 0, rows, delay }: GraphSignal, path: string, sequence: number): void {
    if (name === 'tokens') {
      same(`${path}.rows`, rows, this.graph.sizes.symbols);
      return;
    }
    const buffer = this.#buffer(name, `${path}.buffer`);
    same(`${path}.buffer (its sequence)`, buffer.sequence, sequence);
    if (row + rows > buffer.rows) throw bad(`${path}.rows`, `rows of ${name}`, row + rows);
    const most = buffer.extent === 'state' ? (buffer.delay ?? 0) : 0;
    if (delay > most) throw bad(`${path}.delay`, `at most ${most}`, delay);
  }

  #range({ to, row, rows }: { to: string; row: number; rows: number }, path: string): void {
    if (row + rows > this.#buffer(to, `${path}.to`).rows)
      throw bad(`${path}.rows`, `rows of ${to}`, row + rows);
  }

  #operation(o: GraphOperation, path: string): void {
    const layer = this.#layers.get(o.layer);
    if (!layer) throw bad(`${path}.layer`, 'a layer of this graph', o.layer);
    const { sequence } = layer;
    const signal = (one: GraphSignal, field: string, of = sequence) =>
      this.#signal(one, `${path}.${field}`, of);
    const together = (signals: readonly GraphSignal[]) => signals.reduce((sum, { rows }) => sum + rows, 0);
    if ('states' in o && o.operation !== 'initialState')
      o.states.forEach((state, k) => this.#state(state, `${path}.states[${k}]`, o.units));
    switch (o.operation) {
      case 'linear':
      case 'lookup':
        return this.#linear(o, path, sequence);
      case 'bias': {
        const { rows } = this.#buffer(o.to, `${path}.to`);
        o.biases.forEach((one, k) => this.#parameter(one, `${path}.biases[${k}]`, rows));
        return;
      }
      case 'activation':
        return this.#range(o, path);
      case 'layerNorm': {
        const { rows } = this.#buffer(o.to, `${path}.to`);
        if (o.firstGate >= o.endGate || o.endGate * o.units > rows)
          throw bad(`${path}.endGate`, 'gates of the sum', o.endGate);
        this.#parameter(o.gain[0]!, `${path}.gain[0]`, rows);
        return;
      }
      case 'cell':
        o.previous?.forEach((one, k) => {
          signal(one, `previous[${k}]`);
          this.#state(one.buffer, `${path}.previous[${k}].buffer`, o.units);
          same(`${path}.previous[${k}].rows`, one.rows, o.units);
        });
        return this.#cell(o, path);
      case 'interpolate':
        if (o.periods) same(`${path}.periods (their number)`, o.periods.length, o.units);
        if (o.leak?.learned) this.#parameter(o.parameters?.[0] ?? '', `${path}.parameters`, o.units);
        return;
      case 'paddingMask':
      case 'scheduledSampling':
        return;
      case 'dropout':
        signal(o.from, 'from');
        return this.#rows(o.to, `${path}.to`, o.from.rows);
      case 'residual':
        signal(o.from, 'from');
        return this.#range({ to: o.to, row: o.row ?? 0, rows: o.from.rows }, path);
      case 'product':
        signal(o.left, 'left');
        signal(o.right, 'right');
        if (o.left.rows > 1 && o.right.rows > 1) same(`${path}.right.rows`, o.right.rows, o.left.rows);
        return this.#rows(o.to, `${path}.to`, Math.max(o.left.rows, o.right.rows));
      case 'context':
        o.from.forEach((one, k) => signal(one, `from[${k}]`, 1));
        same(`${path}.directions (their number)`, o.directions.length, o.from.length);
        same(`${path}.layer (its sequence)`, sequence, 0);
        return this.#rows(o.to, `${path}.to`, o.from.length ? together(o.from) : this.graph.sizes.context);
      case 'initialState':
        signal(o.from, 'from');
        o.states.forEach(({ to, weight, bias }, k) => {
          const at = `${path}.states[${k}]`;
          const { rows } = this.#buffer(to, `${at}.to`);
          this.#state(to, `${at}.to`, rows);
          this.#parameter(weight, `${at}.weight`, rows, o.from.rows);
          this.#parameter(bias, `${at}.bias`, rows);
        });
        return;
      case 'attention': {
        const { rows } = this.#buffer(o.query, `${path}.query`);
        this.#rows(o.keys, `${path}.keys`, rows);
        same(`${path}.keys (their sequence)`, this.#buffer(o.keys, path).sequence, 1);
        o.memory.forEach((one, k) => signal(one, `memory[${k}]`, 1));
        if (o.score === 'additive') this.#parameter(o.parameters?.[0] ?? '', `${path}.parameters`, 1, rows);
        return this.#rows(o.to, `${path}.to`, together(o.memory));
      }
      case 'outputFeedback':
        return this.#rows(o.to, `${path}.to`, this.#buffer(o.from, `${path}.from`).rows);
    }
  }

  #linear(o: GraphLinear, path: string, sequence: number): void {
    this.#signal(o.from, `${path}.from`, sequence);
    this.#range(o, path);
    same(`${path}.operation`, o.operation, o.from.buffer === 'tokens' ? 'lookup' : 'linear');
    if (o.byRow) {
      same(`${path}.operation`, o.operation, 'lookup');
      same(`${path}.weightRow`, o.weightRow, 0);
      return this.#parameter(o.weight, `${path}.weight`, o.from.rows, o.rows);
    }
    const shape = this.#shapes.get(o.weight);
    if (!shape || shape.length !== 2) throw bad(`${path}.weight`, 'a matrix of this graph', o.weight);
    if (o.weightRow + o.rows > shape[0]!)
      throw bad(`${path}.weightRow`, `rows of ${o.weight}`, o.weightRow + o.rows);
    same(`${path}.weight (its columns)`, shape[1], o.from.rows);
    const units = o.periods?.length ?? Infinity;
    if ((o.from.row ?? 0) + o.from.rows > units) throw bad(`${path}.periods`, 'one for each unit', units);
  }

  #cell(o: GraphCell, path: string): void {
    this.#rows(o.sum, `${path}.sum`, o.gates.length * o.units);
    if (o.recurrent !== undefined) this.#rows(o.recurrent, `${path}.recurrent`, o.gates.length * o.units);
    same(`${path}.stateNames (their number)`, o.stateNames.length, o.states.length);
    if (o.previous) same(`${path}.previous (their number)`, o.previous.length, o.states.length);
    if (o.earlyGate !== undefined && !o.gates.includes(o.earlyGate))
      throw bad(`${path}.earlyGate`, `one of ${o.gates}`, o.earlyGate);
    const known = new Set(o.stateNames.map((state) => `${state}_prev`));
    const add = (name: string, at: string) => {
      if (known.has(name)) throw bad(at, 'a name of its own', name);
      known.add(name);
    };
    for (const gate of o.gates)
      for (const z of o.recurrent === undefined ? ['z'] : ['zx', 'zh']) add(`${z}_${gate}`, `${path}.gates`);
    o.parameters.forEach((one, k) => {
      this.#parameter(one, `${path}.parameters[${k}]`, o.units);
      add(one.split('.').at(-1)!, `${path}.parameters[${k}]`);
    });
    const uses = (expression: GraphExpression, at: string): void => {
      if (typeof expression === 'string' && !known.has(expression))
        throw bad(at, 'a name that is known here', expression);
      if (Array.isArray(expression)) for (const one of expression.slice(1)) uses(one, at);
    };
    o.equations.forEach(([name, expression], k) => {
      uses(expression, `${path}.equations[${k}]`);
      add(name, `${path}.equations[${k}]`);
    });
    for (const name of [...o.stateNames, ...(o.earlyGate === undefined ? [] : [o.earlyGate])])
      if (!known.has(name)) throw bad(`${path}.equations`, `one for ${name}`, 'none');
  }

  /** Every operation runs once, in the scan of its layer. */
  #scans(): void {
    const { operations, scans } = this.graph;
    const ran = new Set<number>();
    scans.forEach((scan, s) => {
      for (const name of scan.layers) {
        const layer = this.#layers.get(name);
        same(`graph.scans[${s}].layers (their sequence)`, layer?.sequence, scan.sequence);
        same(`graph.scans[${s}].layers (their direction)`, layer?.direction, scan.direction);
      }
      for (const when of ['once', 'begin', 'step'] as const)
        scan[when].forEach((i, k) => {
          const path = `graph.scans[${s}].${when}[${k}]`;
          const operation = operations[i];
          if (!operation || ran.has(i)) throw bad(path, 'an operation that has not run', i);
          if (operation.when !== when || !scan.layers.includes(operation.layer))
            throw bad(path, `an operation of these layers that runs ${when}`, i);
          ran.add(i);
        });
    });
    operations.forEach(({ when }, i) => {
      if ((when !== 'never') !== ran.has(i))
        throw bad(`graph.operations[${i}].when`, 'a scan that runs it', when);
    });
  }
}
