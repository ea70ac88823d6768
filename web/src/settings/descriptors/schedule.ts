// What the learning rate does over the steps, and the second way to clip; all of it applies at once.
import { choice, fraction, whole } from '../descriptor';

export const schedule = {
  schedule: choice('sd', ['constant', 'step', 'exponential', 'cosine', 'plateau'], {
    initial: 'constant',
    effect: 'live',
    equation: 'ηₜ = η · s(t)',
    path: 'config.schedule.name',
  }),
  /** Until the next cut, or of the whole descent where that has an end. */
  scheduleSteps: whole('ss', [1, 1_000_000], {
    initial: 1000,
    effect: 'live',
    equation: 's(t) = f^⌊t/n⌋,  f^(t/n)  or  (1 + cos(π·t/n)) / 2',
    within: 'config.schedule',
    when: ({ schedule }) => schedule !== 'constant' && schedule !== 'plateau',
    detail: true,
    step: 100,
  }),
  scheduleFactor: fraction('sf', [0.01, 1], {
    initial: 0.5,
    effect: 'live',
    equation: 'η ← f · η',
    path: 'config.schedule.factor',
    when: ({ schedule }) => schedule !== 'constant' && schedule !== 'cosine',
    detail: true,
  }),
  patience: whole('pa', [0, 1000], {
    initial: 1,
    effect: 'live',
    equation: 'best − L ≤ 0, p + 1 times',
    path: 'config.schedule.patience',
    when: ({ schedule }) => schedule === 'plateau',
    detail: true,
  }),
  warmup: whole('wu', [0, 1_000_000], {
    effect: 'live',
    equation: 'ηₜ ← ηₜ · min(1, (t+1) / w)',
    path: 'config.schedule.warmup',
    step: 100,
    zero: 'off',
  }),
  /** Largest element of a gradient; 0: any. */
  clipValue: fraction('cv', [0, 100], {
    effect: 'live',
    equation: 'gᵢ ← max(−c, min(c, gᵢ))',
    path: 'config.clip.value',
    zero: 'off',
  }),
  /** Often enough for points to appear within the first seconds. */
  /** The engine's own patience where it is left at that. */
  earlyStopping: whole('es', [0, 1000], {
    initial: 10,
    effect: 'live',
    equation: 'best − L ≤ 0, p times',
    path: 'config.earlyStopping.patience',
    zero: 'off',
  }),
  evaluateEvery: whole('ev', [0, 1_000_000], {
    initial: 100,
    effect: 'live',
    equation: null,
    path: 'config.evaluateEvery',
    step: 100,
    zero: 'off',
  }),
};
