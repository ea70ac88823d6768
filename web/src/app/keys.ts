// Single-key shortcuts. They stay out of the way of typing, and can be switched off in Help.
import { engine } from '../training/engine';
import { store } from './store';
import { sampler } from '../writing/sampler';

const TYPING = 'input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]';
const USES_SPACE = 'button, a, summary, input, label';

const actions: Record<string, () => void> = {
  ' ': () => void engine.toggle(),
  s: () => void engine.step(),
  r: () => void engine.reset(),
  w: () => sampler.write(),
};

function onKey(event: KeyboardEvent): void {
  const action = actions[event.key.toLowerCase()];
  const target = event.target instanceof Element ? event.target : null;
  if (!action || !store.letterKeys.peek() || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target?.closest(TYPING) || document.querySelector('dialog[open]')) return;
  if (event.key === ' ' && target?.closest(USES_SPACE)) return;
  event.preventDefault();
  action();
}

export function watchKeys(): void {
  addEventListener('keydown', onKey);
}
