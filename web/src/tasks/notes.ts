import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** Music: any number of keys at each step. */
export const notes: Task = {
  source: 'examples',
  start: { units: 128, batchSize: 16 },
  datasets: { melodies: { steps: 31 } },
  symbols: 88,
  unit: 'step',
  accuracy: true,
  output: 'sigmoid',
  writes: false,
  encoder: false,
  poolings: [],
  bothWays: () => false,
  controls: ['carryState'],
  looks: LOOKS_OF_EXAMPLES,
  music: true,
  without: ['keras', 'samples'],
};
