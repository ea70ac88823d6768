// What a text is, and what of it is one token.
import { choice, name, whole } from '../descriptor';

export const data = {
  text: name('t', {
    initial: 'tales',
    path: 'data.text',
    equation: 'L = −1/T · Σ log₂ p(xₜ₊₁ | x₁…xₜ)',
    spelled: true,
  }),
  unit: choice('tk', ['character', 'byte', 'word', 'whitespace', 'bpe'], {
    initial: 'character',
    equation: 'x = x₁ x₂ … x_T,  xₜ ∈ {1, …, V}',
    path: 'config.unit',
    when: ({ task }) => task === 'next',
  }),
  vocabulary: whole('vo', [256, 65535], {
    equation: 'o ∈ ℝⱽ',
    path: 'config.vocabulary',
    step: 256,
    when: ({ task, unit }) => task === 'next' && unit !== 'character' && unit !== 'byte',
  }),
};
