// What the network writes with.
import { fraction, text } from '../descriptor';

/** Characters of a prompt that a link carries. */
const LONGEST_PROMPT = 200;

export const sample = {
  temperature: fraction('tm', [0, 2], {
    initial: 0.7,
    effect: 'sample',
    path: 'sample.temperature',
    equation: 'p ∝ exp(z / T)',
    spelled: true,
    step: 0.05,
    slider: { digits: 2 },
  }),
  prompt: {
    ...text('p', (written) => written.length <= LONGEST_PROMPT, {
      effect: 'sample',
      path: 'sample.prompt',
      equation: 'p(x | beginning)',
      spelled: true,
    }),
    write: (value: string) => value.slice(0, LONGEST_PROMPT),
  },
};
