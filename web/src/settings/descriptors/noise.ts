// Against overfitting, beside the dropout between layers: randomness, penalties, limits, averages.
import { choice, flag, fraction, whole } from '../descriptor';

export const noise = {
  zoneout: fraction('zo', [0, 0.8], {
    equation: 'h ← h₋ with probability p',
    path: 'config.layers[].zoneout',
  }),
  recurrentDropout: fraction('rd', [0, 0.8], {
    equation: 'a = U·x + W·(h₋ ∘ m)',
    path: 'config.layers[].recurrentDropout',
  }),
  variationalDropout: flag('vd', { equation: 'mₜ = m for every t', path: 'config.variationalDropout' }),
  inputDropout: fraction('in', [0, 0.8], {
    equation: 'x ← x ∘ m / (1−p)',
    path: 'config.regularization.inputDropout',
  }),
  weightDrop: fraction('wr', [0, 0.8], {
    equation: 'W ← W ∘ m / (1−p),  for each update',
    path: 'config.regularization.weightDrop',
  }),
  weightNoise: fraction('wn', [0, 1], {
    equation: 'θ ← θ + σ·n,  n ~ N(0, 1)',
    path: 'config.regularization.weightNoise',
  }),
  activationPenalty: fraction('ap', [0, 100], {
    equation: 'L + α · mean(h²)',
    path: 'config.regularization.activation',
  }),
  temporalPenalty: fraction('tp', [0, 100], {
    equation: 'L + β · mean((hₜ − hₜ₋₁)²)',
    path: 'config.regularization.temporalActivation',
  }),
  maxNorm: fraction('mn', [0, 1000], {
    equation: 'w ← w · min(1, c / ‖w‖)',
    path: 'config.regularization.maxNorm',
    zero: 'off',
  }),
  averaging: choice('av', ['none', 'ema', 'nt-asgd'], {
    initial: 'none',
    equation: 'θ̄ ← γ·θ̄ + (1−γ)·θ',
    path: 'config.averaging.name',
  }),
  averagingDecay: fraction('ad', [0, 1], {
    initial: 0.999,
    equation: 'θ̄ ← γ·θ̄ + (1−γ)·θ',
    path: 'config.averaging.decay',
    when: ({ averaging }) => averaging === 'ema',
  }),
  accumulate: whole('ga', [1, 1000], {
    initial: 1,
    equation: 'g = 1/k · Σ gᵢ',
    path: 'config.accumulate',
  }),
};
