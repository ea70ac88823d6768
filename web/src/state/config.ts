// Between the flat settings of the page and the configuration of the package.
import type { Config, LayerConfig, Schema, Settings as LiveSettings } from 'unfold-rnn';
import { message } from '../messages';
import type { Settings } from './settings';

/** Steps between validations: often enough for points to appear within the first seconds. */
const EVALUATE_EVERY = 100;

export function toConfig(settings: Settings): Config {
  const layer: LayerConfig = { cell: settings.cell, hidden: settings.hidden };
  return {
    seed: settings.seed,
    layers: Array.from({ length: settings.layers }, () => ({ ...layer })),
    window: settings.window,
    batch: settings.batch,
    optimizer: { name: settings.optimizer, learningRate: settings.learningRate },
    clip: { norm: settings.clip },
    dropout: settings.dropout,
    evaluateEvery: EVALUATE_EVERY,
  };
}

export function toLiveSettings(settings: Settings): LiveSettings {
  return {
    optimizer: { learningRate: settings.learningRate },
    clip: { norm: settings.clip },
    dropout: settings.dropout,
  };
}

/** What the controls can show of an opened model. A stack of unlike layers shows its first. */
export function fromConfig(config: Required<Config>): Partial<Settings> {
  const { optimizer, clip, layers } = config;
  const first = layers[0];
  return {
    seed: config.seed,
    window: config.window,
    batch: config.batch,
    dropout: config.dropout,
    layers: layers.length,
    ...(first && { cell: first.cell, hidden: first.hidden ?? 128 }),
    ...(typeof optimizer === 'string' ? { optimizer } : {}),
    ...(typeof optimizer === 'object' && optimizer.name && { optimizer: optimizer.name }),
    ...(typeof optimizer === 'object' && optimizer.learningRate && { learningRate: optimizer.learningRate }),
    clip: typeof clip === 'number' ? clip : (clip.norm ?? 0),
  };
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

/** Replaces names that this build does not have, and says which. */
export function settle(
  settings: Settings,
  schema: Schema,
): { settings: Settings; refused: ('cell' | 'optimizer')[] } {
  const settled = { ...settings };
  const refused: ('cell' | 'optimizer')[] = [];
  for (const [name, menu] of [
    ['cell', choices(schema.cells)],
    ['optimizer', choices(schema.optimizers)],
  ] as const) {
    if (menu.some((choice) => choice.name === settings[name])) continue;
    settled[name] = menu[0]?.name ?? settings[name];
    refused.push(name);
  }
  return { settings: settled, refused };
}
