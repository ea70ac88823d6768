// Against overfitting, beside the dropout between layers: randomness, penalties, limits, averages.
import { choice, flag, fraction, whole } from '../descriptor';

/** A regularizer of the engine; at 0 there is none. */
const regularizer = (key: string, most: number, field: string, equation: string, zero?: 'off') =>
  fraction(key, [0, most], { equation, path: `config.regularization.${field}`, ...(zero && { zero }) });

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
  inputDropout: regularizer('in', 0.8, 'inputDropout', 'x ← x ∘ m / (1−p)'),
  weightDrop: regularizer('wr', 0.8, 'weightDrop', 'W ← W ∘ m / (1−p),  for each update'),
  weightNoise: regularizer('wn', 1, 'weightNoise', 'θ ← θ + σ·n,  n ~ N(0, 1)'),
  activationPenalty: regularizer('ap', 100, 'activation', 'L + α · mean(h²)'),
  temporalPenalty: regularizer('tp', 100, 'temporalActivation', 'L + β · mean((hₜ − hₜ₋₁)²)'),
  maxNorm: regularizer('mn', 1000, 'maxNorm', 'w ← w · min(1, c / ‖w‖)', 'off'),
  averaging: choice('av', ['none', 'ema', 'nt-asgd'], {
    initial: 'none',
    equation: 'θ̄ ← γ·θ̄ + (1−γ)·θ',
    path: 'config.averaging.name',
  }),
  accumulate: whole('ga', [1, 1000], {
    initial: 1,
    equation: 'g = 1/k · Σ gᵢ',
    path: 'config.accumulate',
  }),
};
