import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** A label for every step. */
export const tag: Task = {
  source: 'examples',
  start: { learningRate: 0.01 },
  datasets: { copy: { steps: 40, difficulty: 5 } },
  symbols: 16,
  unit: 'label',
  accuracy: true,
  output: 'softmax',
  writes: false,
  encoder: false,
  poolings: [],
  bothWays: () => true,
  controls: ['bidirectional', 'carryState'],
  looks: LOOKS_OF_EXAMPLES,
  without: ['keras', 'samples'],
};
