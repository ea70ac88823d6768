// What is offered after a failure, one click each.
import type { UnfoldError } from 'unfold-rnn';
import { dismissErrors, notify } from '../app/notices';
import { set, store } from '../app/store';
import { integer, scientific, twoDigits } from '../i18n/format';
import { message } from '../i18n/messages';
import { DESCRIPTORS } from '../settings/settings';
import type { Former } from './copies';

/** The norm to which gradients are clipped where an overflow showed that they need it (Pascanu et al. 2013). */
const USUAL_CLIP = 1;

/** What the engine can do about it. */
export interface Means {
  /** The newest copy. */
  copy: Former | null;
  /** The step at which the model is. */
  step: number | undefined;
  restore(copy: Former): Promise<unknown>;
  build(): Promise<void>;
  /** A command: makes a change, tells the model the settings that apply at once, and trains. */
  goOn(change: () => void | Promise<void>): void;
}

const way = (label: string, { goOn }: Means, change: () => void | Promise<void>) => ({
  label,
  run: () => {
    dismissErrors();
    goOn(change);
  },
});

/** A lower rate, clipping, or the last copy (what exploded stays so) at a lower rate. */
export function offerAfterOverflow(overflow: UnfoldError['overflow'], means: Means): void {
  const { copy, step, restore, build } = means;
  const { learningRate, clip } = store.settings.peek();
  const rate = Math.max(DESCRIPTORS.learningRate.range[0], learningRate / 2);
  const { halve, clip: clipTo, backAt, againAt, overflowed, diverged, divergedText } = message.notice;
  const ways = [way(halve(twoDigits(rate)), means, () => set('learningRate', rate))];
  if (clip === 0 || clip > USUAL_CLIP)
    ways.push(way(clipTo(twoDigits(USUAL_CLIP)), means, () => set('clip', USUAL_CLIP)));
  const back = copy ? backAt(integer(copy.run.info.step), twoDigits(rate)) : againAt(twoDigits(rate));
  ways.push(
    way(back, means, async () => {
      if (copy) await restore(copy);
      set('learningRate', rate);
      if (!copy) await build();
    }),
  );
  const largest = overflow?.largest ? scientific(overflow.largest) : null;
  const where = overflow ? `${overflowed(integer(overflow.step), largest, overflow.parameter)} ` : '';
  notify('error', diverged, `${where}${divergedText(integer(step))}`, ways);
}

/** The last copy, or the network from its first weights. */
export function offerAfterCrash(error: unknown, means: Means): void {
  const { copy, restore, build } = means;
  const { recover, again, crashed, crashedText } = message.notice;
  const label = copy ? recover(integer(copy.run.info.step)) : again;
  const detail = error instanceof Error ? error.message : '';
  notify('error', crashed, `${crashedText} ${detail}`.trim(), [
    way(label, means, async () => {
      if (copy) await restore(copy);
      else await build();
    }),
  ]);
}
