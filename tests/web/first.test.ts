// The first ten seconds: a trained network writes at once, a fresh one learns beside it, nobody has clicked.
import { readFile, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Page } from 'playwright';
import { browser, crowd, site, step, useSite, visit, waitForStep } from './harness';

useSite();

const web = (path: string) => new URL(`../../web/${path}`, import.meta.url);
const shown = (page: Page) => page.locator('#shown');
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

it('ships a model of at most 200 KB', async () => {
  expect((await stat(web('models/tales.safetensors'))).size).toBeLessThanOrEqual(200_000);
});

it('shows the first character within 1.5 s of a machine of its own', { retry: 3 }, async () => {
  const { page, close } = await visit(browser, site);
  await page.waitForFunction(() => document.querySelector('#shown')?.textContent, undefined, { polling: 20 });
  const seconds = await page.evaluate(() => performance.now() / 1000);
  console.log(`first character after ${seconds.toFixed(2)} s`);
  expect(seconds).toBeLessThan(1.5 * crowd());
  await close();
});

it('has written recognisable words after ten seconds, and the fresh network has learnt', async () => {
  const { page, problems, close } = await visit(browser, site);
  await page.waitForFunction(() => performance.now() > 9500);
  expect(await recognisable(await shown(page).innerText())).toBeGreaterThan(0.8);
  expect(await page.locator('#written').innerText()).not.toBe('');
  expect(await step(page)).toBeGreaterThan(0);
  expect(problems).toEqual([]);
  await close();
});

const FINGER = { isMobile: true, hasTouch: true };
const upright = { viewport: { width: 360, height: 740 } };

it.each([
  { where: 'a phone', hidden: 64, at: '', options: { ...upright, ...FINGER } },
  {
    where: 'a phone on its side',
    hidden: 64,
    at: '',
    options: { viewport: { width: 740, height: 360 }, ...FINGER },
  },
  { where: 'a tablet', hidden: 128, at: '', options: { viewport: { width: 820, height: 1180 }, ...FINGER } },
  { where: 'a narrow window', hidden: 128, at: '', options: upright },
  { where: 'a phone with a link', hidden: 128, at: '#v=1&s=2', options: { ...upright, ...FINGER } },
  { where: 'a phone with a preset', hidden: 128, at: '#n=lstm', options: { ...upright, ...FINGER } },
])('starts $hidden units by itself on $where', async ({ hidden, at, options }) => {
  const { page, problems, close } = await visit(browser, site, { at, ...options });
  await waitForStep(page, 1);
  expect(await page.getByLabel('Hidden units').inputValue()).toBe(String(hidden));
  // An address without wishes stays one: the next visit begins as this one did.
  await page.waitForTimeout(500);
  expect(page.url() === site.url).toBe(at === '');
  expect(problems).toEqual([]);
  await close();
});

it('goes when it is sent away, with its worker, and the fresh one goes on', async () => {
  const { page, problems, close } = await visit(browser, site);
  await expect.poll(() => shown(page).innerText()).not.toBe('');
  await waitForStep(page, 3);
  expect(page.workers().length).toBe(2);
  await page.getByRole('button', { name: 'Hide the trained network' }).click();
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
  await expect.poll(() => cost.innerText()).toMatch(/^78,648 parameters\n15\.9\sMB/);
  await waitForStep(page, 20);
  expect(await engines()).toBe(0);
  await page.getByLabel('Hidden units').fill('129');
  await expect.poll(() => cost.innerText()).toMatch(/^79,649 parameters\n16\sMB/);
  expect(await engines()).toBe(1);
  expect(problems).toEqual([]);
  await close();
});

it('draws no frame that has nothing new', async () => {
  const script = `
    const ask = window.requestAnimationFrame;
    window.asked = 0;
    window.requestAnimationFrame = (task) => (window.asked++, ask.call(window, task));`;
  const { page, close } = await visit(browser, site, { script });
  await waitForStep(page, 50);
  const [asked, milliseconds] = await page.evaluate(async () => {
    const count = () => (window as unknown as { asked: number }).asked;
    const [before, from] = [count(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return [count() - before, performance.now() - from] as const;
  });
  // Of sixty a second; some are Preact's own.
  expect(asked).toBeGreaterThan(0);
  expect(asked / milliseconds).toBeLessThan(0.05);
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
  const { page, close } = await visit(browser, site, options);
  const models: string[] = [];
  page.on('request', (request) => models.push(request.url()));
  await page.locator('.written-waits', { hasText: 'Training starts when you press Train' }).waitFor();
  await page.waitForTimeout(1500);
  expect(await shown(page).count()).toBe(0);
  expect(await step(page)).toBe(0);
  expect(models.filter((url) => url.endsWith('.safetensors'))).toEqual([]);
  await close();
});
