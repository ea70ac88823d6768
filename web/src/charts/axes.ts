// Ranges and tick positions of the loss chart.
import type { Scale } from '../settings/settings';

export const FEWEST_STEPS = 50;

export const logX = (scale: Scale) => scale === 'loglog';
export const logY = (scale: Scale) => scale !== 'linear';

/**
 * The vertical range, in steps of half a bit so that it rarely moves. Single high losses are cut off, a little above the
 * highest baseline `top`; a smoothed loss that is `latest` and stays above it is followed.
 */
export function rangeY(scale: Scale, low: number, high: number, top: number, latest = 0): [number, number] {
  const above = (value: number, share: number) => value + share * Math.abs(value);
  const followed = Number.isFinite(latest) ? above(latest, 0.25) : 0;
  const highest = above(Math.max(top, Math.min(high, Math.max(above(top, 0.25), followed))), 0.03);
  const below = Number.isFinite(low) ? low : top / 2;
  const lower = Math.floor((below - 0.15) * 2) / 2;
  const floor = below < 0 ? lower : Math.max(0, lower);
  if (!logY(scale)) return [floor, highest];
  return [floor > 0 ? floor : Math.min(0.25, Math.max(1e-4, below * 0.8)), highest];
}

/** Just what is there, with a little air: for a part of the run. */
export function close(scale: Scale, low: number, high: number): [number, number] {
  const air = Math.max(0.02, (high - low) * 0.06);
  const least = logY(scale) ? low * 0.9 : low < 0 ? -Infinity : 0;
  return [Math.max(least, low - air), high + air];
}

export function rangeX(scale: Scale, last: number): [number, number] {
  return [logX(scale) ? 1 : 0, Math.max(FEWEST_STEPS, last)];
}

const BITS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 16];

/** Round steps: the more decades, the fewer in each. */
export function ticksX(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const within = decades > 3.5 ? [1] : decades > 2 ? [1, 5] : [1, 2, 5];
  const ticks = [];
  for (let power = 1; power <= high; power *= 10) {
    for (const factor of within)
      if (power * factor >= low && power * factor <= high) ticks.push(power * factor);
  }
  return ticks;
}

export function ticksY(low: number, high: number): number[] {
  const within = (values: readonly number[]) => values.filter((value) => value >= low && value <= high);
  if (high <= BITS.at(-1)!) return within(BITS);
  // Beyond the losses of a network that learns: fewer in each decade the more decades there are.
  const steps = high / low < 1e3 ? [1, 2, 5] : [1];
  const decades = Array.from({ length: 16 }, (_, at) => at - 4);
  return within(decades.flatMap((power) => steps.map((step) => Number(`${step}e${power}`))));
}
