// The settings of a run, some of which move while it trains.
import { namesWith, type Settings } from '../settings/settings';
import { store } from '../app/store';

function pick(base: Settings, from: Settings, effect: 'live' | 'restart'): Settings {
  const entries = namesWith(effect).map((name) => [name, from[name]]);
  return { ...base, ...Object.fromEntries(entries) };
}

/** The settings of a run, with those that apply at once as they are now. */
export function withLive(settings: Settings): Settings {
  return pick(settings, store.settings.peek(), 'live');
}

/** The settings of the page, with those of a run put back. */
export function withRun(settings: Settings): Settings {
  return pick(pick(store.settings.peek(), settings, 'live'), settings, 'restart');
}
