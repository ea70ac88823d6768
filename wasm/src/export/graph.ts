/**
 * The graph in a file's metadata: what the engine computes, see graph-types.ts. A file may come from anybody and
 * exporters write its names into programs, so every field, name, size and reference is checked before any is used.
 */
import { mismatch, refuse } from '../shared/errors.js';
import type { GraphOperation } from '../shared/graph-types.js';
import { checkReferences, type SavedGraph } from './graph-references.js';

export type { SavedGraph };

/** Parameters, buffers, layers, operations or scans. */
const MOST_ITEMS = 200_000;
/** Numbers and names of all equations. */
const MOST_NODES = 50_000;
const DEEPEST_EXPRESSION = 40;
/** Rows, steps, periods. */
const LARGEST = 2 ** 24;
/** Of a layer. */
const MOST_UNITS = 65_536;
const MOST_DELAY = 65_536;

const bad = (path: string, expected: string, value: unknown) =>
  refuse('INVALID_CHECKPOINT', path, expected, brief(value));

/** What stands where something else should: short, whatever it is. */
function brief(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? value.slice(0, 60) : JSON.stringify(value);
}

type Check = (value: unknown, path: string) => void;

const matching =
  (pattern: RegExp, expected: string): Check =>
  (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw bad(path, expected, value);
  };
/** Of a buffer, layer or parameter. */
const name = matching(/^[\w.+-]{1,80}$/, 'a plain name');
/** Of a cell's gate, state or quantity. */
const word = matching(/^[A-Za-z]\w{0,39}$/, 'a plain word');
const cellName = matching(/^[\w-]{1,40}$/, 'a plain word');

const whole =
  (least: number, most = LARGEST): Check =>
  (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
      throw bad(path, `a whole number from ${least} to ${most}`, value);
  };
const index = whole(0);
const size = whole(1);
const units = whole(1, MOST_UNITS);

const within =
  (low: number, high: number): Check =>
  (value, path) => {
    if (typeof value !== 'number' || !(value >= low && value <= high))
      throw bad(path, `a number from ${low} to ${high}`, value);
  };
const share = within(0, 1);

const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw bad(path, 'true or false', value);
};

const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, path) => {
    if (!values.includes(value)) throw bad(path, `one of ${values.join(', ')}`, value);
  };

const nullOr =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };

const list =
  (check: Check, least = 0, most = MOST_ITEMS): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw bad(path, `a list of ${least} to ${most}`, value);
    value.forEach((one, i) => check(one, `${path}[${i}]`));
  };

/** An object of these fields and no others; those with a question mark may be missing. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  const known = new Map(
    Object.entries(checks).map(([key, check]) => [
      key.replace('?', ''),
      { check, optional: key.endsWith('?') },
    ]),
  );
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw bad(path, 'an object', value);
    const own = new Map(Object.entries(value));
    for (const [key, { check, optional }] of known)
      if (!optional || own.has(key)) check(own.get(key), `${path}.${key}`);
    for (const key of own.keys())
      if (!known.has(key))
        throw bad(`${path}.${key.slice(0, 40)}`, 'a field of this version', 'an unknown one');
  };
}

const delay = whole(0, MOST_DELAY);
const signal = fields({ buffer: name, 'row?': index, rows: size, delay });
const rowsOf = { to: name, row: index, rows: size };
const states = list(name, 1, 16);
const periods = list(size, 1);

const UNARY = ['neg', 'sigmoid', 'tanh', 'relu', 'exp', 'log', 'sin', 'cos'];
const BINARY = ['+', '-', '*', '/', 'max'];

/** An expression of limited depth; `budget` limits the nodes of all expressions of a graph. */
function expression(budget: { nodes: number }): Check {
  const visit = (value: unknown, path: string, depth: number): void => {
    if (--budget.nodes < 0 || depth > DEEPEST_EXPRESSION)
      throw bad(path, 'an expression of reasonable size', 'a larger one');
    if (typeof value === 'string') return word(value, path);
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw bad(path, 'a finite number', value);
      return;
    }
    if (!Array.isArray(value)) throw bad(path, 'a number, a name or an operator', value);
    const [operator, ...of] = value as unknown[];
    const operands = UNARY.includes(operator as string) ? 1 : BINARY.includes(operator as string) ? 2 : 0;
    if (!operands) throw bad(`${path}[0]`, `one of ${[...UNARY, ...BINARY].join(' ')}`, operator);
    if (of.length !== operands) throw bad(path, `${operands} operands of ${String(operator)}`, of.length);
    of.forEach((one, i) => visit(one, `${path}[${i + 1}]`, depth + 1));
  };
  return (value, path) => visit(value, path, 0);
}

function equation(budget: { nodes: number }): Check {
  const right = expression(budget);
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw bad(path, 'a name and an expression', value);
    word(value[0], `${path}[0]`);
    right(value[1], `${path}[1]`);
  };
}

const linear = {
  from: signal,
  ...rowsOf,
  weight: name,
  weightRow: index,
  start: flag,
  'byRow?': flag,
  'periods?': periods,
};

/** The fields of each operation, without those that all have. */
const operationFields = (budget: {
  nodes: number;
}): Record<GraphOperation['operation'], Record<string, Check>> => ({
  linear,
  lookup: linear,
  bias: { to: name, biases: list(name, 0, 8) },
  activation: { ...rowsOf, function: oneOf('tanh', 'relu', 'sigmoid', 'identity') },
  layerNorm: {
    to: name,
    gain: list(name, 1, 1),
    units,
    firstGate: index,
    endGate: size,
    epsilon: within(1e-12, 1),
  },
  cell: {
    cell: cellName,
    units,
    gates: list(word, 0, 64),
    'earlyGate?': word,
    sum: name,
    'recurrent?': name,
    states,
    stateNames: list(word, 1, 16),
    'previous?': list(signal, 1, 16),
    parameters: list(name, 0, 64),
    equations: list(equation(budget), 1, 256),
  },
  interpolate: {
    units,
    states,
    'leak?': fields({ from: share, to: share, learned: flag }),
    'parameters?': list(name, 1, 1),
    'periods?': periods,
    zoneout: share,
    zoneoutCell: share,
  },
  paddingMask: { units, states },
  dropout: { from: signal, to: name, 'rate?': within(0, 0.999) },
  residual: { from: signal, to: name, 'row?': index },
  product: { left: signal, right: signal, to: name },
  context: {
    from: list(signal),
    directions: list(oneOf(1, -1)),
    pooling: oneOf('last', 'mean'),
    to: name,
  },
  initialState: {
    from: signal,
    states: list(fields({ to: name, weight: name, bias: name, function: oneOf('tanh', 'identity') }), 1, 16),
  },
  attention: {
    query: name,
    keys: name,
    memory: list(signal, 1),
    score: oneOf('additive', 'multiplicative'),
    weights: name,
    to: name,
    'parameters?': list(name, 1, 1),
  },
  outputFeedback: { from: name, to: name },
  scheduledSampling: { from: name, 'to?': name, 'steps?': whole(0) },
});

/** One operation, by its kind. */
function operation(): Check {
  const common = {
    operation: oneOf(),
    layer: name,
    when: oneOf('once', 'begin', 'step', 'never'),
  };
  const kinds = new Map(
    Object.entries(operationFields({ nodes: MOST_NODES })).map(([kind, own]) => [
      kind,
      fields({ ...common, operation: oneOf(kind), ...own }),
    ]),
  );
  return (value, path) => {
    const kind = (value as { operation?: unknown } | null)?.operation;
    const check = kinds.get(kind as string);
    if (!check) throw bad(`${path}.operation`, 'an operation of this version', kind);
    check(value, path);
  };
}

const scales = list(fields({ mean: within(-1e15, 1e15), scale: within(1e-30, 1e16), log: flag }));

const direction = oneOf(1, -1);
const sequence = oneOf(0, 1);
const places = list(index);

const graphFields = () =>
  fields({
    version: oneOf(1),
    sizes: fields({ symbols: index, numbers: index, outputs: index, context: index, lengths: index }),
    parameters: list(
      fields({
        name,
        shape: list(size, 1, 2),
        offset: whole(0, Number.MAX_SAFE_INTEGER),
        initializer: cellName,
        'tensor?': name,
        'column?': index,
      }),
    ),
    buffers: list(
      fields({
        name,
        rows: size,
        extent: oneOf('window', 'state', 'step', 'once', 'scores', 'scoreStep'),
        lifetime: oneOf('always', 'training', 'dropout', 'request'),
        sequence,
        'delay?': delay,
        'direction?': direction,
        'alias?': name,
      }),
    ),
    layers: list(
      fields({
        name,
        sequence,
        direction,
        units,
        'cell?': cellName,
        states: list(name, 0, 16),
        output: nullOr(name),
        sum: nullOr(name),
      }),
      1,
    ),
    operations: list(operation(), 1),
    'scaling?': fields({ inputs: scales, outputs: scales }),
    scans: list(
      fields({ sequence, direction, layers: list(name, 1), once: places, begin: places, step: places }),
      1,
    ),
  });

/**
 * The checked graph of a file.
 * @param metadata of the safetensors file
 * @throws UnfoldError `INVALID_CHECKPOINT` with the field that is missing, unknown or wrong; `UNSUPPORTED` for a whole
 *   file that an earlier version wrote without a graph
 */
export function readGraph(metadata: Readonly<Record<string, string>>): SavedGraph {
  const text = metadata['graph'];
  if (text === undefined)
    throw mismatch(
      'UNSUPPORTED',
      '__metadata__.graph',
      "the network's graph (open the file with openModel and save it once)",
      'nothing',
    );
  let graph: unknown;
  try {
    graph = JSON.parse(text);
  } catch {
    throw bad('__metadata__.graph', 'JSON', 'something else');
  }
  graphFields()(graph, 'graph');
  checkReferences(graph as SavedGraph);
  return graph as SavedGraph;
}
