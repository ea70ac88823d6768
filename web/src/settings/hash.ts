// Settings <-> link. Keys are short and versioned; unknown keys are ignored, values outside their
// range are reported and replaced by the first value. Nothing here is ever merged into an object
// by a name from the link.
import { forLink } from './config';
import {
  descriptorOf,
  DESCRIPTORS,
  initialSettings,
  parse,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  write,
} from './settings';

const VERSION = '1';

/** Read, never written: the page spells out what a preset stands for. */
const PRESET_KEY = 'n';

export interface Link {
  settings: Settings;
  /** Settings whose value in the link was refused. */
  refused: (SettingName | 'preset')[];
  /** What the link names; the rest of `settings` has its first value. */
  given: SettingName[];
  /** A named network that `given` overrules. */
  preset: string | null;
  autostart: boolean;
  /** The link carries settings, rather than nothing or flags only. */
  hasSettings: boolean;
}

function readInto<K extends SettingName>(settings: Settings, name: K, written: string): boolean {
  const value = parse(name, written);
  if (value === undefined) return false;
  settings[name] = value;
  return true;
}

export function readHash(hash: string): Link {
  const pairs = new URLSearchParams(hash.replace(/^#/, ''));
  const link: Link = {
    settings: initialSettings(),
    refused: [],
    given: [],
    preset: null,
    autostart: pairs.get('autostart') !== '0',
    hasSettings: false,
  };
  if (pairs.has('v') && pairs.get('v') !== VERSION) return link;
  link.preset = pairs.get(PRESET_KEY);
  link.hasSettings = link.preset !== null;
  for (const name of SETTING_NAMES) {
    const written = pairs.get(DESCRIPTORS[name].key);
    if (written === null) continue;
    link.hasSettings = true;
    (readInto(link.settings, name, written) ? link.given : link.refused).push(name);
  }
  return link;
}

export function writeHash(chosen: Settings, autostart: boolean): string {
  const settings = forLink(chosen);
  const pairs = new URLSearchParams({ v: VERSION });
  for (const name of SETTING_NAMES) {
    const { key, initial, spelled } = descriptorOf(name);
    if (spelled || settings[name] !== initial) pairs.set(key, write(name, settings[name]));
  }
  if (!autostart) pairs.set('autostart', '0');
  return `#${pairs}`;
}
