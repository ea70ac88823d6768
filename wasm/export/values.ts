/**
 * The inference equations of a network as a graph of values, columns of numbers that operations make from each other.
 * Every exporter reads this graph and nothing else, so none of them derives what a configuration means.
 */
import type { Tensor } from './safetensors.js';

/**
 * When a value is known, the engine's scheduling rule: `constant` before anything runs; `once` for all T steps before
 * its layer is scanned; `step` only step by step.
 */
export type When = 'constant' | 'once' | 'step';

export type Activation = 'tanh' | 'relu' | 'sigmoid' | 'identity' | 'softmax';

/** Numbers of `size` features a column; constants have no columns and stand for every one. */
export interface Value {
  /** What it is called in equations; not unique; '' for what is written as part of something else. */
  readonly name: string;
  readonly size: number;
  readonly when: When;
  readonly op: Op;
}

/** A tensor of the checkpoint. Its shape is [rows, columns] or [rows]. */
export interface Parameter {
  readonly name: string;
  readonly tensor: Tensor;
}

export type Op =
  /** A vector of parameters. */
  | { kind: 'parameter'; parameter: Parameter }
  /** Fixed numbers. */
  | { kind: 'fixed'; numbers: readonly number[] }
  /** The input token `delay` steps ago, as V numbers; a token of V or more is no symbol: zeros. */
  | { kind: 'token'; delay: number }
  /** The input numbers `delay` steps ago. */
  | { kind: 'numbers'; delay: number }
  /** Of a layer that is complete: what it leaves behind at its last step, or its mean over time; no longer of any step. */
  | { kind: 'pooled'; layer: number; mean: boolean; backward: boolean }
  /** The row of `table` that the token names; zeros for no symbol. */
  | { kind: 'embed'; token: Value; table: Parameter }
  /** What an earlier, complete layer gives to upper ones. */
  | { kind: 'result'; layer: number }
  /** The state h of a layer `delay` ≥ 1 steps ago: of the same scan, or of a layer that is complete. */
  | { kind: 'past'; layer: number; delay: number }
  /** The second state c one step ago, of the layer itself. */
  | { kind: 'pastCell'; layer: number }
  /** W·x with rows `row` to `row + size` of the matrix; a clocked layer's weights from slower units to faster ones are 0. */
  | { kind: 'linear'; x: Value; matrix: Parameter; row: number; periods?: readonly number[] }
  | { kind: 'sum'; terms: readonly Value[] }
  | { kind: 'product'; terms: readonly Value[] }
  | { kind: 'activation'; fn: Activation; x: Value }
  | { kind: 'slice'; x: Value; from: number }
  /** (x − mean) / √(variance + 1e-5) of each block of `block` features (Ba et al. 2016). */
  | { kind: 'normalized'; x: Value; block: number }
  /** keep∘former + (1 − keep)∘next. */
  | { kind: 'mix'; keep: Value; former: Value; next: Value }
  /** 1 for units that wait at this step, because the global step is no multiple of their period; else 0. */
  | { kind: 'waiting'; periods: readonly number[] }
  /**
   * Training: each element is `former` with this probability, else `next`; otherwise the mean of that (Krueger et al.
   * 2017).
   */
  | { kind: 'zoneout'; probability: number; former: Value; next: Value }
  /** Training: x∘mask/(1 − rate), one mask a step or a window; otherwise x. `site` tells masks of a window apart. */
  | { kind: 'dropout'; rate: number; x: Value; per: 'step' | 'window'; site: string };

/** Values that an operation reads. */
export function operands(op: Op): readonly Value[] {
  switch (op.kind) {
    case 'parameter':
    case 'fixed':
    case 'token':
    case 'numbers':
    case 'pooled':
    case 'result':
    case 'past':
    case 'pastCell':
    case 'waiting':
      return [];
    case 'embed':
      return [op.token];
    case 'sum':
    case 'product':
      return op.terms;
    case 'mix':
      return [op.keep, op.former, op.next];
    case 'zoneout':
      return [op.former, op.next];
    default:
      return [op.x];
  }
}

/** The latest of the times at which operands are known. */
export function latest(values: readonly Value[]): When {
  const times = values.map(({ when }) => when);
  return times.includes('step') ? 'step' : times.includes('once') ? 'once' : 'constant';
}

function make(name: string, size: number, op: Op): Value {
  return { name, size, when: latest(operands(op)), op };
}

export const parameterValue = (parameter: Parameter): Value =>
  make(parameter.name, parameter.tensor.data.length, { kind: 'parameter', parameter });

export const fixed = (name: string, numbers: readonly number[]): Value =>
  make(name, numbers.length, { kind: 'fixed', numbers });

/**
 * The sum of terms. What is known before the scan is added up there, so that a step adds one value; null for no terms.
 */
export function sum(name: string, terms: readonly Value[]): Value | null {
  if (!terms.length) return null;
  const size = terms[0]!.size;
  const add = (label: string, some: readonly Value[]): Value =>
    some.length === 1 ? some[0]! : make(label, size, { kind: 'sum', terms: some });
  const now = terms.filter(({ when }) => when === 'step');
  const before = terms.filter(({ when }) => when !== 'step');
  if (!now.length || !before.length) return add(name, terms);
  return add(name, [add(`${name}_x`, before), ...now]);
}

export const product = (name: string, ...terms: Value[]): Value =>
  make(name, terms[0]!.size, { kind: 'product', terms });

export const activation = (name: string, fn: Activation, x: Value): Value =>
  fn === 'identity' ? x : make(name, x.size, { kind: 'activation', fn, x });

export const slice = (name: string, x: Value, from: number, size: number): Value =>
  from === 0 && size === x.size ? x : make(name, size, { kind: 'slice', x, from });

export const normalized = (name: string, x: Value, block: number): Value =>
  make(name, x.size, { kind: 'normalized', x, block });

export const mix = (name: string, keep: Value, former: Value, next: Value): Value =>
  make(name, next.size, { kind: 'mix', keep, former, next });

export const zoneout = (name: string, probability: number, former: Value, next: Value): Value =>
  probability > 0 ? make(name, next.size, { kind: 'zoneout', probability, former, next }) : next;

export const dropout = (name: string, rate: number, x: Value, per: 'step' | 'window', site: string): Value =>
  rate > 0 ? make(name, x.size, { kind: 'dropout', rate, x, per, site }) : x;

export const linear = (
  name: string,
  x: Value,
  matrix: Parameter,
  row: number,
  size: number,
  periods?: readonly number[],
): Value => make(name, size, { kind: 'linear', x, matrix, row, ...(periods && { periods }) });

/** Every value that the given ones are made of, themselves included, operands first. */
export function everything(roots: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const visit = (value: Value) => {
    if (seen.has(value)) return;
    operands(value.op).forEach(visit);
    seen.add(value);
  };
  roots.forEach(visit);
  return [...seen];
}
