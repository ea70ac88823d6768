/** The graph of a network: the same from everywhere, and enough to compute the network without the engine. */
import {
  createModel,
  createNetwork,
  describeNetwork,
  type Config,
  type GraphExpression,
  type GraphOperation,
  type GraphSignal,
  type NetworkGraph,
  openModel,
} from 'unfold-rnn';
import { describe, expect, test } from 'vitest';
import { readSafetensors, type Tensor } from '../../dist/export/safetensors.js';
import { hosts, rejection } from './harness.js';
import { difference, reopened, TEXT } from './networks.js';

const vocabulary = new Set(TEXT).size;
const small: Config = { layers: [{ cell: 'gru', units: 5 }], sequenceLength: 11, batchSize: 3 };
const namesOf = (graph: NetworkGraph) => graph.parameters.map(({ name }) => name).sort();

describe.each(hosts)('in $host', ({ worker }) => {
  test('a model has the graph of its configuration and vocabulary, and of its file', async () => {
    const model = await createModel(small, TEXT, { threads: 1, worker });
    const graph = await model.graph();
    const bytes = await model.save({ optimizer: false });
    expect(await describeNetwork(small, { vocabulary })).toEqual(graph);
    expect(namesOf(graph)).toEqual([...readSafetensors(bytes).tensors.keys()].sort());
    expect(graph.totals.parameters).toBe(model.info.parameters);
    const again = await openModel(bytes, undefined, { threads: 1, worker });
    expect(await again.graph()).toEqual(graph);
    for (const each of [model, again]) each.dispose();
  });

  test('a network of numbers has it too, and says in which tensors its parameters are', async () => {
    const task = { inputs: 2, outputs: 1 };
    const torch = await createNetwork({ task, layers: [{ units: 4 }, { units: 4 }] }, { threads: 1, worker });
    const graph = await torch.graph();
    const tensors = await torch.parameters();
    expect(new Set(graph.parameters.map(({ tensor }) => tensor))).toEqual(new Set(Object.keys(tensors)));
    for (const { tensor, shape } of graph.parameters) expect(tensors[tensor!]!.shape).toEqual(shape);
    const plain = await describeNetwork({ ...torch.info.config });
    expect(graph.parameters).toMatchObject(plain.parameters);
    expect({ ...graph, parameters: plain.parameters }).toEqual(plain);

    const own = await createNetwork(
      { task, layers: [{ cell: 'gru', reset: 'before', units: 4 }] },
      { threads: 1, worker },
    );
    expect(await describeNetwork(own.info.config)).toEqual(await own.graph());
    expect(namesOf(await own.graph())).toEqual(Object.keys(await own.parameters()).sort());
    for (const each of [torch, own]) each.dispose();
  });
});

test('two directions lie side by side in the tensors of PyTorch', async () => {
  const layer = { cell: 'lstm' as const, units: 3 };
  const network = await createNetwork(
    {
      task: { inputs: 2 },
      layers: [
        layer,
        { ...layer, direction: 'backward', edges: [{ from: 'input' }, { from: 'self' }] },
        { ...layer, edges: [{ from: 0 }, { from: 1 }, { from: 'self' }] },
        { ...layer, direction: 'backward', edges: [{ from: 0 }, { from: 1 }, { from: 'self' }] },
      ],
      readout: [{ from: 2 }, { from: 3 }],
    },
    { threads: 1 },
  );
  expect(network.info.pytorchNames).toBe(true);
  const { parameters } = await network.graph();
  expect(
    parameters.filter(({ tensor }) => tensor === 'weight_ih_l1').map(({ shape, column }) => [shape, column]),
  ).toEqual([
    [[12, 3], 0],
    [[12, 3], 3],
  ]);
  network.dispose();
});

test('layers that continue the states of another one are no module of PyTorch', async () => {
  const network = await createNetwork(
    { task: { inputs: 2, outputs: 1 }, preset: 'fast-slow', units: 4 },
    { threads: 1 },
  );
  expect(network.info.pytorchNames).toBe(false);
  expect(namesOf(await network.graph())).toEqual(Object.keys(await network.parameters()).sort());
  network.dispose();
});

test('what does not fit is refused by name', async () => {
  expect(await rejection(describeNetwork({ batchSize: 0 }, { vocabulary }))).toMatchObject({
    code: 'INVALID_CONFIG',
  });
  for (const size of [undefined, 0, 65537, 1.5])
    expect(await rejection(describeNetwork({}, { vocabulary: size as never }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'vocabulary',
    });
});

describe('computes what the engine computes, with nothing but the graph and the parameters', () => {
  const cases: Record<string, Config> = {
    'two LSTM layers': { layers: [{ units: 6 }, { units: 5 }], dropout: 0.2 },
    'a GRU whose reset gate acts before the product': {
      layers: [{ cell: 'gru', reset: 'before', units: 6 }],
    },
    'a GRU whose reset gate acts after the product': { layers: [{ cell: 'gru', units: 6, bias: 'one' }] },
    peepholes: { layers: [{ cell: 'peephole-lstm', units: 6 }] },
    'a deep transition and an edge two steps late': {
      layers: [
        {
          cell: 'rnn',
          units: 6,
          edges: [
            { from: 'input', delay: 2 },
            { from: 'input' },
            { from: 'self', hidden: [4, 5], shortcut: true, join: 'all' },
          ],
        },
      ],
    },
    'states of another layer': { preset: 'fast-slow', units: 5 },
    'highways within a step': { preset: 'rhn', units: 5 },
    'a tied embedding and residual connections': {
      embedding: 6,
      tieWeights: true,
      dropout: 0.1,
      layers: [
        { units: 6, residual: true },
        { units: 6, residual: true },
      ],
    },
  };

  test.each(Object.entries(cases))('%s', async (_, config) => {
    const { layers, ...sizes } = small;
    const model = await createModel({ ...sizes, ...(!config.preset && { layers }), ...config }, TEXT, {
      threads: 1,
    });
    for await (const _ of model.train({ steps: 4 }));
    const [T, N] = [7, 2];
    const tokens = Array.from({ length: T * N }, (_, i) => (i * i + 3 * i) % vocabulary);
    const checkpoint = await model.save();
    const graph = await model.graph();
    model.dispose();
    const engine = await reopened(checkpoint);
    const [expected] = engine.logits(tokens, N, { values: new Float32Array(), inputs: [], clock: 0 });
    engine.dispose();
    const found = new Evaluator(graph, engine.parameters, tokens, T, N).logits();
    expect(difference(found, expected)).toBeLessThan(1e-5);
  });
});

const functions: Record<string, (x: number, y: number) => number> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  max: Math.max,
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  identity: (x) => x,
};

function evaluate(expression: GraphExpression, names: (name: string) => number): number {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') return names(expression);
  const [operator, ...of] = expression;
  const [x = NaN, y = NaN] = of.map((one) => evaluate(one, names));
  return functions[operator]!(x, y);
}

/** Executes a graph in plain loops, in double precision. Sequences begin with zeros; what precedes them adds nothing. */
class Evaluator {
  readonly #values = new Map<string, Float64Array[]>();

  constructor(
    readonly graph: NetworkGraph,
    readonly parameters: ReadonlyMap<string, Tensor>,
    readonly tokens: readonly number[],
    readonly T: number,
    readonly N: number,
  ) {
    for (const { name, rows, extent, delay = 0 } of graph.buffers) {
      const columns = extent === 'state' ? (delay + T) * N : T * N;
      this.#values.set(
        name,
        Array.from({ length: columns }, () => new Float64Array(rows)),
      );
    }
  }

  logits(): number[] {
    const { T, N, graph } = this;
    for (const { once, begin, step } of graph.scans) {
      for (const i of [...once, ...begin]) for (let t = 0; t < T; ++t) this.#run(graph.operations[i]!, t);
      for (let t = 0; t < T; ++t) for (const i of step) this.#run(graph.operations[i]!, t);
    }
    const { sum } = graph.layers.find(({ name }) => name === 'readout')!;
    return Array.from({ length: T * N }, (_, at) => [...this.#at(sum!, Math.floor(at / N), at % N)]).flat();
  }

  #at(name: string, t: number, n: number, late = 0): Float64Array {
    const buffer = this.graph.buffers.find((each) => each.name === name)!;
    if (buffer.alias) return this.#at(buffer.alias, t, n, late);
    const steps = buffer.extent === 'state' ? t + (buffer.delay ?? 0) - late : t - late;
    return this.#values.get(name)![steps * this.N + n]!;
  }

  #vector(names: readonly string[], row: number): number {
    return names.reduce((sum, name) => sum + this.parameters.get(name)!.data[row]!, 0);
  }

  #biases(sum: string): string[] {
    const all = this.graph.operations.flatMap((o) =>
      o.operation === 'bias' && o.to === sum ? o.biases : [],
    );
    return all;
  }

  /** The numbers that a signal has, of tokens as one-hot columns; null before the first token. */
  #read({ buffer, row = 0, rows, delay }: GraphSignal, t: number, n: number): ArrayLike<number> {
    if (buffer !== 'tokens') return this.#at(buffer, t, n, delay).subarray(row, row + rows);
    const token = t < delay ? -1 : this.tokens[(t - delay) * this.N + n];
    return Array.from({ length: rows }, (_, i) => Number(i === token));
  }

  #run(o: GraphOperation, t: number): void {
    for (let n = 0; n < this.N; ++n) this.#column(o, t, n);
  }

  #column(o: GraphOperation, t: number, n: number): void {
    switch (o.operation) {
      case 'linear':
      case 'lookup': {
        const x = this.#read(o.from, t, n);
        const y = this.#at(o.to, t, n);
        const { data, shape } = this.parameters.get(o.weight)!;
        const weight = (row: number, k: number) =>
          data[o.byRow ? k * shape[1]! + row : (o.weightRow + row) * shape[1]! + k]!;
        for (let row = 0; row < o.rows; ++row) {
          let sum = o.start ? this.#vector(this.#biases(o.to), o.row + row) : y[o.row + row]!;
          for (let k = 0; k < x.length; ++k) sum += weight(row, k) * x[k]!;
          y[o.row + row] = sum;
        }
        return;
      }
      case 'bias':
        this.#at(o.to, t, n).forEach((_, row, y) => (y[row] = this.#vector(o.biases, row)));
        return;
      case 'activation': {
        const y = this.#at(o.to, t, n).subarray(o.row, o.row + o.rows);
        y.forEach((x, row) => (y[row] = functions[o.function]!(x, NaN)));
        return;
      }
      case 'cell':
        for (let k = 0; k < o.units; ++k) this.#cell(o, t, n, k);
        return;
      case 'product': {
        const [left, right] = [this.#read(o.left, t, n), this.#read(o.right, t, n)];
        this.#at(o.to, t, n).forEach((_, row, y) => (y[row] = left[row]! * right[row]!));
        return;
      }
      case 'dropout':
        this.#at(o.to, t, n).set(this.#read(o.from, t, n));
        return;
      case 'residual': {
        const x = this.#read(o.from, t, n);
        this.#at(o.to, t, n).forEach((_, row, y) => (y[row]! += x[row]!));
        return;
      }
      case 'paddingMask':
        return;
      default:
        throw new Error(`not computed here: ${o.operation}`);
    }
  }

  /** Unit k of a cell, by its equations. */
  #cell(o: Extract<GraphOperation, { operation: 'cell' }>, t: number, n: number, k: number): void {
    const names = new Map<string, number>();
    o.gates.forEach((gate, g) => {
      names.set(`z${o.recurrent ? 'x' : ''}_${gate}`, this.#at(o.sum, t, n)[g * o.units + k]!);
      if (o.recurrent) names.set(`zh_${gate}`, this.#at(o.recurrent, t, n)[g * o.units + k]!);
    });
    o.states.forEach((state, i) => {
      const { buffer, delay } = o.previous?.[i] ?? { buffer: state, delay: 1 };
      names.set(`${o.stateNames[i]}_prev`, this.#at(buffer, t, n, delay)[k]!);
    });
    for (const name of o.parameters) names.set(name.split('.').at(-1)!, this.#vector([name], k));
    for (const [name, expression] of o.equations) {
      const value =
        name === o.earlyGate ? names.get(`z_${name}`)! : evaluate(expression, (at) => names.get(at)!);
      names.set(name, value);
    }
    o.states.forEach((state, i) => (this.#at(state, t, n)[k] = names.get(o.stateNames[i]!)!));
  }
}
