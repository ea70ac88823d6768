// The page fits its reader: language, direction, zoom, help, and nothing for axe to object to anywhere.
import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Page } from 'playwright';
import { getSchema } from 'unfold-rnn';
import { equations } from '../../web/src/help/equations';
import { help } from '../../web/src/i18n/en/help';
import { PRESET_CATALOG } from '../../web/src/settings/presetCatalog';
import { browser, frames, pause, play, site, step, useSite, violations, visit, waitForStep } from './harness';

const SMALL = '#v=1&h=32&w=32&b=16';
useSite();

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
const bar = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe('by light and in the dark', () => {
  it('gives axe nothing to object to in any dialog', { timeout: 240_000 }, async () => {
    const { page, problems, close } = await visit(browser, site, { at: SMALL });
    await waitForStep(page, 40);
    await pause(page).click();
    await page.getByLabel('Hidden units').focus();
    expect(await violations(page)).toEqual([]);
    await bar(page, 'Runs');
    await page.locator('.run-row').waitFor();
    await page.getByRole('button', { name: /^Pin:/ }).click();
    await page.getByRole('button', { name: /^Rename/ }).click();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await bar(page, 'Compare');
    await bar(page, 'Generate samples');
    await expect.poll(() => page.locator('.compare-sample').innerText()).not.toBe('');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    for (const name of ['Export', 'Embed in a page', 'Tours']) {
      await bar(page, name);
      expect(await violations(page)).toEqual([]);
      if (name === 'Export') continue; // from there to the next
      await page.keyboard.press('Escape');
    }
    await bar(page, 'Tours');
    await bar(page, 'Why gates');
    await page.locator('.tour').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('gives axe nothing to object to while two networks write, in German, on a phone', async () => {
    const options = {
      locale: 'de-DE',
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    };
    const { page, close } = await visit(browser, site, options);
    await expect.poll(() => page.locator('#pretrained-text').innerText()).not.toBe('');
    expect(await violations(page)).toEqual([]);
    await close();
  });
});

describe.each(['en-GB', 'de-DE', 'fr-FR'])('in a browser that speaks %s', (locale) => {
  const german = locale.startsWith('de');
  it('speaks the language there is for it', async () => {
    const { page, problems, close } = await visit(browser, site, { locale, at: `${SMALL}&autostart=0` });
    expect(await page.locator('html').getAttribute('lang')).toBe(german ? 'de' : 'en');
    await page.getByRole('button', { name: german ? 'Trainieren' : 'Train', exact: true }).waitFor();
    await page.getByRole('heading', { name: german ? 'Netz' : 'Network', exact: true }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

it('changes its language when it is told to, and brings the run along', async () => {
  const { page, close } = await visit(browser, site, { at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  for (let at = 1; at <= 2; at++) {
    await page.keyboard.press('s');
    await expect.poll(() => step(page)).toBe(at);
  }
  await bar(page, 'Help');
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('button', { name: 'Trainieren', exact: true }).waitFor();
  await expect
    .poll(() => page.locator('.facts div', { hasText: 'Schritt' }).locator('dd').innerText())
    .toBe('2');
  await close();
});

describe.each([
  { name: '200 % zoom of a laptop', viewport: { width: 640, height: 400 }, locale: 'en-US' },
  { name: 'a phone, in German', viewport: { width: 360, height: 640 }, locale: 'de-DE' },
  { name: 'a tablet, in German', viewport: { width: 768, height: 1024 }, locale: 'de-DE' },
  { name: 'a laptop, in German', viewport: { width: 1152, height: 700 }, locale: 'de-DE' },
  { name: 'a very wide screen', viewport: { width: 3440, height: 1300 }, locale: 'de-DE' },
])('at $name', ({ viewport, locale }) => {
  it('fits, every dialog and the tour too', async () => {
    const { page, problems, close } = await visit(browser, site, { viewport, locale, at: SMALL });
    await waitFirst(page);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.keyboard.press('Space'); // what is written takes no part from here on
    const names =
      locale === 'de-DE'
        ? ['Läufe', 'Vergleich', 'Exportieren', 'Touren']
        : ['Runs', 'Compare', 'Export', 'Tours'];
    for (const name of names) {
      await bar(page, name);
      const dialog = page.locator('dialog[open]');
      await dialog.waitFor();
      const [inner, outer] = await dialog.evaluate((element) => [element.scrollWidth, element.clientWidth]);
      expect(inner, name).toBeLessThanOrEqual(outer);
      if (name !== names.at(-1)) await page.keyboard.press('Escape');
    }
    await page.locator('.tours button').first().click();
    await page.locator('.tour').waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    // No button is cut off by the window, and none lies over its neighbour.
    const overlaps = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.bar button, .actions button')]
        .map((button) => button.getBoundingClientRect())
        .filter(({ width }) => width > 0);
      const apart = (a: DOMRect, b: DOMRect) =>
        a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
      const out = boxes.filter(({ left, right }) => left < 0 || right > innerWidth + 1).length;
      return out + boxes.filter((a, at) => boxes.slice(at + 1).some((b) => !apart(a, b))).length;
    });
    expect(overlaps).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });
});

/** The first step, in any language. */
async function waitFirst(page: Page): Promise<void> {
  await expect
    .poll(async () => Number(await page.locator('.facts dd').first().innerText()))
    .toBeGreaterThan(0);
}

it('writes right to left where the text does, and keeps emoji whole in the end', async () => {
  const { page, problems, close } = await visit(browser, site, { at: `${SMALL}&autostart=0` });
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  await page.getByRole('button', { name: 'Paste…' }).click();
  await page.getByRole('textbox', { name: 'Paste a text' }).fill('שלום עולם 🎉\n'.repeat(400));
  await page.getByRole('button', { name: 'Use this text' }).click();
  await play(page).click();
  await waitForStep(page, 300);
  await page.keyboard.press('w');
  await expect.poll(() => page.locator('#written').innerText(), { timeout: 20_000 }).toContain('🎉');
  expect(await page.locator('#written').evaluate((element) => getComputedStyle(element).direction)).toBe(
    'rtl',
  );
  expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe('ltr');
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(problems).toEqual([]);
  await close();
});

describe('on a phone', () => {
  const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

  it('every part of the page is one touch away, and the buttons for it stay', async () => {
    const { page, problems, close } = await visit(browser, site, { ...phone, at: SMALL });
    await waitFirst(page);
    const places = page.getByRole('navigation', { name: 'Sections of the page' });
    const top = (part: string) => page.locator(part).evaluate((one) => one.getBoundingClientRect().top);
    for (const [name, part] of [
      ['Settings', '.settings'],
      ['Loss', '.measure'],
      ['Look inside', '.look'],
      ['Text', '.stream-head'],
    ] as const) {
      await places.getByRole('button', { name }).tap();
      await expect.poll(async () => Math.abs((await top(part)) - 75), { message: name }).toBeLessThan(75);
      await expect.poll(() => places.locator('[aria-current]').innerText()).toBe(name);
      const box = (await places.boundingBox())!;
      expect(Math.round(box.y + box.height)).toBe(740);
    }
    expect(problems).toEqual([]);
    await close();
  });

  it('a part that was asked for stays where it is while the networks write on', async () => {
    const { page, close } = await visit(browser, site, { ...phone, viewport: { width: 390, height: 844 } });
    await waitForStep(page, 60);
    const written = () => page.locator('#pretrained-text, #written').allInnerTexts();
    // Their boxes are full.
    await expect.poll(async () => (await written()).every(({ length }) => length > 100)).toBe(true);
    await page.getByRole('button', { name: 'Loss', exact: true }).tap();
    const scrolled = () => page.evaluate(() => Math.round(scrollY));
    const before = await scrolled();
    expect(before).toBeGreaterThan(200);
    for (let times = 0; times < 10; times++) {
      const text = (await written()).join();
      await expect.poll(async () => (await written()).join()).not.toBe(text);
      expect(await scrolled()).toBe(before);
    }
    await close();
  });

  it('a chart out of sight is not drawn, and not even its script fetched', async () => {
    const short = { ...phone, viewport: { width: 360, height: 480 } };
    const { page, close } = await visit(browser, site, { ...short, at: SMALL });
    const fetched = () =>
      page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    await waitForStep(page, 20);
    expect((await fetched()).some((name) => name.includes('lossPlot'))).toBe(false);
    await page.getByRole('button', { name: 'Loss', exact: true }).tap();
    const chart = page.locator('.chart-canvas canvas');
    await chart.waitFor();
    const picture = () => chart.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    await expect.poll(picture).not.toBe(before);
    await page.getByRole('button', { name: 'Settings', exact: true }).tap();
    const rests = async () => {
      const drawn = await picture();
      await waitForStep(page, (await step(page)) + 20);
      return drawn === (await picture());
    };
    await expect.poll(rests).toBe(true); // once it has scrolled out of sight
    const resting = await picture();
    expect(await rests()).toBe(true);
    await page.getByRole('button', { name: 'Loss', exact: true }).tap();
    await chart.waitFor();
    await expect.poll(picture).not.toBe(resting);
    await close();
  });

  it('the buttons are not there where there is room', async () => {
    const { page, close } = await visit(browser, site, { at: `${SMALL}&autostart=0` });
    await play(page).waitFor();
    expect(await page.locator('.section-nav').isVisible()).toBe(false);
    await close();
  });
});

describe('German', () => {
  /** Every sentence of a catalogue, by its path; functions stand for what they say. */
  function sentences(value: unknown, path = ''): [string, string][] {
    if (typeof value === 'string') return [[path, value]];
    if (typeof value === 'function')
      return [[path, String((value as (...args: unknown[]) => unknown)(2, 2, 2))]];
    return Object.entries(value as object).flatMap(([name, item]) => sentences(item, `${path}.${name}`));
  }

  it('has every sentence, none empty, and nothing left in English by mistake', async () => {
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {} }));
    const { english } = await import('../../web/src/i18n/en/messages');
    const { german } = await import('../../web/src/i18n/de/messages');
    const [own, other] = [new Map(sentences(english)), new Map(sentences(german))];
    for (const path of own.keys()) expect(other.get(path), path).toBeTruthy();
    const same = [...own].filter(
      ([path, text]) => text.split(' ').length > 3 && /\p{L}{3}/u.test(text) && other.get(path) === text,
    );
    expect(same).toEqual([]);
    vi.unstubAllGlobals();
  });

  it('has a sentence for every text, preset, cell and corpus there is', async () => {
    const { german } = await import('../../web/src/i18n/de/messages');
    const { presets, cells, datasets: corpora } = await getSchema();
    const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
    expect(Object.keys(german.said.presets).sort()).toEqual(names([...presets, ...PRESET_CATALOG]));
    expect(Object.keys(german.said.cells).sort()).toEqual(names(cells));
    expect(Object.keys(german.said.corpora).sort()).toEqual(names(corpora));
    // Title, summary, what the difficulty counts, the best, and without information.
    for (const said of Object.values(german.said.corpora)) expect(said.filter(Boolean)).toHaveLength(5);
    const texts = JSON.parse(
      await readFile(new URL('../../web/texts/index.json', import.meta.url), 'utf8'),
    ) as { id: string }[];
    expect(Object.keys(german.said.texts).sort()).toEqual(texts.map(({ id }) => id).sort());
  });
});

it.each(['en', 'de'])('has room for every label, in %s', async (locale) => {
  const at = `${SMALL}&autostart=0&c=lstm&l=2&td=1&od=1&id=1&em=8&lk=spectrum&fb=target`;
  const { page, close } = await visit(browser, site, { at, locale });
  await page.locator('.settings summary', { hasText: /^(Configuration|Konfiguration)$/ }).waitFor();
  for (const summary of await page.locator('.settings summary').all()) await summary.click();
  await page.locator('#set-initReadout').waitFor();
  for (const width of [360, 820, 1180, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const meeting = await page.evaluate(() => {
      const words = [
        ...document.querySelectorAll('.settings :is(label, h2, legend, .group-note, .field-value)'),
      ].map((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return { said: element.textContent, box: range.getBoundingClientRect() };
      });
      return words.flatMap((one, at) =>
        words.slice(at + 1).flatMap((other) => {
          const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          return across > 1 && down > 4 ? [`${one.said} on ${other.said}`] : [];
        }),
      );
    });
    expect(meeting, `at ${width}`).toEqual([]);
  }
  await close();
});

describe('help', () => {
  it('is one sentence for every setting', () => {
    for (const [name, sentence] of Object.entries(help)) {
      expect(sentence, name).toMatch(/^[A-Z0-9].*[^ ]\.$/);
      expect(sentence.length, name).toBeLessThan(140);
    }
    expect(Object.keys(help).sort()).toEqual(Object.keys(equations).sort());
  });

  it.each([
    'c=lstm&l=2&td=1&id=1&em=8&lk=spectrum&fb=target&od=1&sd=step&wu=5&ir=sparse',
    'c=gru&sd=plateau&lk=fixed',
    'c=rnn&ir=sparse&ck=1%2C2',
    'ta=translate&cp=addition&at=additive',
    'ta=generate&cp=arithmetic&sp=linear',
    'ta=tag&cp=brackets',
  ])('describes every control of a network: %s', async (network) => {
    const { page, close } = await visit(browser, site, { at: `${SMALL}&autostart=0&${network}` });
    await expect.poll(() => play(page).isEnabled()).toBe(true);
    for (const title of ['Schedule and clipping', 'More'])
      await page.locator('summary', { hasText: title }).click();
    const [count, missing] = await page.evaluate(() => {
      const about = (control: Element) =>
        (control.closest('[aria-describedby]')?.getAttribute('aria-describedby') ?? '')
          .split(' ')
          .map((id) => document.getElementById(id)?.textContent ?? '')
          .join('');
      const parts = '.settings, .loss-tools, .stream-controls';
      const controls = [...document.querySelectorAll('input, select, textarea')].filter(
        (control) =>
          control.closest(parts) && !control.matches('[type=file], #own-input, .configuration textarea'),
      );
      const bare = controls.filter((control) => about(control).length < 20);
      return [controls.length, bare.map((control) => control.outerHTML.slice(0, 120))] as const;
    });
    expect(missing).toEqual([]);
    expect(count).toBeGreaterThan(15);
    await close();
  });

  it('is shown with its equation, and follows the focus', async () => {
    const { page, close } = await visit(browser, site, { at: `${SMALL}&autostart=0&c=lstm` });
    await expect.poll(() => play(page).isEnabled()).toBe(true);
    await page.locator('summary', { hasText: 'More' }).click();
    const shown = page.getByRole('region', { name: 'Help for this control' });
    // The pointer rests on the summary; the page scrolls to the focus, and other controls pass under the pointer.
    const clip = page.getByLabel('Gradient clipping');
    const height = () => clip.evaluate((element) => element.getBoundingClientRect().top);
    const before = await height();
    await clip.focus();
    await expect.poll(height).not.toBe(before);
    await frames(page);
    expect(await shown.innerText()).toContain('g · min(1, c / ‖g‖)');
    await page.getByLabel('Hidden units').hover();
    await expect.poll(() => shown.innerText()).toContain('Units in each layer');
    await page.getByLabel('Forget bias').focus();
    await expect.poll(() => shown.innerText()).toContain('f = σ(U·x + W·h₋ + b)');
    await page.locator('.loss-smoothing select').focus();
    await expect.poll(() => shown.innerText()).toContain('s ← k·s + (1−k)·L');
    await close();
  });
});
