// Settings that are one value of the configuration: put there, and found there, by the path in their descriptor.
import { numbers } from './edges';
import { type Effect, valueAt } from './descriptor';
import { applies, descriptorOf, SETTING_NAMES, type SettingName, type Settings } from './settings';

const LAYER = 'layers[].';

type Node = Record<string, unknown>;

function put(object: Node, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let at = object;
  for (const name of names) at = (at[name] ??= {}) as Node;
  at[last] = value;
}

/**
 * The settings that have a path, under it; those that are not always spelled out only where they are not at their first
 * value. `layer`: those of each layer, rather than of the whole. `effect`: all that take effect so.
 */
export function writePaths(
  settings: Settings,
  { layer = false, effect }: { layer?: boolean; effect?: Effect } = {},
): Node {
  const made: Node = {};
  for (const name of SETTING_NAMES) {
    const { initial, kind, path, spelled, effect: own } = descriptorOf(name);
    const inLayer = path?.startsWith(LAYER) ?? false;
    if (path === undefined || inLayer !== layer || !applies(name, settings)) continue;
    const value = settings[name];
    if (effect ? own !== effect : !spelled && value === initial) continue;
    put(made, inLayer ? path.slice(LAYER.length) : path, kind === 'list' ? numbers(String(value)) : value);
  }
  return made;
}

/** What a configuration says of the settings named; of layers, the first. */
export function readPaths(config: object, names: readonly SettingName[]): Partial<Settings> {
  const read: Node = {};
  for (const name of names) {
    const { path } = descriptorOf(name);
    const value = path && valueAt(config, path);
    if (value !== undefined) read[name] = Array.isArray(value) ? value.join() : value;
  }
  return read;
}
