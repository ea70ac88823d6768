// Files of the reader's own: seen before anything is trained, in every format, by keyboard and on a phone.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { browser, drop, kept, site, step, useSite, violations, visit, waitForStep } from './harness';
import { LONG, STILL } from './tasks';

useSite();

const caseOf = (name: string) => readFile(new URL(`../cases/${name}`, import.meta.url), 'utf8');
const dialog = (page: Page) => page.locator('dialog[open]');
const role = (page: Page, name: string) => dialog(page).getByLabel(`Role of ${name}`, { exact: true });
const taskIn = (page: Page) => dialog(page).getByLabel('Task', { exact: true });
const confirmed = (page: Page) => dialog(page).getByRole('button', { name: 'Train', exact: true });
const ready = (page: Page) => expect.poll(() => confirmed(page).isEnabled()).toBe(true);

const REVIEWS = Array.from({ length: 60 }, (_, at) =>
  at % 2 ? `what a lovely day ${at},good` : `nothing works at all ${at},bad`,
);

it(
  'shows a table before it is trained on, takes other columns, and trains when told',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
    await drop(page, 'sales.csv', await caseOf('sales.csv'));
    await ready(page);
    expect(await taskIn(page).inputValue()).toBe('regress');
    expect(await dialog(page).locator('.preview-facts').innerText()).toMatch(
      /Table · \d+ rows · separator: ,/,
    );
    expect(await role(page, 'Month').inputValue()).toBe('none');
    expect(await role(page, 'Sales').inputValue()).toBe('both');
    expect(await dialog(page).locator('.preview-first tbody tr').first().innerText()).toContain('892324');
    expect(await page.locator('#set-text').inputValue()).not.toBe('own');
    // A date that is read becomes features, and the row that said why it was left out no longer does.
    await role(page, 'Month').selectOption('input');
    await expect.poll(() => role(page, 'Month').inputValue()).toBe('input');
    await ready(page);
    expect(await violations(page, 'dialog[open]')).toEqual([]);
    await confirmed(page).click();
    await dialog(page).waitFor({ state: 'detached' });
    await waitForStep(page, 3, LONG);
    expect(await page.locator('#set-task').inputValue()).toBe('regress');
    expect(await page.getByLabel('Dataset', { exact: true }).locator('option:checked').innerText()).toBe(
      'sales.csv',
    );
    // Kept with the run: after a reload it is built again from the same columns.
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
    const at = await step(page);
    await expect.poll(async () => (await kept(page))[0]).toBe(`sales.csv ${at}`);
    await page.reload();
    await expect.poll(() => step(page), { timeout: 30_000 }).toBe(at);
    const columns = () => page.locator('.forecasts').count();
    await expect.poll(columns, { timeout: 30_000 }).toBe(1);
    expect(problems).toEqual([]);
    await close();
  },
);

it(
  'finds texts and their labels, and a table of gestures; counts, lengths and what is left out are said',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await drop(page, 'reviews.csv', REVIEWS.join('\n'));
    await ready(page);
    expect(await taskIn(page).inputValue()).toBe('classify');
    expect(await dialog(page).locator('.preview-facts').innerText()).toMatch(
      /60 examples .*separator: comma .*steps/,
    );
    expect(await dialog(page).locator('.preview-labels li').allInnerTexts()).toEqual(['bad 30', 'good 30']);
    // With the label on the wrong side every line is a label of its own, which shows.
    await dialog(page).getByLabel('Label column').selectOption('first');
    await expect.poll(() => dialog(page).locator('h3').first().innerText()).toBe('Labels (60)');
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(await page.locator('#set-text').inputValue()).not.toBe('own');

    await drop(page, 'gestures.csv', await caseOf('gestures-long.csv'));
    await ready(page);
    expect(await taskIn(page).inputValue()).toBe('classify');
    expect(await role(page, 'id').inputValue()).toBe('id');
    expect(await role(page, 'label').inputValue()).toBe('label');
    expect(await dialog(page).locator('.preview-facts').innerText()).toContain('30 series');
    await role(page, 'y').selectOption('none');
    await expect.poll(() => role(page, 'y').inputValue()).toBe('none');
    await ready(page);
    expect(await role(page, 'x').inputValue()).toBe('input');
    expect(problems).toEqual([]);
    await close();
  },
);

it('does not train on gaps before it is said what becomes of them', { timeout: LONG }, async () => {
  const { page, close } = await visit(browser, site, { at: STILL });
  await drop(page, 'gaps.csv', await caseOf('gaps.csv'));
  const gaps = dialog(page).getByLabel('Missing values');
  await gaps.waitFor();
  expect(await confirmed(page).isDisabled()).toBe(true);
  expect(await dialog(page).locator('.preview-notes').innerText()).toContain('Left out');
  await gaps.selectOption('interpolate');
  await ready(page);
  await close();
});

it('trains at once on a plain text, and shows a text with tabs', { timeout: LONG }, async () => {
  const { page, close } = await visit(browser, site, { at: STILL });
  await drop(page, 'novel.txt', 'It was a dark and stormy night, and nobody said a word.\n'.repeat(80));
  await expect.poll(() => page.locator('#set-text option:checked').innerText()).toBe('novel.txt');
  expect(await dialog(page).count()).toBe(0);
  await drop(page, 'labels.txt', REVIEWS.map((line) => line.replace(/(.*),(.*)/, '$2\t$1')).join('\n'));
  await ready(page);
  expect(await taskIn(page).inputValue()).toBe('classify');
  await close();
});
