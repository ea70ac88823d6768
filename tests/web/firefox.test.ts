// The page in Firefox, from loading to looking inside: what Chromium forgives shows here.
import { deflateRawSync } from 'node:zlib';
import type { Browser } from 'puppeteer-core';
import { describe, expect, it } from 'vitest';
import { firefox, openFirefox } from '../package/fixtures/firefox';
import { openSite } from './harness';

if (!firefox)
  console.log('Firefox is missing: the page is not tried in it (scripts/setup test installs it).');

/** In the page: `window.given` is the file that was offered last. */
function keepWhatIsGiven() {
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob: Blob) => {
    Object.assign(window, { given: blob });
    return create(blob);
  };
}

/** A page for a person who waits, and what went wrong in it. */
async function openPage(browser: Browser) {
  const page = await browser.newPage();
  page.setDefaultTimeout(150_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.setViewport({ width: 1280, height: 860 });
  return { page, problems };
}

describe.skipIf(!firefox).each([true, false])('in Firefox (isolated: %s)', (isolation) => {
  it('loads, trains, writes, saves, opens, and looks inside', { timeout: 400_000 }, async () => {
    const [site, browser] = await Promise.all([openSite({ isolation }), openFirefox()]);
    try {
      const { page, problems } = await openPage(browser);
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) problems.push(message.text());
      });
      await page.goto(`${site.url}#v=1&h=32&w=32&b=16&lo=text`);
      const step = () =>
        page.$eval('.facts dd', (element) => Number(element.textContent.replaceAll(/\D/g, '')));
      const button = (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`);
      const wait = (reached: string, ...args: unknown[]) => page.waitForFunction(reached, {}, ...args);
      await wait("Number(document.querySelector('.facts dd')?.textContent.replaceAll(/\\D/g, '')) > 30");
      await wait("document.querySelector('#written').textContent.length > 50");
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolation);

      await button('Pause').click();
      await page.waitForSelector('::-p-aria([name="Train"][role="button"])');
      await new Promise((resolve) => setTimeout(resolve, 500));
      const saved = await step();
      await page.evaluate(keepWhatIsGiven);
      await button('Save').click();
      await wait('window.given?.size > 10000');

      await button('Train').click();
      await wait(`Number(document.querySelector('.facts dd').textContent.replaceAll(/\\D/g, '')) > ${saved}`);
      await button('Pause').click();
      await page.evaluate(() => {
        const { given } = window as unknown as { given: Blob };
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([given], 'mine.safetensors'));
        for (const type of ['dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      });
      await wait(`document.body.innerText.includes('mine.safetensors is open at step')`);
      expect(await step()).toBe(saved);

      await page.$eval('.look', (element) => element.scrollIntoView());
      await wait("document.querySelectorAll('.char').length > 20");
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  });

  it('compares, keeps, exports, guides and explains', { timeout: 400_000 }, async () => {
    const [site, browser] = await Promise.all([openSite({ isolation }), openFirefox()]);
    try {
      const { page, problems } = await openPage(browser);
      await page.goto(`${site.url}#v=1&h=16&w=32&b=16`);
      const button = (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`);
      const wait = (reached: string) => page.waitForFunction(reached);
      await wait("Number(document.querySelector('.facts dd')?.textContent.replaceAll(/\\D/g, '')) > 30");
      await button('Pause').click();
      await page.waitForSelector('::-p-aria([name="Train"][role="button"])');
      await page.focus('#set-units');
      await wait("document.querySelector('.help-panel')?.textContent.includes('h ∈ ℝᴴ')");

      await button('Compare').click();
      await button('Pin the current run').click();
      await page.waitForSelector('.compare-chart svg');
      await page.focus('.compare-chart');
      await page.keyboard.press('Home');
      await wait("document.querySelector('.compare-readings caption').textContent === 'At step 1'");
      expect(await page.$$eval('.compare-cursor circle', (all) => all.length)).toBe(1);
      await page.keyboard.press('Escape');

      await button('Runs').click();
      await page.waitForSelector('.run-row');
      await page.keyboard.press('Escape');

      await page.evaluate(keepWhatIsGiven);
      await button('Export').click();
      await button('Curves, SVG').click();
      await wait("window.given?.type.startsWith('image/svg')");
      await page.keyboard.press('Escape');

      await button('Tours').click();
      await button('Why gates').click();
      await page.waitForSelector('.tour');
      expect(await page.evaluate(() => location.hash)).toBe('#tour=gates&stop=1');
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  });

  it('greets, solves tasks, follows links, and works offline', { timeout: 400_000 }, async () => {
    const [site, browser] = await Promise.all([openSite({ isolation }), openFirefox()]);
    try {
      const { page, problems } = await openPage(browser);
      const wait = (reached: string) => page.waitForFunction(reached);
      const trained = (steps: number) =>
        wait(`Number(document.querySelector('.facts dd')?.textContent.replaceAll(/\\D/g, '')) > ${steps}`);
      await page.goto(site.url);
      await wait("document.querySelector('#pretrained-text')?.textContent.length > 20");
      await trained(5);
      await page.waitForSelector('#set-units');
      await wait('navigator.serviceWorker.controller !== null');

      await page.goto(`${site.url}?task#v=1&h=16&ta=tag&cp=copy`);
      await trained(5);
      await wait("document.querySelectorAll('.tagged .tag-mark').length > 10");
      expect(
        await page.evaluate(() => document.querySelector('.stream-task')!.getAttribute('data-task')),
      ).toBe('tag');

      const text = deflateRawSync('to be or not to be, that is the question. '.repeat(200)).toString(
        'base64url',
      );
      await page.goto(`${site.url}?text#v=1&c=lstm&h=24&w=16&b=4&x=${text}`);
      await page.waitForSelector('::-p-aria([name="Train"][role="button"])');
      await wait("document.querySelector('.play')?.disabled === false");
      expect(await page.$eval('#set-units', (input) => (input as HTMLInputElement).value)).toBe('24');
      expect(await page.$eval('#set-cell', (list) => (list as HTMLSelectElement).value)).toBe('lstm');
      await page.locator('::-p-aria([name="Train"][role="button"])').click();
      await trained(5);

      await site.close();
      await page.goto(`${site.url}?offline#v=1&h=16&t=names`);
      await trained(5);
      // What the server does not send, the worker of the first visit does.
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});
