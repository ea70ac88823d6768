// Settings <-> link. Keys are short and versioned; unknown keys are ignored, values outside their
// range are reported and replaced by the first value. Nothing here is ever merged into an object
// by a name from the link.
import { initialSettings, PROPERTIES, SETTING_NAMES, type SettingName, type Settings } from './settings';

const VERSION = '1';

export interface Link {
  settings: Settings;
  /** Settings whose value in the link was refused. */
  refused: SettingName[];
  autostart: boolean;
  /** The link carries settings, rather than nothing or flags only. */
  hasSettings: boolean;
}

function readInto<K extends SettingName>(settings: Settings, name: K, written: string): boolean {
  const value = PROPERTIES[name].parse(written);
  if (value === undefined) return false;
  settings[name] = value;
  return true;
}

export function readHash(hash: string): Link {
  const pairs = new URLSearchParams(hash.replace(/^#/, ''));
  const link: Link = {
    settings: initialSettings(),
    refused: [],
    autostart: pairs.get('autostart') !== '0',
    hasSettings: false,
  };
  if (pairs.has('v') && pairs.get('v') !== VERSION) return link;
  for (const name of SETTING_NAMES) {
    const written = pairs.get(PROPERTIES[name].key);
    if (written === null) continue;
    link.hasSettings = true;
    if (!readInto(link.settings, name, written)) link.refused.push(name);
  }
  return link;
}

export function writeHash(settings: Settings, autostart: boolean): string {
  const pairs = new URLSearchParams({ v: VERSION });
  const write = <K extends SettingName>(name: K) =>
    pairs.set(PROPERTIES[name].key, PROPERTIES[name].write(settings[name]));
  SETTING_NAMES.forEach(write);
  if (!autostart) pairs.set('autostart', '0');
  return `#${pairs}`;
}
