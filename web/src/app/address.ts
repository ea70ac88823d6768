// The address of the page: always a link to what it shows.
import { writeHash } from '../settings/hash';
import { packText } from '../settings/linkText';
import { settingsIn } from '../settings/state';
import { place } from '../tours/guide';
import { store, wanted } from './store';

export function showHash(): void {
  // The address of a tour says where in it one is; the settings follow from that.
  if (place.peek()) return;
  history.replaceState(null, '', writeHash(settingsIn(wanted.peek()), store.autostart.peek()));
}

export function linkHere(): string {
  showHash();
  return location.href;
}

/** The link with the chosen text in it; null when that is too long. */
export async function linkWithText(): Promise<string | null> {
  const corpus = store.corpus.peek();
  const packed = corpus && (await packText(corpus));
  return packed ? linkHere() + packed : null;
}
