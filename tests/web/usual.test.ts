// Every control once on a network of a usual size, whose step takes many times as long as a slice of the engine's time.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright';
import {
  contents,
  browser,
  fact,
  pause,
  play,
  restart,
  savedStep,
  site,
  step,
  useSite,
  visit,
  type Visit,
} from './harness';
import { FORMATS } from '../../web/src/sharing/formats';
import { DRAWN } from './looks';

const USUAL = '#v=1&c=lstm&h=256&l=2';
useSite({ own: true }); // Its files are large, and would come slowly from a browser that others use.

let visited: Visit;
let page: Page;
beforeAll(async () => {
  visited = await visit(browser, site, { at: USUAL });
  page = visited.page;
});
afterAll(async () => {
  await visited?.close();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });

async function reaches(atLeast: number): Promise<void> {
  await expect.poll(() => step(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(atLeast);
}

/** Trains some steps, and rests at the one it returns. */
async function trained(steps: number): Promise<number> {
  const before = await step(page);
  await play(page).click();
  await reaches(before + steps);
  await pause(page).click();
  await play(page).waitFor();
  return step(page);
}

it('begins by itself, pauses, and rests at the step it shows', async () => {
  await reaches(2);
  await pause(page).click();
  await play(page).waitFor();
  const paused = await step(page);
  for (let times = 0; times < 2; times++) expect(await savedStep(page)).toBe(paused);
  expect(await step(page)).toBe(paused);
  expect(await page.locator('.cost').innerText()).toMatch(/^8\d\d,\d{3} parameters/);
});

it('makes one step, by button and by key', async () => {
  const before = await step(page);
  await button('Step').click();
  await expect.poll(() => step(page)).toBe(before + 1);
  await play(page).waitFor();
  await page.keyboard.press('s');
  await expect.poll(() => step(page)).toBe(before + 2);
});

it('writes, at another temperature and from another beginning', async () => {
  await page.getByLabel('Temperature').press('Home');
  await page.getByLabel('Prompt').fill('The ');
  const written = page.locator('#written');
  await expect.poll(() => written.innerHTML()).toContain('<mark>The </mark>');
  expect(visited.problems).toEqual([]);
  await button('Generate again').click();
  await expect.poll(async () => (await written.innerText()).length).toBeGreaterThan(60);
});

it('takes what applies at once while it trains', async () => {
  await play(page).click();
  await page.getByLabel('Learning rate', { exact: true }).press('Home');
  await expect.poll(() => fact(page, 'Learning rate')).toBe(0.00001);
  await page.getByLabel('Gradient clipping').press('ArrowRight');
  await page.getByLabel('Dropout', { exact: true }).press('ArrowRight');
  await page.getByText('Dropout applies immediately').waitFor();
  await page.locator('summary', { hasText: 'Schedule' }).click();
  await page.getByLabel('Schedule', { exact: true }).selectOption({ label: 'Cosine decay' });
  await page.getByLabel('Steps', { exact: true }).fill('1');
  await expect.poll(() => fact(page, 'Learning rate')).toBe(0);
  await page.getByLabel('Schedule', { exact: true }).selectOption({ label: 'Constant' });
  await expect.poll(() => fact(page, 'Learning rate')).toBe(0.00001);
  await pause(page).click();
  await play(page).waitFor();
  expect(await savedStep(page)).toBe(await step(page));
});

it.each(Object.entries(DRAWN))('looks inside: %s', async (look, drawn) => {
  await page.locator('.look').evaluate((element) => element.scrollIntoView());
  await page.locator(`#look-${look}`).click();
  await page.locator(drawn).first().waitFor({ timeout: 30_000 });
});

it('shows the loss in every view, and the flow of the gradient', async () => {
  for (const view of ['more', 'table', 'chart']) await page.locator(`input[value=${view}]`).check();
  await page.locator('.chart-canvas canvas').waitFor();
  await expect.poll(() => page.locator('.flow-head').innerText()).toMatch(/\d/);
});

it('opens every fold and every dialog', async () => {
  for (const title of ['More', 'Configuration']) {
    const fold = page.locator('details', { has: page.locator('summary', { hasText: title }) });
    await fold.locator('summary').first().click();
    await fold.locator('input, textarea, select').first().waitFor();
  }
  const dialog = page.locator('dialog[open]');
  for (const name of ['Runs', 'Compare', 'Tours', 'Export', 'Help']) {
    await button(name).click();
    await dialog.getByRole('heading').first().waitFor();
    if (name === 'Runs') await dialog.getByRole('button', { name: /^Pin:/ }).click();
    if (name === 'Compare') await dialog.locator('table').first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
});

it('exports everything there is', async () => {
  const at = await step(page);
  await button('Export').click();
  const dialog = page.locator('dialog[open]');
  await dialog.locator('.exports button').first().waitFor();
  const names: string[] = [];
  const files = dialog.locator('.exports button', { hasNotText: 'Embed' });
  for (const one of await files.all()) {
    const [download] = await Promise.all([page.waitForEvent('download'), one.click()]);
    expect((await contents(download)).length).toBeGreaterThan(100);
    names.push(download.suggestedFilename());
  }
  const stem = `unfold-lstm-256-step-${at}`;
  const endings = ['.safetensors', ...FORMATS.map(({ ending }) => ending), '.json'];
  const records = ['-samples.txt', '-loss.csv', '-loss.svg', '-loss.png'];
  expect(names).toEqual([...endings, ...records].map((ending) => stem + ending));
  await page.keyboard.press('Escape');
});

it('applies a change, brings the former run back, and resets', async () => {
  const before = await step(page);
  await page.getByLabel('Hidden units').fill('192');
  await restart(page);
  await expect.poll(() => page.locator('.changes').innerText()).toBe('No pending changes');
  await reaches(1);
  await pause(page).click();
  await play(page).waitFor();
  await page.getByRole('button', { name: /^Restore the previous run/ }).click();
  await expect.poll(() => step(page)).toBe(before);
  expect(await page.getByLabel('Hidden units').inputValue()).toBe('256');
  await button('Reset').click();
  await expect.poll(() => step(page)).toBe(0);
  await page.getByRole('button', { name: /^Restore the previous run/ }).click();
  await expect.poll(() => step(page)).toBe(before);
});

it('goes on from a file, and after a reload', async () => {
  const saved = await trained(1);
  const [download] = await Promise.all([page.waitForEvent('download'), button('Save').click()]);
  await button('Reset').click();
  await expect.poll(() => step(page)).toBe(0);
  const buffer = await contents(download);
  const file = { name: 'mine.safetensors', mimeType: '', buffer };
  await page.locator('input[accept^=".safetensors"]').setInputFiles(file);
  await page.getByText(`mine.safetensors is open at step ${saved}.`).waitFor();
  expect(await step(page)).toBe(saved);
  const more = await trained(1);
  await button('Runs').click();
  await page.locator('.runs-saved', { hasText: `stored up to step ${more} ` }).waitFor();
  await page.reload();
  await expect.poll(() => step(page).catch(() => -1)).toBe(more);
  await play(page).click();
  await reaches(more + 1);
  expect(visited.problems).toEqual([]);
});
