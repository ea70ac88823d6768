import type { Plugin } from 'vite';
import { checkConfig, getSchema, type Schema, type TaskConfig } from 'unfold-rnn';

const NAME = 'virtual:schema';

/** What the engine takes by itself where a task has it. */
const EVERYTHING = {
  task: 'translate',
  dataset: 'dates',
  attention: 'additive',
  scheduledSampling: 'linear',
} as const;

/** Those that have fields of their own. */
const LOSSES = ['huber', 'quantile', 'gaussian'] as const;

/** Beside a patience that is named; without one, how long to wait is the engine's to find. */
const NO_MINIMUM = { minDelta: 0 };

/** The schema, with every default, and the presets as the engine itself writes them. */
async function asked(): Promise<Schema> {
  const known = await getSchema();
  const { layers: _, encoder: __, task, ...rest } = (await checkConfig(EVERYTHING)).config;
  const losses = LOSSES.map((loss) => checkConfig({ task: { name: 'regress', loss } }));
  const ofLosses = (await Promise.all(losses)).map(({ config }) => config.task);
  const presets = known.presets.map(async (preset) => {
    const { config } = await checkConfig(preset.config);
    const names = Object.keys(preset.config) as (keyof typeof config)[];
    return { ...preset, config: Object.fromEntries(names.map((name) => [name, config[name]])) };
  });
  const all = Object.assign({}, ...ofLosses, task, { loss: 'squared' }) as TaskConfig;
  const defaults = { ...rest, task: all, earlyStopping: NO_MINIMUM, ...known.defaults };
  return { ...known, defaults, presets: await Promise.all(presets) };
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
