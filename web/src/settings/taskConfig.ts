// The task of a configuration: what the controls spell of it, and back.
import type { Config, LayerConfig, SchemaDataset } from 'unfold-rnn';
import { readPaths } from './paths';
import { schema } from './schema';
import {
  DESCRIPTORS,
  initialSettings,
  OWN_TEXT,
  parse,
  type SettingName,
  type Settings,
  TASK_NAMES,
  type TaskSettings,
} from './settings';
import { readsText, taskOf, tasks } from '../tasks';
import type { TaskName } from '../tasks/names';

/** The datasets that are generated for a task. */
export const datasetsOf = (task: TaskName): readonly SchemaDataset[] =>
  schema.datasets.filter((dataset) => dataset.task === task);

/** The encoder is built like the layers above it, without their specialties. */
function encoder({ cell, units: hidden, layers, bias, bidirectional }: Settings): LayerConfig[] {
  const layer: LayerConfig = { cell, units: hidden, bidirectional };
  if (bias !== DESCRIPTORS.bias.initial) layer.bias = bias;
  return Array.from({ length: layers }, () => ({ ...layer }));
}

/** The encoder's last states are where the states of the layers begin. */
export const startsFromContext = (settings: Settings): boolean =>
  taskOf(settings).encoder && ['both', 'initial'].includes(settings.context);

function readers(settings: Settings): Config {
  const { attention, context } = settings;
  return {
    encoder: encoder(settings),
    ...(attention !== 'none' && { attention: { score: attention } }),
    ...(context !== DESCRIPTORS.context.initial && { context }),
  };
}

/** Whether the examples of the task may be read in windows. */
export const canCarry = (settings: Settings): boolean =>
  taskOf(settings).controls.includes('carryState') && (DESCRIPTORS.carryState.when?.(settings) ?? true);

/** What of a configuration the task decides; nothing for a text. */
export function taskConfig(settings: Settings): Config {
  const {
    task,
    dataset: corpus,
    difficulty,
    pooling: pool,
    loss,
    termination: length,
    feedbackSteps,
    carryState,
    scheduledSampling: sampling,
    labelSmoothing,
  } = settings;
  const smoothing = labelSmoothing > 0 &&
    (DESCRIPTORS.labelSmoothing.when?.(settings) ?? true) && { labelSmoothing };
  if (readsText(settings)) return smoothing ? { task: { name: task, ...smoothing } } : {};
  const { controls, encoder, poolings, writes } = taskOf(settings);
  const pools = poolings.length > 0;
  const feeds = controls.includes('feedbackSteps') && pool === 'none';
  return {
    task: {
      name: task,
      ...(pools && { pooling: pool }),
      ...(controls.includes('loss') && loss !== 'squared' && { loss }),
      ...(feeds && feedbackSteps > 0 && { feedbackSteps }),
      ...(carryState && canCarry(settings) && { carryState }),
      ...(writes && { termination: length }),
      ...smoothing,
    },
    ...(corpus !== '' && { dataset: { name: corpus, ...(difficulty > 0 && { difficulty }) } }),
    ...(encoder && readers(settings)),
    ...(writes && sampling !== 'none' && { scheduledSampling: { name: sampling } }),
  };
}

/** The controls of the task for a configuration; what they cannot show has its first value. */
export function readTask(config: Config): TaskSettings {
  const initial = initialSettings();
  const first = Object.fromEntries(
    TASK_NAMES.map((name) => [name, initial[name]]),
  ) as unknown as TaskSettings;
  const { encoder = [], layers = [] } = config;
  const bidirectional = [...encoder, ...layers].some(
    (layer) => layer.bidirectional === true || layer.direction === 'backward',
  );
  return { ...first, ...readPaths({ config }, TASK_NAMES), bidirectional };
}

/** Replaces examples that this build cannot make, or not for this task; which settings that were. */
export function settleTask(settings: Settings): SettingName[] {
  if (readsText(settings)) {
    settings.dataset = '';
    return [];
  }
  const known = datasetsOf(settings.task);
  const chosen = known.find(({ name }) => name === settings.dataset);
  if (!chosen) {
    // Examples of the reader's own are not in a link, and have no name.
    if (settings.dataset === '' && settings.text === OWN_TEXT) return [];
    const refused = settings.dataset !== '';
    settings.dataset = known[0]?.name ?? '';
    settings.difficulty = 0;
    settings.pooling = poolOf(known[0], settings.task);
    return refused ? ['dataset'] : [];
  }
  const { min: least, max: most } = chosen;
  if (settings.difficulty === 0 || (settings.difficulty >= least && settings.difficulty <= most)) return [];
  settings.difficulty = 0;
  return ['difficulty'];
}

/** Where the answers of examples stand. */
export function poolOf(corpus: SchemaDataset | undefined, task: TaskName): TaskSettings['pooling'] {
  const [usual] = tasks[task].poolings;
  if (!usual) return DESCRIPTORS.pooling.initial;
  return parse('pooling', corpus?.pooling ?? '') ?? usual;
}
