// The gestures that were recorded, for as long as the page is open, and the network that learns them.
import { signal } from '@preact/signals';
import { store } from '../app/store';
import { chooseData } from '../data/texts';
import { words } from '../i18n/data';
import { engine } from '../training/engine';
import { type Gesture, type Gestures, toCsv } from './csv';
import { COLUMNS, SHORTEST, type Source } from './strokes';

export const MOST_GESTURES = 8;
/** Examples of each gesture before there is something to learn. */
export const FEWEST = 3;
const FILE = 'gestures.csv';

export const recorded = signal<Gestures>({
  source: 'pointer',
  list: words.gestures.first.map((name) => ({ name, strokes: [] })),
});

const change = (list: readonly Gesture[]) => (recorded.value = { ...recorded.peek(), list });

export const addGesture = (name: string) => change([...recorded.peek().list, { name, strokes: [] }]);

export const removeGesture = (at: number) => change(recorded.peek().list.filter((_, k) => k !== at));

const edit = (at: number, to: (gesture: Gesture) => Gesture) =>
  change(recorded.peek().list.map((gesture, k) => (k === at ? to(gesture) : gesture)));

export const rename = (at: number, name: string) => edit(at, (gesture) => ({ ...gesture, name }));

/** False of a tap. */
export function addStroke(at: number, stroke: number[][]): boolean {
  if (stroke.length < SHORTEST) return false;
  edit(at, (gesture) => ({ ...gesture, strokes: [...gesture.strokes, stroke] }));
  return true;
}

export const deleteLast = (at: number) =>
  edit(at, (gesture) => ({ ...gesture, strokes: gesture.strokes.slice(0, -1) }));

/** Two sources have different columns, so none of the examples stays. */
export const chooseSource = (source: Source) =>
  (recorded.value = { source, list: recorded.peek().list.map(({ name }) => ({ name, strokes: [] })) });

/** Two gestures or more, with names of their own and enough examples. */
export function isReady({ list }: Gestures): boolean {
  const names = new Set(list.map(({ name }) => name.trim()));
  return (
    list.length > 1 &&
    names.size === list.length &&
    !names.has('') &&
    list.every(({ strokes }) => strokes.length >= FEWEST)
  );
}

export function fileOf(gestures: Gestures): File {
  const list = gestures.list.map(({ name, strokes }) => ({ name: name.trim(), strokes }));
  return new File([toCsv({ ...gestures, list })], FILE, { type: 'text/csv' });
}

/** A few dozen examples: small batches, and a small network. */
const BATCH = 8;

export async function learn(gestures: Gestures): Promise<void> {
  const dataset = { id: 'id', inputs: [...COLUMNS[gestures.source]], targets: ['label'] };
  const settings = { task: 'classify', pooling: 'last', batchSize: BATCH } as const;
  if (!(await chooseData(fileOf(gestures), settings, { dataset }))) return;
  if (store.run.peek()) await engine.applyAndRestart();
  else await engine.play();
}

/** The source that the network at work reads; null of a network that learned something else. */
export function learnedSource(): Source | null {
  const { task, columns = [] } = { task: '', ...store.run.value?.settings, ...store.run.value?.info.data };
  if (task !== 'classify') return null;
  const names = columns.map(({ name }) => name).join();
  return (['pointer', 'motion'] as const).find((source) => COLUMNS[source].join() === names) ?? null;
}
