import { name } from '../descriptor';

export const data = {
  text: name('t', {
    initial: 'tales',
    path: 'data.text',
    equation: 'L = −1/T · Σ log₂ p(xₜ₊₁ | x₁…xₜ)',
    spelled: true,
  }),
};
