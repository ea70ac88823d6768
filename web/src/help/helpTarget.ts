// The help of each control: read out with it, and shown while it has the focus or the pointer.
import { signal } from '@preact/signals';
import type { HelpName } from './equations';

/** The control whose help is shown. */
export const helpTarget = signal<HelpName | null>(null);

const PREFIX = 'set-';

export const helpId = (name: HelpName): string => `about-${name}`;

/** For `aria-describedby`: the help, and the hint while there is one. */
export const describedBy = (name: HelpName, hint?: string | false): string =>
  hint ? `${hint} ${helpId(name)}` : helpId(name);

function nameUnder(target: EventTarget | null): HelpName | null {
  if (!(target instanceof Element)) return null;
  const field = target.closest('.field, .check, .segmented');
  const control = target.id.startsWith(PREFIX) ? target : field?.querySelector(`[id^=${PREFIX}]`);
  return control ? (control.id.slice(PREFIX.length) as HelpName) : null;
}

/**
 * Follows focus and pointer; the last help stays until another control is reached. A pointer that lies still follows
 * nothing: the browser also tells when the page scrolls beneath it, which a focus in the distance does.
 */
export function watchHelpTarget(): () => void {
  let [x, y] = [NaN, NaN];
  const follow = ({ target }: Event) => {
    const name = nameUnder(target);
    if (name) helpTarget.value = name;
  };
  const over = (event: PointerEvent) => {
    if (event.clientX !== x || event.clientY !== y) follow(event);
  };
  const moved = ({ clientX, clientY }: PointerEvent) => {
    [x, y] = [clientX, clientY];
  };
  const controller = new AbortController();
  const options = { passive: true, signal: controller.signal };
  document.addEventListener('focusin', follow, options);
  document.addEventListener('pointerover', over, options);
  for (const type of ['pointerover', 'pointermove'] as const) document.addEventListener(type, moved, options);
  return () => controller.abort();
}
