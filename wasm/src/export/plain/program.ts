/**
 * A network as a program for one sequence: arrays of numbers, and statements in the order in which they run. Every
 * language prints this program and nothing else, so none of them derives what a network computes.
 */

/**
 * How much of an array there is. `state`: the present column and, before it, the earlier ones that are read with a delay.
 * `sequence`: a column for each step, and as many beyond the end at which its layer begins. `step`: the present column.
 * `scores`: a number for each step of the encoder's sequence.
 */
export type Span = 'state' | 'sequence' | 'step' | 'scores';

export interface ArrayInfo {
  /** A word that no other array or weight has. */
  readonly name: string;
  /** Numbers of a column. */
  readonly rows: number;
  readonly span: Span;
  /** Whose steps it has: 0 the main sequence, 1 the encoder's. */
  readonly sequence: 0 | 1;
  /** The largest number of steps by which it is read late. */
  readonly delay: number;
  /** −1: it is computed from the last step to the first, and read late from there. */
  readonly direction: number;
}

/** Rows of an array, some steps late. */
export interface Place {
  readonly array: ArrayInfo;
  readonly row: number;
  readonly delay: number;
}

/** Weights by row. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface Vector {
  readonly name: string;
  readonly data: Float32Array;
}

/** Periods of the units of a clocked layer. */
export interface Periods {
  readonly name: string;
  readonly periods: readonly number[];
}

export type Unary = 'neg' | 'sigmoid' | 'tanh' | 'relu' | 'exp' | 'log' | 'sin' | 'cos';
export type Binary = '+' | '-' | '*' | '/' | 'max';

/** Of one element k. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  /** `single`: the place is one number, for every k. */
  | { readonly kind: 'place'; readonly place: Place; readonly single?: boolean }
  | { readonly kind: 'vector'; readonly vector: Vector; readonly at: number }
  /** What was assigned before in the same loop. */
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'unary'; readonly op: Unary; readonly x: Expression }
  | { readonly kind: 'binary'; readonly op: Binary; readonly x: Expression; readonly y: Expression }
  /** 1 unless the unit's period divides the number of the step, else x. */
  | { readonly kind: 'waits'; readonly periods: Periods; readonly x: Expression };

/** A name within the loop, or where the number goes. */
export type Target = { readonly local: string } | { readonly place: Place };

export type Statement =
  /** to ← the vector, or zeros. */
  | { readonly kind: 'fill'; readonly to: Place; readonly rows: number; readonly vector: Vector | null }
  /** to += W·from, W being rows of a matrix from `row` on; with blocks, row r reads block ⌊r / columns⌋ mod blocks of from. */
  | {
      readonly kind: 'linear';
      readonly to: Place;
      readonly rows: number;
      readonly matrix: Matrix;
      readonly row: number;
      readonly from: Place;
      readonly blocks: number;
    }
  /** to += the column (or row) of the matrix that belongs to the token `delay` steps ago; nothing for no token. */
  | {
      readonly kind: 'lookup';
      readonly to: Place;
      readonly rows: number;
      readonly matrix: Matrix;
      readonly row: number;
      readonly byRow: boolean;
      readonly delay: number;
      readonly sequence: 0 | 1;
    }
  /** For each k below `rows`, assignments in order. */
  | {
      readonly kind: 'each';
      readonly rows: number;
      readonly assignments: readonly { readonly to: Target; readonly value: Expression }[];
    }
  /** Rows to gain∘(x − mean)/√(variance + ε) + bias, for each of some gates of `units` rows from `at` on. */
  | {
      readonly kind: 'normalize';
      readonly to: Place;
      readonly units: number;
      readonly gates: number;
      readonly gain: Vector;
      readonly bias: Vector | null;
      readonly at: number;
      readonly epsilon: number;
    }
  /** to ← softmax(from). */
  | { readonly kind: 'softmax'; readonly to: Place; readonly from: Place; readonly rows: number }
  /**
   * weights ← softmax over the encoder's steps of v·tanh(query + key), or of query·key where there is no v; to ← means
   * of the memory, side by side, so weighted.
   */
  | {
      readonly kind: 'attention';
      readonly query: Place;
      readonly keys: Place;
      readonly size: number;
      readonly v: Vector | null;
      readonly weights: ArrayInfo;
      readonly memory: readonly { readonly from: Place; readonly rows: number }[];
      readonly to: Place;
    }
  /** to ← what an array holds at the end of the encoder's sequence (the start: of a backward layer), or its mean. */
  | {
      readonly kind: 'context';
      readonly to: Place;
      readonly from: Place;
      readonly rows: number;
      readonly mean: boolean;
    }
  /** to ← the context that the caller gives. */
  | { readonly kind: 'given'; readonly to: Place; readonly rows: number };

/** Statements for one step, for all steps of a sequence in one direction. */
export interface Loop {
  /** Layers, for comments. */
  readonly layers: readonly string[];
  readonly direction: number;
  readonly body: readonly Statement[];
}

export interface Program {
  readonly arrays: readonly ArrayInfo[];
  readonly matrices: readonly Matrix[];
  readonly vectors: readonly Vector[];
  readonly periods: readonly Periods[];
  /** Of the encoder, over its whole sequence; none where there is no encoder. */
  readonly encode: readonly Loop[];
  /** Before the first step, after the encoder. */
  readonly begin: readonly Statement[];
  /** Of the main sequence; step after step through all loops, unless `whole`. */
  readonly main: readonly Loop[];
  /** The main sequence has backward layers: each loop runs over the whole sequence. */
  readonly whole: boolean;
  /** The answer of a step, side by side. */
  readonly outputs: readonly { readonly place: Place; readonly rows: number }[];
  /** Logits of "how long", after `begin`; where the task draws the length first. */
  readonly lengths: { readonly place: Place; readonly rows: number } | null;
  /** Numbers that a step of each sequence reads. */
  readonly inputs: readonly [ArrayInfo | null, ArrayInfo | null];
  /** The steps by which tokens of each sequence are read late; null where no tokens are. */
  readonly tokens: readonly [number | null, number | null];
  readonly attention: ArrayInfo | null;
}
