import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** Writes whole sequences that resemble the examples. */
export const generate: Task = {
  source: 'examples',
  start: { units: 32, batchSize: 16 },
  datasets: { anbn: { steps: 12 }, dyck: { steps: 16 }, elman: { steps: 10 } },
  symbols: 16,
  unit: 'symbol',
  // Written from nothing, no sequence is the right one.
  accuracy: false,
  output: 'softmax',
  writes: true,
  encoder: false,
  poolings: [],
  bothWays: () => false,
  controls: ['termination', 'scheduledSampling'],
  looks: LOOKS_OF_EXAMPLES,
  without: ['pytorch', 'keras', 'samples'],
};
