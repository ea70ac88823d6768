// Between the configuration of the package and what the controls show of it. What they cannot show is kept as it is
// in the setting `custom`, so that each of the two says everything that the other does.
import type { Config, LayerConfig } from 'unfold-rnn';
import { valueAt } from './descriptor';
import { difference, isTree, merge, stable } from './difference';
import { layerEdges, oneWay, readEdges, readoutEdges, readsBothWays, spelled } from './edges';
import { put, readPaths, writePaths } from './paths';
import { cellOf, schema } from './schema';
import {
  ARCHITECTURE_NAMES,
  CONFIG_PATHS,
  initialSettings,
  LAYER_PATHS,
  parse,
  type SettingName,
  type Settings,
  write,
} from './settings';
import { readTask, startsFromContext, taskConfig } from './taskConfig';

/** Where a schedule has its steps. */
const STEPS: Readonly<Record<string, string | undefined>> = {
  step: 'schedule.every',
  exponential: 'schedule.every',
  cosine: 'schedule.steps',
};

/** What the network is made of: shown by the controls as a whole, or not at all. */
type Structure = Pick<Config, 'layers' | 'readout' | 'encoder'>;

/** Options of a cell as the setting spells them. */
export function readOptions(written: string): Map<string, string> {
  const pairs = written === '' ? [] : written.split(',');
  return new Map(pairs.map((pair) => pair.split(':') as [string, string]));
}

export function writeOptions(options: Map<string, string>): string {
  return [...options].map(([name, value]) => `${name}:${value}`).join();
}

function leak({ leak, leakFrom: from, leakTo: to }: Settings): LayerConfig['leak'] {
  if (leak === 'none') return undefined;
  if (leak === 'fixed') return to;
  return leak === 'learned' ? { from, to, learned: true } : { from, to };
}

function layer(settings: Settings, l: number): LayerConfig {
  const { units, options, residual, embedding } = settings;
  const { config } = writePaths({}, settings, LAYER_PATHS) as { config: Record<'layers[]', object> };
  const made: LayerConfig & Record<string, unknown> = { ...config['layers[]'] };
  for (const [name, value] of readOptions(options))
    made[name] = /^[\d.-]+$/.test(value) ? Number(value) : value;
  const edges = layerEdges(settings, l);
  if (edges) made.edges = edges;
  if (readsBothWays(settings)) made.bidirectional = true;
  if (startsFromContext(settings)) made.initial = true;
  const share = leak(settings);
  if (share !== undefined) made.leak = share;
  if (residual && !readsBothWays(settings) && (l > 0 || embedding === units)) made.residual = true;
  return made;
}

/** What the controls say by themselves. */
function said(settings: Settings): Config {
  const readout = readoutEdges(settings);
  const { config } = writePaths({}, settings, CONFIG_PATHS) as { config: Config };
  const steps = STEPS[settings.schedule];
  const { seed, ...rest } = steps ? put(config, steps, settings.scheduleSteps) : config;
  return {
    ...taskConfig(settings),
    seed: seed!,
    layers: Array.from({ length: settings.layers }, (_, l) => layer(settings, l)),
    ...(readout && { readout }),
    ...(settings.feedback === 'softmax' && { feedback: 'softmax' }),
    ...rest,
  };
}

/** What is kept beside the controls. */
export const restOf = ({ custom }: Pick<Settings, 'custom'>): Config =>
  custom === '' ? {} : (JSON.parse(custom) as Config);

export const pack = (rest: Config): string => (Object.keys(rest).length > 0 ? JSON.stringify(rest) : '');

/** Whether the layers are others than the controls can show. */
export const isBeyond = (settings: Pick<Settings, 'custom'>): boolean => 'layers' in restOf(settings);

export function withoutStructure({ layers, readout, encoder, ...rest }: Config): Config {
  return rest;
}

export function toConfig(settings: Settings): Config {
  const shown = said(settings);
  const { readout: _, ...others } = shown;
  return merge(isBeyond(settings) ? others : shown, restOf(settings));
}

/** The layers of a configuration, if the controls cannot show them. */
export function structureBeyond(config: Config, settings: Settings): Structure {
  if (stable(spelled(config)) === stable(spelled(said(settings)))) return {};
  const { layers = [], readout, encoder } = config;
  return { layers, ...(readout && { readout }), ...(encoder && { encoder }) };
}

/** What a configuration says beyond the controls, where they are set to what they can show of it. */
const beyond = (config: Config, settings: Settings): Config => ({
  ...difference(withoutStructure(config), withoutStructure(said(settings)), schema.defaults),
  ...structureBeyond(config, settings),
});

function readLeak(leak: LayerConfig['leak']): Partial<Settings> {
  if (!leak) return {};
  if (typeof leak === 'number') return { leak: 'fixed', leakTo: leak };
  const { from = 0, to = from, learned = false } = leak;
  if (learned) return { leak: 'learned', leakFrom: from, leakTo: to };
  return from === to ? { leak: 'fixed', leakTo: to } : { leak: 'spectrum', leakFrom: from, leakTo: to };
}

/** What of the first layer has no path of its own. */
function readFirst(first: LayerConfig): Partial<Settings> {
  const own = first as unknown as Record<string, unknown>;
  const options = cellOf(first.cell)?.options ?? [];
  const strange = options.filter(
    ({ name, default: usual }) => own[name] !== undefined && own[name] !== usual,
  );
  const { zoneout } = first;
  return {
    options: writeOptions(new Map(strange.map(({ name }) => [name, String(own[name])]))),
    residual: first.residual ?? false,
    ...(isTree(zoneout) && { zoneout: zoneout.hidden ?? 0 }),
    ...readLeak(first.leak),
  };
}

/** The architecture of a network without any specialty. */
export function plain(): Partial<Settings> {
  const initial = initialSettings();
  return Object.fromEntries(ARCHITECTURE_NAMES.map((name) => [name, initial[name]]));
}

const inRange = <K extends SettingName>(name: K, value: Settings[K]) =>
  parse(name, write(name, value)) === value;

/** What the controls can show of a configuration; the architecture whole, the rest where it is named. */
export function fromConfig(config: Config): Partial<Settings> {
  const folded = oneWay(config);
  const { layers = [] } = folded;
  const steps = valueAt(config, STEPS[String(valueAt(config, 'schedule.name'))] ?? '');
  const composed: Partial<Settings> = {
    ...readFirst(layers[0] ?? {}),
    layers: layers.length,
    ...(layers[1]?.residual && { residual: true }),
    ...readEdges(folded),
  };
  const names = (Object.keys(composed) as SettingName[]).filter((name) => inRange(name, composed[name]!));
  return {
    ...plain(),
    ...readPaths({ config }, [...LAYER_PATHS, ...CONFIG_PATHS]),
    ...(typeof steps === 'number' && { scheduleSteps: steps }),
    ...Object.fromEntries(names.map((name) => [name, composed[name]])),
  };
}

/** A configuration as the controls show it, and what they cannot show of it. */
export function settingsOf(config: Config, base = initialSettings()): Settings {
  const settings = { ...base, ...fromConfig(config), ...readTask(config), custom: '' };
  return { ...settings, custom: pack(beyond(config, settings)) };
}

/** The settings as a link can carry them: what is beyond the range of a control goes with what has none. */
export function forLink(settings: Settings): Settings {
  const initial = initialSettings();
  const names = [...CONFIG_PATHS, ...LAYER_PATHS, 'scheduleSteps' as const].filter(
    (name) => !inRange(name, settings[name]),
  );
  if (names.length === 0) return settings;
  const within = { ...settings, ...Object.fromEntries(names.map((name) => [name, initial[name]])) };
  return { ...within, custom: pack(beyond(toConfig(settings), within)) };
}
