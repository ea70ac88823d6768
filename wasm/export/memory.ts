/** What a network remembers from one step to the next: the initial and final states of an exported one. */
import type { NetworkEquations } from './equations.js';
import { everything } from './values.js';

export interface Memory {
  /** Per layer: how many former states h somebody reads. */
  readonly past: readonly number[];
  /** Former tokens that somebody reads. */
  readonly tokens: number;
  /** Former numbers that somebody reads. */
  readonly numbers: number;
  /** Whether somebody asks for the number of the step. */
  readonly clock: boolean;
}

export function memoryOf({ layers }: NetworkEquations): Memory {
  const past = layers.map(() => 0);
  let tokens = 0;
  let numbers = 0;
  let clock = false;
  const fed = layers.at(-1)!;
  for (const { op } of everything(
    layers.flatMap(({ h, c, out }) => [h, out, ...(c ? [c] : [])]).concat(fed.out),
  )) {
    if (op.kind === 'past') past[op.layer] = Math.max(past[op.layer]!, op.delay);
    if (op.kind === 'numbers') numbers = Math.max(numbers, op.delay);
    if (op.kind === 'token') tokens = Math.max(tokens, op.delay);
    if (op.kind === 'waiting') clock = true;
  }
  return { past, tokens, numbers, clock };
}
