/** From a worker's making to its first message: whatever ends it on the way becomes a reason within five seconds. */
import { UnfoldError } from './errors.js';

/** Milliseconds. */
const TICK = 100;
/** Of silence, before its script is looked for. */
const DOUBT = 1000;
/** Of silence, once its script is there: longer than starting takes on a slow machine. */
export const PATIENCE = 3500;
/** For finding out what is wrong with a script that was refused. */
const INQUIRY = 2500;

/** What a static import names, where that is an address. */
const IMPORT = /\b(?:from|import)\s*["']((?:\.{0,2}\/|https?:)[^"']+)["']/g;

export function notStarted(worker: string, reason: string): UnfoldError {
  const wayOn = 'workerUrl names another address; worker: false runs on the calling thread.';
  return new UnfoldError('LOAD_FAILED', `${worker} could not be started: ${reason}. ${wayOn}`);
}

/**
 * Calls `dead`, once, with the reason, unless a first message comes or `closed` fires.
 *
 * Browsers report a script that is missing, but not a worker that ends or waits. So a long silence counts, from when
 * the script and all that it imports could be fetched: a slow network is no fault, and has no limit here.
 */
export function watchStart(
  worker: Worker,
  url: string,
  dead: (reason: string) => void,
  closed: AbortSignal = new AbortController().signal,
): void {
  const decided = new AbortController();
  const { signal } = decided;
  closed.addEventListener('abort', () => decided.abort(), { signal });
  const end = (reason: string) => {
    decided.abort();
    if (!closed.aborted) dead(reason);
  };
  worker.addEventListener('message', () => decided.abort(), { signal });
  worker.addEventListener(
    'error',
    (event) => {
      // Told here, and not again by whoever else listens.
      event.preventDefault();
      event.stopImmediatePropagation();
      decided.abort();
      if (event.message) return end(event.message);
      const refused =
        'it, or a file that it imports, does not parse or was refused (the console says which: a ' +
        'Content-Security-Policy has to allow it under worker-src)';
      void Promise.race([inquire(url), quiet(INQUIRY)]).then((found) => end(found?.wrong ?? refused));
    },
    { signal },
  );
  void (async () => {
    await quiet(DOUBT, signal);
    const { wrong, hidden } = await inquire(url);
    await quiet(PATIENCE, signal);
    const silent = 'it ended, or does not answer';
    end(wrong ?? (hidden ? `${silent} (a policy whose connect-src allows its script tells more)` : silent));
  })();
}

/**
 * Resolves after so long, counted in ticks: neither a machine that is busy nor one that slept takes a worker for
 * dead. Not at all once the signal fires.
 */
export function quiet(milliseconds: number, signal?: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) return;
    let left = milliseconds;
    const timer = setInterval(() => {
      left -= TICK;
      if (left > 0) return;
      clearInterval(timer);
      resolve(undefined);
    }, TICK);
    signal?.addEventListener('abort', () => clearInterval(timer));
  });
}

/**
 * What is wrong with a script, as far as this thread may know: a policy may allow the script and not that it is
 * fetched, which says nothing about the script. It is `hidden` then, and only waited for.
 */
async function inquire(url: string): Promise<{ wrong?: string | undefined; hidden?: boolean }> {
  let hidden = false;
  const violated = (event: Event) => {
    hidden ||= (event as SecurityPolicyViolationEvent).effectiveDirective === 'connect-src';
  };
  const known = new AbortController();
  addEventListener('securitypolicyviolation', violated, { signal: known.signal });
  try {
    return { wrong: await examine(url) };
  } catch {
    await quiet(TICK); // the violation is reported after the fetch has failed
    if (!hidden) return { wrong: 'it could not be fetched' };
    await preload(url);
    return { hidden };
  } finally {
    known.abort();
  }
}

/** Waits until a script could be loaded, or could not: another policy decides on that. At once where nobody can tell. */
async function preload(url: string): Promise<void> {
  const link = globalThis.document?.createElement('link');
  if (!link?.relList.supports('modulepreload')) return;
  Object.assign(link, { rel: 'modulepreload', href: url });
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
  link.remove();
}

/** What is wrong with a script or with one that it imports, once all of them have been fetched. */
async function examine(url: string, seen = new Set<string>()): Promise<string | undefined> {
  if (seen.has(url) || !/^https?:/.test(url)) return undefined;
  seen.add(url);
  const response = await fetch(url);
  if (!response.ok) return `${url} could not be loaded: status ${response.status}`;
  const type = response.headers.get('Content-Type');
  if (!/javascript|ecmascript/i.test(type ?? '')) {
    return `${url} is served as ${type ?? 'nothing'}, not as JavaScript`;
  }
  const source = await response.text();
  const imports = [...source.matchAll(IMPORT)].map(([, name]) => new URL(name!, response.url).href);
  const answers = await Promise.all(imports.map((address) => examine(address, seen)));
  return answers.find((answer) => answer !== undefined);
}
