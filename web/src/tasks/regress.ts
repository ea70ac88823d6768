import { LOOKS_OF_EXAMPLES, type Task } from './task';

/** Numbers: the next row of a series, or one for the whole of it. */
export const regress: Task = {
  source: 'examples',
  start: { units: 48, learningRate: 0.01, clip: 1 },
  dataset: 'sine',
  datasets: { adding: { steps: 30 }, sine: { steps: 64, constant: true } },
  symbols: 16,
  unit: 'squares',
  accuracy: false,
  output: 'identity',
  writes: false,
  encoder: false,
  poolings: ['none', 'last', 'mean'],
  // At every step, the network that reads backwards has already read the value to be predicted.
  bothWays: ({ pooling }) => pooling !== 'none',
  controls: ['pooling', 'loss', 'feedbackSteps', 'bidirectional', 'carryState'],
  looks: LOOKS_OF_EXAMPLES,
  without: ['keras', 'samples'],
};
