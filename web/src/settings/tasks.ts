// The tasks: what each starts with, so that it learns within a minute in a tab, and how one is chosen.
import { corporaOf, poolOf } from './taskConfig';
import { ARCHITECTURE_NAMES, initialSettings, type Settings, TASK_NAMES, type TaskName } from './settings';
import { adopt, store, wanted } from '../app/store';

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

const OF_TASK: Record<TaskName, Start> = {
  next: { cell: 'gru', units: 128, learningRate: 0.003 },
  translate: { bidirectional: true, attention: 'additive' },
  classify: { units: 32, learningRate: 0.01 },
  tag: { learningRate: 0.01 },
  regress: { units: 48, learningRate: 0.01, clip: 1 },
  generate: { units: 32, batchSize: 16 },
  notes: { units: 128, batchSize: 16 },
};

/** What some corpora need besides: an easier beginning, or a network that fits them. */
const OF_CORPUS: Record<string, Start> = {
  addition: { difficulty: 2 },
  parity: { difficulty: 10 },
  copy: { difficulty: 5 },
  dates: { difficulty: 4 },
};

/** Where the first of the list is not the one to begin with. */
const FIRST: Partial<Record<TaskName, string>> = { translate: 'reversal', regress: 'sine' };

const taskStart = () => {
  const initial = initialSettings();
  return Object.fromEntries([...ARCHITECTURE_NAMES, ...TASK_NAMES].map((name) => [name, initial[name]]));
};

/** The settings for a task and its examples, in place of the network that was chosen; text, seed and view stay. */
export function withTask(settings: Settings, task: TaskName): Settings {
  const corpora = corporaOf(task);
  const corpus = corpora.find(({ name }) => name === FIRST[task]) ?? corpora[0];
  const start = { ...taskStart(), ...SMALL, ...OF_TASK[task], task, pooling: poolOf(corpus, task) };
  const examples = task === 'next' || !corpus ? {} : { dataset: corpus.name, ...OF_CORPUS[corpus.name] };
  return { ...settings, ...start, ...examples };
}

/** Chooses a task as a preset is chosen: it waits for a restart, and Undo brings the present run back. */
export function chooseTask(task: TaskName): void {
  if (task !== wanted.peek().task) adopt(withTask(wanted.peek(), task));
}

/** Other examples of the same task. The network stays, but for what they cannot do without. */
export function chooseCorpus(name: string): void {
  const { task } = wanted.peek();
  const corpus = corporaOf(task).find((entry) => entry.name === name);
  if (!corpus) return;
  const { difficulty = 0 } = OF_CORPUS[name] ?? {};
  const pool = poolOf(corpus, task);
  store.settings.value = { ...store.settings.peek(), dataset: name, difficulty, pooling: pool };
}
