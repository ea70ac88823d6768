// npm run bench -- --opening: how long after the navigation the page's trained network shows its first character, and the
// fresh one has made its first training step. Each time in a new profile, from this machine's own server, in a window that
// has been there for a while: a new one of Chromium's is busy with itself for seconds.
import { at, launchChromium, medianOf } from '../lib.mjs';
import { serve } from '../build/serve.mjs';
import { noteOf, percent, spreadOf, table } from './report.mjs';

const VISITS = 7;

const WINDOW_SETTLES = 3000;

/**
 * Runs in the page: says when either was first seen, in milliseconds since the navigation. (To ask for it from outside
 * would bring scripts into the page.)
 */
function watch() {
  /** @type {{ character?: number, step?: number }} */
  const seen = {};
  const step = () =>
    [...document.querySelectorAll('.facts div')].find(
      (fact) =>
        fact.querySelector('dt')?.textContent === 'Step' &&
        /[1-9]/.test(fact.querySelector('dd')?.textContent ?? ''),
    );
  const look = () => {
    if (document.querySelector('#pretrained-text')?.textContent) seen.character ??= performance.now();
    if (step()) seen.step ??= performance.now();
    if (seen.character && seen.step) console.debug('opened', JSON.stringify(seen));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** @param {import('playwright').Browser} browser @param {string} url */
async function visit(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en' });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.waitForTimeout(WINDOW_SETTLES);
    const opened = page.waitForEvent('console', (said) => said.text().startsWith('opened'));
    await page.goto(url);
    return JSON.parse((await opened).text().slice('opened'.length));
  } finally {
    await context.close();
  }
}

/** Prints a table. */
export async function opening() {
  const site = await serve({ folder: at('web/dist'), port: 0 });
  const browser = await launchChromium();
  try {
    await visit(browser, site.url); // the server's and the browser's own first time
    /** @type {Record<string, number>[]} */
    const visits = [];
    for (let i = 0; i < VISITS; ++i) visits.push(await visit(browser, site.url));
    /** @param {string} name @param {string} key */
    const row = (name, key) => {
      const times = visits.map((one) => one[key]);
      const spread = spreadOf(times);
      const shown = [medianOf(times), Math.max(...times)].map((x) => `${Math.round(x)} ms`);
      return [name, ...shown, percent(spread), noteOf(spread)];
    };
    console.log(
      table([
        [`from navigation, ${VISITS} visits`, 'median', 'longest', 'spread'],
        row('  first character of the trained network', 'character'),
        row('  first training step of the fresh one', 'step'),
      ]),
    );
  } finally {
    await browser.close();
    await site.close();
  }
}
