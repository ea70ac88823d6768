// What a part of the diagram computes, as a formula, with the matrices that it names.
import { cellOf } from '../state/schema';
import type { Graph, Link, Part } from './parts';

const RAISED = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const raise = (number: number) => [...String(number)].map((digit) => RAISED[Number(digit)]).join('');

/** ₜ, ₜ₋₁ …: which step a signal is of. */
function when(delay: number): string {
  return delay === 0 ? 'ₜ' : `ₜ₋${[...String(delay)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('')}`;
}

const layers = (graph: Graph) => new Set(graph.parts.flatMap(({ layer }) => layer ?? [])).size;

/** The signal that a part gives: x, e, h², a, … */
export function signalOf(graph: Graph, part: Part, delay = 0): string {
  const level = part.layer !== null && layers(graph) > 1 ? raise(part.layer + 1) : '';
  const names: Record<Part['kind'], string> = {
    input: 'x',
    embedding: 'e',
    hidden: `a${level}`,
    cell: `${graph.parts.some(({ id }) => id === `blend${part.layer}`) ? 'v' : 'h'}${level}`,
    blend: `h${level}`,
    sum: `s${level}`,
    product: `q${level}`,
    source: 's',
    context: 'c',
    attention: 'c',
    remaining: 'r',
    output: delay > 0 && graph.feedback === 'target' ? 'y' : 'p',
  };
  return `${names[part.kind]}${when(delay)}`;
}

const find = (graph: Graph, id: string) => graph.parts.find((part) => part.id === id)!;
const entering = (graph: Graph, part: Part) => graph.links.filter(({ to }) => to === part.id);

/** A letter for a matrix: V into the prediction, W from the past, S past a hidden layer, U for the rest. */
function matrix({ role, delay, to }: Link): string {
  if (role === 'shortcut') return 'S';
  if (to === 'output') return 'V';
  return delay > 0 ? 'W' : 'U';
}

function sum(graph: Graph, part: Part): string {
  const links = entering(graph, part).filter(({ role }) => role === 'matrix' || role === 'shortcut');
  const terms = links.map((link) => `${matrix(link)}·${signalOf(graph, find(graph, link.from), link.delay)}`);
  const bias = part.vectors.some((name) => /bias/.test(name)) ? [part.kind === 'output' ? 'c' : 'b'] : [];
  return [...terms, ...bias].join(' + ');
}

const ACTIVATIONS: Record<string, (inner: string) => string> = {
  tanh: (inner) => `tanh(${inner})`,
  relu: (inner) => `max(0, ${inner})`,
  sigmoid: (inner) => `σ(${inner})`,
  identity: (inner) => inner,
};

const squash = ({ activation }: Part, inner: string) => (ACTIVATIONS[activation] ?? ACTIVATIONS.tanh!)(inner);

/** Formulas of a part, one a line. */
export function equationsOf(graph: Graph, part: Part): string[] {
  const signal = signalOf(graph, part);
  const inner = sum(graph, part);
  switch (part.kind) {
    case 'input':
      return [`xₜ ∈ {0, 1}: one of ${part.size} symbols`];
    case 'embedding':
      return [`${signal} = Eᵀ·xₜ`];
    case 'hidden':
      return [`${signal} = ${squash(part, inner)}`];
    case 'cell': {
      const cell = cellOf(part.detail);
      const norm = part.vectors.some((name) => name.includes('norm_'));
      const total = norm ? `γ∘normalised(${inner.replace(/ \+ b$/, '')}) + b` : inner;
      if (part.activation !== '') return [`${signal} = ${squash(part, total)}`];
      return [`z = ${total}`, ...(cell?.equations.split(/;\s*/) ?? [])];
    }
    case 'blend': {
      const keep = [
        part.detail.includes('α') && 'α',
        part.detail.includes('T') && '[t mod T ≠ 0]',
        part.detail.includes('ζ') && 'ζ',
      ];
      const v = signalOf(graph, find(graph, `cell${part.layer}`));
      const before = signalOf(graph, part, 1);
      return [`k = ${keep.filter(Boolean).join(', ')}`, `${signal} = k∘${before} + (1−k)∘${v}`, part.detail];
    }
    case 'sum': {
      const added = entering(graph, part).map(({ from }) => signalOf(graph, find(graph, from)));
      return [`${signal} = ${added.join(' + ')}`];
    }
    case 'product': {
      const factors = entering(graph, part).map(({ from, delay }) =>
        signalOf(graph, find(graph, from), delay),
      );
      return [`${signal} = ${factors.join('∘')}`];
    }
    case 'source':
      return [`sₜ: one of ${part.size} symbols of the input`];
    case 'context':
      return ['c = what the encoder ended with'];
    case 'remaining':
      return ['rₜ = steps that are left'];
    case 'attention':
      return [`eₜₛ = score(${inner})`, 'aₜ = softmax(eₜ)', 'cₜ = Σₛ aₜₛ·hₛ'];
    case 'output':
      return [`oₜ = ${inner}`, 'pₜ = softmax(oₜ)'];
  }
}

/** Every parameter that a part reads or owns, with the term it makes. */
export function parametersOf(graph: Graph, part: Part): { name: string; term: string }[] {
  const links = entering(graph, part).filter(({ parameter }) => parameter !== null);
  const terms = links.map((link) => ({
    name: link.parameter!,
    term: `${matrix(link)}·${signalOf(graph, find(graph, link.from), link.delay)}`,
  }));
  const vectors = part.vectors.map((name) => ({ name, term: name.slice(name.lastIndexOf('.') + 1) }));
  return [...terms, ...vectors];
}
