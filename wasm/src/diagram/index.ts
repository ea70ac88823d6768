/**
 * The graph of a network, drawn and written out: parts and links, their places, and what each part computes as
 * formulas. Nothing here knows a cell by name: whatever cells an engine has are drawn and explained by what its graph
 * says of them.
 */
import type { NetworkGraph } from '../shared/graph-types.js';
import { Lowering } from './lower.js';
import type { Diagram } from './parts.js';
import { place } from './place.js';

export { cellEquations, termOf } from './cell.js';
export { type Answer, equationsOf, type ParameterTerm, parametersOf, shortOf } from './equations.js';
export { type Formula, namesIn, type Piece, plainText, printed } from './formula.js';
export { type Box, BOX, type Layout, layoutOf, SQUARE, type Wire } from './layout.js';
export {
  type Diagram,
  isRound,
  type Link,
  type LinkRole,
  type Part,
  type PartKind,
  type Target,
} from './parts.js';

/** Parts and links of a network, each part in its row and lane. */
export function diagramOf(graph: NetworkGraph): Diagram {
  const { parts, links } = new Lowering(graph);
  const rows = place(graph, parts, links);
  parts.sort((a, b) => a.row - b.row || a.lane - b.lane);
  return { parts, links, rows, operations: graph.operations };
}
