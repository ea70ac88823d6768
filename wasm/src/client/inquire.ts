/** Finds out why a worker's script does not run. */
import { type Finding, quiet, TICK } from './starting.js';

/** What a static import names, where that is an address. */
const IMPORT = /\b(?:from|import)\s*["']((?:\.{0,2}\/|https?:)[^"']+)["']/g;

/**
 * What is wrong with a script, as far as this thread may know: a policy may allow the script and not that it is
 * fetched, which says nothing about the script. It is `hidden` then, and only waited for.
 */
export async function inquire(url: string): Promise<Finding> {
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
