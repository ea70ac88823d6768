// What the address, and what this tab did before, ask of the page.
import { LISTINGS } from '../data/corpus';
import { message } from '../i18n/messages';
import { settle } from '../settings/settle';
import { type Link, readHash } from '../settings/hash';
import { presetsFor, withPreset } from '../settings/presets';
import { initialSettings, OWN_TEXT, type Settings } from '../settings/settings';
import { type Here, lastHere } from '../storage/tabSession';
import { readsText } from '../tasks';
import { type Place, placeOf } from '../tours/tours';
import { notify } from './notices';
import { prefersReducedData, prefersReducedMotion } from './userPreferences';

export interface StartIntent {
  /** The settings of the address; the first ones without. */
  link: Link;
  /** A stop of a tour, in place of settings. */
  tour: Place | null;
  /** The run that this tab had before it was loaded again. */
  last: Here | null;
  /** Nothing may move by itself. */
  still: boolean;
  /** A visit without wishes of its own: the page shows what a network does as soon as it can. */
  bare: boolean;
}

export function startIntent(hash: string): StartIntent {
  const [link, last] = [readHash(hash), lastHere()];
  const still = why(link) !== null;
  return { link, tour: placeOf(hash), last, still, bare: hash.length < 2 && last === null && !still };
}

/** Where nothing may move by itself, Train is the reader's to press. */
export const prefersStill = (): boolean => prefersReducedMotion() || prefersReducedData();

export function complain(link: Link): void {
  if (link.refused.length === 0) return;
  const names = link.refused.map((name) => message.settings[name]).join(', ');
  notify('note', message.notice.link, message.notice.linkText(names));
}

export function why(link: Link, carried = false): string | null {
  if (prefersStill() || !link.autostart) return message.stream.calm;
  return link.refused.length > 0 || carried ? message.stream.strange : null;
}

export function settleText(link: Link, carried: boolean): void {
  const { settings } = link;
  // Until the carried text has arrived; examples have none to begin with.
  if (settings.text === OWN_TEXT && carried && !readsText(settings)) return;
  if (settings.text === OWN_TEXT && carried) settings.text = LISTINGS[0]!.id;
  else if (settings.text === OWN_TEXT) notify('note', message.notice.link, message.notice.linkOwn);
  else if (link.hasSettings && !LISTINGS.some((entry) => entry.id === settings.text))
    link.refused.push('text');
  if (!LISTINGS.some((entry) => entry.id === settings.text)) settings.text = LISTINGS[0]!.id;
}

/** The settings of a link, once it is known what its preset stands for. */
function expand(link: Link): Settings {
  if (link.preset === null) return link.settings;
  const { task } = link.settings;
  const preset = presetsFor(task).find(({ name }) => name === link.preset);
  if (!preset) link.refused.push('preset');
  if (!preset) return link.settings;
  const named = withPreset({ ...initialSettings(), units: link.settings.units, task }, preset);
  const given = link.given.map((name) => [name, link.settings[name]]);
  return { ...named, ...Object.fromEntries(given), text: link.settings.text };
}

/** What this build can do of what the link asks for. */
export function settingsOf(link: Link): Settings {
  const { settings, refused } = settle(expand(link));
  if (link.hasSettings) link.refused.push(...refused);
  return settings;
}
