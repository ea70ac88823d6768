// Keeps a copy of the page for when there is no network, and isolates its later visits where the server does not (sw.js).
// Asked for late, so that the first visit belongs to the first
// words, and not at all where the reader saves data.
import { message } from '../i18n/messages';
import { notify } from '../app/notices';
import { prefersReducedData } from '../app/userPreferences';

const LATER = 4000;

async function register(): Promise<void> {
  // The build writes sw.js beside the page, so that its scope is the page's folder.
  const registration = await navigator.serviceWorker.register(new URL('sw.js', document.baseURI), {
    updateViaCache: 'none',
  });
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      const waits = worker.state === 'installed' && navigator.serviceWorker.controller !== null;
      if (waits) notify('note', message.offline.newer);
    });
  });
}

/** Whether a copy is kept here. */
export const keepsCopy = () => import.meta.env.PROD && 'serviceWorker' in navigator && !prefersReducedData();

export function keepOffline(): void {
  if (!keepsCopy()) return;
  // Refused (a private window, a policy): the page works, online.
  setTimeout(() => void register().catch(() => {}), LATER);
}
