// Walks a tour. What the reader was training is put aside before the first stop and brought back after the last.
import { signal } from '@preact/signals';
import { resting } from '../storage/tabSession';
import type { Former } from '../training/copies';
import { engine } from '../training/engine';
import { readHash } from '../settings/hash';
import { opened } from '../app/dialogs';
import { hidePretrained } from '../writing/pretrained';
import { settle } from '../settings/settle';
import { type State, stateOf } from '../settings/state';
import { adopt, showState, store, waiting, wanted } from '../app/store';
import { chooseBundled } from '../data/texts';
import { sampler } from '../writing/sampler';
import { hashOf, type Place, TOURS, type TourName } from './tours';

export const place = signal<Place | null>(null);

let aside: Former | null = null;
/** The state of the page before the tour. */
let former: State | null = null;
let wasRunning = false;
/** Stops wait for each other: a fast reader arrives at the last one asked for. */
let queue: Promise<void> = Promise.resolve();

const stateAt = (link: string): State => stateOf(settle(readHash(`#${link}`).settings).settings);

async function arrange({ tour, at }: Place, play: boolean): Promise<void> {
  if (place.peek()?.tour !== tour || place.peek()?.at !== at) return;
  const { link, steps } = TOURS[tour][at]!;
  const state = stateAt(link);
  const { text } = state.data;
  await engine.pause();
  if (store.corpus.peek()?.id !== text) await chooseBundled(text);
  showState(state);
  const differs = store.run.peek() === null || waiting.peek().length > 0;
  if (!play) return;
  if (differs || steps !== undefined) await engine.applyAndRestart(steps);
  else await engine.play();
  if (!differs) sampler.write();
}

async function putAside(): Promise<void> {
  if (resting.peek()) return;
  wasRunning = store.phase.peek() === 'running';
  former = wanted.peek();
  await engine.pause();
  aside = await engine.copy();
  // Its last words go to the list of runs; the tour's own networks do not.
  await engine.keepNow();
  resting.value = true;
}

/** Goes to a stop. `play`: somebody asked for it, so that it may move. */
export function goTo(next: Place, play = true): Promise<void> {
  opened.value = null;
  hidePretrained();
  place.value = next;
  history.replaceState(null, '', hashOf(next));
  queue = queue.then(putAside).then(() => arrange(next, play));
  return queue;
}

export const startTour = (tour: TourName): Promise<void> => goTo({ tour, at: 0 });

export function leaveTour(): Promise<void> {
  place.value = null;
  queue = queue.then(async () => {
    await engine.pause();
    const [back, state, play] = [aside, former, wasRunning];
    [aside, former] = [null, null];
    if (back) await engine.resume(back, play);
    // After the run: temperature, view and changes that waited are the page’s, not the run’s.
    if (state) adopt(state);
    // Not before: the last copy of the tour's network may still be on its way.
    resting.value = false;
  });
  return queue;
}
