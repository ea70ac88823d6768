import { store } from './store';

/** What screen readers are told; the stream itself is never announced. */
export function LiveRegion() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {store.announcement}
    </div>
  );
}
