// How long a state lasts.
import { choice, flag, fraction, list } from '../descriptor';

export const time = {
  /** Further delays of the layer's own state: `2,4`. */
  delays: list('dl', [2, 1000], { equation: 'a = … + Σ W_d · hₜ₋d', within: 'config.layers[].edges' }),
  /** Periods: `1,2,4,8`; empty for none. */
  clock: list('ck', [1, 1_000_000], {
    distinct: false,
    equation: 'h⁽ⁱ⁾ changes when t mod Pᵢ = 0',
    path: 'config.layers[].clock',
  }),
  leak: choice('lk', ['none', 'fixed', 'spectrum', 'learned'], {
    initial: 'none',
    equation: 'h = α·h₋ + (1−α)·f(h₋, x)',
    within: 'config.layers[].leak',
  }),
  leakFrom: fraction('lf', [0, 1], {
    equation: 'α₁, of the first unit',
    within: 'config.layers[].leak.from',
    when: ({ leak }) => leak === 'spectrum' || leak === 'learned',
    detail: true,
  }),
  leakTo: fraction('lt', [0, 1], {
    initial: 0.95,
    equation: 'α_H, of the last unit',
    within: 'config.layers[].leak.to',
    when: ({ leak }) => leak !== 'none',
    detail: true,
  }),
  delayOne: flag('d1', { initial: true, equation: 'a = U·x + W₁·hₜ₋₁ + …', within: 'config.layers[].edges' }),
};
