// What a graph of a network consists of.
import type { EdgeConfig, LayerConfig } from 'unfold-rnn';

export type PartKind =
  | 'input'
  | 'embedding'
  | 'hidden'
  | 'cell'
  | 'blend'
  | 'sum'
  /** Of two edges, element by element. */
  | 'product'
  | 'output'
  /** Of a network that reads one sequence and writes another: what is read, and what becomes of it. */
  | 'source'
  | 'context'
  | 'attention'
  | 'remaining';

export interface Part {
  id: string;
  kind: PartKind;
  /** Number in the configuration; null outside the layers. */
  layer: number | null;
  size: number;
  /** Place on a grid: rows from the input upwards; lane 0 holds the cells, 1 and on the transitions, −1 and on the rest. */
  row: number;
  lane: number;
  /** Of a cell its name, of a hidden layer its activation, of a blend what it does. */
  detail: string;
  /** The function that squashes the sum of a hidden layer or of a cell with no gates. */
  activation: string;
  /** Vectors of its own: biases, peepholes, gains, a learned leak. */
  vectors: string[];
}

/** `matrix` multiplies; `shortcut` does so past a hidden layer; `state` and `copy` pass on as it is. */
export type LinkRole = 'matrix' | 'shortcut' | 'state' | 'copy';

export interface Link {
  from: string;
  to: string;
  delay: number;
  role: LinkRole;
  parameter: string | null;
  /** Of a block-diagonal matrix for each gate: how many blocks. */
  blocks?: number;
  /** What a state link is called: c, h. */
  name?: string;
}

/** A small circle with a sign in it, not a box with a name and a size. */
export const isRound = ({ kind }: Part): boolean => kind === 'sum' || kind === 'product';

export interface Graph {
  parts: Part[];
  links: Link[];
  rows: number;
  tied: boolean;
  feedback: 'target' | 'softmax';
}

export type Layer = LayerConfig & { edges: EdgeConfig[]; hidden: number; cell: string };
