// Files of the reader's own: seen before anything is trained, in every format, by keyboard and on a phone.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import {
  browser,
  contents,
  drop,
  kept,
  site,
  step,
  useSite,
  violations,
  visit,
  waitForStep,
} from './harness';
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
    // The months that come are known, so the forecast goes on.
    await expect
      .poll(() => page.locator('.forecast-own').first().getAttribute('d'), { timeout: 30_000 })
      .toMatch(/^M.*L/);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  },
);

it(
  'forecasts the rows after the last one, with their dates, and saves them as CSV',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
    await drop(page, 'sales.csv', await caseOf('sales.csv'));
    await ready(page);
    await confirmed(page).click();
    await waitForStep(page, 3, LONG);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const next = page.locator('.next-rows');
    await expect.poll(() => next.getAttribute('data-steps'), { timeout: 30_000 }).toBe('12');
    expect(await next.locator('.next-rows-places').innerText()).toMatch(/^row 181\s+2010-12$/);
    await next.getByLabel('Rows to predict').fill('3');
    await next.getByLabel('Rows to predict').press('Enter');
    await expect.poll(() => next.getAttribute('data-steps')).toBe('3');
    expect(await next.locator('tbody th').allInnerTexts()).toEqual(['2010-01', '2010-02', '2010-03']);
    expect(await violations(page, '.next-rows')).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      next.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('sales-forecast.csv');
    const [header, ...rows] = (await contents(file)).toString().trim().split('\n');
    expect(header).toBe('Month,Sales');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['2010-01', '2010-02', '2010-03']);
    for (const row of rows) expect(Number(row.split(',')[1])).toBeGreaterThan(100_000);
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

const UMLAUTS = 'Zauberkünstler üben Größe und Kühnheit.\n'.repeat(60);
/** The symbols that the chosen text has, as the page says them. */
const SYMBOLS = `${[...UMLAUTS].length.toLocaleString('en')} characters, ${new Set(UMLAUTS).size} symbols`;

it('reads UTF-16, and lines that end with CR alone, and says so', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, { at: STILL });
  const utf16 = Buffer.from(UMLAUTS, 'utf16le');
  for (const [name, bytes, said] of [
    ['marked.txt', Buffer.from(`\uFEFF${UMLAUTS}`, 'utf16le'), 'marked.txt was read as UTF-16LE.'],
    ['plain.txt', utf16, 'plain.txt was read as UTF-16LE.'],
    ['other.txt', Buffer.from(utf16).swap16(), 'other.txt was read as UTF-16BE.'],
    ['returns.txt', Buffer.from(UMLAUTS.replaceAll('\n', '\r')), 'read as line feeds'],
  ] as const) {
    await drop(page, name, [...bytes]);
    await page.getByText(said).waitFor();
    await expect.poll(() => page.locator('#set-text option:checked').innerText()).toBe(name);
    await expect.poll(() => page.locator('.text-size').innerText()).toBe(SYMBOLS);
  }
  const table = await caseOf('sales.csv');
  await drop(page, 'sales.csv', [...Buffer.from(`\uFEFF${table}`, 'utf16le')]);
  await ready(page);
  expect(await dialog(page).getByLabel('Encoding').inputValue()).toBe('utf-16le');
  expect(await role(page, 'Sales').inputValue()).toBe('both');
  expect(problems).toEqual([]);
  await close();
});

it('shows a text in another encoding, and reads it as told', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, { at: STILL });
  await drop(page, 'latin1.txt', [...Buffer.from(UMLAUTS, 'latin1')]);
  await ready(page);
  await dialog(page).getByText('It is read as Western European (Windows-1252)').waitFor();
  const first = () => dialog(page).locator('.preview-first').innerText();
  expect(await first()).toContain('Zauberkünstler');
  await dialog(page).getByLabel('Encoding').selectOption('windows-1251');
  await expect.poll(first).toContain('Zauberkьnstler');
  await dialog(page).getByLabel('Encoding').selectOption('utf-16le');
  await dialog(page).getByRole('alert').filter({ hasText: 'expected UTF-16LE' }).waitFor();
  await dialog(page).getByLabel('Encoding').selectOption('windows-1252');
  await expect.poll(first).toContain('Zauberkünstler');
  expect(await dialog(page).getByRole('alert').count()).toBe(0);
  await ready(page);
  expect(await violations(page, 'dialog[open]')).toEqual([]);
  await dialog(page).getByRole('button', { name: 'Select without training' }).click();
  await expect.poll(() => page.locator('.text-size').innerText()).toBe(SYMBOLS);
  const mixed = Buffer.concat([Buffer.from('Größe,v\n1,2\n'), Buffer.from('3,4 über\n', 'latin1')]);
  await drop(page, 'mixed.csv', [...mixed]);
  await page.getByText('mixed.csv is partly UTF-8, partly another encoding (byte 0xFC in line 3)').waitFor();
  await drop(page, 'table.xlsx', [0x50, 0x4b, 3, 4, 0x14, 0, 0xb1, 0xc3]);
  await page.getByText('table.xlsx is an archive or an Office document').waitFor();
  expect(problems).toEqual([]);
  await close();
});

it(
  'shows a pasted table before it is trained on, and takes a pasted text at once',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    const paste = async (text: string) => {
      await page.getByRole('button', { name: 'Paste…' }).click();
      await page.getByRole('textbox', { name: 'Paste a text' }).fill(text);
      await page.getByRole('button', { name: 'Use this text' }).click();
    };
    await paste('It was a dark and stormy night, and nobody said a word.\n'.repeat(80));
    await expect.poll(() => page.locator('#set-text option:checked').innerText()).toBe('Pasted text');
    expect(await dialog(page).count()).toBe(0);
    for (const name of ['decimal-comma.csv', 'sales.csv']) {
      await paste(await caseOf(name));
      await ready(page);
      expect(await taskIn(page).inputValue()).toBe('regress');
      await dialog(page).getByRole('button', { name: 'Cancel' }).click();
      await dialog(page).waitFor({ state: 'detached' });
    }
    await paste(await caseOf('sales.csv'));
    await ready(page);
    expect(await role(page, 'Sales').inputValue()).toBe('both');
    await confirmed(page).click();
    await waitForStep(page, 3, LONG);
    expect(await page.getByLabel('Dataset', { exact: true }).locator('option:checked').innerText()).toBe(
      'Pasted text',
    );
    expect(problems).toEqual([]);
    await close();
  },
);

it('works by keyboard on a phone, in German', { timeout: LONG }, async () => {
  const { page, problems, close } = await visit(browser, site, {
    at: STILL,
    locale: 'de-DE',
    viewport: { width: 360, height: 640 },
  });
  await drop(page, 'sales.csv', await caseOf('sales.csv'));
  const train = dialog(page).getByRole('button', { name: 'Trainieren', exact: true });
  await expect.poll(() => train.isEnabled()).toBe(true);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  // The controls of the dialog, and its scrolling parts, in the order of the page; Escape leaves.
  const order: string[] = [];
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || ''),
    );
  }
  expect(order.join(' | ')).toContain('preview-task | preview-header');
  expect(order.join(' | ')).toContain('Abbrechen | Nur auswählen | Trainieren');
  expect(await violations(page, 'dialog[open]')).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
  await close();
});
