// The state of the page: the configuration of the network that is chosen, and what a network has no part in. The
// controls bind to places in it. The configuration is sparse, with what every link spells and what differs from the
// engine's defaults: so it is what the reader sees as text, what a link carries, and equal where networks are.
import type { CanonicalConfig, Config, LiveConfig, OptimizerConfig } from 'unfold-rnn';
import { settingsOf, toConfig } from './config';
import { valueAt } from './descriptor';
import { merge, stable } from './difference';
import { put, readPaths, writePaths } from './paths';
import { schema } from './schema';
import { CONFIG_PATHS, OTHER_PATHS, type SettingName, type Settings } from './settings';

export interface State {
  readonly config: Config;
  readonly data: Pick<Settings, 'text'>;
  readonly sample: Pick<Settings, 'temperature' | 'prompt'>;
  readonly view: Partial<Pick<Settings, 'scale' | 'look' | 'unfolded'>>;
}

const known = new WeakMap<State, Settings>();

/** What the controls show of a state. */
export function settingsIn(state: State): Settings {
  let settings = known.get(state);
  if (!settings) {
    settings = { ...settingsOf(state.config), ...readPaths(state, OTHER_PATHS) };
    known.set(state, settings);
  }
  return settings;
}

/** The state for settings, such as those of a link. */
export function stateOf(settings: Settings): State {
  const beside = writePaths({}, settings, OTHER_PATHS) as Omit<State, 'config'>;
  return { ...beside, config: toConfig(settings) };
}

/** Others depend on these: the layers on the width below, the steps of a schedule on its name. */
const SHARED: readonly SettingName[] = ['embedding', 'schedule'];
/** Where a setting may change without any other part of the state. */
const ALONE = new Set([...CONFIG_PATHS, ...OTHER_PATHS].filter((name) => !SHARED.includes(name)));

/** A state in which the controls show other values; what they cannot show stays. */
export function edit(state: State, changes: Partial<Settings>): State {
  const names = Object.keys(changes) as SettingName[];
  const settings = { ...settingsIn(state), ...changes };
  return names.every((name) => ALONE.has(name)) ? writePaths(state, settings, names) : stateOf(settings);
}

/** A state with a whole configuration of the engine's. */
export const withConfig = (state: State, config: CanonicalConfig): State => ({
  ...state,
  config: toConfig(settingsOf(config)),
});

/** What applies to a running network. */
const LIVE = [
  'config.schedule',
  'config.clip',
  'config.dropout',
  'config.evaluateEvery',
  'config.earlyStopping',
  'config.optimizer.learningRate',
];

/** A state with what applies at once taken from another one. */
export const withLiveOf = (state: State, from: State): State =>
  LIVE.reduce((made, path) => put(made, path, valueAt(from, path)), state);

export const isSameLive = (one: State, other: State): boolean =>
  LIVE.every((path) => stable(valueAt(one, path)) === stable(valueAt(other, path)));

/** What applies at once, for a network that runs: all of it, also what is at its default. */
export function liveConfig({ config }: State): LiveConfig {
  const { schedule, clip, dropout, evaluateEvery, optimizer } = merge(schema.defaults, config);
  const { earlyStopping = { patience: 'auto', minDelta: 0 } } = config;
  const { learningRate = 0 } = optimizer as OptimizerConfig;
  return { schedule, clip, dropout, evaluateEvery, earlyStopping, optimizer: { learningRate } };
}
