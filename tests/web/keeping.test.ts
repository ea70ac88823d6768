// Runs that outlive their tab: reloads, crashes, two tabs, no room, no storage.
import { describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright';
import { count } from '../package/counts';
import { contents, browser, pause, play, restart, site, step, useSite, visit, waitForStep } from './harness';

const SMALL = '#v=1&h=16&w=16&b=4&autostart=0';
/** Crashes in a row; the long run of the release sets more. */
const KILLS = Number(process.env.UNFOLD_KILLS ?? 6);

useSite();

async function press(page: Page, to: number): Promise<void> {
  await expect.poll(() => play(page).isEnabled(), { timeout: 15_000 }).toBe(true);
  for (let at = await step(page).catch(() => 0); at < to; at++) {
    await page.keyboard.press('s');
    await expect.poll(() => step(page), { interval: 10 }).toBe(at + 1);
  }
}

async function exported(page: Page): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  return contents(download);
}

/** The step up to which the run is kept; waits for `atLeast`. */
async function keptAt(page: Page, atLeast: number): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(async () => {
          // Opened by name alone, a database that is not there yet would be made, empty.
          if (!(await indexedDB.databases()).some(({ name }) => name === 'unfold')) return 0;
          const opening = indexedDB.open('unfold');
          await new Promise((resolve) => (opening.onsuccess = resolve));
          const all = opening.result.transaction('entries').objectStore('entries').getAll();
          await new Promise((resolve) => (all.onsuccess = resolve));
          opening.result.close();
          return Math.max(0, ...all.result.map((entry: { step: number }) => entry.step));
        }),
      { timeout: 15_000 },
    )
    .toBeGreaterThanOrEqual(atLeast);
}

const openRuns = (page: Page) => page.getByRole('button', { name: 'Runs', exact: true }).click();
const rows = (page: Page) => page.locator('.run-row');

async function tab(context: BrowserContext, at = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.url + at);
  return page;
}

it.each([
  { what: 'a text', at: SMALL },
  { what: 'made examples', at: '#v=1&ta=classify&cp=parity&df=8&h=8&b=4&autostart=0' },
])(
  'goes on bit for bit after a reload, and after crashes at random moments: $what',
  { timeout: 120_000 + 40_000 * KILLS },
  async ({ what, at }) => {
    const target = 2 * KILLS + 6;
    const calm = await visit(browser, site, { at });
    await press(calm.page, target);
    const undisturbed = await exported(calm.page);
    await calm.close();

    const context = await browser.newContext();
    let page = await tab(context, at);
    await press(page, 3);
    await keptAt(page, 3);
    await page.reload();
    await expect.poll(() => step(page)).toBe(3);
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = await step(page);
      await press(page, before + 2);
      // Saving the second step is anywhere between not begun and done.
      await keptAt(page, before + 1);
      for (let turns = Math.floor(10 * Math.random()); turns > 0; turns--) await page.evaluate(() => 0);
      const devtools = await context.newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      void devtools.send('Page.crash').catch(() => {});
      await crashed;
      page = await tab(context, '#autostart=0');
      await openRuns(page);
      await rows(page)
        .first()
        .getByRole('button', { name: /^Resume/ })
        .click();
      await expect.poll(() => step(page)).toBeGreaterThanOrEqual(before + 1);
      expect(await step(page)).toBeLessThanOrEqual(before + 2);
    }
    await press(page, target);
    expect((await exported(page)).equals(undisturbed)).toBe(true);
    count(`tab crashed at a random moment, training on ${what}`, KILLS, KILLS);
    await openRuns(page);
    await expect.poll(() => rows(page).count()).toBe(1);
    await context.close();
  },
);

it('brings a tab back as it was: curve, samples, and at work', async () => {
  const { page, problems, close } = await visit(browser, site, { at: '#v=1&h=32&w=32&b=16' });
  await waitForStep(page, 60);
  await pause(page).click();
  await keptAt(page, 60);
  await play(page).click();
  await waitForStep(page, 80);
  const before = await step(page);
  await page.reload();
  await pause(page).waitFor();
  await waitForStep(page, before);
  await page.locator('.past-row').first().waitFor();
  await page.locator('input[value=table]').check();
  expect(await page.locator('.loss tbody tr').count()).toBeGreaterThan(5);
  // Back to the beginning of the run, not of this page.
  const oldest = await page.locator('.loss tbody th').last().innerText();
  expect(Number(oldest)).toBeLessThan(before);
  expect(problems.filter((problem) => !problem.startsWith('failed'))).toEqual([]);
  await close();
});

it('begins anew where the tab is sent to another link', async () => {
  const { page, close } = await visit(browser, site, { at: SMALL });
  await press(page, 3);
  await keptAt(page, 3);
  await page.goto('about:blank');
  await page.goto(`${site.url}#v=1&h=17&autostart=0`);
  await expect.poll(() => play(page).isEnabled(), { timeout: 15_000 }).toBe(true);
  expect(await step(page)).toBe(0);
  expect(await page.getByLabel('Hidden units').inputValue()).toBe('17');
  await close();
});

it('lists runs to rename, delete and resume, own texts with them', async () => {
  const { page, problems, close } = await visit(browser, site, { at: SMALL });
  await expect.poll(() => play(page).isEnabled(), { timeout: 15_000 }).toBe(true);
  await page.getByRole('button', { name: 'Paste…' }).click();
  await page.getByRole('textbox', { name: 'Paste a text' }).fill('שלום 👩‍👩‍👧 مرحبا! '.repeat(300));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await press(page, 4);
  await keptAt(page, 4);
  await page.getByLabel('Dataset', { exact: true }).selectOption('tunes');
  await page.getByLabel('Hidden units').fill('20');
  await restart(page);
  await waitForStep(page, 5);
  await pause(page).click();
  await openRuns(page);
  await expect.poll(() => rows(page).count()).toBe(2);
  const own = rows(page).filter({ hasText: 'Pasted text' });
  await own.getByRole('button', { name: /^Rename/ }).click();
  await page.getByRole('textbox', { name: /^Name of/ }).fill('<b>mine</b>');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '<b>mine</b>' }).waitFor();
  await own.getByRole('button', { name: /^Resume/ }).click();
  await expect.poll(() => step(page)).toBe(4);
  expect(await page.getByLabel('Dataset', { exact: true }).inputValue()).toBe('own');
  await press(page, 5);
  await openRuns(page);
  const other = rows(page).filter({ hasText: 'Dance tunes' });
  await other.getByRole('button', { name: /^Delete/ }).click();
  await other.getByRole('button', { name: 'Keep' }).click();
  await expect.poll(() => rows(page).count()).toBe(2);
  await other.getByRole('button', { name: /^Delete/ }).click();
  await page.locator('.run-question').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => rows(page).count()).toBe(1);
  expect(problems).toEqual([]);
  await close();
});

it('offers the run of a tab that ended in the middle', async () => {
  const context = await browser.newContext();
  const first = await tab(context, '#v=1&h=32&w=32&b=16');
  await waitForStep(first, 20);
  await first.keyboard.press('w');
  await first.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await keptAt(first, 20);
  await first.close();
  const second = await tab(context, '#autostart=0');
  const notice = second.locator('.notice', { hasText: 'was still training when its tab closed' });
  await notice.getByRole('button', { name: 'Resume' }).click();
  await waitForStep(second, 21);
  await context.close();
});

it('gives a tab that was duplicated a copy', async () => {
  const context = await browser.newContext();
  const first = await tab(context, SMALL);
  await press(first, 3);
  await keptAt(first, 3);
  const [twin] = await Promise.all([
    context.waitForEvent('page'),
    first.evaluate(() => void window.open(location.href)),
  ]);
  await twin.getByText('open in another tab').waitFor();
  await expect.poll(() => step(twin)).toBe(3);
  await press(twin, 4);
  await keptAt(twin, 4);
  await press(first, 5);
  await keptAt(first, 5);
  await context.close();
});

it('gives a second tab a copy, and neither destroys the other', async () => {
  const context = await browser.newContext();
  const first = await tab(context, SMALL);
  await press(first, 4);
  await keptAt(first, 4);
  const second = await tab(context, '#autostart=0');
  await openRuns(second);
  await rows(second)
    .first()
    .getByRole('button', { name: /^Resume/ })
    .click();
  await second.getByText('open in another tab').waitFor();
  await press(second, 7);
  await keptAt(second, 7);
  await press(first, 5);
  await keptAt(first, 5);
  await openRuns(second);
  await expect
    .poll(() =>
      rows(second)
        .locator('.run-facts')
        .allInnerTexts()
        .then((all) => all.map((one) => /step (\d+)/.exec(one)![1]).sort()),
    )
    .toEqual(['5', '7']);
  await context.close();
});

describe('goes on training, and says so,', () => {
  const deny = (what: string) => `
    const denied = () => { throw new DOMException('denied', 'SecurityError'); };
    ${what}`;
  /** A real request, whose answers reach nobody; something else may come in their place. */
  const held = (instead: string) => `
    const open = indexedDB.open.bind(indexedDB);
    indexedDB.open = (...args) => {
      const request = open(...args);
      for (const name of ['success', 'upgradeneeded'])
        request.addEventListener(name, (event) => { event.stopImmediatePropagation(); ${instead} });
      return request;
    };`;
  const databases = {
    'that throws': 'indexedDB.open = denied;',
    'that cannot be asked for': "Object.defineProperty(window, 'indexedDB', { get: denied });",
    'that is missing': "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    'that refuses later': held(`
      Object.defineProperty(request, 'error', { configurable: true, value: new DOMException('no', 'InvalidStateError') });
      request.dispatchEvent(new Event('error'));`),
    'that never answers': held(''),
  };

  it.each(Object.entries(databases))(
    'where storage is denied: a database %s',
    { timeout: 120_000 },
    async (_, database) => {
      // As where cookies are blocked: nothing of this kind can be asked for at all.
      const others = `
      for (const name of ['localStorage', 'sessionStorage', 'caches'])
        Object.defineProperty(window, name, { configurable: true, get: denied });
      navigator.locks.request = async () => denied();
      navigator.storage.persist = async () => denied();
      navigator.serviceWorker.register = async () => denied();`;
      const { page, problems, close } = await visit(browser, site, {
        at: SMALL,
        script: deny(database + others),
      });
      await press(page, 3);
      const told = page.getByRole('alert').filter({ hasText: 'does not let this page store runs' });
      await told.filter({ hasText: 'Save stores the model as a file' }).waitFor();
      await page.keyboard.press('w');
      await press(page, 6);
      expect(await told.count()).toBe(1);
      expect((await exported(page)).length).toBeGreaterThan(1000);
      await openRuns(page);
      await page.locator('.runs-about', { hasText: 'does not let this page store runs' }).waitFor();
      expect(problems).toEqual([]);
      await close();
    },
  );

  it('where there is a database, and no room in it from the beginning', { timeout: 120_000 }, async () => {
    const script = `
      const full = () => { throw new DOMException('made to be full', 'QuotaExceededError'); };
      IDBObjectStore.prototype.put = full;
      Storage.prototype.setItem = full;`;
    const { page, problems, close } = await visit(browser, site, { at: SMALL, script });
    await press(page, 3);
    const told = page.getByRole('alert').filter({ hasText: 'no space left' });
    await told.filter({ hasText: 'Save stores the model as a file' }).waitFor();
    await press(page, 8);
    expect(await told.count()).toBe(1);
    expect((await exported(page)).length).toBeGreaterThan(1000);
    expect(problems).toEqual([]);
    count('no room for a run of the page', 1, 1);
    await close();
  });

  it('where there is no room, and keeps again once there is', async () => {
    const script = `
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        if (window.full) throw new DOMException('made to be full', 'QuotaExceededError');
        return put.apply(this, args);
      };`;
    const { page, close } = await visit(browser, site, { at: SMALL, script });
    const full = (full: boolean) => page.evaluate((full) => Object.assign(window, { full }), full);
    await press(page, 2);
    await keptAt(page, 2);
    await full(true);
    await press(page, 4);
    await page.getByRole('alert').filter({ hasText: 'no space left' }).waitFor();
    await press(page, 5);
    await full(false);
    await press(page, 6);
    await keptAt(page, 6);
    await close();
  });
});

it('goes on where it was after it was frozen', async () => {
  const context = await browser.newContext();
  const page = await tab(context, '#v=1&h=32&w=32&b=16');
  await waitForStep(page, 5);
  await page.keyboard.press('w'); // somebody's run
  const devtools = await context.newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  const at = await step(page);
  await waitForStep(page, at + 10);
  expect(await page.locator('.notice').count()).toBe(0);
  // What a tab wrote down before it was put away is there when it is loaded again.
  const here = await page.evaluate(() => sessionStorage.getItem('unfold.tab'));
  expect(here === null || JSON.parse(here).running).toBe(true);
  await context.close();
});

it('rests while nobody sees what nobody asked for, and goes on', async () => {
  const { page, close } = await visit(browser, site, { at: '#v=1&h=32&w=32&b=16' });
  await waitForStep(page, 5);
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  await play(page).waitFor();
  await hide(false);
  await pause(page).waitFor();
  // Touched, it is somebody's run and goes on unseen; it is kept at that moment.
  await page.keyboard.press('w');
  const at = await step(page);
  await hide(true);
  await keptAt(page, at);
  await waitForStep(page, at + 10);
  await close();
});
