// What parts of the diagram are called.
import type { Diagram, Part } from 'unfold-rnn/diagram';
import { message } from '../i18n/messages';

/** "Cell 2", "Hidden layer 1a": numbers only where there are several of a kind. */
export function nameOf({ parts }: Diagram, part: Part): string {
  const [reader, sequence] = [parts.some(({ kind }) => kind === 'source'), part.sequence];
  const reads = reader && sequence === 1;
  const alike = parts.filter((each) => each.kind === part.kind && (!reader || each.sequence === sequence));
  const at = alike.findIndex(({ id }) => id === part.id);
  const name = message.look.network.kindsOf[part.kind](alike.length > 1 ? String(at + 1) : '').trim();
  return reads && part.kind !== 'source' ? message.look.network.encoder(name) : name;
}
