// A reload brings back the run that was on the page, or says why it cannot.
import { expect, it } from 'vitest';
import type { Page } from 'playwright';
import { drop, entries, kept, openPage, pause, play, restart, step, useSite, waitForStep } from './harness';

// Without early stopping: such a network may be through with such a text before a test has looked.
const SMALL = '#v=1&h=16&w=16&b=4&autostart=0&es=0';
const FIRST = 'The first file counts one, two, three, four and begins again.\n'.repeat(40);
const SECOND = 'zweite Datei: eins zwei drei vier, und wieder von vorn\n'.repeat(60);

useSite();

const notice = (page: Page, text: string) => page.locator('.notice', { hasText: text });

/** What the run on the page learns from, as the list of runs says it. */
async function onPage(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  const row = page.locator('.run-row', { hasText: 'Current run' });
  const title = await row.locator('.run-facts span').first().innerText();
  await page.keyboard.press('Escape');
  return title;
}

async function choose(page: Page, name: string, text: string): Promise<void> {
  await drop(page, name, text);
  await page
    .getByLabel('Dataset', { exact: true })
    .locator('option:checked', { hasText: name })
    .waitFor({ state: 'attached' });
}

/** A run on one file, trained and paused, and the step at which it rests. */
async function trained(page: Page): Promise<number> {
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await choose(page, 'first.txt', FIRST);
  await play(page).click();
  await waitForStep(page, 20);
  await pause(page).click();
  await play(page).waitFor();
  await expect.poll(async () => (await kept(page))[0]).toBe(`first.txt ${await step(page)}`);
  return step(page);
}

it('goes on with the file that was applied last', async () => {
  const { page, problems, close } = await openPage({ at: SMALL });
  const first = await trained(page);
  await choose(page, 'second.txt', SECOND);
  await restart(page);
  await waitForStep(page, 30);
  // The former run and the beginning of this one: its first copy does not wait for the clock.
  await expect.poll(async () => (await kept(page)).join(', ')).toMatch(/^second\.txt \d+, first\.txt \d+$/);
  await page.reload();
  await pause(page).waitFor();
  await waitForStep(page, 40);
  expect(await onPage(page)).toBe('second.txt');
  expect(await page.locator('.notice').allInnerTexts()).toEqual([]);
  // A run that takes the place of one that trains, trains on.
  await pause(page).click();
  await play(page).waitFor();
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  const other = page.locator('.run-row', { hasText: 'first.txt' });
  await other.getByRole('button', { name: /^Resume/ }).click();
  await expect.poll(() => step(page)).toBe(first);
  expect(problems.filter((problem) => !problem.startsWith('failed'))).toEqual([]);
  await close();
});

it('keeps a run at its beginning, before its first step', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await trained(page);
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect.poll(() => step(page)).toBe(0);
  await expect.poll(async () => (await kept(page))[0]).toBe('first.txt 0');
  await page.reload();
  await play(page).waitFor();
  await expect.poll(() => step(page).catch(() => -1)).toBe(0);
  expect(await onPage(page)).toBe('first.txt');
  await close();
});

it('leaves no trace of runs that never made a step', async () => {
  const { page, close } = await openPage({ at: SMALL });
  const first = await trained(page);
  for (let time = 0; time < 3; time++) {
    const [before] = await entries(page);
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await expect.poll(async () => (await entries(page))[0]!.id).not.toBe(before!.id);
  }
  await expect.poll(() => kept(page)).toEqual(['first.txt 0', `first.txt ${first}`]);
  await close();
});

it('brings back what Undo brought back', async () => {
  const { page, close } = await openPage({ at: SMALL });
  const first = await trained(page);
  await choose(page, 'second.txt', SECOND);
  await restart(page);
  await waitForStep(page, 5);
  await pause(page).click();
  await page.getByRole('button', { name: 'Restore the previous run' }).click();
  await expect.poll(() => step(page)).toBe(first);
  await page.reload();
  await expect.poll(() => step(page).catch(() => -1)).toBe(first);
  expect(await onPage(page)).toBe('first.txt');
  await close();
});

it('keeps the last words of a run and the beginning of the next while a copy is still being written', async () => {
  // The first copy waits for its checksum until both runs have handed in more.
  const script = `
    window.held = [];
    const { digest } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.digest = async function (...args) {
      if (window.hold) await new Promise((resolve) => window.held.push(resolve));
      return digest.apply(this, args);
    };`;
  const { page, close } = await openPage({ at: SMALL, script });
  const first = await trained(page);
  await page.evaluate(() => Object.assign(window, { hold: true }));
  await page.keyboard.press('s');
  await page.waitForFunction(() => (window as unknown as { held: unknown[] }).held.length > 0);
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(first + 2);
  await choose(page, 'second.txt', SECOND);
  await restart(page);
  await waitForStep(page, 3);
  await page.evaluate(() => {
    const held = window as unknown as { hold: boolean; held: (() => void)[] };
    held.hold = false;
    held.held.forEach((go) => go());
  });
  await expect.poll(async () => (await kept(page)).join(', ')).toMatch(/^second\.txt \d+, first\.txt \d+$/);
  expect(await kept(page)).toContain(`first.txt ${first + 2}`);
  await close();
});

it.each([
  { refused: 'there is no room', error: 'QuotaExceededError', why: 'There is no space left to store runs.' },
  { refused: 'storage is denied', error: 'SecurityError', why: 'does not let this page store runs' },
])('says so where no copy was kept because $refused', async ({ error, why }) => {
  const script = `
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      if (window.refuse) throw new DOMException('made to be refused', '${error}');
      return put.apply(this, args);
    };`;
  const { page, close } = await openPage({ at: SMALL, script });
  await trained(page);
  await choose(page, 'second.txt', SECOND);
  await page.evaluate(() => Object.assign(window, { refuse: true }));
  await restart(page);
  await waitForStep(page, 5);
  await notice(page, why).waitFor();
  await page.reload();
  await notice(page, 'The run could not be restored').filter({ hasText: why }).waitFor();
  expect(await step(page).catch(() => 0)).toBe(0);
  await close();
});

it('says so where the run had only just started', async () => {
  const { page, close } = await openPage({ at: SMALL });
  await trained(page);
  await choose(page, 'second.txt', SECOND);
  // A copy that never gets its checksum is not written.
  await page.evaluate(() => {
    SubtleCrypto.prototype.digest = () => new Promise(() => {});
  });
  await restart(page);
  await waitForStep(page, 5);
  await page.reload();
  await notice(page, 'The run could not be restored').filter({ hasText: 'only just started' }).waitFor();
  await close();
});
