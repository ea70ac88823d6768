// Named networks: what each one sets, and which one the settings amount to.
import type { SchemaPreset } from 'unfold-rnn';
import { fromConfig, plain, presetIn, stable, toConfig } from './config';
import { showsLayers } from './edges';
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

/** The settings with a preset in place of their architecture; as many units as before. */
export function withPreset(settings: Settings, preset: Preset): Settings {
  const { units: hidden } = settings;
  // Both directions are part of the network except where an encoder has them.
  const base = taskOf(settings).encoder ? settings : { ...settings, bidirectional: false };
  if ('settings' in preset) return { ...base, ...plain(), layers: 1, ...preset.settings, units: hidden };
  const shown = fromConfig(preset.config);
  const whole = showsLayers({ ...initialSettings(), ...shown }, preset.config);
  return { ...base, ...shown, units: hidden, custom: whole ? '' : JSON.stringify({ preset: preset.name }) };
}

function architecture(settings: Settings): string {
  const { layers, readout, embedding, feedback, initialization } = toConfig(settings);
  return stable({ layers, readout, embedding, feedback, initialization });
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
    'sru',
    'mingru',
    'minlstm',
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
  if (settings.custom !== '') return schema.presets.find(({ name }) => name === presetIn(settings));
  const own = architecture(settings);
  const same = presetsFor(settings.task).filter((preset) => {
    const cell = 'settings' in preset ? preset.settings.cell : preset.config.layers?.[0]?.cell;
    if (cell !== undefined && cell !== settings.cell) return false; // seen at once: the rest takes longer
    const named = withPreset(settings, preset);
    return architecture(named) === own && TASK_NAMES.every((name) => named[name] === settings[name]);
  });
  return same.find(({ name }) => name === chosen) ?? same.at(-1);
}
