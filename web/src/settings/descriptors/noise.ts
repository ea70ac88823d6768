// Randomness against overfitting, beside the dropout between layers.
import { flag, fraction } from '../descriptor';

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
};
