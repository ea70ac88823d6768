/**
 * Layers that other toolkits have: RNN, LSTM (with peepholes) and GRU (with both resets), recognised by their equations
 * and by what enters them.
 */
import type { GraphCell, GraphOperation } from '../shared/graph-types.js';
import type { Parameter, Value } from './values.js';

/** What a layer is made of if it is what an RNN, LSTM or GRU of other toolkits computes. */
export interface StandardCell {
  kind: 'rnn' | 'lstm' | 'peephole-lstm' | 'gru';
  /** Of an RNN: its activation; of an LSTM: that of its input g. */
  activation: 'tanh' | 'relu' | 'sigmoid' | 'identity';
  /** Of a GRU: whether the reset gate acts before the recurrent product. */
  resetBefore: boolean;
  /** What enters, each through a matrix of its own: complete before the layer starts. */
  inputs: readonly { source: Value; matrix: Parameter }[];
  recurrent: Parameter;
  /** One bias vector, or the input's and the recurrent one, or none. */
  biases: readonly Parameter[];
  /** Of a peephole LSTM: vectors of i, f and o. */
  peepholes: readonly Parameter[];
  /** Whether part of the previous state is dropped in training. */
  dropsState: boolean;
}

/** A linear map of the layer, as it was executed. */
export interface Entering {
  source: Value;
  matrix: Parameter;
  clocked: boolean;
  to: string;
  row: number;
  rows: number;
}

/** What a layer's operations did. */
export interface Executed {
  /** The layer's number. */
  layer: number;
  operations: readonly GraphOperation[];
  maps: readonly Entering[];
  /** The activated gate that the cell finds in its sum. */
  early: Value | undefined;
  /** Vectors by name. */
  parameter(name: string): Parameter;
  /** Names of those of a sum. */
  biases(sum: string): readonly string[];
}

type Kind = Pick<StandardCell, 'kind' | 'activation' | 'resetBefore'>;

const σ = (z: string) => `["sigmoid",${z}]`;
const lstm = (g: string) =>
  `[["i",${σ('"z_i"')}],["f",${σ('"z_f"')}],["g",["${g}","z_g"]],["o",${σ('"z_o"')}],` +
  '["c",["+",["*","f","c_prev"],["*","i","g"]]],["h",["*","o",["tanh","c"]]]]';
const seen = (gate: string, state: string) => σ(`["+","z_${gate}",["*","peephole_${gate}","${state}"]]`);
const peephole = (g: string) =>
  `[["i",${seen('i', 'c_prev')}],["f",${seen('f', 'c_prev')}],["g",["${g}","z_g"]],` +
  `["c",["+",["*","f","c_prev"],["*","i","g"]]],["o",${seen('o', 'c')}],["h",["*","o",["tanh","c"]]]]`;
const mixed = '["h",["+",["*",["-",1,"z"],"n"],["*","z","h_prev"]]]';

/** Equations as JSON. */
const EQUATIONS = new Map<string, Kind>([
  ['[["h","z_h"]]', { kind: 'rnn', activation: 'identity', resetBefore: false }],
  ...(['tanh', 'relu', 'sigmoid'] as const).map((activation): [string, Kind] => [
    `[["h",["${activation}","z_h"]]]`,
    { kind: 'rnn', activation, resetBefore: false },
  ]),
  ...(['tanh', 'sigmoid'] as const).flatMap((activation): [string, Kind][] => [
    [lstm(activation), { kind: 'lstm', activation, resetBefore: false }],
    [peephole(activation), { kind: 'peephole-lstm', activation, resetBefore: false }],
  ]),
  [
    '[["r",["sigmoid",["+","zx_r","zh_r"]]],["z",["sigmoid",["+","zx_z","zh_z"]]],' +
      `["n",["tanh",["+","zx_n",["*","r","zh_n"]]]],${mixed}]`,
    { kind: 'gru', activation: 'tanh', resetBefore: false },
  ],
  [
    `[["r",${σ('"z_r"')}],["z",${σ('"z_z"')}],["n",["tanh","z_n"]],${mixed}]`,
    { kind: 'gru', activation: 'tanh', resetBefore: true },
  ],
]);
const GATES: Record<Kind['kind'], string> = {
  rnn: 'h',
  lstm: 'i,f,g,o',
  'peephole-lstm': 'i,f,g,o',
  gru: 'r,z,n',
};

/** The parts of a standard layer, or why it is none. */
export function standardOf(executed: Executed): StandardCell | string {
  const { operations, maps } = executed;
  const cell = operations.find((one): one is GraphCell & GraphOperation => one.operation === 'cell');
  if (!cell) return 'no cell';
  const kind = EQUATIONS.get(JSON.stringify(cell.equations));
  const known = kind && cell.gates.join() === GATES[kind.kind];
  if (!known || cell.earlyGate !== (kind.resetBefore ? 'r' : undefined)) return `the cell ${cell.cell}`;

  const sums = [cell.sum, ...(cell.recurrent === undefined ? [] : [cell.recurrent])];
  const entering = maps.filter(({ to }) => sums.includes(to));
  const inputs = entering.filter(({ source }) => source.when !== 'step');
  const own = entering.filter(({ source }) => source.when === 'step');
  const whole = ({ to, rows }: Entering) => to === cell.sum && rows === cell.gates.length * cell.units;
  if (maps.some(({ to, source }) => source.when === 'step' && !sums.includes(to))) return 'deep transition';
  if (!inputs.length || !inputs.every(whole)) return 'no input';
  const why = recurrentReason(cell, own, executed) ?? changes(operations, sums);
  if (why) return why;
  return {
    ...kind,
    inputs,
    recurrent: own[0]!.matrix,
    biases: sums.flatMap((sum) => executed.biases(sum)).map((name) => executed.parameter(name)),
    peepholes: cell.parameters.map((name) => executed.parameter(name)),
    dropsState: operations.some((one) => one.operation === 'dropout' && one.rate !== undefined),
  };
}

/** Why the maps that run at every step are not those of a standard layer from its own previous state. */
function recurrentReason(
  cell: GraphCell,
  own: readonly Entering[],
  { layer, early }: Executed,
): string | undefined {
  const rows = cell.gates.length * cell.units;
  const before = (cell.gates.length - 1) * cell.units;
  const expected =
    early === undefined
      ? [[0, rows]]
      : [
          [0, before],
          [before, cell.units],
        ];
  const former = ({ op }: Value): boolean =>
    op.kind === 'dropout' ? former(op.x) : op.kind === 'past' && isFormer(op, layer);
  const gated = ({ op }: Value): boolean =>
    op.kind === 'product' && op.terms.length === 2 && op.terms[0] === early && former(op.terms[1]!);
  const fits = own.every(
    ({ to, row, rows: count, source, matrix, clocked }, k) =>
      to === (cell.recurrent ?? cell.sum) &&
      row === expected[k]?.[0] &&
      count === expected[k][1] &&
      (k ? gated(source) : former(source)) &&
      matrix === own[0]!.matrix &&
      matrix.tensor.shape[0] === rows &&
      !clocked,
  );
  if (fits && own.length === expected.length) return undefined;
  return own.some(({ clocked }) => clocked) ? 'clock' : 'edges from itself other than one of delay 1';
}

const isFormer = (op: { layer: number; state: number; delay: number }, layer: number) =>
  op.layer === layer && op.state === 0 && op.delay === 1;

/** What follows the cell, or enters it without a matrix, and makes it another one. */
function changes(operations: readonly GraphOperation[], sums: readonly string[]): string | undefined {
  for (const one of operations) {
    if (one.operation === 'layerNorm') return 'layerNorm';
    if (one.operation === 'residual' && sums.includes(one.to)) return 'an edge without a matrix';
    if (one.operation === 'interpolate') return one.periods ? 'clock' : one.leak ? 'leak' : 'zoneout';
  }
  return undefined;
}
