// What applies at once.
import { fraction } from '../descriptor';

export const live = {
  learningRate: fraction('lr', [1e-5, 1], {
    initial: 0.003,
    effect: 'live',
    equation: 'θ ← θ − η · g',
    path: 'config.optimizer.learningRate',
    spelled: true,
    slider: { log: 100 },
  }),
  clip: fraction('cl', [0, 100], {
    effect: 'live',
    equation: 'g ← g · min(1, c / ‖g‖)',
    path: 'config.clip.norm',
    spelled: true,
    step: 0.5,
    zero: 'off',
    slider: { max: 20, digits: 1 },
  }),
  dropout: fraction('d', [0, 0.8], {
    effect: 'live',
    equation: 'h ← h ∘ m / (1−p),  m ~ Bernoulli(1−p)',
    path: 'config.dropout',
    spelled: true,
    step: 0.05,
    zero: 'off',
    slider: { digits: 2 },
  }),
};
