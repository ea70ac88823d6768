// Named networks: what each one sets, and which one the settings amount to.
import type { Config, SchemaPreset } from 'unfold-rnn';
import { fromConfig, pack, plain, restOf, structureBeyond, toConfig, withoutStructure } from './config';
import { stable } from './difference';
import { spelled } from './edges';
import { type CatalogPreset, PRESET_CATALOG } from './presetCatalog';
import { taskOf } from '../tasks';
import { schema } from './schema';
import { initialSettings, type Settings, TASK_NAMES } from './settings';
import type { TaskName } from '../tasks/names';

export type Preset = SchemaPreset | CatalogPreset;

/** Every named network that can be asked for the task: those of the engine, then those of the page. */
export const presetsFor = (task: TaskName): Preset[] => [
  ...schema.presets,
  ...PRESET_CATALOG.filter(({ tasks }) => !tasks || tasks.includes(task)),
];

/** A preset of the engine with other units: what is as wide as its first layer stays so. */
function resized(config: Config, units: number): Config {
  const former = config.layers?.[0]?.units;
  const fit = (value: unknown) => (value === former ? units : value);
  return JSON.parse(JSON.stringify(config), (name, value: unknown) => {
    if (name === 'hidden' && Array.isArray(value)) return value.map(fit);
    return name === 'units' ? fit(value) : value;
  }) as Config;
}

/** The settings with a preset in place of their architecture; as many units as before. */
export function withPreset(settings: Settings, preset: Preset): Settings {
  const { units } = settings;
  const custom = withoutStructure(restOf(settings));
  // Both directions are part of the network except where an encoder has them.
  const bidirectional = taskOf(settings).encoder && settings.bidirectional;
  const base = { ...settings, ...plain(), bidirectional, custom: pack(custom) };
  if ('settings' in preset) return { ...base, layers: 1, ...preset.settings, units };
  const config = resized(preset.config, units);
  const shown = fromConfig(config);
  const layers = structureBeyond(config, { ...initialSettings(), ...shown });
  return { ...base, ...shown, custom: pack({ ...custom, ...layers }) };
}

function architecture(settings: Settings): string {
  const config = toConfig(settings);
  const { embedding, feedback, initialization } = config;
  return stable({ ...spelled(config), embedding, feedback, initialization });
}

/** Groups of the menu, in its order; what is in none of them comes last. */
export const PRESET_GROUPS = {
  simple: ['rnn', 'irnn', 'indrnn'],
  gates: [
    'lstm',
    'peephole-lstm',
    'gru',
    'cifg-lstm',
    'mgu',
    'janet',
    'slstm',
    'mlstm',
    'mogrifier',
    'mut1',
    'mut2',
    'mut3',
    'rru',
    'sru',
    'mingru',
    'minlstm',
    'lru',
    'rwkv',
    'qrnn',
    'deep-gated-lstm',
    'deep-gated-gru',
  ],
  depth: [
    'srnn',
    'skip-lstm',
    'residual-lstm',
    'deep-input-rnn',
    'dt-rnn',
    'dt(s)-rnn',
    'do-rnn',
    'dot-rnn',
    'dot(s)-rnn',
    'rhn',
    'fast-slow',
    'gated-feedback',
  ],
  time: ['leaky-rnn', 'learned-leaky-rnn', 'clockwork-rnn', 'delayed-rnn', 'long-delay-rnn'],
  feedback: ['jordan-rnn', 'narx', 'output-recurrent-rnn'],
  both: ['bidirectional-rnn', 'bidirectional-lstm'],
  pairs: ['encoder-decoder', 'sequence-to-sequence', 'attention'],
} as const;

/**
 * The preset whose architecture the settings have, whatever they are called. Where several have it, such as a GRU and
 * an encoder–decoder of GRUs, the one that was chosen, or the one that says most.
 */
export function presetOf(settings: Settings, chosen = ''): Preset | undefined {
  const own = architecture(settings);
  const same = presetsFor(settings.task).filter((preset) => {
    const cell = 'settings' in preset ? preset.settings.cell : preset.config.layers?.[0]?.cell;
    if (cell !== undefined && cell !== settings.cell) return false; // seen at once: the rest takes longer
    const named = withPreset(settings, preset);
    return architecture(named) === own && TASK_NAMES.every((name) => named[name] === settings[name]);
  });
  return same.find(({ name }) => name === chosen) ?? same.at(-1);
}
