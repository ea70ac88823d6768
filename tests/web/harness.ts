// Drives the built page in the system's Chromium, with everything that goes wrong written down.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { type Browser, type BrowserContextOptions, chromium, type Download, type Page } from 'playwright';
import { serve } from '../../scripts/build/serve.mjs';
import { launch } from './chromium';

/** The browser that all files share; closing it ends what was opened here. */
export function openBrowser(): Promise<Browser> {
  const address = inject('chromium');
  return address ? chromium.connect(address) : launch();
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of axe that look at colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * What axe objects to on a page, or in a part of it, by light and in the dark: the rule and the elements. A colour
 * scheme changes nothing but colours, so all other rules are tried once.
 */
export async function violations(page: Page, part = 'html'): Promise<string[]> {
  const found = await objections(page, part);
  await page.emulateMedia({ colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  found.push(...(await objections(page, part, OF_COLOURS)).map((one) => `in the dark: ${one}`));
  await page.emulateMedia({ colorScheme: 'light' });
  if ((await ground()) === dark) found.push('by light it is as in the dark');
  return found;
}

async function objections(page: Page, part: string, rules?: string[]): Promise<string[]> {
  // Colours have faded over. What goes on for ever, as a cursor does, is not waited for.
  await page.evaluate(async () => {
    const passing = () =>
      document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    while (passing().length > 0) await Promise.allSettled(passing().map(({ finished }) => finished));
  });
  const options = rules ? { runOnly: { type: 'rule', values: rules } } : {};
  const found = await page.evaluate(
    `${await axe}; axe.run(${JSON.stringify(part)}, ${JSON.stringify(options)})`,
  );
  return (found as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
  );
}

export interface Site {
  url: string;
  close(): Promise<void>;
}

/** What `useSite` has opened, for the tests of the file that called it. */
export let browser: Browser;
export let site: Site;

/**
 * A browser and the built page: there before the first test of a file, gone after the last. `own`: a browser for this
 * file alone, as only one can trace it.
 */
export function useSite({
  own = false,
  ...options
}: Parameters<typeof openSite>[0] & { own?: boolean } = {}): void {
  beforeAll(async () => {
    [browser, site] = await Promise.all([own ? launch() : openBrowser(), openSite(options)]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
}

export const openSite = (options: Parameters<typeof serve>[0] = {}): Promise<Site> =>
  serve({ port: 0, ...options });

export interface Visit {
  page: Page;
  /** Console errors and warnings, page errors, policy violations, failed and foreign requests. */
  problems: string[];
  close(): Promise<void>;
}

/**
 * A fresh profile on the page; `at` goes behind the address, `script` runs before the page's own. `clock`: the page's
 * time can be moved by `later`.
 */
export async function visit(
  browser: Browser,
  site: Site,
  {
    at = '',
    script,
    clock = false,
    ...options
  }: BrowserContextOptions & { at?: string; script?: string; clock?: boolean } = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(site.url)) {
      problems.push(`foreign request: ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  if (script) await page.addInitScript(script);
  if (clock) await page.clock.install();
  await page.goto(site.url + at);
  return { page, problems, close: () => context.close() };
}

/** The same on the browser and the site of `useSite`. */
export const openPage = (options: Parameters<typeof visit>[2] = {}): Promise<Visit> =>
  visit(browser, site, options);

/** A number of the run, as it is shown. */
export async function fact(page: Page, name: string): Promise<number> {
  const shown = await page
    .locator('.facts div', { has: page.locator(`dt:text-is("${name}")`) })
    .locator('dd')
    .innerText();
  return Number(shown.replaceAll(',', ''));
}

/** Waits while the browser draws some frames: whatever follows from what was done has come to the page by then. */
export const frames = (page: Page, count = 30): Promise<void> =>
  page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
  }, count);

/** An hour of the page's time, at once: whatever waits for its turn has had it. */
export const later = (page: Page): Promise<void> => page.clock.fastForward(3_600_000);

/** What was downloaded; a browser that files share has no path for them. */
export async function contents(download: Download): Promise<Buffer> {
  return buffer(await download.createReadStream());
}

/** The step at which the engine itself is: it answers after all that it was asked before. */
export async function savedStep(page: Page): Promise<number> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  return Number(/-step-(\d+)\./.exec(download.suggestedFilename())![1]);
}

interface Entry {
  id: string;
  saved: number;
  step: number;
  text: { title: string };
}

/** Every run that is kept, the newest first. */
export const entries = (page: Page) =>
  page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'unfold')) return [];
    const opening = indexedDB.open('unfold');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const all = opening.result.transaction('entries').objectStore('entries').getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    opening.result.close();
    return (all.result as Entry[]).sort((a, b) => b.saved - a.saved);
  });

/** Title and step of each. */
export const kept = async (page: Page) =>
  (await entries(page)).map(({ step, text }) => `${text.title} ${step}`);

export const step = (page: Page): Promise<number> => fact(page, 'Step');

export async function loss(page: Page): Promise<number> {
  return Number(await page.locator('.headline-number').innerText());
}

export async function waitForStep(page: Page, atLeast: number, timeout = 30_000): Promise<void> {
  const reached = (atLeast: number) => {
    const facts = [...document.querySelectorAll('.facts div')];
    const own = facts.find((element) => element.querySelector('dt')?.textContent === 'Step');
    return Number(own?.querySelector('dd')?.textContent?.replaceAll(',', '')) >= atLeast;
  };
  await page.waitForFunction(reached, atLeast, { timeout, polling: 50 });
}

export const play = (page: Page) => page.getByRole('button', { name: 'Train', exact: true });
export const pause = (page: Page) => page.getByRole('button', { name: 'Pause', exact: true });

/** Pauses, and waits until the run rests, at the step that it returns. */
export async function rest(page: Page): Promise<number> {
  await pause(page).click();
  await play(page).waitFor();
  return step(page);
}

/**
 * Applies what waits, to a run that rests: its step stands on the page until the new run has taken its place. So what
 * is read from here on is of the new one.
 */
export async function restart(page: Page): Promise<void> {
  const rested = await step(page);
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await expect.poll(() => step(page), { timeout: 30_000 }).not.toBe(rested);
}

/** Drops a file on the page, as from the desktop. */
export async function drop(page: Page, name: string, content: string | number[]): Promise<void> {
  // Before the page stands, nothing takes what is dropped.
  await page.locator('#set-task option').first().waitFor({ state: 'attached' });
  await page.evaluate(
    ([name, content]) => {
      const part = typeof content === 'string' ? content : new Uint8Array(content);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([part], name));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, content] as const,
  );
}
