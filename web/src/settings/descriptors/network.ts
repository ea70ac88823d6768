// The network in its first view, and what its training cannot change.
import { name, whole } from '../descriptor';

export const network = {
  cell: name('c', {
    initial: 'gru',
    menu: 'cells',
    equation: 'h = f(h₋, x)',
    path: 'config.layers[].cell',
    spelled: true,
  }),
  optimizer: name('o', {
    menu: 'optimizers',
    equation: 'θ ← θ − η · direction(g)',
    path: 'config.optimizer.name',
    spelled: true,
  }),
  units: whole('h', [1, 2048], {
    step: 16,
    equation: 'h ∈ ℝᴴ, W ∈ ℝᴴˣᴴ',
    path: 'config.layers[].units',
    spelled: true,
  }),
  layers: whole('l', [1, 8], {
    initial: 1,
    equation: 'hˡ = f(hˡ₋, hˡ⁻¹)',
    within: 'config.layers',
    spelled: true,
  }),
  sequenceLength: whole('w', [2, 512], {
    step: 8,
    equation: 'dL/dW = Σₜ₌₁..T ∂L/∂hₜ · ∂hₜ/∂W',
    path: 'config.sequenceLength',
    spelled: true,
  }),
  batchSize: whole('b', [1, 256], {
    step: 8,
    equation: 'g = 1/N · Σₙ gₙ',
    path: 'config.batchSize',
    spelled: true,
  }),
  seed: whole('s', [0, 4294967295], {
    equation: 'r = Philox(seed, purpose, place)',
    path: 'config.seed',
    spelled: true,
  }),
};
