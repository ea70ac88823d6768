import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** One sequence from another. */
export const translate: Task = {
  source: 'examples',
  start: { bidirectional: true, attention: 'additive' },
  dataset: 'reversal',
  datasets: {
    addition: { steps: 9, difficulty: 2 },
    reversal: { steps: 13 },
    sorting: { steps: 13 },
    repeating: { steps: 24 },
    dates: { steps: 32, constant: true, difficulty: 4 },
  },
  symbols: 16,
  unit: 'symbol',
  accuracy: true,
  output: 'softmax',
  writes: true,
  encoder: true,
  poolings: [],
  // The encoder may; what writes cannot.
  bothWays: () => false,
  controls: ['attention', 'context', 'termination', 'scheduledSampling', 'bidirectional'],
  looks: LOOKS_OF_EXAMPLES,
  without: ['pytorch', 'keras', 'samples'],
};
