// Which steps the loss chart shows.
import { store } from '../app/store';

/** Fewer steps than these say nothing. */
const FEWEST = 10;

/** Shows the steps from `low` to `high`; all of them if that is nearly the whole run. */
export function zoomTo(low: number, high: number): void {
  const last = store.numbers.peek().step;
  const [from, to] = [Math.max(0, low), Math.min(last, high)];
  if (to - from < FEWEST) return;
  store.zoom.value = from <= 0 && to >= last ? null : [from, to];
}

/** Half as many steps, or twice as many, around one of them. */
export function zoomBy(factor: number, around?: number): void {
  const [low, high] = store.zoom.peek() ?? [0, store.numbers.peek().step];
  const middle = around ?? (low + high) / 2;
  const half = ((high - low) * factor) / 2;
  const last = store.numbers.peek().step;
  // A window at an end slides in instead of being cut.
  const from = Math.max(0, Math.min(middle - half, last - 2 * half));
  zoomTo(from, from + 2 * half);
}

export const zoomOut = (): void => {
  store.zoom.value = null;
};
