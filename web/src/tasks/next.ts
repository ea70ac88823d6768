import { DESCRIPTORS } from '../settings/settings';
import type { Task } from './task';

/** Predicts each character of a text from those before it. */
export const next: Task = {
  source: 'text',
  start: { cell: 'gru', units: 128, learningRate: 0.003 },
  datasets: {},
  symbols: 16,
  unit: 'character',
  accuracy: false,
  output: 'softmax',
  writes: false,
  encoder: false,
  poolings: [],
  bothWays: () => false,
  controls: [],
  looks: DESCRIPTORS.look.choices,
  without: [],
};
