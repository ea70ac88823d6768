// What a network costs before it is built: parameters, and arithmetic for each character.
import { cellOf } from '../state/schema';
import type { Graph, Part } from './parts';

/** Rows of the matrices into a part. */
function rowsOf(part: Part): number {
  const gates = part.kind === 'cell' ? (cellOf(part.detail)?.gates.length ?? 1) : 1;
  return gates * part.size;
}

/**
 * Floating-point operations that training takes for one character: forward, backward to the source and to the weights,
 * a multiply–add counting two. Columns looked up by a character cost their rows only.
 */
export function operationsOf(graph: Graph): number {
  const part = (id: string) => graph.parts.find((each) => each.id === id)!;
  let sum = 0;
  for (const { from, to, parameter, blocks = 1 } of graph.links) {
    if (!parameter) continue;
    const [source, rows] = [part(from), rowsOf(part(to))];
    const looked = source.kind === 'input' || (source.kind === 'output' && graph.feedback === 'target');
    sum += (looked ? 2 : (6 * source.size) / blocks) * rows;
  }
  return sum;
}
