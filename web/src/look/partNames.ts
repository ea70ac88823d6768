// What parts of the diagram are called.
import type { Graph, Part } from '../diagram/graph';
import { message } from '../messages';

/** "Cell 2", "Hidden layer 1a": numbers only where there are several of a kind. */
export function nameOf(graph: Graph, part: Part): string {
  const alike = graph.parts.filter(({ kind }) => kind === part.kind);
  const at = alike.findIndex(({ id }) => id === part.id);
  return message.look.network.kindsOf[part.kind](alike.length > 1 ? String(at + 1) : '').trim();
}
