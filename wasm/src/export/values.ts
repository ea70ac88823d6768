/**
 * The inference equations of a network as a graph of values, columns of numbers that operations make from each other.
 * Every exporter reads these and nothing else, so none of them derives what an operation of the engine means.
 */
import type { Tensor } from './safetensors.js';

/**
 * When a value is known, the engine's scheduling rule: `constant` before anything runs; `sequence`, the same at every
 * step, before the steps of its sequence; `once` for all T steps before its layer is scanned; `step` only step by step.
 */
export type When = 'constant' | 'sequence' | 'once' | 'step';

export type Unary =
  'tanh' | 'relu' | 'sigmoid' | 'identity' | 'softmax' | 'neg' | 'exp' | 'log' | 'sin' | 'cos';

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

/** A sequence: 0 the main one, 1 the encoder's, which is complete before the main one begins. */
export type Sequence = 0 | 1;

export type Op =
  /** A vector of parameters. */
  | { kind: 'parameter'; parameter: Parameter }
  /** Fixed numbers. */
  | { kind: 'fixed'; numbers: readonly number[] }
  /** One number for all features. */
  | { kind: 'number'; number: number }
  /** The input token `delay` steps ago, as V numbers; a token of V or more is no symbol: zeros. */
  | { kind: 'token'; sequence: Sequence; delay: number }
  /** The input numbers `delay` steps ago. */
  | { kind: 'numbers'; sequence: Sequence; delay: number }
  /** The context that the caller gives. */
  | { kind: 'context' }
  /** Of a complete layer of the encoder's sequence: what it leaves behind, or its mean over time. */
  | { kind: 'pooled'; layer: number; mean: boolean; backward: boolean }
  /** The row of `table` that the token names; zeros for no symbol. */
  | { kind: 'embed'; token: Value; table: Parameter }
  /** What an earlier, complete layer of the same sequence gives to upper ones. */
  | { kind: 'result'; layer: number }
  /** All steps of what a layer of the encoder's sequence gives. */
  | { kind: 'memory'; layer: number }
  /** A state of a layer, by its place, `delay` ≥ 1 steps ago: of the same scan, or of a layer that is complete. */
  | { kind: 'past'; layer: number; state: number; delay: number }
  /** W·x with rows `row` to `row + size` of the matrix; a clocked layer's weights from slower units to faster ones are 0. */
  | { kind: 'linear'; x: Value; matrix: Parameter; row: number; clock?: Clock }
  | { kind: 'sum'; terms: readonly Value[] }
  /** A term of one feature multiplies every feature of the others. */
  | { kind: 'product'; terms: readonly Value[] }
  | { kind: 'difference' | 'quotient' | 'maximum'; left: Value; right: Value }
  | { kind: 'unary'; fn: Unary; x: Value }
  | { kind: 'slice'; x: Value; from: number }
  /** One below the other. */
  | { kind: 'concat'; parts: readonly Value[] }
  /** (x − mean) / √(variance + ε) of each block of `block` features (Ba et al. 2016). */
  | { kind: 'normalized'; x: Value; block: number; epsilon: number }
  /** keep∘previous + (1 − keep)∘next. */
  | { kind: 'mix'; keep: Value; former: Value; next: Value }
  /** 1 for units that wait at this step, because the global step is no multiple of their period; else 0. */
  | { kind: 'waiting'; sequence: Sequence; periods: readonly number[] }
  /** True where the sequence of a column has ended. */
  | { kind: 'ended'; sequence: Sequence }
  /** `former` where the sequence has ended, else `next`. */
  | { kind: 'held'; ended: Value; former: Value; next: Value }
  /** Of every step of the encoder's sequence: 0, or a very negative number where a column has ended. */
  | { kind: 'padding' }
  /**
   * Training: each element is `former` with this probability, else `next`; otherwise the mean of that (Krueger et al.
   * 2017).
   */
  | { kind: 'zoneout'; probability: number; former: Value; next: Value }
  /** Training: x∘mask/(1 − rate), one mask a step or a window; otherwise x. `site` tells masks of a window apart. */
  | { kind: 'dropout'; rate: number; x: Value; per: 'step' | 'window'; site: string }
  /** The mean of the memory, weighted by the softmax over its steps of the scores of keys with the query. */
  | {
      kind: 'attention';
      query: Value;
      keys: Value;
      memory: readonly Value[];
      /** Added to the scores. */
      padding: Value;
      /** v of additive scores v·tanh(query + key); without it they are query·key. */
      score?: Parameter;
    };

/** Of a clockwork layer: the period of each unit, of which a map reads those from `column` on. */
export interface Clock {
  readonly periods: readonly number[];
  readonly column: number;
}

/** Values that an operation reads. */
export function operands(op: Op): readonly Value[] {
  switch (op.kind) {
    case 'parameter':
    case 'fixed':
    case 'number':
    case 'token':
    case 'numbers':
    case 'context':
    case 'pooled':
    case 'result':
    case 'memory':
    case 'past':
    case 'waiting':
    case 'ended':
    case 'padding':
      return [];
    case 'embed':
      return [op.token];
    case 'sum':
    case 'product':
      return op.terms;
    case 'difference':
    case 'quotient':
    case 'maximum':
      return [op.left, op.right];
    case 'concat':
      return op.parts;
    case 'mix':
      return [op.keep, op.former, op.next];
    case 'zoneout':
      return [op.former, op.next];
    case 'held':
      return [op.ended, op.former, op.next];
    case 'attention':
      return [op.query, op.keys, ...op.memory, op.padding];
    default:
      return [op.x];
  }
}

/** The latest of the times at which operands are known. */
export function latest(values: readonly Value[]): When {
  const times = new Set(values.map(({ when }) => when));
  return (['step', 'once', 'sequence'] as const).find((when) => times.has(when)) ?? 'constant';
}

/** A value that is known when its operands are. */
export function make(name: string, size: number, op: Op): Value {
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
  make(name, Math.max(...terms.map(({ size }) => size)), { kind: 'product', terms });

export const unary = (name: string, fn: Unary, x: Value): Value =>
  fn === 'identity' ? x : make(name, x.size, { kind: 'unary', fn, x });

export const binary = (
  name: string,
  kind: 'difference' | 'quotient' | 'maximum',
  left: Value,
  right: Value,
): Value => make(name, left.size, { kind, left, right });

export const concat = (name: string, parts: readonly Value[]): Value =>
  parts.length === 1
    ? parts[0]!
    : make(name, parts.reduce((size, part) => size + part.size, 0), { kind: 'concat', parts }); // prettier-ignore

export const held = (name: string, ended: Value, former: Value, next: Value): Value =>
  make(name, next.size, { kind: 'held', ended, former, next });

export const slice = (name: string, x: Value, from: number, size: number): Value =>
  from === 0 && size === x.size ? x : make(name, size, { kind: 'slice', x, from });

export const normalized = (name: string, x: Value, block: number, epsilon: number): Value =>
  make(name, x.size, { kind: 'normalized', x, block, epsilon });

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
  clock?: Clock,
): Value => make(name, size, { kind: 'linear', x, matrix, row, ...(clock && { clock }) });

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
