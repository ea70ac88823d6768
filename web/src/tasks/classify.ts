import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** One label for a whole sequence. */
export const classify: Task = {
  source: 'examples',
  start: { units: 32, learningRate: 0.01 },
  datasets: { order: { steps: 30 }, parity: { steps: 12, difficulty: 10 } },
  symbols: 16,
  unit: 'label',
  accuracy: true,
  output: 'softmax',
  writes: false,
  encoder: false,
  poolings: ['last', 'mean'],
  bothWays: () => true,
  controls: ['pooling', 'bidirectional', 'carryState'],
  gestures: true,
  looks: LOOKS_OF_EXAMPLES,
  without: ['keras', 'samples'],
};
