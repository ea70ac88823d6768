// Pins, their comparison, and everything that leaves the page as a file.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { checkConfig, openModel } from 'unfold-rnn';
import { contents, browser, pause, play, restart, site, step, useSite, visit, waitForStep } from './harness';

useSite();

const bar = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const closeDialog = (page: Page) => page.keyboard.press('Escape');

async function trainTo(page: Page, to: number): Promise<void> {
  await waitForStep(page, to);
  await pause(page).click();
  await play(page).waitFor();
}

/** With the mouse and with keys: one step, marked on every curve and read out for each run. */
async function readsTheCurves(page: Page): Promise<void> {
  const chart = page.getByRole('slider', { name: /^Loss of the pinned runs/ });
  const table = page.locator('.compare-readings');
  const rows = () => table.locator('tbody tr').allInnerTexts();
  const values = async () => (await rows()).map((row) => row.split(/\t/).slice(1));
  const caption = () => table.locator('caption').innerText();
  const marks = chart.locator('.compare-cursor circle');
  const last = Number(await chart.getAttribute('aria-valuemax'));
  expect(await caption()).toBe('At the end of each run');
  expect(await marks.count()).toBe(0);
  const end = await values();
  const box = (await chart.boundingBox())!;
  const ends = await page.locator('[aria-label^="By bits"] tbody td:nth-child(5)').allInnerTexts();
  const shorter = Math.min(...ends.map((text) => Number(text.replaceAll(',', ''))));
  // Within the axes, halfway along the shorter run.
  await page.mouse.move(box.x + 44 + ((box.width - 60) * shorter) / last / 2, box.y + box.height / 2);
  await expect.poll(() => marks.count()).toBe(2);
  const at = Number(await chart.getAttribute('aria-valuenow'));
  expect(at).toBeGreaterThan(1);
  expect(Math.abs(at - shorter / 2)).toBeLessThan(2 + last / 100);
  expect(await caption()).toBe(`At step ${at}`);
  const early = await values();
  for (const run of [0, 1]) expect(Number(early[run]![0])).toBeGreaterThan(Number(end[run]![0]));
  const [one, two] = await marks.all();
  expect(await one!.getAttribute('cx')).toBe(await two!.getAttribute('cx'));
  expect(await chart.getAttribute('aria-valuetext')).toMatch(/^At step \d+; gru 8: Training .*; gru 64: /);
  await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2);
  // The shorter run has ended by then.
  await expect.poll(() => marks.count()).toBe(1);
  expect((await values()).map(([training]) => training)).toContain('–');
  await page.mouse.move(box.x + 10, box.y - 40);
  await expect.poll(values).toEqual(end);
  await chart.focus();
  await page.keyboard.press('Home');
  await expect.poll(caption).toBe('At step 1');
  await page.keyboard.press('ArrowRight');
  await expect.poll(caption).toBe(`At step ${1 + Math.ceil(last / 100)}`);
  await page.keyboard.press('End');
  await expect.poll(() => chart.getAttribute('aria-valuenow')).toBe(String(last));
}

it('ranks pinned runs by held-out bits, shows what differs, and lets each write from one seed', async () => {
  const { page, problems, close } = await visit(browser, site, { at: '#v=1&h=8&w=32&b=16' });
  await trainTo(page, 120);
  const shorter = await step(page);
  await bar(page, 'Compare');
  await bar(page, 'Pin the current run');
  await page.locator('.compare-chart svg').waitFor();
  await closeDialog(page);
  await page.getByLabel('Hidden units').fill('64');
  await page.getByLabel('Seed').fill('5');
  await restart(page);
  // Far beyond the first run, however far that had come before it was paused.
  await trainTo(page, 2 * shorter);
  await bar(page, 'Compare');
  await bar(page, 'Pin the current run');
  const ranking = page.getByRole('table', { name: 'By bits per character' });
  await expect.poll(() => ranking.locator('tbody tr').count()).toBe(2);
  const scores = () => ranking.locator('tbody tr td:nth-child(3)').allInnerTexts();
  await expect.poll(async () => (await scores()).includes('–')).toBe(false);
  const bits = (await scores()).map(Number);
  expect(bits[0]).toBeLessThan(bits[1]!);
  expect((await ranking.locator('tbody th').allInnerTexts()).sort().join()).toMatch(/gru 64 .*gru 8 /);
  const rows = await page
    .getByRole('table', { name: 'Settings that differ' })
    .locator('tbody tr')
    .allInnerTexts();
  expect(rows.map((row) => row.split(/\s{2,}|\t/))).toEqual([
    ['Hidden units', '8', '64'],
    ['Seed', '1', '5'],
  ]);
  expect(await page.locator('.compare-chart svg path[stroke-dasharray="7 4"]').count()).toBe(1);
  await readsTheCurves(page);
  const samples = page.locator('.compare-sample');
  const write = async () => {
    await bar(page, 'Generate samples');
    await expect
      .poll(async () => (await samples.allInnerTexts()).every((text) => text.length > 200))
      .toBe(true);
    return samples.allInnerTexts();
  };
  const [first, again] = [await write(), await write()];
  expect(again).toEqual(first);
  await page.locator('#compare-seed').fill('2');
  await page.keyboard.press('Enter');
  expect(await write()).not.toEqual(first);
  await ranking.getByRole('button', { name: 'Unpin: gru 8' }).click();
  await expect.poll(() => ranking.locator('tbody tr').count()).toBe(1);
  expect(problems).toEqual([]);
  await close();
});

it('pins runs from the list, four at most', async () => {
  const { page, close } = await visit(browser, site, { at: '#v=1&h=8&w=16&b=4' });
  for (let run = 1; run <= 5; run++) {
    await trainTo(page, 5);
    await page.getByLabel('Seed').fill(String(run + 1));
    await restart(page);
  }
  // A copy of a run that trains is another step, to be pinned anew.
  await page.keyboard.press('Space');
  await play(page).waitFor();
  await bar(page, 'Runs');
  const pin = page.locator('.run-row').getByRole('button', { name: /^Pin:/ });
  await expect.poll(() => pin.count()).toBeGreaterThanOrEqual(5);
  for (let at = 0; at < 4; at++) {
    const left = await pin.count();
    await pin.first().click();
    await expect.poll(() => pin.count()).toBe(left - 1);
  }
  expect(await pin.first().isDisabled()).toBe(true);
  await closeDialog(page);
  await bar(page, 'Compare');
  await expect.poll(() => page.locator('.compare-samples article').count()).toBe(4);
  await close();
});

it('exports model, samples, curves and configuration', async () => {
  const { page, problems, close } = await visit(browser, site, { at: '#v=1&h=24&w=32&b=16&l=2&td=1' });
  await waitForStep(page, 20);
  await page.keyboard.press('w');
  await page.locator('.past-row').first().waitFor();
  await trainTo(page, 220);
  const at = await step(page);
  await bar(page, 'Export');
  const take = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), bar(page, name)]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^unfold-gru-24-step-${at}[.-]`));
    return contents(download);
  };
  const model = await openModel(await take('Model'));
  expect(model.info.config.layers.map(({ units }) => units)).toEqual([24, 24]);
  model.dispose();
  const onnx = await take('Model, ONNX');
  expect(onnx[0]).toBe(8); // the field ir_version
  expect(onnx.includes('Scan')).toBe(true); // what a deep transition needs
  expect((await take('Web page')).toString()).toMatch(/^<!doctype html>/i);
  const torch = await take('PyTorch');
  expect(torch.readUInt32LE(0)).toBe(0x04034b50);
  expect(torch.includes(`unfold-gru-24-step-${at}-pytorch/network.py`)).toBe(false);
  expect(torch.includes(`unfold-gru-24-step-${at}/network.py`)).toBe(true);
  const config = JSON.parse((await take('Configuration')).toString()) as object;
  expect((await checkConfig(config)).config.layers.length).toBe(2);
  const csv = (await take('Curves, CSV')).toString().trimEnd().split('\r\n');
  expect(csv[0]).toBe('step,training_low,training_high,training_smoothed,validation');
  // The steps of the slice in which it was paused are not reported.
  const last = Number(csv.at(-1)!.split(',')[0]);
  expect(csv.length).toBe(last + 1);
  expect(last).toBeGreaterThan(200);
  expect(last).toBeLessThanOrEqual(at);
  expect(csv.filter((row) => !row.endsWith(',')).length).toBeGreaterThan(2);
  // The first text is written as soon as there is a network, which by then may have made a few steps.
  const [, began] = /^== step (\d+)[,\n]/.exec((await take('Samples')).toString())!;
  expect(Number(began)).toBeLessThan(20);
  const svg = (await take('Curves, SVG')).toString();
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).not.toMatch(/NaN|undefined|class=|style=/);
  const png = await take('Curves, PNG');
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  expect(png.readUInt32BE(16)).toBe(1920);
  // A picture of something: a blank one is a tenth of it.
  expect(png.length).toBeGreaterThan(20_000);
  // What a format cannot carry is said in its place, and nothing is saved.
  await bar(page, 'Keras');
  await expect
    .poll(() => page.locator('.export-problem[role=alert]').innerText())
    .toMatch(/^layers\[0\]: .*'deep transition'$/);
  await bar(page, 'Configuration');
  await expect.poll(() => page.locator('.export-problem').count()).toBe(0);
  expect(problems).toEqual([]);
  await close();
});

it('keeps the page free while a large network is exported', async () => {
  const { page, close } = await visit(browser, site, { at: '#v=1&h=256&l=2&c=lstm&w=16&b=4' });
  await waitForStep(page, 1);
  await page.keyboard.press('Space');
  await play(page).waitFor();
  await bar(page, 'Export');
  const exporters = () => page.workers().filter((worker) => worker.url().includes('export.worker'));
  const began = page.waitForEvent('worker', (worker) => worker.url().includes('export.worker'));
  const [download] = await Promise.all([page.waitForEvent('download'), began, bar(page, 'Model, ONNX')]);
  expect((await contents(download)).length).toBeGreaterThan(1_000_000);
  // The exporters themselves are not even fetched by the page.
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(fetched.filter((name) => /\/export-[^/]*\.js$/.test(name))).toEqual([]);
  await expect.poll(() => exporters().length).toBe(0);
  await close();
});

it('offers what fits the task', async () => {
  const { page, close } = await visit(browser, site, { at: '#v=1&h=16&ta=translate&cp=reversal' });
  await waitForStep(page, 1);
  await bar(page, 'Export');
  const buttons = page.locator('dialog[open] .exports button');
  await buttons.first().waitFor();
  const names = await buttons.allInnerTexts();
  for (const there of ['Model', 'Web page', 'C header', 'Model, ONNX']) expect(names).toContain(there);
  for (const absent of ['PyTorch', 'Keras', 'Samples']) expect(names).not.toContain(absent);
  // An encoder and a decoder are two files.
  const [download] = await Promise.all([page.waitForEvent('download'), bar(page, 'Model, ONNX')]);
  expect(download.suggestedFilename()).toMatch(/-onnx\.zip$/);
  await close();
});

describe('embedding', () => {
  it('writes the lines for the present run, and saves the file they name', async () => {
    const { page, problems, close } = await visit(browser, site, {
      at: '#v=1&h=24&w=16&b=8',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await waitForStep(page, 3);
    await bar(page, 'Export');
    await bar(page, 'Embed in a page');
    const dialog = page.locator('dialog[open]');
    const snippet = dialog.getByRole('textbox', { name: 'HTML code' });
    expect(await snippet.inputValue()).toContain('model="unfold-gru-24.safetensors" task="next" view="text"');
    await dialog.getByRole('radio', { name: 'Network' }).check();
    await expect.poll(() => snippet.inputValue()).toContain('view="network"');
    await dialog.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await snippet.inputValue());
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Save the file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('unfold-gru-24.safetensors');
    const model = await openModel(new Uint8Array(await contents(download)));
    expect(model.info.canTrain).toBe(false);
    model.dispose();
    expect(problems).toEqual([]);
    await close();
  });
});
