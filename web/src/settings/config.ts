// Between the flat settings of the page and the configuration of the package.
import { checkConfig, type Config, type LayerConfig, type LiveConfig as LiveSettings } from 'unfold-rnn';
import { layerEdges, oneWay, readEdges, readoutEdges, readsBothWays, spelled } from './edges';
import { cellOf, type schema } from './schema';
import { menuOf } from './menus';
import { readPaths, writePaths } from './paths';
import {
  ARCHITECTURE_NAMES,
  descriptorOf,
  initialSettings,
  LIVE_NAMES,
  type MenuName,
  NETWORK_NAMES,
  parse,
  SCHEDULE_NAMES,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  write,
} from './settings';
import { readTask, settleTask, taskConfig } from './taskConfig';

type ScheduleConfig = Exclude<NonNullable<Config['schedule']>, string>;

/** Steps between validations: often enough for points to appear within the first seconds. */
const EVALUATE_EVERY = 100;

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
  const made: LayerConfig & Record<string, unknown> = writePaths(settings, { layer: true });
  for (const [name, value] of readOptions(options))
    made[name] = /^[\d.-]+$/.test(value) ? Number(value) : value;
  const edges = layerEdges(settings, l);
  if (edges) made.edges = edges;
  if (readsBothWays(settings)) made.bidirectional = true;
  const share = leak(settings);
  if (share !== undefined) made.leak = share;
  if (residual && !readsBothWays(settings) && (l > 0 || embedding === units)) made.residual = true;
  return made;
}

/** The preset that is all of a configuration of one's own: one that the controls cannot show. */
export function presetIn({ custom }: Settings): string | undefined {
  const { preset, ...rest } = (custom === '' ? {} : JSON.parse(custom)) as Config;
  return Object.keys(rest).length === 0 ? preset : undefined;
}

function architecture(settings: Settings): Config {
  const preset = presetIn(settings);
  if (preset !== undefined) return { preset, units: settings.units };
  const readout = readoutEdges(settings);
  const layers = Array.from({ length: settings.layers }, (_, l) => layer(settings, l));
  return { layers, ...(readout && { readout }) };
}

export function toConfig(settings: Settings): Config {
  const live = toLiveSettings(settings);
  if (settings.custom !== '' && presetIn(settings) === undefined) {
    const custom = JSON.parse(settings.custom) as Config;
    const optimizer = named(custom.optimizer);
    const clip = typeof custom.clip === 'number' ? { norm: custom.clip } : custom.clip;
    return {
      ...custom,
      optimizer: { ...optimizer, ...live.optimizer },
      schedule: { ...named(custom.schedule), ...named(live.schedule) },
      clip: { ...clip, ...(live.clip as object) },
      dropout: settings.dropout,
    };
  }
  const { seed, ...rest }: Config = writePaths(settings);
  return {
    ...taskConfig(settings),
    seed: seed!,
    ...architecture(settings),
    ...(settings.feedback === 'softmax' && { feedback: 'softmax' }),
    ...rest,
    ...((settings.schedule !== 'constant' || settings.warmup > 0) && { schedule: schedule(settings) }),
    evaluateEvery: EVALUATE_EVERY,
  };
}

export const toLiveSettings = (settings: Settings): LiveSettings => ({
  ...writePaths(settings, { effect: 'live' }),
  schedule: schedule(settings),
});

/** What may be given by its name alone. */
const named = <T>(value: T) =>
  (typeof value === 'string' ? { name: value } : (value ?? {})) as Exclude<T, string | undefined>;

function schedule(settings: Settings): ScheduleConfig {
  const { schedule: name, warmup, scheduleSteps, scheduleFactor: factor, patience } = settings;
  const own: Record<typeof name, ScheduleConfig> = {
    constant: {},
    step: { every: scheduleSteps, factor },
    exponential: { every: scheduleSteps, factor },
    cosine: { steps: scheduleSteps },
    plateau: { factor, patience },
  };
  return { name, warmup, ...own[name] };
}

function readSchedule(config: Config): Partial<Settings> {
  if (config.schedule === undefined) return {};
  const { name, warmup, every, steps, factor, patience }: ScheduleConfig = named(config.schedule);
  const length = name === 'cosine' ? steps : name === 'step' || name === 'exponential' ? every : undefined;
  return {
    schedule: parse('schedule', name ?? '') ?? 'constant',
    warmup: warmup ?? 0,
    ...(length !== undefined && { scheduleSteps: length }),
    ...(factor !== undefined && { scheduleFactor: factor }),
    ...(patience !== undefined && { patience }),
  };
}

/** A configuration with everything under its own path. */
function unfolded(config: Config): Config {
  const { optimizer, clip, layers = [], ...rest } = config;
  return {
    ...rest,
    layers: layers.map(({ zoneout, ...layer }) => ({
      ...layer,
      zoneout: typeof zoneout === 'object' ? (zoneout.hidden ?? 0) : (zoneout ?? 0),
    })),
    ...(optimizer !== undefined && { optimizer: named(optimizer) }),
    ...(clip !== undefined && { clip: typeof clip === 'number' ? { norm: clip } : clip }),
  };
}

const TRAINING = [...NETWORK_NAMES, ...LIVE_NAMES, ...SCHEDULE_NAMES];

const readTraining = (config: Config): Partial<Settings> => ({
  ...readPaths(unfolded(config), TRAINING),
  ...readSchedule(config),
});

function readLeak(leak: LayerConfig['leak']): Partial<Settings> {
  if (leak === undefined || leak === 0) return {};
  if (typeof leak === 'number') return { leak: 'fixed', leakTo: leak };
  const { from = 0, to = from, learned = false } = leak;
  if (learned) return { leak: 'learned', leakFrom: from, leakTo: to };
  return from === to ? { leak: 'fixed', leakTo: to } : { leak: 'spectrum', leakFrom: from, leakTo: to };
}

/** What of the first layer has no path of its own. */
function readFirst(first: LayerConfig): Partial<Settings> {
  const cell = first.cell ?? 'lstm';
  const own = first as unknown as Record<string, unknown>;
  const options = cellOf(cell)?.options ?? [];
  const strange = options.filter(
    ({ name, default: usual }) => own[name] !== undefined && own[name] !== usual,
  );
  return {
    cell,
    units: first.units ?? 128,
    options: writeOptions(new Map(strange.map(({ name }) => [name, String(own[name])]))),
    residual: first.residual ?? false,
    ...readLeak(first.leak),
  };
}

/** The architecture of a network without any specialty. */
export function plain(): Partial<Settings> {
  const initial = initialSettings();
  return Object.fromEntries(ARCHITECTURE_NAMES.map((name) => [name, initial[name]]));
}

/** What the controls can show of a configuration; the architecture whole, the rest where it is named. */
export function fromConfig(config: Config): Partial<Settings> {
  const folded = oneWay(config);
  const { layers = [] } = folded;
  return {
    ...plain(),
    ...readFirst(layers[0] ?? {}),
    ...readPaths(unfolded(folded), ARCHITECTURE_NAMES),
    ...readTraining(folded),
    layers: Math.max(1, layers.length),
    ...(layers[1]?.residual && { residual: true }),
    ...readEdges(folded),
  };
}

/** JSON whose text is equal where the values are. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

const comparable = (config: Config) => stable({ ...spelled(config), evaluateEvery: 0 });

function inRange(settings: Partial<Settings>): boolean {
  return (Object.keys(settings) as SettingName[]).every((name) => {
    const value = settings[name]!;
    return parse(name, write(name, value)) === value;
  });
}

/** The settings for a configuration: the controls where they can show all of it, its own JSON where not. */
export async function settingsFor(config: Config, base: Settings): Promise<Settings> {
  const { config: canonical } = await checkConfig(config);
  const task = readTask(canonical);
  const controls = { ...base, ...fromConfig(canonical), ...task, custom: '' };
  if (inRange(controls)) {
    const again = await checkConfig(toConfig(controls)).catch(() => null);
    if (again && comparable(again.config) === comparable(canonical)) return controls;
  }
  const first = readFirst(canonical.layers[0]!);
  const shown = {
    ...task,
    ...readTraining(canonical),
    cell: first.cell!,
    units: first.units!,
    layers: canonical.layers.length,
  };
  const kept = Object.entries(shown).filter(([name, value]) => inRange({ [name]: value }));
  return { ...base, ...plain(), ...Object.fromEntries(kept), custom: JSON.stringify(config) };
}

/** The settings that are names of the schema. */
const NAMES = SETTING_NAMES.flatMap((name) => {
  const descriptor = descriptorOf(name);
  return descriptor.kind === 'name' && descriptor.menu ? [{ name: name as MenuName, descriptor }] : [];
});

/** Replaces names that this build does not have, and says which. */
export function settle(settings: Settings): { settings: Settings; refused: SettingName[] } {
  const settled = { ...settings };
  const refused: SettingName[] = [];
  for (const { name, descriptor } of NAMES) {
    const listed = menuOf(descriptor).map((choice) => choice.name);
    if (listed.includes(settings[name])) continue;
    const { initial: usual } = descriptor;
    settled[name] = listed.includes(usual) ? usual : (listed[0] ?? usual);
    refused.push(name);
  }
  refused.push(...settleTask(settled));
  const options = cellOf(settled.cell)?.options ?? [];
  const fits = [...readOptions(settings.options)].every(([name, value]) =>
    options.some((option) => option.name === name && allows(option, value)),
  );
  if (!fits) {
    settled.options = '';
    refused.push('options');
  }
  return { settings: settled, refused };
}

function allows(option: (typeof schema)['cells'][number]['options'][number], value: string): boolean {
  if ('choices' in option) return option.choices.includes(value);
  return value !== '' && Number(value) >= option.minimum && Number(value) <= option.maximum;
}
