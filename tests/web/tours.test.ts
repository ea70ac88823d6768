// Guided tours: what their sentences say is what the page shows; nobody's run is lost to them.
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { hashOf, placeOf, TOUR_NAMES, TOURS } from '../../web/src/tours/tours';
import { tours } from '../../web/src/i18n/en/tours';
import { tours as german } from '../../web/src/i18n/de/tours';
import { readHash } from '../../web/src/settings/hash';
import {
  browser,
  fact,
  frames,
  later,
  pause,
  play,
  site,
  step,
  useSite,
  visit,
  waitForStep,
} from './harness';

useSite();

const card = (page: Page) => page.getByRole('region', { name: /./ }).and(page.locator('.tour'));
const next = (page: Page) => card(page).getByRole('button', { name: 'Next' }).click();

describe('every tour', () => {
  it.each(TOUR_NAMES)('%s has a text for each stop and settings that the page takes', (name) => {
    const { stops } = tours[name];
    expect(stops.length).toBe(TOURS[name].length);
    // Three sentences at most, in every language.
    const sentences = (text: string) => text.match(/[.!?](?=\s+[\p{Lu}\d]|$)/gu)!.length;
    for (const text of [...stops, ...german[name].stops]) expect([1, 2, 3], text).toContain(sentences(text));
    expect(german[name].stops).toHaveLength(stops.length);
    TOURS[name].forEach(({ link }, at) => {
      expect(readHash(`#${link}`).refused).toEqual([]);
      expect(placeOf(hashOf({ tour: name, at }))).toEqual({ tour: name, at });
    });
  });

  it('is found by its link, and nothing else is', () => {
    expect(placeOf('#tour=gates')).toEqual({ tour: 'gates', at: 0 });
    expect(placeOf('#tour=gates&stop=99')).toEqual({ tour: 'gates', at: 0 });
    for (const hash of ['', '#tour=', '#tour=__proto__', '#v=1&h=32']) expect(placeOf(hash)).toBeNull();
  });

  it.each(TOUR_NAMES)('%s can be walked to its end by keyboard', { timeout: 120_000 }, async (name) => {
    const { page, problems, close } = await visit(browser, site, { at: `#tour=${name}` });
    for (let at = 1; at <= TOURS[name].length; at++) {
      await card(page).getByText(`${at} of ${TOURS[name].length}`).waitFor();
      expect(new URL(page.url()).hash).toBe(`#tour=${name}&stop=${at}`);
      // The mark and the focus are effects: they follow the card in a task of their own.
      await expect.poll(() => page.locator('[data-looked-at]').count()).toBe(1);
      await expect.poll(() => page.evaluate(() => document.activeElement!.id)).toBe('tour-title');
      await waitForStep(page, 1);
      for (let tab = 0; tab < (at === 1 ? 2 : 3); tab++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    }
    await card(page).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
    await close();
  });
});

it('brings the reader’s own run back, and keeps the tour’s networks out of the list', async () => {
  const { page, problems, close } = await visit(browser, site, { at: '#v=1&h=24&w=16&b=4&autostart=0' });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  for (let at = 1; at <= 3; at++) {
    await page.keyboard.press('s');
    await expect.poll(() => step(page)).toBe(at);
  }
  await page.getByRole('button', { name: 'Tours' }).click();
  await page.getByRole('button', { name: 'Temperature', exact: true }).click();
  await pause(page).waitFor();
  await waitForStep(page, 2);
  await next(page);
  await expect.poll(() => page.getByRole('slider', { name: 'Temperature' }).inputValue()).toBe('0.1');
  await page.getByRole('button', { name: 'Leave the tour' }).click();
  await expect.poll(() => page.getByLabel('Hidden units').inputValue()).toBe('24');
  await expect.poll(() => step(page)).toBe(3);
  await page.getByRole('button', { name: 'Runs', exact: true }).click();
  await expect.poll(() => page.locator('.run-row').count()).toBe(1);
  expect(problems).toEqual([]);
  await close();
});

it('shows what it says of vanishing and exploding gradients', async () => {
  const { page, close } = await visit(browser, site, { at: '#tour=vanishing&stop=2' });
  const reach = async () =>
    /vanished beyond (\d+) steps/.exec(await page.locator('.flow-head span').innerText())?.[1];
  await expect.poll(reach).toBeDefined();
  expect(Number(await reach())).toBeLessThan(40);
  await next(page);
  await waitForStep(page, 30);
  await expect.poll(() => fact(page, 'Gradient norm')).toBeGreaterThan(100);
  await close();
});

it('does not move where less motion is asked for', async () => {
  const { page, close } = await visit(browser, site, {
    at: '#tour=gates',
    reducedMotion: 'reduce',
    clock: true,
  });
  await card(page).waitFor();
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await later(page);
  await frames(page);
  expect(await play(page).isEnabled()).toBe(true); // nothing is on its way
  expect(await step(page)).toBe(0);
  await close();
});
