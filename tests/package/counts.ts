/**
 * How many faults were tried and survived: `npm run faults` asks for the long forms and adds up what the tests write
 * down here. Without it they run in short forms.
 */
import { appendFileSync } from 'node:fs';

/** What `npm run faults` asked for, or the number that a test run can afford. */
export const many = (name: 'KILLS' | 'CALLS' | 'STEPS' | 'CYCLES' | 'CUTS' | 'MINUTES', otherwise: number) =>
  Number(process.env[`UNFOLD_${name}`] ?? otherwise);

/** A fault that was injected `tried` times; the test fails if it did not survive them all. */
export function count(fault: string, tried: number, survived: number): void {
  if (process.env.UNFOLD_COUNTS)
    appendFileSync(process.env.UNFOLD_COUNTS, `${JSON.stringify({ fault, tried, survived })}\n`);
}
