// Every setting of the page. The link codec, the list of waiting changes, the panels, the help and the configuration
// all read these descriptors.
import type {
  ChoiceDescriptor,
  Descriptor,
  Effect,
  FlagDescriptor,
  ListDescriptor,
  NameDescriptor,
  NumberDescriptor,
} from './descriptor';
import { text } from './descriptor';
import { isTree } from './difference';
import { schema } from './schema';
import { cell } from './descriptors/cell';
import { data } from './descriptors/data';
import { depth } from './descriptors/depth';
import { feedback } from './descriptors/feedback';
import { live } from './descriptors/live';
import { network } from './descriptors/network';
import { noise } from './descriptors/noise';
import { sample } from './descriptors/sample';
import { schedule } from './descriptors/schedule';
import { stack } from './descriptors/stack';
import { symbols } from './descriptors/symbols';
import { task } from './descriptors/task';
import { time } from './descriptors/time';
import { view } from './descriptors/view';
import { weights } from './descriptors/weights';

/** Groups of the More section, in their order. */
export const MORE = {
  depth,
  stack,
  time,
  feedback,
  cell,
  symbols,
  noise: { ...noise, labelSmoothing: task.labelSmoothing },
  weights,
};
export type MoreGroup = keyof typeof MORE;

const LONGEST_JSON = 100_000;

const areTrees = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.every(isTree);

/** Whether JSON has the shape of a configuration as the engine writes it; what it says, the engine judges. */
function isConfig(written: string): boolean {
  if (written.length > LONGEST_JSON) return false;
  try {
    const value: unknown = JSON.parse(written);
    if (!isTree(value) || 'preset' in value) return false;
    const { layers = [], encoder = [], readout = [] } = value;
    return (
      [layers, encoder].every((list) => areTrees(list) && list.every(({ edges = [] }) => areTrees(edges))) &&
      areTrees(readout) &&
      Object.entries(schema.defaults).every(
        ([name, usual]) => !isTree(usual) || value[name] === undefined || isTree(value[name]),
      )
    );
  } catch {
    return false;
  }
}

/** What the More section adds to cell, layers and units. */
const architecture = {
  ...depth,
  ...stack,
  ...time,
  ...feedback,
  ...cell,
  ...symbols,
  ...noise,
  ...weights,
  /** JSON of what the controls cannot show of the configuration; empty where that is nothing. */
  custom: text('j', (written) => written === '' || isConfig(written), {
    equation: null,
    within: 'config',
    detail: true,
  }),
};

export const DESCRIPTORS = {
  ...architecture,
  ...task,
  ...schedule,
  ...data,
  ...network,
  ...live,
  ...sample,
  ...view,
};

type All = typeof DESCRIPTORS;
type ValueOf<D> = D extends NumberDescriptor
  ? number
  : D extends FlagDescriptor
    ? boolean
    : D extends ChoiceDescriptor<infer T>
      ? T
      : string;
type NamesOf<D> = { [K in keyof All]: All[K] extends D ? K : never }[keyof All];

export type SettingName = keyof All;
export type Settings = { [K in SettingName]: ValueOf<All[K]> };
export type TaskSettings = Pick<Settings, keyof typeof task>;
export type Look = Settings['look'];
export type Scale = Settings['scale'];

export type NumberName = NamesOf<NumberDescriptor>;
export type ListName = NamesOf<ListDescriptor>;
export type FlagName = NamesOf<FlagDescriptor>;
export type MenuName = NamesOf<NameDescriptor>;

export const SETTING_NAMES = Object.keys(DESCRIPTORS) as SettingName[];

const at = (begin: string) =>
  SETTING_NAMES.filter((name) => (DESCRIPTORS[name] as Descriptor).path?.startsWith(begin));
const CONFIG = 'config.';
const LAYER = 'config.layers[].';
/** What is one value of each layer, of the configuration beside them, or of the state beside the configuration. */
export const LAYER_PATHS = at(LAYER);
export const CONFIG_PATHS = at(CONFIG).filter((name) => !LAYER_PATHS.includes(name) && !(name in task));
export const OTHER_PATHS = at('').filter((name) => !at(CONFIG).includes(name));
export const ARCHITECTURE_NAMES = Object.keys(architecture) as (keyof typeof architecture)[];
export const TASK_NAMES = Object.keys(task) as (keyof TaskSettings)[];
export const NETWORK_NAMES = Object.keys(network) as (keyof typeof network)[];
export const LIVE_NAMES = Object.keys(live) as (keyof typeof live)[];
export const SCHEDULE_NAMES = Object.keys(schedule) as (keyof typeof schedule)[];

/** The descriptor of a setting that is not known before the program runs. */
export const descriptorOf = (name: SettingName): Descriptor => DESCRIPTORS[name];

/** What a link may say of a setting, or undefined. */
export const parse = <K extends SettingName>(name: K, written: string): Settings[K] | undefined =>
  DESCRIPTORS[name].parse(written) as Settings[K] | undefined;

export const write = <K extends SettingName>(name: K, value: Settings[K]): string =>
  (DESCRIPTORS[name].write as (value: Settings[K]) => string)(value);

/** Whether a setting is about the layers, which the controls show as a whole or not at all. */
export const isOfLayers = (name: SettingName): boolean => {
  const { path, within = '' } = descriptorOf(name);
  return /^config\.(layers|readout|feedback|attention|context)/.test(path ?? within);
};

/** Whether a setting means anything beside the others. */
export const applies = (name: SettingName, settings: Settings): boolean =>
  descriptorOf(name).when?.(settings) ?? true;

/** The value text has when it was pasted or dropped; a link cannot carry the text itself. */
export const OWN_TEXT = 'own';

export function initialSettings(): Settings {
  const fill = (name: SettingName) => [name, DESCRIPTORS[name].initial];
  return Object.fromEntries(SETTING_NAMES.map(fill));
}

export function namesWith(effect: Effect): SettingName[] {
  return SETTING_NAMES.filter((name) => DESCRIPTORS[name].effect === effect);
}

/** Settings that differ and need a new network. */
export function waitingChanges(wanted: Settings, running: Settings): SettingName[] {
  return namesWith('restart').filter((name) => wanted[name] !== running[name]);
}

/** The settings among those named that are not at their first value, without what belongs to another. */
export const changed = (settings: Settings, names: readonly SettingName[]): SettingName[] =>
  names.filter((name) => settings[name] !== DESCRIPTORS[name].initial && !descriptorOf(name).detail);

/** A network in a few words: `gru 2 × 128`. */
export function describeNetwork({ cell, layers, units: hidden }: Settings): string {
  return `${cell} ${layers > 1 ? `${layers} × ${hidden}` : hidden}`;
}
