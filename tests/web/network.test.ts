// Networks by name, by control and by configuration; what the engine measures beside the training.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { getSchema } from '../../dist/index.js';
import { PRESET_CATALOG } from '../../web/src/settings/presetCatalog';
import {
  contents,
  browser,
  fact,
  pause,
  play,
  rest,
  restart,
  site,
  useSite,
  visit,
  waitForStep,
} from './harness';

const SMALL = '#v=1&h=24&w=16&b=8';
const { presets } = await getSchema();
useSite();

const open = (page: Page, title: string) => page.locator('summary', { hasText: title }).click();
const configuration = (page: Page) => page.getByRole('textbox', { name: 'Configuration' });
const parameters = (page: Page) => page.locator('.cost b').first().innerText();
const apply = (page: Page) => page.getByRole('button', { name: 'Apply and restart' });

describe('a preset', () => {
  const named = PRESET_CATALOG.filter(({ tasks = ['next'] }) => tasks.includes('next'));
  it.each([...presets, ...named].map(({ name }) => name))(
    '%s is built from a link and trains',
    async (name) => {
      const { page, problems, close } = await visit(browser, site, { at: `${SMALL}&n=${name}` });
      await waitForStep(page, 3);
      expect(await page.getByLabel('Preset').inputValue()).toBe(name);
      expect(await page.locator('.notice').count()).toBe(0);
      expect(problems).toEqual([]);
      await close();
    },
  );

  it.each(['dot(s)-rnn', 'irnn', 'narx'])('%s is chosen, explained, applied and trains', async (name) => {
    const preset = presets.find((entry) => entry.name === name)!;
    const { page, problems, close } = await visit(browser, site, { at: SMALL });
    await waitForStep(page, 3);
    await rest(page);
    const before = await parameters(page);
    await page.getByLabel('Preset').selectOption(name);
    for (const text of [preset.sentence, preset.source])
      await page.locator('.preset-about').getByText(text, { exact: true }).waitFor();
    await page.getByText(/^Changed: .*Cell/).waitFor();
    await expect.poll(() => parameters(page)).not.toBe(before);
    if (name === 'irnn') expect(await fact(page, 'Learning rate')).toBe(0.003); // Not before it is applied.
    await restart(page);
    await page.getByText('No pending changes').waitFor();
    await waitForStep(page, 3);
    if (name === 'irnn') await expect.poll(() => fact(page, 'Learning rate')).toBe(0.001);
    expect(await page.getByLabel('Preset').inputValue()).toBe(name);
    await expect.poll(() => new URL(page.url()).hash).toContain('c=rnn');
    expect(problems).toEqual([]);
    await close();
  });

  it('reads both ways where a sequence is labelled, and is one of those named for it', async () => {
    const { page, problems, close } = await visit(browser, site, { at: `${SMALL}&ta=tag&cp=copy&df=2` });
    await waitForStep(page, 3);
    await rest(page);
    const before = await parameters(page);
    await page.getByLabel('Preset').selectOption({ label: 'Bidirectional LSTM' });
    await expect.poll(() => page.getByLabel('Bidirectional').isChecked()).toBe(true);
    await restart(page);
    await page.getByText('No pending changes').waitFor();
    await waitForStep(page, 3);
    expect(await parameters(page)).not.toBe(before);
    await open(page, 'Configuration');
    expect(JSON.parse(await configuration(page).inputValue()).layers).toEqual([
      { cell: 'lstm', units: 24, bidirectional: true },
    ]);
    await expect.poll(() => new URL(page.url()).hash).toContain('bd=1');
    expect(problems).toEqual([]);
    await close();
  });

  it('that does not exist is named', async () => {
    const { page, close } = await visit(browser, site, { at: `${SMALL}&n=nonsense` });
    await page.getByText('Unknown or out of range: Preset.').waitFor();
    await close();
  });
});

it('follows the controls: parameters, configuration and link', async () => {
  const { page, problems, close } = await visit(browser, site, { at: `${SMALL}&autostart=0&c=rnn` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await open(page, 'More');
  await open(page, 'Configuration');
  const first = await parameters(page);
  await page.getByLabel('Transition depth').fill('2');
  await page.getByLabel('Transition width').fill('12');
  await page.getByLabel('Transition shortcut').check();
  await page.getByLabel('Additional delays').fill('4, 2');
  await page.getByLabel('Leak').selectOption('learned');
  await page.getByLabel('Activation', { exact: true }).selectOption('relu');
  await expect.poll(() => parameters(page)).not.toBe(first);
  // The last of the changes: the link is written once they have come to rest.
  await expect.poll(() => new URL(page.url()).hash).toContain('relu');
  expect(JSON.parse(await configuration(page).inputValue()).layers[0]).toEqual({
    cell: 'rnn',
    units: 24,
    activation: 'relu',
    edges: [
      { from: 'input', delay: 0 },
      { from: 'self', delay: 1, hidden: [12, 12], activation: 'tanh', shortcut: true, join: 'all' },
      { from: 'self', delay: 2 },
      { from: 'self', delay: 4 },
    ],
    leak: { from: 0, to: 0.95, learned: true },
  });
  const second = await visit(browser, site, { at: new URL(page.url()).hash });
  await expect.poll(() => play(second.page).isEnabled()).toBe(true);
  await expect.poll(() => parameters(second.page)).toBe(await parameters(page));
  await play(second.page).click();
  await waitForStep(second.page, 3);
  expect(problems.concat(second.problems)).toEqual([]);
  await second.close();
  await close();
});

it('says what a refused configuration should have been, and takes a good one', async () => {
  const { page, problems, close } = await visit(browser, site, { at: SMALL });
  await waitForStep(page, 3);
  await rest(page);
  await open(page, 'Configuration');
  const refusal = page.locator('.refusal');
  const use = page.getByRole('button', { name: 'Check and use' });
  const write = async (config: object | string) => {
    await configuration(page).fill(typeof config === 'string' ? config : JSON.stringify(config));
    await use.click();
  };
  await write({ layers: [{ cell: 'gru', units: 0 }] });
  await refusal.getByText('layers[0].units').waitFor();
  expect(await refusal.innerText()).toMatch(/a whole number from 1 to 8192[^]*0/);
  await write({ layres: [] });
  await refusal.getByText('layres', { exact: true }).waitFor();
  await write('{ "layers": [');
  await refusal.getByText('one JSON object').waitFor();
  expect(await configuration(page).getAttribute('aria-invalid')).toBe('true');
  expect(await apply(page).isDisabled()).toBe(true);
  // Unlike layers: more than the controls can say.
  await write({
    layers: [
      { cell: 'lstm', units: 16 },
      { cell: 'gru', units: 12, clock: [1, 2] },
    ],
    sequenceLength: 8,
    batchSize: 4,
  });
  await page.locator('.preset-about', { hasText: 'options that have no control' }).waitFor();
  expect(await refusal.count()).toBe(0);
  expect(await page.getByLabel('Hidden units').isDisabled()).toBe(true);
  await restart(page);
  await page.getByText('No pending changes').waitFor();
  await waitForStep(page, 3);
  await expect.poll(() => new URL(page.url()).hash).toContain('&j=');
  await pause(page).click();
  // Saved and opened elsewhere, it is still all there.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save' }).click(),
  ]);
  const other = await visit(browser, site, { at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(other.page).isEnabled()).toBe(true);
  await play(other.page).click();
  await waitForStep(other.page, 1);
  const buffer = await contents(download);
  await other.page
    .locator('input[accept^=".safetensors"]')
    .setInputFiles({ name: 'mine.safetensors', mimeType: '', buffer });
  await other.page.getByText(/is open at step/).waitFor();
  await open(other.page, 'Configuration');
  const opened = JSON.parse(await configuration(other.page).inputValue());
  expect(opened.layers).toMatchObject([
    { cell: 'lstm', units: 16 },
    { cell: 'gru', clock: [1, 2] },
  ]);
  // And back to what the controls say.
  await page.getByRole('button', { name: 'Use the controls' }).click();
  expect(await page.getByLabel('Hidden units').isDisabled()).toBe(false);
  expect(problems.concat(other.problems)).toEqual([]);
  await other.close();
  await close();
});

it('keeps what has no control when a control changes, also in the link', async () => {
  const { page, problems, close } = await visit(browser, site, { at: SMALL });
  await waitForStep(page, 3);
  await open(page, 'Configuration');
  const optimizer = { name: 'sgd', learningRate: 0.1, momentum: 0.5 };
  const config = {
    layers: [{ cell: 'gru', units: 24 }],
    unit: 'byte',
    optimizer,
    sequenceLength: 16,
    batchSize: 8,
  };
  await configuration(page).fill(JSON.stringify(config));
  await page.getByRole('button', { name: 'Check and use' }).click();
  await page.locator('.beyond').getByText('optimizer.momentum', { exact: true }).waitFor();
  expect(await page.getByLabel('Preset').inputValue()).toBe('gru');
  await page.getByLabel('Hidden units').fill('20');
  const now = async (from: Page) => JSON.parse(await configuration(from).inputValue());
  await expect.poll(() => now(page)).toMatchObject({ ...config, layers: [{ cell: 'gru', units: 20 }] });
  await restart(page);
  await page.getByText('No pending changes').waitFor();
  await waitForStep(page, 3);
  await expect.poll(() => new URL(page.url()).hash).toContain('&h=20');
  const other = await visit(browser, site, { at: new URL(page.url()).hash });
  await waitForStep(other.page, 3);
  await open(other.page, 'Configuration');
  expect(await now(other.page)).toEqual(await now(page));
  expect(problems.concat(other.problems)).toEqual([]);
  await other.close();
  await close();
});

it('shows what guessing would cost, counted by the engine', async () => {
  const { page, problems, close } = await visit(browser, site, { at: SMALL });
  await waitForStep(page, 3);
  const shown = () => page.locator('.chart-canvas').getAttribute('data-baselines');
  await expect.poll(shown).toMatch(/^Uniform 5\.\d\d; Unigram 4\.\d\d; Order-2 Markov [12]\.\d\d$/);
  await page.locator('input[value=table]').check();
  const row = page.locator('tfoot tr', { hasText: 'Order-2 Markov' });
  expect(Number(await row.locator('td').innerText())).toBeGreaterThan(1);
  expect(problems).toEqual([]);
  await close();
});

it('draws how far errors reach, and says it in a table', async () => {
  const { page, problems, close } = await visit(browser, site, { at: `${SMALL}&l=2` });
  const map = page.locator('.flow-map');
  await map.scrollIntoViewIfNeeded();
  await expect.poll(() => map.getAttribute('data-step'), { timeout: 15_000 }).not.toBeNull();
  const first = await map.getAttribute('data-step');
  const colours = () =>
    map.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const pixels = new Uint32Array(data.buffer);
      return new Set(pixels.filter((pixel) => pixel !== 0)).size;
    });
  await expect.poll(colours).toBeGreaterThan(10);
  const rows = page.locator('.flow tbody tr');
  expect(await rows.locator('th').allInnerTexts()).toEqual(['0', '1', '2', '4', '8', '16']);
  const norms = (await rows.locator('td').allInnerTexts()).map(Number);
  expect(norms).toHaveLength(12);
  expect(norms.every((norm) => norm > 0)).toBe(true);
  await page.locator('.flow-legend', { hasText: 'vanishing below 1e-6' }).waitFor();
  await page.locator('.flow-legend', { hasText: 'exploding above 1' }).waitFor();
  await expect.poll(() => map.getAttribute('data-step'), { timeout: 15_000 }).not.toBe(first);
  expect(problems).toEqual([]);
  await close();
});
