/** The cells: what they make of summed preactivations and the former state. Mirrors core/model/cells/. */
import type { LayerConfig } from '../config.js';
import {
  activation,
  type Activation,
  fixed,
  mix,
  normalized,
  product,
  slice,
  sum,
  type Value,
} from './values.js';

export interface CellInputs {
  /** W·x of every edge from elsewhere, G·H rows each. */
  inputs: readonly Value[];
  /** W·h of every edge from the layer itself, rows `from` to `to`, of `reset`(h). */
  recurrent(from: number, to: number, suffix: string, reset: (h: Value) => Value): Value[];
  /** Bias vectors, G·H each: none, one, or the input's and the recurrent one. */
  biases: readonly Value[];
  /** γ of layer normalisation, if the layer has it. */
  norm(name: 'norm_ih' | 'norm_hh'): Value | undefined;
  /** A vector that the cell owns. */
  vector(name: string): Value;
  former: { h: Value; c: Value };
}

const same = (h: Value) => h;

/** The new states of a step, before leak, clock and zoneout. */
export function cellEquations(config: LayerConfig, H: number, given: CellInputs): { h: Value; c?: Value } {
  if (config.cell === 'gru') return config.reset === 'before' ? gruBefore(H, given) : gruAfter(H, given);
  const R = config.cell === 'rnn' ? H : 4 * H;
  const z = port(
    'z',
    R,
    H,
    [...given.inputs, ...given.recurrent(0, R, '', same)],
    given.biases,
    given.norm('norm_ih'),
  );
  if (config.cell === 'rnn') return { h: activation('h', (config.activation ?? 'tanh') as Activation, z) };
  return lstm(z, H, given, config.cell === 'peephole-lstm', (config.cellInput ?? 'tanh') as Activation);
}

/** The sum of terms and biases; normalised: γ∘normalised(sum of terms) + biases. */
function port(
  name: string,
  size: number,
  block: number,
  terms: readonly Value[],
  biases: readonly Value[],
  gain: Value | undefined,
): Value {
  const zeros = () => fixed('zero', Array<number>(size).fill(0));
  if (!gain) return sum(name, [...terms, ...biases]) ?? zeros();
  const total = sum(name, terms);
  const scaled = total ? [product(name, gain, normalized('n', total, block))] : [];
  return sum(name, [...scaled, ...biases]) ?? zeros();
}

/** i, f, o = σ(…); g = tanh(…); c = i∘g + f∘c₋; h = o∘tanh(c); peepholes p: i, f see c₋, o sees c. */
function lstm(z: Value, H: number, { vector, former }: CellInputs, peephole: boolean, input: Activation) {
  const seen = (gate: string, state: Value) =>
    peephole ? [product('p', vector(`peephole_${gate}`), state)] : [];
  const gate = (name: string, block: number, fn: Activation, extra: Value[]) =>
    activation(name, fn, sum('z', [slice('z', z, block * H, H), ...extra])!);
  const i = gate('i', 0, 'sigmoid', seen('i', former.c));
  const f = gate('f', 1, 'sigmoid', seen('f', former.c));
  const g = gate('g', 2, input, []);
  const c = sum('c', [product('c', i, g), product('c', f, former.c)])!;
  const o = gate('o', 3, 'sigmoid', seen('o', c));
  return { h: product('h', o, activation('', 'tanh', c)), c };
}

/** r, u = σ(…); n = tanh(zx_n + r∘zh_n); h = (1−u)∘n + u∘h₋. */
function gruAfter(H: number, given: CellInputs) {
  const [ofInput, ofState] = given.biases.length === 2 ? given.biases : [given.biases[0], undefined];
  const zx = port('zx', 3 * H, H, given.inputs, ofInput ? [ofInput] : [], given.norm('norm_ih'));
  const recurrent = given.recurrent(0, 3 * H, '', same);
  const zh = port('zh', 3 * H, H, recurrent, ofState ? [ofState] : [], given.norm('norm_hh'));
  const part = (name: string, block: number) =>
    [slice(`${name}_x`, zx, block * H, H), slice(`${name}_h`, zh, block * H, H)] as const;
  const r = activation('r', 'sigmoid', sum('r', part('r', 0))!);
  const u = activation('u', 'sigmoid', sum('u', part('u', 1))!);
  const [nx, nh] = part('n', 2);
  const n = activation('n', 'tanh', sum('n', [nx, product('n', r, nh)])!);
  return { h: mix('h', u, given.former.h, n) };
}

/** r, u = σ(…); n = tanh(U·x + W·(r∘h₋)); h = (1−u)∘n + u∘h₋. */
function gruBefore(H: number, given: CellInputs) {
  const rows = (x: Value, from: number, to: number) => slice(x.name, x, from, to - from);
  const inputs = sum('zx', given.inputs);
  const gain = given.norm('norm_ih');
  const part = (name: string, from: number, to: number, recurrent: Value[]) =>
    port(
      name,
      to - from,
      H,
      [...(inputs ? [rows(inputs, from, to)] : []), ...recurrent],
      given.biases.map((bias) => rows(bias, from, to)),
      gain && rows(gain, from, to),
    );
  const gates = activation('gates', 'sigmoid', part('z', 0, 2 * H, given.recurrent(0, 2 * H, '', same)));
  const r = slice('r', gates, 0, H);
  const u = slice('u', gates, H, H);
  const reset = (h: Value) => product('rh', r, h);
  const n = activation('n', 'tanh', part('n', 2 * H, 3 * H, given.recurrent(2 * H, 3 * H, '_reset', reset)));
  return { h: mix('h', u, given.former.h, n) };
}
