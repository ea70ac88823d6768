/** Between the numbers of a file and those of a network, as equations over `x`, `mean` and `scale`; see `GraphScaling`. */
import type { GraphExpression, GraphScale } from '../shared/graph-types.js';

/** Of one side, column by column. */
export interface Scaled {
  mean: readonly number[];
  scale: readonly number[];
  /** Whether columns are logarithmic. */
  log: boolean;
  /** What the network reads. */
  scaled: GraphExpression;
  /** What a file would have. */
  restored: GraphExpression;
}

const compressed: GraphExpression = [
  '-',
  ['log', ['+', ['max', 'x', 0], 1]],
  ['log', ['+', ['max', ['neg', 'x'], 0], 1]],
];
const inner: GraphExpression = ['+', ['*', 'x', 'scale'], 'mean'];
const expanded: GraphExpression = ['-', ['exp', ['max', inner, 0]], ['exp', ['max', ['neg', inner], 0]]];

/** Undefined where numbers stay as they are. */
export function scaledOf(columns: readonly GraphScale[] | undefined): Scaled | undefined {
  if (!columns?.length) return undefined;
  const log = columns[0]!.log;
  return {
    mean: columns.map(({ mean }) => mean),
    scale: columns.map(({ scale }) => scale),
    log,
    scaled: ['/', ['-', log ? compressed : 'x', 'mean'], 'scale'],
    restored: log ? expanded : inner,
  };
}
