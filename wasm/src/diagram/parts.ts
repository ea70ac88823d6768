/** What a drawing of a network consists of. */
import type { GraphOperation } from '../shared/graph-types.js';

/**
 * `pooled`: the last step of a sequence, or its mean. `interpolation`: leak, clock, zoneout. `length`: the answer to
 * "how long". `operation`: one that this version has no name for.
 */
export type PartKind =
  | 'input'
  | 'source'
  | 'remaining'
  | 'embedding'
  | 'hidden'
  | 'product'
  | 'cell'
  | 'interpolation'
  | 'sum'
  | 'pooled'
  | 'context'
  | 'attention'
  | 'length'
  | 'output'
  | 'operation';

/** A box of the drawing. */
export interface Part {
  /** Unique. */
  id: string;
  /** What it is. */
  kind: PartKind;
  /** Name of its layer in the graph; '' of what enters the network. */
  layer: string;
  /** 0: of the main sequence, 1: of the encoder's. */
  sequence: number;
  /** −1: of a layer that runs from the last step to the first; its past is later in the sequence. */
  direction: number;
  /** How many numbers it gives per step. */
  size: number;
  /** From the input upwards. */
  row: number;
  /** 0: the main line; to the right transitions and backward layers, to the left everything else. */
  lane: number;
  /** Of a hidden layer φ. */
  activation: string;
  /** Parameters that are vectors: biases, gains, a cell's own. */
  vectors: string[];
  /** The operation that it stands for, where it is one. */
  operation?: GraphOperation;
}

/** `matrix`: through a parameter; `state`: from the part's own past; `copy`: as it is. */
export type LinkRole = 'matrix' | 'state' | 'copy';

/** Rows of a buffer. */
export interface Target {
  /** By name. */
  buffer: string;
  /** The first. */
  row: number;
  /** How many. */
  rows: number;
  /** The gate of these rows' cell that multiplies what is read, first. */
  gate?: string;
}

/** A line of the drawing. */
export interface Link {
  /** Id of a part. */
  from: string;
  /** Id of a part. */
  to: string;
  /** Steps. */
  delay: number;
  /** How the signal passes. */
  role: LinkRole;
  /** Of a matrix. */
  parameter: string | null;
  /** Of a block-diagonal matrix per gate: the number of blocks. */
  blocks?: number;
  /** Of a state its name. */
  name?: string;
  /** Of what enters a sum, through a matrix or as it is: the rows to which it is added. */
  into?: Target[];
}

/** A network as parts and links. */
export interface Diagram {
  /** From the bottom row to the top. */
  parts: Part[];
  /** In the order of the operations. */
  links: Link[];
  /** How many rows there are. */
  rows: number;
  /** All operations of the graph, for the equations. */
  operations: readonly GraphOperation[];
}

/** A small circle with a sign in it, not a box with a name and a size. */
export function isRound({ kind }: Part): boolean {
  return kind === 'sum' || kind === 'product';
}
