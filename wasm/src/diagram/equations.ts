/** What a part computes, as formulas, and the parameters that it reads. */
import type { GraphOperation } from '../shared/graph-types.js';
import { cellEquations, preactivation, sumName, termOf } from './cell.js';
import { applied, type Formula, joined, line, named, namesIn, printed, text, when } from './formula.js';
import type { Diagram, Link, Part } from './parts.js';

type Of<K extends GraphOperation['operation']> = Extract<GraphOperation, { operation: K }>;

const find = (diagram: Diagram, id: string) => diagram.parts.find((part) => part.id === id)!;
const entering = (diagram: Diagram, part: Part) => diagram.links.filter(({ to }) => to === part.id);

/** ², where there are several layers with cells: the number of the layer, as the configuration counts from one. */
function level(diagram: Diagram, { layer }: Part): string {
  const [, stack, number] = /^(.*?)(\d+)$/.exec(layer) ?? [];
  if (number === undefined) return '';
  const alike = new Set(diagram.parts.flatMap((one) => (one.layer.startsWith(stack!) ? one.layer : [])));
  return alike.size > 1 ? String(Number(number) + 1) : '';
}

const LETTERS: Readonly<Record<Part['kind'], string>> = {
  input: 'x',
  source: 'x',
  remaining: 'remaining',
  embedding: 'e',
  hidden: 'a',
  product: 'q',
  cell: 'h',
  interpolation: 'h',
  sum: 'y',
  pooled: 'pooled',
  context: 'context',
  attention: 'attention',
  length: 'length',
  output: 'p',
  operation: 'y',
};

/** Of a cell its first state, which others read. */
const nameOf = ({ kind, operation }: Part): string =>
  operation?.operation === 'cell' ? operation.stateNames[0]! : LETTERS[kind];

/** The signal that a part gives. */
function signalOf(diagram: Diagram, part: Part, delay = 0): Formula {
  const sup = level(diagram, part);
  const sub = part.kind === 'context' || part.kind === 'pooled' ? '' : when(delay, part.direction);
  return named(nameOf(part), { sub, sup });
}

/** A letter for a matrix: V into the answer, E of tokens, S past a hidden layer, W from the past, U for the rest. */
function matrix({ parameter, delay }: Pick<Link, 'parameter' | 'delay'>, to: Part): string {
  if (parameter!.slice(parameter!.lastIndexOf('.') + 1).startsWith('shortcut')) return 'S';
  if (to.kind === 'output' || to.kind === 'length') return 'V';
  if (to.kind === 'embedding') return 'E';
  return delay > 0 ? 'W' : 'U';
}

function product(diagram: Diagram, link: Link, to: Part, gate?: string): Formula {
  const signal = signalOf(diagram, find(diagram, link.from), link.delay);
  const inside = gate
    ? [...text('('), ...named(gate, { sub: 't' }), ...text(' ⊙ '), ...signal, ...text(')')]
    : signal;
  return link.parameter === null ? inside : [...named(matrix(link, to)), ...text('·'), ...inside];
}

/** What is added up in a buffer, or in some of its rows: every matrix, normalized where that is done, and a bias. */
function sum(diagram: Diagram, part: Part, buffer?: string, [first, end] = [0, Infinity]): Formula {
  const links = entering(diagram, part).filter(({ into }) => into);
  const of = buffer ?? links[0]?.into![0]!.buffer;
  const products = links.flatMap((link) => {
    const here = link.into!.find(({ buffer, row, rows }) => buffer === of && row < end && row + rows > first);
    return here ? [product(diagram, link, part, here.gate)] : [];
  });
  const { operations } = diagram;
  const biased = operations.some((o) => o.operation === 'bias' && o.to === of && o.biases.length > 0);
  const normalized = operations.some(
    (o) =>
      o.operation === 'layerNorm' &&
      o.to === of &&
      o.firstGate * o.units < end &&
      o.endGate * o.units > first,
  );
  const added = joined(products, ' + ');
  const whole = normalized ? [...named('γ'), ...text(' ⊙ norm('), ...added, ...text(')')] : added;
  return joined([...(products.length > 0 ? [whole] : []), ...(biased ? [named('b')] : [])], ' + ');
}

const power = (set: string, of: number): Formula => [{ text: set }, { text: String(of), style: 'sup' }];
const real = (size: number) => power('ℝ', size);
const oneHot = (size: number) => power('{0, 1}', size);

/** Preactivations of a cell: one line where all gates have the same sum, otherwise a line for each kind. */
function preactivations(diagram: Diagram, part: Part, o: Of<'cell'>): Formula[] {
  const buffers = o.recurrent
    ? ([
        [o.sum, 'x'],
        [o.recurrent, 'h'],
      ] as const)
    : ([[o.sum, '']] as const);
  return buffers.flatMap(([buffer, sup]) => {
    const kinds = new Map<string, { right: Formula; gates: string[] }>();
    o.gates.forEach((gate, g) => {
      const right = sum(diagram, part, buffer, [g * o.units, (g + 1) * o.units]);
      const key = JSON.stringify(right);
      kinds.set(key, { right, gates: [...(kinds.get(key)?.gates ?? []), gate] });
    });
    const lines = [...kinds.values()];
    return lines.map(({ right, gates }) => {
      const letter = sumName(o);
      const all = lines.length === 1 ? [''] : gates;
      const left = all.map((sub) => named(letter, { sub, sup }));
      return line(joined(left, ', '), right);
    });
  });
}

function cell(diagram: Diagram, part: Part, o: Of<'cell'>): Formula[] {
  const read = o.equations.flatMap(([, expression]) => namesIn(expression));
  const begins = initial(diagram, part, o);
  // A single sum that is read once stands in its equation.
  if (o.gates.length === 1 && !o.recurrent && read.filter((name) => name.startsWith('z_')).length === 1) {
    const inside = sum(diagram, part, o.sum);
    const names = (name: string) => (preactivation(o, name) ? inside : termOf(o, name, part.direction));
    const lines = o.equations.map(([name, expression]) => line(termOf(o, name), printed(expression, names)));
    return [...lines, ...begins];
  }
  return [...preactivations(diagram, part, o), ...cellEquations(o, part.direction), ...begins];
}

/** Where the states begin that are computed from a context. */
function initial(diagram: Diagram, part: Part, cell: Of<'cell'>): Formula[] {
  const begin = diagram.operations.find((o) => o.operation === 'initialState' && o.layer === part.layer);
  if (begin?.operation !== 'initialState') return [];
  return begin.states.map(({ to, weight, function: name }) => {
    const link = entering(diagram, part).find(({ parameter }) => parameter === weight)!;
    const state = cell.stateNames[cell.states.indexOf(to)]!;
    const inside = [...product(diagram, link, part), ...text(' + '), ...named('b')];
    return line(named(state, { sub: '0' }), applied(name, inside));
  });
}

const list = (numbers: readonly number[]) => [...new Set(numbers)].join(', ');

/** k: the share of the former state that is kept. */
function interpolation(diagram: Diagram, part: Part, o: Of<'interpolate'>): Formula[] {
  const { leak, periods, zoneout, zoneoutCell } = o;
  const rates = [...new Set([zoneout, zoneoutCell])].filter((rate) => rate > 0);
  const kept: Formula[] = [
    ...(periods ? [text('[t mod T ≠ 0]')] : []),
    ...(rates.length > 0 ? [text(`Bernoulli(${rates.join(', ')})`)] : []),
  ];
  const m = joined(kept, ' or ');
  const names = entering(diagram, part).flatMap(({ role, name }) => (role === 'state' ? [name!] : []));
  const share = !leak ? 'm' : kept.length > 0 ? 'm + (1 − m) ⊙ α' : 'α';
  const state = (name: string, k: string): Formula => [
    ...named(name, { sub: 't' }),
    ...text(' ← '),
    ...named(k),
    ...text(' ⊙ '),
    ...named(name, { sub: when(1, part.direction) }),
    ...text(' + (1 − '),
    ...named(k),
    ...text(') ⊙ '),
    ...named(name, { sub: 't' }),
  ];
  const range = leak && (leak.from === leak.to ? String(leak.from) : `${leak.from} … ${leak.to}`);
  return [
    ...names.map((name, at) => state(name, at === 0 ? 'k' : 'm')),
    line(named('k'), text(share)),
    ...(kept.length > 0 ? [line(named('m'), m, periods ? ' = ' : ' ~ ')] : []),
    ...(periods ? [line(named('T'), text(list(periods)))] : []),
    ...(leak ? [line(named('α'), leak.learned ? text('σ(a)') : text(range!))] : []),
  ];
}

const ANSWERS = {
  softmax: text('softmax('),
  sigmoid: text('σ('),
  identity: text('('),
};

/** How a task reads the sums of the output. */
export type Answer = keyof typeof ANSWERS;

function output(diagram: Diagram, part: Part, answer: Answer): Formula[] {
  const left = signalOf(diagram, part);
  if (answer === 'identity') return [line(left, sum(diagram, part))];
  const o = named('o', { sub: 't' });
  return [line(o, sum(diagram, part)), line(left, [...ANSWERS[answer], ...o, ...text(')')])];
}

/** Of another step than t. */
const atEach = (formula: Formula, step: string): Formula =>
  formula.map((piece) => (piece.style === 'sub' && piece.text === 't' ? { ...piece, text: step } : piece));

function attention(diagram: Diagram, part: Part, o: Of<'attention'>): Formula[] {
  const [q, k] = [named('q', { sub: 't' }), named('k', { sub: 's' })];
  const score =
    o.score === 'additive'
      ? [...named('v'), ...text('·tanh('), ...q, ...text(' + '), ...k, ...text(')')]
      : [...q, ...text('·'), ...k];
  const weight = named('w', { sub: 'ts' });
  return [
    line(q, sum(diagram, part, o.query)),
    line(k, atEach(sum(diagram, part, o.keys), 's')),
    line(weight, [...named('softmax', { sub: 's' }), ...text('('), ...score, ...text(')')]),
    line(signalOf(diagram, part), [
      ...named('Σ', { sub: 's' }),
      ...text(' '),
      ...weight,
      ...text('·'),
      ...named('h', { sub: 's' }),
    ]),
  ];
}

/** A sequence as one vector: what its layers end with, or their means; or a vector that is given. */
function pooled(diagram: Diagram, part: Part, o: Of<'context'>): Formula {
  const links = entering(diagram, part);
  if (links.length === 0) return [...text('∈ '), ...real(part.size)];
  const each = links.map(({ from }, at): Formula => {
    const source = find(diagram, from);
    const name = named(nameOf(source), {
      sub: o.pooling === 'mean' ? 't' : o.directions[at]! < 0 ? '1' : 'T',
      sup: level(diagram, source),
    });
    return o.pooling === 'mean'
      ? [...named('mean', { sub: 't' }), ...text('('), ...name, ...text(')')]
      : name;
  });
  const all = joined(each, ', ');
  return each.length > 1 ? [...text('('), ...all, ...text(')')] : all;
}

/** Formulas of a part, one a line. */
export function equationsOf(diagram: Diagram, part: Part, answer: Answer = 'softmax'): Formula[] {
  const left = signalOf(diagram, part);
  const links = entering(diagram, part);
  const signals = links.map(({ from, delay }) => signalOf(diagram, find(diagram, from), delay));
  switch (part.operation?.operation) {
    case 'cell':
      return cell(diagram, part, part.operation);
    case 'interpolate':
      return interpolation(diagram, part, part.operation);
    case 'attention':
      return attention(diagram, part, part.operation);
    case 'product':
      return [line(left, joined(signals, ' ⊙ '))];
    case 'residual':
      return [line(left, joined(signals, ' + '))];
    case 'context':
      return [line(left, pooled(diagram, part, part.operation))];
    case undefined:
      break;
    default:
      return [line(left, [...text(`${part.operation!.operation}(`), ...joined(signals, ', '), ...text(')')])];
  }
  switch (part.kind) {
    case 'output':
    case 'length':
      return output(diagram, part, answer);
    case 'hidden':
    case 'embedding':
      return [line(left, applied(part.kind === 'hidden' ? part.activation : 'identity', sum(diagram, part)))];
    default:
      return [line(left, part.id.startsWith('tokens') ? oneHot(part.size) : real(part.size), ' ∈ ')];
  }
}

/** A parameter that a part reads. */
export interface ParameterTerm {
  /** As in a saved file. */
  name: string;
  /** What it adds, or what it is called. */
  term: Formula;
}

const VECTORS: Readonly<Record<string, string>> = { bias: 'b', norm: 'γ', leak: 'a', score: 'v' };

/** b, γ, …: a vector by the last part of its name. */
function vectorName(parameter: string): Formula {
  const [first, ...rest] = parameter.slice(parameter.lastIndexOf('.') + 1).split('_');
  return named(VECTORS[first!] ?? first!, { sub: rest.join(' ') });
}

/** Every parameter that a part reads or owns. */
export function parametersOf(diagram: Diagram, part: Part): ParameterTerm[] {
  const links = entering(diagram, part).filter(({ parameter }) => parameter !== null);
  const terms = links.map((link) => ({ name: link.parameter!, term: product(diagram, link, part) }));
  const vectors = part.vectors.map((name) => ({ name, term: vectorName(name) }));
  return [...terms, ...vectors];
}

/** What stands in the box of an interpolation: leak, periods and zoneout in a few characters. */
export function shortOf({ operation }: Part): string {
  if (operation?.operation !== 'interpolate') return operation?.operation ?? '';
  const { leak, periods, zoneout, zoneoutCell } = operation;
  const spread = ([first, ...rest]: number[]) => {
    const last = rest.at(-1);
    return rest.length > 2 ? `${first} … ${last}` : [first, ...rest].join(', ');
  };
  const range = leak && (leak.from === leak.to ? [leak.from] : [leak.from, leak.to]);
  const kinds = [
    ...(leak?.learned ? ['α = σ(a)'] : range ? [`α = ${range.join(' … ')}`] : []),
    ...(periods ? [`T = ${spread([...new Set(periods)])}`] : []),
    ...(zoneout > 0 || zoneoutCell > 0 ? [`ζ = ${[...new Set([zoneout, zoneoutCell])].join(', ')}`] : []),
  ];
  return kinds.length > 1 ? kinds.map((kind) => kind[0]!).join(', ') : kinds.join();
}
