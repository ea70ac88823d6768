// Hidden layers in the block from below, between two states, and before the prediction. Size 0: as wide as the layer.
import { flag, name, whole } from '../descriptor';

const EDGES = 'config.layers[].edges';

export const depth = {
  transition: whole('td', [0, 4], { equation: 'h = φ(W₂ φ(W₁ h₋ + U₁ x))', within: EDGES }),
  transitionSize: whole('ts', [0, 2048], {
    equation: 'W₁ ∈ ℝᴹˣᴴ',
    within: EDGES,
    when: ({ transition }) => transition !== 0,
    step: 16,
    zero: 'sameWidth',
  }),
  join: name('jn', {
    initial: 'all',
    menu: 'joins',
    equation: 'pᵢ = φ(Wᵢ pᵢ₋₁ + Uᵢ x)',
    within: EDGES,
    when: ({ transition }) => transition !== 0,
    detail: true,
  }),
  shortcut: flag('sc', {
    equation: 'h = φ(W₂ p + S·h₋)',
    within: EDGES,
    when: ({ transition }) => transition !== 0,
  }),
  outputDepth: whole('od', [0, 4], { equation: 'o = V₂ φ(V₁ h)', within: 'config.readout' }),
  outputSize: whole('os', [0, 2048], {
    equation: 'V₁ ∈ ℝᴹˣᴴ',
    within: 'config.readout',
    when: ({ outputDepth }) => outputDepth !== 0,
    step: 16,
    zero: 'sameWidth',
  }),
  inputDepth: whole('id', [0, 4], { equation: 'x′ = φ(U₂ φ(U₁ x))', within: EDGES }),
  inputSize: whole('is', [0, 2048], {
    equation: 'U₁ ∈ ℝᴹˣᴰ',
    within: EDGES,
    when: ({ inputDepth }) => inputDepth !== 0,
    step: 16,
    zero: 'sameWidth',
  }),
};
