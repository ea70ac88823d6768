// Small files as people have them (tests/cases/), dropped on the page: what it makes of each.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { browser, drop, play, restart, site, useSite, visit, waitForStep } from './harness';
import { choose, LONG, STILL } from './tasks';

useSite();

const bytesOf = async (name: string) => [...(await readFile(new URL(`../cases/${name}`, import.meta.url)))];
const dialog = (page: Page) => page.locator('dialog[open]');
const ready = (page: Page) =>
  expect.poll(() => dialog(page).getByRole('button', { name: 'Train', exact: true }).isEnabled()).toBe(true);
const facts = (page: Page) => dialog(page).locator('.preview-facts').innerText();
const chosen = (page: Page) =>
  page.getByLabel('Dataset', { exact: true }).locator('option:checked').innerText();

describe('files with a preview', () => {
  it.each<[string, string, RegExp, Record<string, string>]>([
    [
      'decimal-comma.csv',
      'regress',
      /Table · 4 rows · separator: ; · decimal: , · with a header/,
      { a: 'both', b: 'both' },
    ],
    ['quoted-index.csv', 'regress', /Table · 60 rows .* decimal: ,/, { Temp: 'both', Hum: 'both' }],
    ['gestures-long.csv', 'classify', /30 series/, { id: 'id', x: 'input', y: 'input', label: 'label' }],
    ['labels-last.csv', 'classify', /120 examples · separator: comma · with a header/, {}],
    ['labels-header.tsv', 'classify', /120 examples · separator: tab · with a header/, {}],
    ['long.tsv', 'classify', /2 examples .* 299 to 300 steps/, {}],
    ['conll.txt', 'tag', /CoNLL · 40 examples/, {}],
  ])('%s', { timeout: LONG }, async (name, task, said, roles) => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await expect.poll(() => page.locator('#set-task option').count()).toBe(7);
    await drop(page, name, await bytesOf(name));
    await ready(page);
    expect(await dialog(page).getByLabel('Task', { exact: true }).inputValue()).toBe(task);
    expect(await facts(page)).toMatch(said);
    for (const [column, use] of Object.entries(roles))
      expect(await dialog(page).getByLabel(`Role of ${column}`, { exact: true }).inputValue()).toBe(use);
    if (name.startsWith('labels'))
      expect(await dialog(page).locator('.preview-labels li').allInnerTexts()).toEqual(['bad 60', 'good 60']);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('texts', () => {
  it('are read whatever their marks, line ends and encoding', { timeout: LONG }, async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await expect.poll(() => play(page).isEnabled()).toBe(true);
    const size = () => page.locator('.text-size').innerText();
    await drop(page, 'bom.txt', await bytesOf('bom.txt'));
    await expect.poll(() => chosen(page)).toBe('bom.txt');
    expect(await size()).toMatch(/ 7 symbols$/);
    await drop(page, 'cr-only.txt', await bytesOf('cr-only.txt'));
    await page.getByText('read as line feeds').waitFor();
    await expect.poll(() => chosen(page)).toBe('cr-only.txt');
    await drop(page, 'latin1.txt', await bytesOf('latin1.txt'));
    await ready(page);
    expect(await dialog(page).getByLabel('Encoding').inputValue()).toBe('windows-1252');
    expect(await dialog(page).locator('.preview-first').innerText()).toContain('café crème brûlée');
    await dialog(page).getByRole('button', { name: 'Select without training' }).click();
    await expect.poll(() => chosen(page)).toBe('latin1.txt');
    expect(problems).toEqual([]);
    await close();
  });

  it('of several files, one is taken, said so', { timeout: LONG }, async () => {
    const { page, close } = await visit(browser, site, { at: STILL });
    const names = ['names-a', 'names-b'];
    const files = await Promise.all(names.map(async (name) => [name, await bytesOf(name)] as const));
    await page.evaluate((files) => {
      const dataTransfer = new DataTransfer();
      for (const [name, bytes] of files) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, files);
    await page.getByText('Only names-a was opened, not the other file.').waitFor();
    await close();
  });
});

it(
  'asks what the numbers of notes are, and reads a roll of zeros and ones as one',
  { timeout: LONG },
  async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await choose(page, { label: 'Generate music' });
    await play(page).click();
    await waitForStep(page, 1, LONG);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await play(page).waitFor();
    await drop(page, 'midi-numbers.json', await bytesOf('midi-numbers.json'));
    await expect.poll(() => chosen(page)).toBe('midi-numbers.json');
    await page.getByRole('button', { name: 'Apply and restart' }).click();
    await page.getByRole('alert').filter({ hasText: 'dataset.keys' }).waitFor();
    expect(await page.getByLabel('Note numbers').count()).toBe(1);
    await drop(page, 'zero-one-roll.json', await bytesOf('zero-one-roll.json'));
    await expect.poll(() => chosen(page)).toBe('zero-one-roll.json');
    expect(await page.getByLabel('Note numbers').count()).toBe(0);
    await restart(page);
    await waitForStep(page, 1, LONG);
    // C4, E4, G4 and the C below: MIDI notes 60, 64, 67 and 48.
    await expect
      .poll(() => page.locator('.roll tbody tr').first().locator('td').first().innerText(), { timeout: LONG })
      .toBe('C3 C4 E4 G4');
    expect(problems).toEqual([]);
    await close();
  },
);

describe('what was trained on', () => {
  const train = async (page: Page, name: string) => {
    await drop(page, name, await bytesOf(name));
    await ready(page);
    await dialog(page).getByRole('button', { name: 'Train', exact: true }).click();
    await waitForStep(page, 40, LONG);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await play(page).waitFor();
  };
  const ask = async (page: Page, label: string, input: string) => {
    await page.getByLabel(label).fill(input);
    await page.getByRole('button', { name: 'Predict' }).click();
  };

  it('words have their tags below them', { timeout: LONG }, async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await train(page, 'conll.txt');
    const first = page.locator('.tagged').first();
    await expect.poll(() => first.locator('.tag-input').allInnerTexts()).not.toEqual([]);
    const [words, tags] = await Promise.all(
      ['.tag-input', '.label'].map((part) => first.locator(part).allInnerTexts()),
    );
    expect([
      ['the mill turns', 3],
      ['a fox runs fast', 4],
    ]).toContainEqual([words!.join(' '), tags!.length]);
    await ask(page, 'Tag your own', 'the fox runs');
    await expect
      .poll(() => page.locator('.own-answer .tag-input').allInnerTexts())
      .toEqual(['the', 'fox', 'runs']);
    expect(await page.locator('.own-answer .label').count()).toBe(3);
    expect(problems).toEqual([]);
    await close();
  });

  it('a series of numbers is classified as it is shown', { timeout: LONG }, async () => {
    const { page, problems, close } = await visit(browser, site, { at: STILL });
    await train(page, 'gestures-long.csv');
    const names = page.locator('.probability-bar-label');
    await expect.poll(() => names.count()).toBeGreaterThan(0);
    const cut = (all: Element[]) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length;
    expect(await names.evaluateAll(cut)).toBe(0);
    await ask(page, 'Classify your own', '0 0, 0.5 0.1, 1 0.2');
    await page.locator('.own-answer .probability-bar').first().waitFor();
    expect(await page.locator('.own-answer .probability-bar').count()).toBe(3);
    await ask(page, 'Classify your own', '0 x, 1');
    await page.locator('.own-problem', { hasText: 'input' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
