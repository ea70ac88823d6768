// How a symbol becomes numbers.
import { flag, whole } from '../descriptor';

export const symbols = {
  embedding: whole('em', [0, 2048], {
    equation: 'x = E[symbol],  E ∈ ℝᴰˣⱽ',
    path: 'config.embedding',
    step: 16,
  }),
  tieWeights: flag('ti', {
    equation: 'o = Eᵀ·h',
    path: 'config.tieWeights',
    when: ({ embedding }) => embedding !== 0,
  }),
};
