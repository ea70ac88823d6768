// The loss chart: zoom, smoothing, and the other curves of a run; what a network costs before it is built.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { drop, fact, later, openPage, pause, play, rest, step, useSite, waitForStep } from './harness';

const SMALL = '#v=1&h=24&w=16&b=8';
useSite();

describe('the loss chart', () => {
  const steps = (page: Page) =>
    page.evaluate(() => document.querySelector('.chart-canvas')!.getAttribute('data-shown'));

  it('is zoomed by dragging, by buttons and by keys, and smoothed as asked', async () => {
    const { page, problems, close } = await openPage({ at: SMALL });
    await waitForStep(page, 200);
    await pause(page).click();
    const chart = page.locator('.chart-canvas');
    expect(await steps(page)).toBe('all');
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + 0.4 * box.width, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 60, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => steps(page)).toMatch(/^\d+ \d+$/);
    const [low, high] = (await steps(page))!.split(' ').map(Number) as [number, number];
    expect(low).toBeGreaterThan(20);
    expect(high - low).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(async () => Number((await steps(page))!.split(' ')[0])).toBeGreaterThan(low);
    await chart.focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => steps(page)).toBe('all');
    await page.keyboard.press('+');
    await expect.poll(() => steps(page)).not.toBe('all');
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    await expect.poll(() => steps(page)).toBe('all');
    const spoken = () => chart.getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    for (let at = 0; at < 9; at++) await page.keyboard.press('ArrowRight');
    const before = await spoken();
    await page.locator('.loss-smoothing select').selectOption('0.99');
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await expect.poll(spoken).not.toBe(before);
    expect(problems).toEqual([]);
    await close();
  });

  it('has curves of gradient norm, rate and speed, and their numbers in the table', async () => {
    const { page, problems, close } = await openPage({ at: SMALL });
    await waitForStep(page, 60);
    await page.locator('input[value=more]').check();
    await expect.poll(() => page.locator('.curve path').count()).toBe(3);
    for (const path of await page.locator('.curve path').all())
      expect(await path.getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L/);
    await page.locator('input[value=table]').check();
    await expect.poll(() => page.locator('.loss tbody tr').count()).toBeGreaterThan(3);
    const row = await page.locator('.loss tbody tr').first().locator('td').allInnerTexts();
    expect(row).toHaveLength(5);
    expect(row[3]).toBe('0.003');
    expect(problems).toEqual([]);
    await close();
  });
});

describe('a run', () => {
  it('that diverges stays on the chart, and is said to', async () => {
    const { page, close } = await openPage({ at: '#v=1&c=rnn&h=256&l=2&lr=1&cl=0&o=sgd' });
    await page.getByText('Diverging: the loss is far above the baseline').waitFor();
    // The axis goes as far as the loss.
    const loss = Number(await page.locator('.headline-number').innerText());
    expect(loss).toBeGreaterThan(10);
    await close();
  });

  it('has the step of its validation beside what was measured then', async () => {
    const { page, close } = await openPage({ at: `${SMALL}&ta=classify&cp=order` });
    await waitForStep(page, 110);
    const accuracy = page.locator('.facts div', { hasText: 'Validation accuracy' }).locator('dd');
    await expect.poll(() => accuracy.innerText()).toMatch(/% · [1-9][\d,]*00$/);
    await close();
  });

  it('lists once what the same weights write again', async () => {
    const { page, close } = await openPage({ at: `${SMALL}&tm=0` });
    await waitForStep(page, 20);
    await rest(page);
    const button = page.getByRole('button', { name: 'Generate again' });
    const written = async () => ((await page.locator('#written').textContent()) ?? '').length;
    for (let times = 0; times < 3; times++) {
      await button.click();
      await expect.poll(written).toBeGreaterThan(100);
    }
    const at = (await step(page)).toLocaleString('en');
    const steps = await page.locator('.past-step').allInnerTexts();
    expect(steps.filter((step) => step === at)).toHaveLength(1);
    await close();
  });
});

describe('before a network is built', () => {
  const cost = (page: Page) => page.locator('.cost').innerText();
  const speed = async (page: Page) =>
    Number(/≈ ([\d,]+)\s+(?:characters|examples)/.exec(await cost(page))?.[1]?.replaceAll(',', '') ?? NaN);

  it('its parameters, memory and speed are estimated, the speed from this machine', async () => {
    const { page, problems, close } = await openPage({ at: SMALL });
    await waitForStep(page, 150);
    await pause(page).click();
    await play(page).waitFor(); // from here on neither number moves
    const shown = page.locator('.facts div', { has: page.locator('dt:text-is("Characters per second")') });
    const measured = Number((await shown.locator('dd').innerText()).replaceAll(',', ''));
    // It follows what is measured within 5 %, and is told with two digits.
    await expect.poll(async () => (await speed(page)) / measured).toBeGreaterThan(0.9);
    expect((await speed(page)) / measured).toBeLessThan(1.11);
    expect(await cost(page)).toMatch(/parameters[^]*memory[^]*characters per second/);
    const small = await speed(page);
    await page.getByLabel('Hidden units').fill('512');
    await expect.poll(() => speed(page)).toBeLessThan(small / 50);
    await page.locator('.changes', { hasText: 'Changed: Hidden units; needs a restart' }).waitFor();
    expect(problems).toEqual([]);
    // The next visit begins with what this machine can do.
    await page.reload();
    await expect.poll(() => speed(page), { timeout: 10_000 }).toBeGreaterThan(0);
    await close();
  });

  it('its parameters are those that it has, for a text of more symbols than its vocabulary', async () => {
    const { page, close } = await openPage({ at: `${SMALL}&autostart=0` });
    await expect.poll(() => play(page).isEnabled()).toBe(true);
    const parameters = async () => /[\d,]+(?= parameters)/.exec(await cost(page))?.[0];
    await expect.poll(parameters).toBeDefined();
    const before = await parameters();
    const symbols = Array.from({ length: 9000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');
    await drop(page, 'han.txt', symbols + symbols.slice(0, 1000));
    await page.getByText('9,000 symbols; the most frequent 8,192 are kept').waitFor();
    // The previous estimate stands until there is one of this text.
    await expect.poll(parameters).not.toBe(before);
    const estimated = await parameters();
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await expect.poll(() => fact(page, 'Step')).toBe(1);
    expect(await parameters()).toBe(estimated);
    await close();
  });

  it('a network that does not fit into memory is refused in one language and one unit', async () => {
    const at = '#v=1&c=lstm&h=512&l=8&w=512&b=64&autostart=0';
    const { page, problems, close } = await openPage({ at, locale: 'de-DE' });
    await page
      .locator('.cost-problem')
      .filter({ hasText: /^Dieses Netz braucht 4,\d+\sGB Speicher; verfügbar sind höchstens 3,5\sGB\.$/ })
      .waitFor();
    const train = page.getByRole('button', { name: 'Trainieren', exact: true });
    expect(await train.isDisabled()).toBe(true);
    expect(await train.getAttribute('title')).toMatch(/^Dieses Netz braucht/);
    await page.locator('.written-waits').filter({ hasText: 'Dieses Netz braucht' }).waitFor();
    await page.locator('#set-layers').fill('1');
    await expect.poll(() => train.isEnabled()).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it('the speed of examples is estimated too, before the first of them', async () => {
    const { page, close } = await openPage({ at: `${SMALL}&ta=classify&cp=order&autostart=0` });
    await expect.poll(() => speed(page)).toBeGreaterThan(0);
    expect(await cost(page)).toMatch(/examples per second/);
    const usual = await speed(page);
    await page.getByLabel('Difficulty: steps').fill('300');
    await expect.poll(async () => usual / (await speed(page))).toBeGreaterThan(8);
    await page.getByLabel('Difficulty: steps').fill('');
    await play(page).click();
    await waitForStep(page, 150);
    await pause(page).click();
    await play(page).waitFor();
    const measured = await fact(page, 'Examples per second');
    // How many symbols such examples have is estimated, too.
    await expect.poll(async () => (await speed(page)) / measured).toBeGreaterThan(0.8);
    expect((await speed(page)) / measured).toBeLessThan(1.25);
    await close();
  });

  it('a change says when it takes effect', async () => {
    const { page, close } = await openPage({ at: SMALL, clock: true });
    await waitForStep(page, 5);
    const line = page.locator('.changes');
    await page.getByLabel('Learning rate').press('ArrowRight');
    await expect.poll(() => line.innerText()).toBe('Learning rate applies immediately');
    await later(page);
    await expect.poll(() => line.innerText()).toBe('No pending changes');
    await page.getByLabel('Seed').fill('5');
    await expect.poll(() => line.innerText()).toBe('Changed: Seed; needs a restart');
    await close();
  });
});
