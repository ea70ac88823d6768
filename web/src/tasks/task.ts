// What a task is made of. Each task is one file beside this one, listed in `index.ts`; what it shows in the middle
// column is fetched later and stands in its view, see TaskPanel.
import type { ExportName } from '../sharing/exportNames';
import type { Look, Settings, TaskSettings } from '../settings/settings';

/** What a loss counts. The engine reports nats; the page shows bits where symbols are predicted. */
export type Unit =
  'character' | 'symbol' | 'label' | 'squares' | 'step' | Exclude<TaskSettings['loss'], 'squared'>;

export type TaskControl = Exclude<keyof TaskSettings, 'task' | 'dataset' | 'difficulty'>;

/** A generated dataset, in so far as the engine does not describe it. */
export interface DatasetTraits {
  /**
   * Steps of a usual example, of what is read and what is written together, at the default difficulty: for an estimate
   * of the speed before such examples have been trained on.
   */
  steps: number;
  /** The examples do not get longer with their difficulty. */
  constant?: boolean;
  /** An easier beginning than the default. */
  difficulty?: number;
}

export interface Task {
  /** One text, read character by character, or examples. */
  source: 'text' | 'examples';
  /** What differs from `SMALL`, so that something is learned within a minute in a tab. */
  start: Partial<Settings>;
  /** The dataset to begin with; the first of the engine's without. */
  dataset?: string;
  datasets: Readonly<Record<string, DatasetTraits>>;
  /** Symbols of examples, or keys of a piano, before they are generated: for an estimate of the parameters. */
  symbols: number;
  unit: Unit;
  /** The share of correct answers is counted. */
  accuracy: boolean;
  /** What becomes of the sums of the last layer. */
  output: 'softmax' | 'sigmoid' | 'identity';
  /** Sequences are written, and so end. */
  writes: boolean;
  /** An encoder reads the input before the first layer begins. */
  encoder: boolean;
  /** Where a prediction may be made, the usual place first; empty where the task leaves no choice. */
  poolings: readonly Settings['pooling'][];
  /** Two networks may read in opposite directions: the whole sequence is there before the answer. */
  bothWays: (settings: Settings) => boolean;
  controls: readonly TaskControl[];
  /** The tabs of the look inside. */
  looks: readonly Look[];
  /** The examples are music: MIDI files can be read, and what the numbers of a text are is asked. */
  music?: true;
  /** Gestures can be recorded as examples. */
  gestures?: true;
  /** Files that cannot be had. */
  without: readonly ExportName[];
}

/** The parts of the look inside that need no text. */
export const LOOKS_OF_EXAMPLES: readonly Look[] = ['network', 'weights'];
