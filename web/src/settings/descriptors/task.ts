// What is learned. Which of the later ones are shown is the task's to say, see `tasks/`.
import { TASKS } from '../../tasks/names';
import { choice, flag, fraction, text, whole } from '../descriptor';

export const task = {
  task: choice('ta', TASKS, { initial: 'next', equation: 'p(y | x)', path: 'config.task.name' }),
  /** Name of the generated examples; empty where they are the reader's own. */
  dataset: text('cp', (written) => /^[a-z0-9-]{0,40}$/.test(written), {
    equation: 'L = 1/N · Σ −ln p(yⁿ | xⁿ)',
    path: 'config.dataset.name',
  }),
  /** 0: the default of the dataset. */
  difficulty: whole('df', [0, 100_000], { equation: null, path: 'config.dataset.difficulty' }),
  pooling: choice('po', ['none', 'last', 'mean'], {
    initial: 'last',
    equation: 'yₜ = ψ(hₜ),  or  y = ψ(h_T),  or  y = ψ(1/T · Σ hₜ)',
    path: 'config.task.pooling',
  }),
  /** Of numbers: how an error counts, and whether the network also predicts a band. */
  loss: choice('ls', ['squared', 'absolute', 'huber', 'quantile', 'gaussian'], {
    initial: 'squared',
    equation: 'e²,  |e|,  min(e²/2, |e| − 1/2),  max((1−q)·e, −q·e),  −ln N(y; μ, σ²)',
    path: 'config.task.loss',
  }),
  labelSmoothing: fraction('sm', [0, 0.9], {
    equation: 'y ← (1−ε)·y + ε/V',
    path: 'config.task.labelSmoothing',
    when: ({ task }) => task !== 'regress' && task !== 'notes',
  }),
  /** Of a series: the last steps of an example that read the network's own answers; 0: none do. */
  feedbackSteps: whole('fs', [0, 1000], {
    equation: 'xₜ₊₁ = ŷₜ  for the last k steps',
    path: 'config.task.feedbackSteps',
    zero: 'off',
    when: ({ pooling }) => pooling === 'none',
  }),
  /** Examples are read in windows of `sequenceLength` steps; of one answer for the whole, only its last state will do. */
  carryState: flag('cy', {
    equation: 'h₀ ← h_T of the window before',
    path: 'config.task.carryState',
    when: ({ task, pooling, bidirectional }) =>
      bidirectional !== true && (pooling !== 'mean' || (task !== 'classify' && task !== 'regress')),
  }),
  termination: choice('le', ['end', 'halt', 'count'], {
    initial: 'end',
    equation: 'p(y) = Πₜ p(yₜ | y₁…yₜ₋₁) · p(end)',
    path: 'config.task.termination',
  }),
  /** The encoder, or the network, also reads from the last step to the first. */
  bidirectional: flag('bd', {
    equation: 'h→ₜ = f(h→ₜ₋₁, xₜ),  h←ₜ = f(h←ₜ₊₁, xₜ)',
    within: 'config.layers[].bidirectional',
  }),
  attention: choice('at', ['none', 'additive', 'multiplicative'], {
    initial: 'none',
    equation: 'cₜ = Σₛ aₜₛ·hₛ,  aₜ = softmax(score(sₜ, h))',
    path: 'config.attention.score',
  }),
  context: choice('cx', ['both', 'initial', 'input', 'none'], {
    initial: 'both',
    equation: 's₀ = g(c),  sₜ = f(sₜ₋₁, yₜ₋₁, c)',
    path: 'config.context',
  }),
  scheduledSampling: choice('sp', ['none', 'linear', 'exponential', 'inverse-sigmoid'], {
    initial: 'none',
    equation: 'input = true with εᵢ, own with 1−εᵢ',
    path: 'config.scheduledSampling.name',
  }),
};
