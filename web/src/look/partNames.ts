// What parts of the diagram are called.
import { ofEncoder } from '../diagram/encoder';
import type { Graph, Part } from '../diagram/parts';
import { message } from '../messages';

/** "Cell 2", "Hidden layer 1a": numbers only where there are several of a kind. */
export function nameOf(graph: Graph, part: Part): string {
  const reads = ofEncoder(part);
  const alike = graph.parts.filter((each) => each.kind === part.kind && ofEncoder(each) === reads);
  const at = alike.findIndex(({ id }) => id === part.id);
  const name = message.look.network.kindsOf[part.kind](alike.length > 1 ? String(at + 1) : '').trim();
  return reads && part.kind !== 'source' ? message.look.network.encoder(name) : name;
}
