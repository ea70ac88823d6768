// Named networks: what each one sets, and which one the settings amount to.
import type { Schema, SchemaPreset } from 'unfold-rnn';
import { fromConfig, stable, toConfig } from './config';
import type { Settings } from './settings';

/** The settings with a preset in place of their architecture; as many units as before. */
export function withPreset(settings: Settings, preset: SchemaPreset, schema: Schema): Settings {
  const { hidden } = settings;
  return { ...settings, ...fromConfig(preset.config, schema), hidden };
}

function architecture(settings: Settings): string {
  const { layers, readout, embedding, feedback, initialization } = toConfig(settings);
  return stable({ layers, readout, embedding, feedback, initialization });
}

/** The preset whose architecture the settings have, whatever they are called. */
export function presetOf(settings: Settings, schema: Schema): SchemaPreset | undefined {
  if (settings.custom !== '') return undefined;
  const own = architecture(settings);
  return schema.presets.find((preset) => architecture(withPreset(settings, preset, schema)) === own);
}
