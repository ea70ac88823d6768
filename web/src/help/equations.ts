// The equation behind each setting, the same in every language. Letters as in core/README.md: T, N, D, H, V; ₋ is
// one step before.
import type { SettingName } from '../settings/settings';

/** Controls beside the settings: the options of cells, and what only a view or a question has. */
export type HelpName =
  | SettingName
  | 'preset'
  | 'activation'
  | 'cellInput'
  | 'forgetBias'
  | 'highwayBias'
  | 'inputControl'
  | 'candidate'
  | 'reset'
  | 'smoothing'
  | 'beam';

/** Null where a setting has no arithmetic of its own. */
export const equations: Record<HelpName, string | null> = {
  preset: 'h = φ(h₋, x),  o = ψ(h)',
  text: 'L = −1/T · Σ log₂ p(xₜ₊₁ | x₁…xₜ)',
  cell: 'h = f(h₋, x)',
  layers: 'hˡ = f(hˡ₋, hˡ⁻¹)',
  units: 'h ∈ ℝᴴ, W ∈ ℝᴴˣᴴ',
  sequenceLength: 'dL/dW = Σₜ₌₁..T ∂L/∂hₜ · ∂hₜ/∂W',
  batchSize: 'g = 1/N · Σₙ gₙ',
  optimizer: 'θ ← θ − η · direction(g)',
  seed: 'r = Philox(seed, purpose, place)',
  learningRate: 'θ ← θ − η · g',
  clip: 'g ← g · min(1, c / ‖g‖)',
  dropout: 'h ← h ∘ m / (1−p),  m ~ Bernoulli(1−p)',
  schedule: 'ηₜ = η · s(t)',
  warmup: 'ηₜ ← ηₜ · min(1, (t+1) / w)',
  scheduleSteps: 's(t) = f^⌊t/n⌋,  f^(t/n)  or  (1 + cos(π·t/n)) / 2',
  scheduleFactor: 'η ← f · η',
  patience: 'best − L ≤ 0, p + 1 times',
  clipValue: 'gᵢ ← max(−c, min(c, gᵢ))',
  temperature: 'p ∝ exp(z / T)',
  prompt: 'p(x | beginning)',
  scale: 'y or log y, x or log x',
  look: null,
  unfolded: 'h₁ = f(h₀, x₁),  h₂ = f(h₁, x₂),  …',
  options: 'h = f(h₋, x)',
  bias: 'a = U·x + W·h₋ + b',
  inputDepth: 'x′ = φ(U₂ φ(U₁ x))',
  inputSize: 'U₁ ∈ ℝᴹˣᴰ',
  transition: 'h = φ(W₂ φ(W₁ h₋ + U₁ x))',
  transitionSize: 'W₁ ∈ ℝᴹˣᴴ',
  shortcut: 'h = φ(W₂ p + S·h₋)',
  join: 'pᵢ = φ(Wᵢ pᵢ₋₁ + Uᵢ x)',
  outputDepth: 'o = V₂ φ(V₁ h)',
  outputSize: 'V₁ ∈ ℝᴹˣᴴ',
  delayOne: 'a = U·x + W₁·hₜ₋₁ + …',
  delays: 'a = … + Σ W_d · hₜ₋d',
  feedback: 'a = … + R·yₜ₋₁',
  outputDelays: 'a = … + Σ R_d · yₜ₋d',
  leak: 'h = α·h₋ + (1−α)·f(h₋, x)',
  leakFrom: 'α₁, of the first unit',
  leakTo: 'α_H, of the last unit',
  clock: 'h⁽ⁱ⁾ changes when t mod Pᵢ = 0',
  residual: 'hˡ ← hˡ + hˡ⁻¹',
  skipInputs: 'aˡ = … + Uˡ·x',
  skipOutputs: 'o = Σ Vˡ·hˡ',
  layerNorm: 'a ← γ·(a − mean) / std + β',
  zoneout: 'h ← h₋ with probability p',
  recurrentDropout: 'a = U·x + W·(h₋ ∘ m)',
  variational: 'mₜ = m for every t',
  embedding: 'x = E[symbol],  E ∈ ℝᴰˣⱽ',
  tied: 'o = Eᵀ·h',
  initInput: 'U ~ p(U)',
  initRecurrent: 'W ~ p(W)',
  initReadout: 'V ~ p(V)',
  gain: 'W ← g·W',
  nonzeros: '‖W row‖₀ = k',
  spectralRadius: 'ρ(W) = max |λ|',
  task: 'p(y | x)',
  dataset: 'L = 1/N · Σ −ln p(yⁿ | xⁿ)',
  difficulty: null,
  pooling: 'yₜ = ψ(hₜ),  or  y = ψ(h_T),  or  y = ψ(1/T · Σ hₜ)',
  termination: 'p(y) = Πₜ p(yₜ | y₁…yₜ₋₁) · p(end)',
  bidirectional: 'h→ₜ = f(h→ₜ₋₁, xₜ),  h←ₜ = f(h←ₜ₊₁, xₜ)',
  attention: 'cₜ = Σₛ aₜₛ·hₛ,  aₜ = softmax(score(sₜ, h))',
  context: 's₀ = g(c),  sₜ = f(sₜ₋₁, yₜ₋₁, c)',
  scheduledSampling: 'input = true with εᵢ, own with 1−εᵢ',
  custom: null,
  activation: 'h = φ(U·x + W·h₋ + b)',
  cellInput: 'c = f∘c₋ + i∘g,  g = tanh(a)  or  σ(a)',
  forgetBias: 'f = σ(U·x + W·h₋ + b)',
  highwayBias: 'h = r∘c + (1−r)∘(U_s·x),  r = σ(… + b)',
  inputControl: 'h = f∘h₋ + (1−σ(a−1))∘g  or  f∘h₋ + (1−f)∘g,  f = σ(a)',
  candidate: 'n = a,  or  a + ½ above 0 and σ(a) below',
  reset: 'n = tanh(U·x + r∘(W·h₋))  or  tanh(U·x + W·(r∘h₋))',
  smoothing: 's ← k·s + (1−k)·L',
  beam: 'argmax Σₜ log p(yₜ | y₁…yₜ₋₁)',
};
