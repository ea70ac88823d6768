import type { Plugin } from 'vite';
import { checkConfig, getSchema, type Schema } from 'unfold-rnn';

const NAME = 'virtual:schema';

/** What the engine takes by itself where a task has it. */
const EVERYTHING = {
  task: 'translate',
  dataset: 'dates',
  attention: 'additive',
  scheduledSampling: 'linear',
} as const;

/** The schema, with every default, and the presets as the engine itself writes them. */
async function asked(): Promise<Schema> {
  const known = await getSchema();
  const { layers: _, encoder: __, ...rest } = (await checkConfig(EVERYTHING)).config;
  const presets = known.presets.map(async (preset) => {
    const { config } = await checkConfig(preset.config);
    const names = Object.keys(preset.config) as (keyof typeof config)[];
    return { ...preset, config: Object.fromEntries(names.map((name) => [name, config[name]])) };
  });
  return { ...known, defaults: { ...rest, ...known.defaults }, presets: await Promise.all(presets) };
}

/** Asks the engine what it can do while the page is built: the page knows it from its first line, without an engine. */
export function schema(): Plugin {
  return {
    name: 'unfold:schema',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: async (id) =>
      id === `\0${NAME}` ? `export const schema = ${JSON.stringify(await asked())};` : undefined,
  };
}
