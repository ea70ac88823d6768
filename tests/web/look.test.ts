// The look inside, as a reader uses it: by pointer, by keyboard, by screen reader.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { browser, pause, site, useSite, violations, visit, waitForStep } from './harness';
import { DRAWN } from './looks';

const SMALL = '#v=1&h=24&w=16&b=8';
useSite({ own: true });

/** A tab, on a page that trained a little and stands still. */
async function opened(look: string, at = SMALL, steps = 30) {
  const visited = await visit(browser, site, { at: `${at}&lo=${look}` });
  await waitForStep(visited.page, steps);
  await pause(visited.page).click();
  await visited.page.locator('.look').scrollIntoViewIfNeeded();
  await visited.page.locator('.look').evaluate((element) => element.scrollIntoView());
  return visited;
}

const chosen = (page: Page) => page.locator('.char[aria-selected=true]');
const reach = (page: Page) => page.locator('.shares[data-reach]').getAttribute('data-reach');

describe('reading', () => {
  it('shades by surprise, tells what was expected and what mattered, by pointer', async () => {
    const { page, problems, close } = await opened('text');
    const char = page.locator('#char-40');
    await char.hover();
    await expect.poll(() => char.getAttribute('aria-selected')).toBe('true');
    expect(await char.getAttribute('aria-label')).toMatch(/, \d+\.\d bits, probability [\d.]+\s?%/);
    const shades = await page
      .locator('.char')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
    expect(new Set(shades).size).toBeGreaterThan(10);
    const expected = page.locator('.reading-lists section').first().locator('.share');
    expect(await expected.count()).toBeGreaterThanOrEqual(5);
    expect(await page.locator('.share-marked').count()).toBe(1);
    await expect.poll(() => reach(page)).toBe('40');
    const mattered = await page
      .locator('.char')
      .evaluateAll((all) =>
        all.map((one) => Number((one as HTMLElement).style.getPropertyValue('--mattered'))),
      );
    expect(Math.max(...mattered.slice(0, 40))).toBe(1);
    expect(mattered.slice(40).every((weight) => weight === 0)).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it('is walked by keyboard, one stop, with ranges; neurons too', async () => {
    const { page, problems, close } = await opened('text');
    const text = page.getByRole('listbox', { name: 'The passage that is read' });
    await text.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => chosen(page).getAttribute('id')).toBe('char-0');
    for (let at = 0; at < 3; at++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => text.getAttribute('aria-activedescendant')).toBe('char-3');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => chosen(page).count()).toBe(3);
    await expect.poll(() => reach(page)).toBe('5');
    // "Which neurons fire here": one of them colours the text.
    const first = page.locator('.fire').first();
    const name = await first.locator('b').innerText();
    await first.click();
    expect(await first.getAttribute('aria-pressed')).toBe('true');
    const slider = page.locator('.neuron input');
    expect(`1·${await slider.inputValue()}`).toBe(name);
    const colours = () =>
      page
        .locator('.char')
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor).join());
    const before = await colours();
    await slider.press('ArrowLeft');
    await slider.press('ArrowLeft');
    await expect.poll(colours).not.toBe(before);
    const unit = Number(await slider.inputValue());
    await text.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => slider.inputValue()).toBe(String((unit % 24) + 1));
    expect(problems).toEqual([]);
    await close();
  });

  it('takes a text of one’s own, and says what the model does not know', async () => {
    const { page, problems, close } = await opened('text');
    await page.locator('input[value=own]').check();
    await page.getByLabel('Your own text').fill('The ☃ knight');
    await expect.poll(async () => (await page.locator('.char').allInnerTexts()).join('')).toBe('The  knight');
    await page.getByText('Not in the vocabulary: ☃').waitFor();
    await page.getByLabel('Your own text').fill('☃');
    await page.locator('.look-problem').waitFor();
    await page.getByLabel('Your own text').fill('Then');
    await expect.poll(() => page.locator('.char').count()).toBe(4);
    await page.locator('input[value=written]').check();
    await expect.poll(() => page.locator('.char').count()).toBeGreaterThan(20);
    expect(problems).toEqual([]);
    await close();
  });

  it('follows the training', async () => {
    const { page, close } = await visit(browser, site, { at: SMALL });
    await waitForStep(page, 5);
    await page.locator('.look').evaluate((element) => element.scrollIntoView());
    const text = page.locator('.reading-text');
    await text.waitFor();
    const first = await text.getAttribute('data-step');
    await expect.poll(() => text.getAttribute('data-step'), { timeout: 15_000 }).not.toBe(first);
    await close();
  });
});

describe('the network', () => {
  it('is drawn as chosen, folded and unfolded, each part with its equation and live shapes', async () => {
    const { page, problems, close } = await opened('network', `${SMALL}&c=lstm&l=2`);
    await expect.poll(() => page.locator('.diagram .part').count()).toBe(4);
    expect(await page.locator('.wire rect').count()).toBe(4); // h and c of each layer
    const detail = page.locator('.part-detail');
    await page.locator('.diagram .part-cell').last().click();
    await detail.getByText('Cell 2', { exact: true }).waitFor();
    const formulas = detail.locator('.formulas');
    expect(await formulas.innerText()).toMatch(/z = U·h1t \+ W·h2t−1 \+ b[^]*ct = ft ⊙ ct−1 \+ it ⊙ gt/);
    expect(await formulas.locator('sub', { hasText: 't−1' }).count()).toBe(2);
    const row = detail.locator('tr', { hasText: 'layers.1.weight_hh' });
    await expect.poll(() => row.innerText()).toMatch(/96 × 24\s+[+−]0\.\d\d\s+0\.\d{3}/);
    await page.getByRole('combobox', { name: 'Part' }).selectOption({ label: 'Prediction' });
    expect(await formulas.innerText()).toContain('softmax');
    await page.locator('input[value=unfolded]').check();
    await expect.poll(() => page.locator('.diagram .part').count()).toBe(16);
    await expect.poll(() => new URL(page.url()).hash).toContain('un=1');
    await page.locator('.connections summary').click();
    const rows = page.locator('.connections tbody tr');
    await expect.poll(() => rows.count()).toBe(7);
    expect(await rows.filter({ hasText: 'layers.1.weight_hh' }).innerText()).toMatch(/Cell 2\s+Cell 2\s+1/);
    // A network that waits is drawn before it is built, and says so.
    await page.getByLabel('Preset').selectOption('dt(s)-rnn');
    await page.getByText('a restart builds it').waitFor();
    await expect.poll(() => page.locator('.diagram .part-hidden').count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('one step', () => {
  it('is walked through, stage by stage, and played', async () => {
    const { page, problems, close } = await opened('step', `${SMALL}&c=lstm`);
    const stages = page.locator('.stage');
    await expect.poll(() => stages.count()).toBe(5);
    const next = page.getByRole('button', { name: 'Next' });
    for (let at = 0; at < 4; at++) {
      await expect.poll(() => stages.nth(at).getAttribute('aria-current')).toBe('step');
      await next.click();
    }
    const shown = await stages.nth(2).locator('.gauge').innerText();
    const [kept, f, before, i, g] = /= ft ⊙ ct−1 \+ it ⊙ gt\s+([−\d.]+)·([−\d.]+) \+ ([−\d.]+)·([−\d.]+)/
      .exec(shown)!
      .map((text) => Number(text.replace('−', '-'))) as [number, number, number, number, number];
    void kept;
    const value = Number(/([+−][\d.]+)\s*$/.exec(shown)![1]!.replace('−', '-'));
    expect(value).toBeCloseTo(f * before + i * g, 1);
    const around = page.locator('.step-around mark');
    const field = page.getByLabel('Character');
    const at = Number(await field.inputValue());
    await next.click(); // On to the next character.
    await expect.poll(() => field.inputValue()).toBe(String(at + 1));
    await page.getByRole('button', { name: 'Play slowly' }).click();
    await expect.poll(() => stages.nth(1).getAttribute('aria-current'), { timeout: 5000 }).toBe('step');
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await around.count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('weights and gates', () => {
  it('are drawn for every parameter and gate, and told in tables', async () => {
    const { page, problems, close } = await opened('weights');
    const figures = page.locator('.spread');
    await expect.poll(() => figures.count()).toBe(4 + 6); // h r z n; six parameters
    const tables = page.locator('.weights table');
    expect(await tables.nth(0).locator('tbody tr').count()).toBe(4);
    expect(await tables.nth(1).locator('tbody tr').count()).toBe(6);
    expect(await tables.nth(1).locator('tr', { hasText: 'layers.0.weight_hh' }).innerText()).toMatch(
      /72 × 24/,
    );
    expect(await figures.first().locator('path').getAttribute('d')).not.toMatch(/NaN/);
    expect(problems).toEqual([]);
    await close();
  });
});

describe('memory', () => {
  it('finds what is copied, and marks it', async () => {
    const { page, problems, close } = await opened('memory', `${SMALL}&t=tales`, 60);
    const number = page.locator('.memory-number');
    await number.waitFor({ timeout: 20_000 });
    const passage = await page.locator('.memory-passage').textContent();
    expect([...passage!].length).toBe(Number(await number.innerText()));
    expect(await page.locator('.memory-text').textContent()).toContain(passage!);
    const text = await readFile(new URL('../../web/texts/tales.txt', import.meta.url), 'utf8');
    expect(text).toContain(passage!);
    await page.getByText(/For held-out text of the same length, .* it is \d+/).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

describe('the tabs', () => {
  it('are one stop, turned by arrow keys, and stand in the link', async () => {
    const { page, close } = await opened('text');
    await page.getByRole('tab', { name: 'Predictions' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.getByRole('tab', { name: 'Network' }).getAttribute('aria-selected'))
      .toBe('true');
    await expect.poll(() => new URL(page.url()).hash).toContain('lo=network');
    await page.keyboard.press('End');
    await page.getByRole('tab', { name: 'Memorization', selected: true }).waitFor();
    await close();
  });

  it('bring what they open into sight', async () => {
    const { page, close } = await visit(browser, site, { at: SMALL, viewport: { width: 1280, height: 800 } });
    await waitForStep(page, 5);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.getByRole('tab', { name: 'Network' }).click();
    await page.locator('.diagram .part').first().waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(300);
    await close();
  });

  it('ask nothing of the engine while they are out of view', async () => {
    const { page, close } = await visit(browser, site, { at: SMALL, viewport: { width: 390, height: 640 } });
    await waitForStep(page, 20);
    expect(await page.locator('.reading-text').count()).toBe(0);
    await close();
  });

  const each = Object.entries(DRAWN);

  it('give axe nothing to object to, each of them', { timeout: 120_000 }, async () => {
    const { page, close } = await opened(each[0]![0], `${SMALL}&l=2`, 60);
    for (const [look, drawn] of each) {
      await page.locator(`#look-${look}`).click();
      await page.locator(drawn).first().waitFor();
      expect(await violations(page, '.look'), look).toEqual([]);
    }
    await close();
  });

  it('fit a phone, each of them', async () => {
    const { page, close } = await visit(browser, site, {
      at: `${SMALL}&l=2&un=1&lo=text`,
      viewport: { width: 360, height: 640 },
      isMobile: true,
      hasTouch: true,
    });
    await waitForStep(page, 30);
    await page.locator('.look').evaluate((element) => element.scrollIntoView());
    for (const [look, drawn] of each) {
      await page.locator(`#look-${look}`).click();
      await page.locator(drawn).first().waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, look).toBeLessThanOrEqual(360);
    }
    await close();
  });
});

/** The longest task of the page's own thread, in milliseconds of processor time: others on the machine do not count. */
async function longestTask(page: Page, meanwhile: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await meanwhile();
  interface Event {
    name: string;
    pid: number;
    tid: number;
    tdur?: number;
    args: { name?: string };
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: Event[] };
  const main = traceEvents.find(({ args }) => args?.name === 'CrRendererMain')!;
  const own = traceEvents.filter(({ pid, tid }) => pid === main.pid && tid === main.tid);
  return Math.max(...own.map(({ tdur = 0 }) => tdur / 1000));
}

it('keeps the page free while it reads and a network of a usual size trains', async () => {
  const { page, close } = await visit(browser, site, { at: '#v=1&lo=text' });
  await waitForStep(page, 5);
  await page.locator('.look').evaluate((element) => element.scrollIntoView());
  const text = page.locator('.reading-text');
  await text.waitFor();
  const read = () => text.getAttribute('data-step');
  const readAgain = async () => {
    const before = await read();
    await expect.poll(read).not.toBe(before);
  };
  await readAgain();
  const longest = await longestTask(page, async () => {
    for (let times = 0; times < 2; times++) await readAgain();
  });
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(50);
  await close();
});
