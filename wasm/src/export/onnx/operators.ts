/** Values as ONNX operators. Features are the last axis: [T, N, F] before a scan, [N, F] within one. */
import type { Op, Parameter, Value, When } from '../values.js';
import type { Graph } from './graph.js';

/** Where values are being computed: the model itself, or the body of a Scan. */
export interface Scope {
  readonly graph: Graph;
  /** Prefix of names. */
  readonly label: string;
  /** Names of the values that are there already. */
  readonly known: Map<Value, string>;
  /** Values that only the surroundings can give: states, tokens, results of layers, what lies outside the scan. */
  given(value: Value): string | undefined;
}

const functions = {
  tanh: 'Tanh',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softmax: 'Softmax',
  identity: 'Identity',
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sin: 'Sin',
  cos: 'Cos',
};
const pairs = { difference: 'Sub', quotient: 'Div', maximum: 'Max' };

/** The name of a value, computed if it is not there yet. */
export function emit(value: Value, scope: Scope): string {
  const known = scope.known.get(value);
  if (known !== undefined) return known;
  const name = scope.given(value) ?? compute(value, scope);
  scope.known.set(value, name);
  return name;
}

function compute(value: Value, scope: Scope): string {
  const { graph } = scope;
  const { op, size } = value;
  const hint = `${scope.label}/${value.name || value.op.kind}`;
  const add = (type: string, inputs: readonly string[], attributes = {}) =>
    graph.add(hint, type, inputs, attributes);
  const chain = (type: string, terms: readonly Value[]) =>
    terms.map((term) => emit(term, scope)).reduce((a, b) => add(type, [a, b]));
  switch (op.kind) {
    case 'parameter':
      return graph.floats(op.parameter.name, [size], () => op.parameter.tensor.data);
    case 'fixed':
      return graph.floats(hint, [size], () => Float32Array.from(op.numbers));
    case 'number':
      return graph.scalar(op.number);
    case 'linear': {
      if (op.x.op.kind === 'token')
        return add('Gather', [byToken(op.matrix, op.row, size, graph), emit(op.x, scope)]);
      const weight = transposed(op.matrix, op.row, size, graph);
      return add('MatMul', [emit(op.x, scope), weight]);
    }
    case 'embed':
      return add('Gather', [withNothing(op.table, graph), emit(op.token, scope)]);
    case 'sum':
      return chain('Add', op.terms);
    case 'product':
      return chain('Mul', op.terms);
    case 'difference':
    case 'quotient':
    case 'maximum':
      return chain(pairs[op.kind], [op.left, op.right]);
    case 'unary':
      return add(functions[op.fn], [emit(op.x, scope)], op.fn === 'softmax' ? { axis: -1 } : {});
    case 'slice': {
      const [starts, ends, axes] = [op.from, op.from + size, -1].map((number) => graph.ints([number]));
      return add('Slice', [emit(op.x, scope), starts!, ends!, axes!]);
    }
    case 'concat': {
      const parts = op.parts.map((part) => alike(part, value.when, emit(part, scope), op.parts, scope));
      return add('Concat', parts, { axis: -1 });
    }
    case 'normalized':
      return normalize(emit(op.x, scope), op.x, op, hint, graph);
    case 'mix':
      return blend(emit(op.keep, scope), emit(op.former, scope), emit(op.next, scope), hint, graph);
    case 'zoneout':
      return blend(graph.scalar(op.probability), emit(op.former, scope), emit(op.next, scope), hint, graph);
    case 'held':
      return add(
        'Where',
        [op.ended, op.former, op.next].map((one) => emit(one, scope)),
      );
    case 'dropout': // nothing is dropped outside of training
      return emit(op.x, scope);
    case 'attention':
      return attention(op, hint, scope);
    default:
      throw new Error(`${scope.label}: ${op.kind} must be given`);
  }
}

/** A part with as many axes as the whole. */
function alike(
  part: Value,
  when: When,
  name: string,
  parts: readonly Value[],
  { graph, known, label }: Scope,
): string {
  if (part.when === when) return name;
  const other = parts.find((one) => one.when === when)!;
  const [starts, ends, axes] = [0, 1, -1].map((number) => graph.ints([number]));
  const column = graph.add(label, 'Slice', [known.get(other)!, starts!, ends!, axes!]);
  return graph.add(label, 'Add', [graph.add(label, 'Mul', [column, graph.scalar(0)]), name]);
}

/** Σ over s of softmax(scores)_s·m_s; queries [N, A] or [T, N, A], keys [S, N, A], memory [S, N, M]. */
function attention(op: Op & { kind: 'attention' }, hint: string, scope: Scope): string {
  const { graph } = scope;
  const add = (type: string, inputs: string[], attributes = {}) => graph.add(hint, type, inputs, attributes);
  const query = add('Unsqueeze', [emit(op.query, scope), graph.ints([-3])]);
  const keys = emit(op.keys, scope);
  const matched = op.score
    ? add('Mul', [add('Tanh', [add('Add', [query, keys])]), vector(op.score, graph)])
    : add('Mul', [query, keys]);
  const scores = add('ReduceSum', [matched, graph.ints([-1])], { keepdims: 1 });
  const weights = add('Softmax', [add('Add', [scores, emit(op.padding, scope)])], { axis: -3 });
  const memory = op.memory.map((one) => emit(one, scope));
  const all = memory.length === 1 ? memory[0]! : add('Concat', memory, { axis: -1 });
  return add('ReduceSum', [add('Mul', [weights, all]), graph.ints([-3])], { keepdims: 0 });
}

/** The numbers of a matrix of one row. */
const vector = ({ name, tensor }: Parameter, graph: Graph) =>
  graph.floats(name, [tensor.data.length], () => tensor.data);

/** keep∘previous + (1 − keep)∘next, computed as the engine does: exactly the previous state where keep is 1. */
function blend(keep: string, former: string, next: string, hint: string, graph: Graph): string {
  const rest = graph.add(hint, 'Sub', [graph.scalar(1), keep]);
  const parts = [graph.add(hint, 'Mul', [keep, former]), graph.add(hint, 'Mul', [rest, next])];
  return graph.add(hint, 'Add', parts);
}

function normalize(
  x: string,
  { size, when }: Value,
  { block, epsilon }: { block: number; epsilon: number },
  hint: string,
  graph: Graph,
): string {
  const add = (type: string, inputs: string[], attributes = {}) => graph.add(hint, type, inputs, attributes);
  const kept = when === 'once' ? [0, 0] : [0]; // [T, N] or [N]
  const apart = size === block ? x : add('Reshape', [x, graph.ints([...kept, size / block, block])]);
  const mean = (of: string) => graph.mean(hint, of, -1, 1);
  const centred = add('Sub', [apart, mean(apart)]);
  const variance = add('Add', [mean(add('Mul', [centred, centred])), graph.scalar(epsilon)]);
  const result = add('Div', [centred, add('Sqrt', [variance])]);
  return size === block ? result : add('Reshape', [result, graph.ints([...kept, size])]);
}

/** Rows of a matrix, transposed: inputs × rows. */
function transposed({ name, tensor }: Parameter, row: number, rows: number, graph: Graph): string {
  const columns = tensor.shape[1]!;
  const part = rows === tensor.shape[0] ? '' : `[${row}:${row + rows}]`;
  return graph.weights(`${name}${part}.T`, [columns, rows], 1, () =>
    transpose(tensor.data, row, rows, columns, columns),
  );
}

/** The same with one more row of zeros, for a token that stands for nothing. */
function byToken({ name, tensor }: Parameter, row: number, rows: number, graph: Graph): string {
  const V = tensor.shape[1]!;
  const part = rows === tensor.shape[0] ? '' : `[${row}:${row + rows}]`;
  return graph.weights(`${name}${part}.T+0`, [V + 1, rows], 1, () =>
    transpose(tensor.data, row, rows, V, V + 1),
  );
}

function withNothing({ name, tensor }: Parameter, graph: Graph): string {
  const [V, E] = tensor.shape as [number, number];
  return graph.weights(`${name}+0`, [V + 1, E], 0, () => {
    const data = new Float32Array((V + 1) * E);
    data.set(tensor.data);
    return data;
  });
}

function transpose(
  data: Float32Array,
  row: number,
  rows: number,
  columns: number,
  height: number,
): Float32Array {
  const result = new Float32Array(height * rows);
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c) result[c * rows + r] = data[(row + r) * columns + c]!;
  return result;
}
