// Milestones for screen readers: at most one in ten seconds, the newest wins.
import { store } from './store';

const SPACING = 10_000;
let last = -SPACING;
let timer: ReturnType<typeof setTimeout> | undefined;
let held = '';

function speak(): void {
  timer = undefined;
  last = performance.now();
  store.announcement.value = held;
}

export function announce(text: string): void {
  held = text;
  if (timer !== undefined) return;
  const wait = Math.max(0, last + SPACING - performance.now());
  timer = setTimeout(speak, wait);
}
