// Copies of the run at work, to come back to when the worker, the tab or the machine crashes.
import { type Model, UnfoldError } from 'unfold-rnn';
import { report } from '../app/notices';
import { type Run, store } from '../app/store';
import { asked, withLive } from './runSettings';

/** A run as it was at one step. */
export interface Former {
  run: Run;
  checkpoint: Uint8Array;
}

/** What of a run cannot be had from its checkpoint. */
export type Companion = Omit<Run, 'config' | 'info'>;

/** A run from the browser's storage: enough to bring it back. */
export interface Kept {
  run: Companion;
  checkpoint: Uint8Array;
}

/** Milliseconds until the first copy of a run and, doubling, until the next ones. */
const FIRST = 1000;
/** Milliseconds between two later copies; more where a copy takes long, so that it stays a small share. */
const EVERY = 15_000;
const SHARE = 30;
/** Parameters above which a copy would not fit beside the run. */
export const KEEP_BELOW = 20_000_000;

/** The call was overtaken by the end of its model. */
export function isGone(error: unknown): boolean {
  return error instanceof UnfoldError && (error.code === 'DISPOSED' || error.code === 'ABORTED');
}

export class Copies {
  private newest: Former | null = null;
  private takenAt = 0;
  private every = FIRST;
  /** Told of every copy: whoever keeps runs beyond this tab. */
  onCopy: ((copy: Former) => void) | undefined;

  /** The newest copy of the run at work. */
  get latest(): Former | null {
    return this.newest;
  }

  get due(): boolean {
    return performance.now() - this.takenAt > this.every;
  }

  /** Another run is at work, of which there is no copy yet. */
  begin(): void {
    this.newest = null;
    this.takenAt = performance.now();
    this.every = FIRST;
  }

  /** `present`: whether the model is still the one at work, when its weights have come. */
  async take(model: Model, present: () => boolean): Promise<void> {
    const began = performance.now();
    this.takenAt = began;
    const run = store.run.peek();
    if (!run || model.info.parameters > KEEP_BELOW) return;
    try {
      const checkpoint = await model.save();
      if (!present()) return;
      const next = Math.min(EVERY, 2 * this.every);
      this.every = Math.max(next, SHARE * (performance.now() - began));
      this.newest = { run: { ...run, ...asked(withLive(run.state)), info: model.info }, checkpoint };
      this.onCopy?.(this.newest);
    } catch (error) {
      if (!isGone(error)) report(error);
    }
  }
}
