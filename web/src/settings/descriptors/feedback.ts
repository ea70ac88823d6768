// What the network predicted, or should have, as a further input.
import { choice, list } from '../descriptor';

export const feedback = {
  feedback: choice('fb', ['none', 'target', 'softmax'], {
    initial: 'none',
    equation: 'a = … + R·yₜ₋₁',
    within: 'config.feedback',
  }),
  outputDelays: list('fd', [1, 1000], {
    initial: '1',
    equation: 'a = … + Σ R_d · yₜ₋d',
    within: 'config.layers[].edges',
    when: ({ feedback }) => feedback !== 'none',
    detail: true,
  }),
};
