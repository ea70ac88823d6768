// Commands wait for each other in one queue, so that any order of presses ends in a consistent state.
import { type Pending, store } from '../app/store';

/** Milliseconds after which a command that is not done yet is shown as pending: shorter ones would only flicker. */
const PENDING_AFTER = 100;

export class Commands {
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly failed: (error: unknown) => void) {}

  /** Resolves when the work is done or has failed; `failed` gets the error. */
  add(work: () => Promise<void>, pending?: Pending): Promise<void> {
    const timer = pending && setTimeout(() => (store.pending.value = pending), PENDING_AFTER);
    const done = () => {
      clearTimeout(timer);
      if (store.pending.peek() === pending) store.pending.value = null;
    };
    this.queue = this.queue
      .then(work)
      .catch(this.failed)
      .finally(pending ? done : undefined);
    return this.queue;
  }
}
