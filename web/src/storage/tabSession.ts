// What this tab was doing, for when it is loaded again: by the reader, after a crash, or because the browser had put
// it away. Session storage belongs to one tab and outlives all three.
import { signal } from '@preact/signals';
import { KEEP_BELOW } from '../training/copies';
import { engine } from '../training/engine';
import { store } from '../app/store';
import { NOT_KEPT_REASONS, type NotKeptReason, type StorageProblem } from './storageError';

const KEY = 'unfold.tab';
/** Shorter absences are not worth a word. */
const LONG = 10_000;

export interface Here {
  run: string;
  /** Null once a copy is kept. */
  never: NotKeptReason | null;
  running: boolean;
  hash: string;
}

/** Runs that are neither kept nor come back to: those of a guided tour. */
export const resting = signal(false);

let here: Pick<Here, 'run' | 'never'> = { run: '', never: 'early' };

function write(): void {
  const run = store.run.peek();
  if (!run || resting.peek()) return;
  if (run.id !== here.run)
    here = { run: run.id, never: run.info.parameters > KEEP_BELOW ? 'large' : 'early' };
  // What nobody asked for begins again from the link.
  if (here.never && untouched) return;
  const record: Here = {
    ...here,
    running: store.phase.peek() === 'running' || rested,
    hash: location.hash,
  };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(record));
  } catch {
    // Denied: the run is in the list, the tab begins anew.
  }
}

/** A copy of this run is kept: where it is the page's, a reload brings it back. */
export function keptHere(run: string): void {
  if (run !== store.run.peek()?.id) return;
  here = { run, never: null };
  write();
}

/** A copy could not be kept; of a run that has none, a reload says why. */
export function lostHere(run: string, problem: StorageProblem): void {
  if (run !== here.run || here.never === null) return;
  here = { run, never: problem };
  write();
}

export function forgetHere(): void {
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
    const { run, never, running, hash } = record ?? {};
    if (typeof run !== 'string' || typeof hash !== 'string') return null;
    const same = hash === location.hash || navigation() !== 'navigate';
    const known = NOT_KEPT_REASONS.find((reason) => reason === never) ?? null;
    return same ? { run, never: known, running: running === true, hash } : null;
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
  store.run.subscribe(write);
  store.phase.subscribe(write);
}
