// What this tab was doing, for when it is loaded again: by the reader, after a crash, or because the browser had put
// it away. Session storage belongs to one tab and outlives all three.
import { engine } from '../state/engine';
import { store } from '../state/store';

const KEY = 'unfold.tab';
/** Shorter absences are not worth a word. */
const LONG = 10_000;

interface Here {
  run: string;
  running: boolean;
  hash: string;
}

let here: string | null = null;

function write(): void {
  const run = store.run.peek()?.id;
  if (here === null || run !== here) return;
  const record: Here = {
    run: here,
    running: store.phase.peek() === 'running' || rested,
    hash: location.hash,
  };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(record));
  } catch {
    // Denied: the run is in the list, the tab begins anew.
  }
}

/** From now on a reload brings this run back. */
export function rememberHere(run: string): void {
  here = run;
  write();
}

export function forgetHere(): void {
  here = null;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Denied: nothing was remembered.
  }
}

function navigation(): string | undefined {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.type;
}

/** The run this tab had, unless it was sent to another address. */
export function lastHere(): Here | null {
  try {
    const record = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Here> | null;
    const { run, running, hash } = record ?? {};
    if (typeof run !== 'string' || typeof hash !== 'string') return null;
    const same = hash === location.hash || navigation() !== 'navigate';
    return same ? { run, running: running === true, hash } : null;
  } catch {
    return null;
  }
}

/** Paused because nobody could see it. */
let rested = false;
/** Nobody has touched the page: what runs was not asked for. */
let untouched = true;
let hiddenAt = 0;

const touchScreen = matchMedia('(pointer: coarse)');

function onHidden(): void {
  hiddenAt = performance.now();
  // A run that somebody started on a machine with a mouse goes on; a phone in a pocket rests.
  rested = store.phase.peek() === 'running' && (untouched || touchScreen.matches);
  if (rested) void engine.pause();
  else void engine.keepNow();
  write();
}

function onShown(): void {
  if (!rested) return;
  rested = false;
  void engine.play();
  if (performance.now() - hiddenAt > LONG) onReturn?.();
}

let onReturn: (() => void) | undefined;

/** `returned`: training goes on after a rest that lasted. */
export function watchTab(returned: () => void): void {
  onReturn = returned;
  document.addEventListener('visibilitychange', () => (document.hidden ? onHidden() : onShown()));
  // The last words of a tab that is put away without being hidden first.
  addEventListener('pagehide', write);
  document.addEventListener('freeze', write);
  for (const type of ['pointerdown', 'keydown'])
    addEventListener(type, () => (untouched = false), { once: true, capture: true });
  store.phase.subscribe(write);
}
