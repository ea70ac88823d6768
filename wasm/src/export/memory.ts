/** What a network remembers from one step to the next: the initial and final states of an exported one. */
import type { LoweredNetwork } from './lowering.js';
import { everything } from './values.js';

export interface Memory {
  /** Per layer and state: how many earlier ones are read. */
  readonly past: readonly (readonly number[])[];
  /** How many earlier tokens are read, by sequence. */
  readonly tokens: readonly [number, number];
  /** How many earlier rows of numbers are read, by sequence. */
  readonly numbers: readonly [number, number];
  /** Whether the number of the step is read, by sequence. */
  readonly clock: readonly [boolean, boolean];
}

export function memoryOf({ layers }: LoweredNetwork): Memory {
  const past = layers.map(({ states }) => states.map(() => 0));
  const tokens: [number, number] = [0, 0];
  const numbers: [number, number] = [0, 0];
  const clock: [boolean, boolean] = [false, false];
  const most = (counts: number[], sequence: number, delay: number) =>
    (counts[sequence] = Math.max(counts[sequence]!, delay));
  for (const { op } of everything(
    layers.flatMap(({ states, out }) => [...states.map(({ value }) => value), out]),
  )) {
    if (op.kind === 'past') most(past[op.layer]!, op.state, op.delay);
    if (op.kind === 'numbers') most(numbers, op.sequence, op.delay);
    if (op.kind === 'token') most(tokens, op.sequence, op.delay);
    if (op.kind === 'waiting') clock[op.sequence] = true;
  }
  return { past, tokens, numbers, clock };
}
