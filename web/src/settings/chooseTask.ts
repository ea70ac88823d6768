// How a task, or other examples of the same one, are chosen.
import { datasetsOf, poolOf } from './taskConfig';
import { ARCHITECTURE_NAMES, initialSettings, type Settings, TASK_NAMES } from './settings';
import { tasks } from '../tasks';
import type { TaskName } from '../tasks/names';
import { settingsIn, stateOf } from './state';
import { adopt, change, wanted } from '../app/store';

type Start = Partial<Settings>;

/** Where nothing else is said: a small LSTM. */
const SMALL: Start = {
  cell: 'lstm',
  layers: 1,
  units: 64,
  batchSize: 32,
  learningRate: 0.005,
  clip: 5,
  dropout: 0,
};

const taskStart = () => {
  const initial = initialSettings();
  return Object.fromEntries([...ARCHITECTURE_NAMES, ...TASK_NAMES].map((name) => [name, initial[name]]));
};

/** Generated examples, and how hard they are at first. */
const startOf = (task: TaskName, dataset: string) => ({
  dataset,
  difficulty: tasks[task].datasets[dataset]?.difficulty ?? 0,
});

/** The settings for a task and its examples, in place of the network that was chosen; text, seed and view stay. */
export function withTask(settings: Settings, task: TaskName): Settings {
  const { dataset: first, start } = tasks[task];
  const generated = datasetsOf(task);
  const dataset = generated.find(({ name }) => name === first) ?? generated[0];
  return {
    ...settings,
    ...taskStart(),
    ...SMALL,
    ...start,
    task,
    pooling: poolOf(dataset, task),
    ...(dataset && startOf(task, dataset.name)),
  };
}

/** Chooses a task as a preset is chosen: it waits for a restart, and Undo brings the present run back. */
export function chooseTask(task: TaskName): void {
  const settings = settingsIn(wanted.peek());
  if (task !== settings.task) adopt(stateOf(withTask(settings, task)));
}

/** Other examples of the same task. The network stays, but for what they cannot do without. */
export function chooseDataset(name: string): void {
  const { task } = settingsIn(wanted.peek());
  const dataset = datasetsOf(task).find((entry) => entry.name === name);
  if (!dataset) return;
  const pooling = poolOf(dataset, task);
  change({ ...startOf(task, name), pooling });
}
