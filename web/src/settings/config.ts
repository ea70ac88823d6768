// Between the flat settings of the page and the configuration of the package.
import { checkConfig, type Config, type LayerConfig, type LiveConfig as LiveSettings } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { layerEdges, numbers, oneWay, readEdges, readoutEdges, readsBothWays, spelled } from './edges';
import { cellOf, schema } from './schema';
import { ARCHITECTURE_NAMES, initialSettings, PROPERTIES, type SettingName, type Settings } from './settings';
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
  const { cell, units, options, bias, residual, embedding, zoneout, recurrentDropout, layerNorm } = settings;
  const made: LayerConfig & Record<string, unknown> = { cell, units };
  for (const [name, value] of readOptions(options))
    made[name] = /^[\d.-]+$/.test(value) ? Number(value) : value;
  if (bias !== PROPERTIES.bias.initial) made.bias = bias;
  const edges = layerEdges(settings, l);
  if (edges) made.edges = edges;
  if (readsBothWays(settings)) made.bidirectional = true;
  const share = leak(settings);
  if (share !== undefined) made.leak = share;
  if (settings.clock !== '') made.clock = numbers(settings.clock);
  if (residual && !readsBothWays(settings) && (l > 0 || embedding === units)) made.residual = true;
  if (layerNorm) made.layerNorm = true;
  if (zoneout > 0) made.zoneout = zoneout;
  if (recurrentDropout > 0) made.recurrentDropout = recurrentDropout;
  return made;
}

/** What is not at its first value of the embedding, the feedback, the readout and the weights. */
function surroundings(settings: Settings): Config {
  const { embedding, tied, initInput, initRecurrent, initReadout, gain, nonzeros, spectralRadius } = settings;
  const readout = readoutEdges(settings);
  const initial = initialSettings();
  const strange = (['initInput', 'initRecurrent', 'initReadout', 'gain'] as const).some(
    (name) => settings[name] !== initial[name],
  );
  const sparse = [initInput, initRecurrent, initReadout].includes('sparse');
  return {
    ...(embedding > 0 && { embedding, ...(tied && { tieWeights: tied }) }),
    ...(settings.feedback === 'softmax' && { feedback: 'softmax' }),
    ...(readout && { readout }),
    ...(strange && {
      initialization: {
        input: initInput,
        recurrent: initRecurrent,
        readout: initReadout,
        gain,
        ...(sparse && { nonzeros, spectralRadius }),
      },
    }),
    ...(settings.variational && { variationalDropout: true }),
  };
}

export function toConfig(settings: Settings): Config {
  const live = toLiveSettings(settings);
  if (settings.custom !== '') {
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
  return {
    ...taskConfig(settings),
    seed: settings.seed,
    layers: Array.from({ length: settings.layers }, (_, l) => layer(settings, l)),
    ...surroundings(settings),
    sequenceLength: settings.sequenceLength,
    batchSize: settings.batchSize,
    optimizer: { name: settings.optimizer, learningRate: settings.learningRate },
    ...((settings.schedule !== 'constant' || settings.warmup > 0) && { schedule: schedule(settings) }),
    clip: { norm: settings.clip, ...(settings.clipValue > 0 && { value: settings.clipValue }) },
    dropout: settings.dropout,
    evaluateEvery: EVALUATE_EVERY,
  };
}

export function toLiveSettings(settings: Settings): LiveSettings {
  return {
    optimizer: { learningRate: settings.learningRate },
    schedule: schedule(settings),
    clip: { norm: settings.clip, value: settings.clipValue },
    dropout: settings.dropout,
  };
}

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
    schedule: PROPERTIES.schedule.parse(name ?? '') ?? 'constant',
    warmup: warmup ?? 0,
    ...(length !== undefined && { scheduleSteps: length }),
    ...(factor !== undefined && { scheduleFactor: factor }),
    ...(patience !== undefined && { patience }),
  };
}

function readTraining(config: Config): Partial<Settings> {
  const { optimizer, clip } = config;
  const given: { name?: string; learningRate?: number } = named(optimizer);
  const { norm, value }: { norm?: number; value?: number } =
    typeof clip === 'number' ? { norm: clip } : (clip ?? {});
  return {
    ...(config.seed !== undefined && { seed: config.seed }),
    ...(config.sequenceLength !== undefined && { sequenceLength: config.sequenceLength }),
    ...(config.batchSize !== undefined && { batchSize: config.batchSize }),
    ...(config.dropout !== undefined && { dropout: config.dropout }),
    ...(given.name !== undefined && { optimizer: given.name }),
    ...(given.learningRate !== undefined && { learningRate: given.learningRate }),
    ...(norm !== undefined && { clip: norm }),
    ...(value !== undefined && { clipValue: value }),
    ...readSchedule(config),
  };
}

function readLeak(leak: LayerConfig['leak']): Partial<Settings> {
  if (leak === undefined || leak === 0) return {};
  if (typeof leak === 'number') return { leak: 'fixed', leakTo: leak };
  const { from = 0, to = from, learned = false } = leak;
  if (learned) return { leak: 'learned', leakFrom: from, leakTo: to };
  return from === to ? { leak: 'fixed', leakTo: to } : { leak: 'spectrum', leakFrom: from, leakTo: to };
}

function readFirst(first: LayerConfig): Partial<Settings> {
  const cell = first.cell ?? 'lstm';
  const own = first as unknown as Record<string, unknown>;
  const options = cellOf(cell)?.options ?? [];
  const strange = options.filter(
    ({ name, default: usual }) => own[name] !== undefined && own[name] !== usual,
  );
  const zoneout = typeof first.zoneout === 'object' ? (first.zoneout.hidden ?? 0) : first.zoneout;
  return {
    cell,
    units: first.units ?? 128,
    options: writeOptions(new Map(strange.map(({ name }) => [name, String(own[name])]))),
    ...(first.bias !== undefined && { bias: first.bias }),
    ...readLeak(first.leak),
    clock: first.clock?.join() ?? '',
    residual: first.residual ?? false,
    layerNorm: first.layerNorm ?? false,
    zoneout: zoneout ?? 0,
    recurrentDropout: first.recurrentDropout ?? 0,
  };
}

/** The architecture of a network without any specialty. */
export function plain(): Partial<Settings> {
  const initial = initialSettings();
  return Object.fromEntries(ARCHITECTURE_NAMES.map((name) => [name, initial[name]]));
}

/** What the controls can show of a configuration; the architecture whole, the rest where it is named. */
export function fromConfig(config: Config): Partial<Settings> {
  const initial = initialSettings();
  const folded = oneWay(config);
  const { layers = [], initialization: weights = {} } = folded;
  return {
    ...plain(),
    ...readTraining(config),
    ...readFirst(layers[0] ?? {}),
    layers: Math.max(1, layers.length),
    ...(layers[1]?.residual && { residual: true }),
    ...readEdges(folded),
    embedding: config.embedding ?? 0,
    tied: config.tieWeights ?? false,
    variational: config.variationalDropout ?? false,
    initInput: weights.input ?? initial.initInput,
    initRecurrent: weights.recurrent ?? initial.initRecurrent,
    initReadout: weights.readout ?? initial.initReadout,
    gain: weights.gain ?? initial.gain,
    nonzeros: weights.nonzeros ?? initial.nonzeros,
    spectralRadius: weights.spectralRadius ?? initial.spectralRadius,
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
    const property = PROPERTIES[name] as (typeof PROPERTIES)['seed'];
    const value = settings[name] as number;
    return property.parse(property.write(value)) === value;
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

export interface Choice {
  name: string;
  label: string;
}

function isChoice(entry: unknown): entry is { name: string; label?: unknown } {
  return typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string';
}

/** A list of the schema as a menu; entries are names, or objects with a name and a label. */
export function choices(entries: readonly unknown[]): Choice[] {
  return entries.flatMap((entry) => {
    const choice = typeof entry === 'string' ? { name: entry } : entry;
    if (!isChoice(choice)) return [];
    const { name, label } = choice;
    return [{ name, label: typeof label === 'string' ? label : (message.labels[name] ?? name) }];
  });
}

const MENUS = {
  cell: 'cells',
  optimizer: 'optimizers',
  bias: 'biases',
  join: 'joins',
  initInput: 'initializations',
  initRecurrent: 'initializations',
  initReadout: 'initializations',
} as const;

export type MenuName = keyof typeof MENUS;

export const menu = (name: MenuName): Choice[] => choices(schema[MENUS[name]]);

/** Replaces names that this build does not have, and says which. */
export function settle(settings: Settings): { settings: Settings; refused: SettingName[] } {
  const settled = { ...settings };
  const refused: SettingName[] = [];
  for (const name of Object.keys(MENUS) as MenuName[]) {
    const listed = menu(name).map((choice) => choice.name);
    if (listed.includes(settings[name])) continue;
    const usual = PROPERTIES[name].initial;
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
