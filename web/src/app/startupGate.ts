// What a first visit sees first: a network that writes, and another that has made a step. All else comes after.
import { effect, signal } from '@preact/signals';
import { pause } from './frame';
import { pretrainedText } from '../writing/pretrained';
import { store } from './store';

/** Milliseconds that what can wait waits at most. */
const LEAD = 1200;

/** The rest of the page may be drawn. */
export const gateOpen = signal(false);

/** Resolves when both are seen, or soon. */
export async function firstResults(): Promise<void> {
  let stop = () => {};
  const both = new Promise<void>((resolve) => {
    stop = effect(() => {
      if (pretrainedText.value && store.numbers.value.step > 0) resolve();
    });
  });
  await Promise.race([both, pause(LEAD)]);
  stop();
  gateOpen.value = true;
}
