// The first ten seconds: a trained network writes at once, a fresh one learns beside it, nobody has clicked.
import { readFile, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Page } from 'playwright';
import { browser, frames, later, pause, play, site, step, useSite, visit, waitForStep } from './harness';

useSite();

const web = (path: string) => new URL(`../../web/${path}`, import.meta.url);
const shown = (page: Page) => page.locator('#pretrained-text');
const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? [];

/** Share of the words that are words of the tales; the last may be unfinished, one letter may be anything. */
async function recognisable(text: string): Promise<number> {
  const known = new Set(wordsOf(await readFile(web('texts/tales.txt'), 'utf8')));
  const words = wordsOf(text)
    .slice(0, -1)
    .filter((word) => word.length > 1);
  expect(words.length).toBeGreaterThan(15);
  return words.filter((word) => known.has(word)).length / words.length;
}

it('ships a model of at most 650 KB', async () => {
  expect((await stat(web('models/tales.safetensors'))).size).toBeLessThanOrEqual(650_000);
});

// How soon by the clock is measured by `npm run bench -- --opening`.
it('fetches nothing before the first character that it does not need', async () => {
  const script = `
    new MutationObserver(() => {
      if (window.first || !document.querySelector('#pretrained-text')?.textContent) return;
      window.first = performance.getEntriesByType('resource').map(({ name }) => name.replace(/^.*\\//, ''));
    }).observe(document, { childList: true, subtree: true, characterData: true });`;
  const { page, close } = await visit(browser, site, { script });
  await expect.poll(() => shown(page).innerText()).not.toBe('');
  const files = await page.evaluate(() => (window as unknown as { first: string[] }).first);
  expect(files.some((name) => name.startsWith('main-'))).toBe(true);
  // The page, its engine, a text, a model; of what is drawn later the first chart may be on its way.
  const needed = /^(main|format|worker|simd|tales|icon|lossPlot)[-.]/;
  expect(files.filter((name) => !needed.test(name))).toEqual([]);
  await close();
});

it('writes recognisable words, and the fresh network learns beside it', async () => {
  const { page, problems, close } = await visit(browser, site);
  await expect.poll(async () => wordsOf(await shown(page).innerText()).length).toBeGreaterThan(40);
  await waitForStep(page, 1);
  expect(await recognisable(await shown(page).innerText())).toBeGreaterThan(0.95);
  expect(await page.locator('#written').innerText()).not.toBe('');
  expect(await step(page)).toBeGreaterThan(0);
  expect(problems).toEqual([]);
  await close();
});

const FINGER = { isMobile: true, hasTouch: true };
const upright = { viewport: { width: 360, height: 740 } };

it.each([
  { where: 'a phone', units: 64, at: '', options: { ...upright, ...FINGER } },
  {
    where: 'a phone on its side',
    units: 64,
    at: '',
    options: { viewport: { width: 740, height: 360 }, ...FINGER },
  },
  { where: 'a tablet', units: 128, at: '', options: { viewport: { width: 820, height: 1180 }, ...FINGER } },
  { where: 'a narrow window', units: 128, at: '', options: upright },
  { where: 'a phone with a link', units: 128, at: '#v=1&s=2', options: { ...upright, ...FINGER } },
  { where: 'a phone with a preset', units: 128, at: '#n=lstm', options: { ...upright, ...FINGER } },
])('starts $units units by itself on $where', async ({ units, at, options }) => {
  const { page, problems, close } = await visit(browser, site, { at, clock: true, ...options });
  await waitForStep(page, 1);
  expect(await page.getByLabel('Hidden units').inputValue()).toBe(String(units));
  // An address without wishes stays one: the next visit begins as this one did.
  await later(page);
  expect(page.url() === site.url).toBe(at === '');
  expect(problems).toEqual([]);
  await close();
});

it('goes when it is sent away, with its worker, and the fresh one goes on', async () => {
  const { page, problems, close } = await visit(browser, site);
  await expect.poll(() => shown(page).innerText()).not.toBe('');
  await waitForStep(page, 3);
  expect(page.workers().length).toBe(2);
  await page.getByRole('button', { name: 'Hide the pretrained network' }).click();
  await expect.poll(() => page.workers().length).toBe(1);
  expect(await shown(page).count()).toBe(0);
  await waitForStep(page, (await step(page)) + 5);
  expect(problems).toEqual([]);
  await close();
});

it('starts no engine of its own beside the two networks until a setting is to be judged', async () => {
  const { page, problems, close } = await visit(browser, site);
  const engines = () =>
    page.evaluate(
      () =>
        performance.getEntriesByType('resource').filter(({ name }) => /\/local-[^/]+\.js$/.test(name)).length,
    );
  const cost = page.locator('.cost');
  await expect.poll(() => cost.innerText()).toMatch(/^81,213 parameters\n17\.9\sMB/);
  await waitForStep(page, 20);
  expect(await engines()).toBe(0);
  await page.getByLabel('Hidden units').fill('129');
  await expect.poll(() => cost.innerText()).toMatch(/^82,234 parameters\n18\sMB/);
  expect(await engines()).toBe(1);
  expect(problems).toEqual([]);
  await close();
});

it('draws no frame that has nothing new', async () => {
  const script = `
    window.ask = window.requestAnimationFrame;
    window.asked = 0;
    window.requestAnimationFrame = (task) => (window.asked++, window.ask.call(window, task));`;
  const { page, close } = await visit(browser, site, { script });
  await waitForStep(page, 50);
  await page.getByRole('button', { name: 'Hide the pretrained network' }).click();
  await pause(page).click();
  await play(page).waitFor();
  /** What the page asks for while the browser draws sixty frames. */
  const asked = () =>
    page.evaluate(async () => {
      const counted = window as unknown as { asked: number; ask: typeof requestAnimationFrame };
      const before = counted.asked;
      for (let frame = 0; frame < 60; frame++)
        await new Promise((resolve) => counted.ask.call(window, resolve));
      return counted.asked - before;
    });
  // Until what was being written is written.
  await expect.poll(asked).toBe(0);
  await play(page).click();
  await expect.poll(asked).toBeGreaterThan(0);
  await close();
});

it.each([
  { why: 'less motion is asked for', options: { reducedMotion: 'reduce' as const } },
  {
    why: 'data is to be saved',
    options: {
      script: "Object.defineProperty(navigator, 'connection', { get: () => ({ saveData: true }) })",
    },
  },
  { why: 'the link says so', options: { at: '#autostart=0' } },
])('starts nothing by itself where $why', async ({ options }) => {
  const { page, close } = await visit(browser, site, { clock: true, ...options });
  const models: string[] = [];
  page.on('request', (request) => models.push(request.url()));
  await page.locator('.written-waits', { hasText: 'Training starts when you press Train' }).waitFor();
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await later(page);
  await frames(page);
  // A start that was on its way would have taken Train away, and the sentence with it.
  expect(await play(page).isEnabled()).toBe(true);
  expect(await page.locator('.written-waits').innerText()).toContain('Training starts when you press Train');
  expect(await shown(page).count()).toBe(0);
  expect(await step(page)).toBe(0);
  expect(models.filter((url) => url.endsWith('.safetensors'))).toEqual([]);
  await close();
});
