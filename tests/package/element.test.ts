/** <unfold-playground> in a page of two lines, under a strict policy. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createModel, type Progress } from 'unfold-rnn';
import type { UnfoldPlayground } from 'unfold-rnn/element';
import { openBrowser, openSite, type Site, type Visit, visit } from '../web/harness.js';
import { argumentsOf, type Setup, TEXT } from './harness.js';

/** Of each test. Whatever it waits for has no limit of its own: on a busy machine it comes later. */
const LIMIT = 180_000;
vi.setConfig({ testTimeout: LIMIT });
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: LIMIT });

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
let folder: string;
let site: Site;
let opened: Visit | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await cp(dist, join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'lesson.txt'), TEXT);
  [browser, site] = await Promise.all([openBrowser(), openSite({ folder })]);
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true });
});

/** A page with that element; `options` are the browser's. */
async function show(markup: string, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const page = `<!doctype html><html lang="en"><head><title>Lesson</title><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,"></head>
    <body><main><h1>Lesson</h1>
    <script type="module" src="dist/element.js"></script>
    ${markup}</main></body></html>`;
  await writeFile(join(folder, 'index.html'), page);
  return (opened = await visit(browser, site, options));
}

const step = async ({ page }: Visit) =>
  Number((await page.locator('dd').first().innerText()).replaceAll(',', '').replace('–', '0'));
const written = async ({ page }: Visit) => page.getByRole('log').innerText();

/**
 * Whether it trains when observers have been told where it is: ours is the younger one, and is called after the
 * element's own.
 */
const runsOncePlaced = ({ page }: Visit) =>
  page.evaluate(async () => {
    await customElements.whenDefined('unfold-playground');
    const element: UnfoldPlayground = document.querySelector('unfold-playground')!;
    await new Promise((resolve) => new IntersectionObserver(resolve).observe(element));
    return element.running;
  });

describe('autostart', () => {
  test('trains, shows what it learns and what it writes', async () => {
    const view = await show('<unfold-playground preset="lstm" autostart></unfold-playground>');
    expect(await runsOncePlaced(view)).toBe(true);
    await eventually(() => step(view)).toBeGreaterThan(20);
    await eventually(() => written(view)).toMatch(/^step \d+\n[^]{40}/);
    expect(await view.page.locator('polyline').getAttribute('points')).toMatch(/ /);
    expect(await view.page.getByRole('img').getAttribute('aria-label')).toMatch(/from \d\.\d to/);
    expect(view.problems).toEqual([]);
  });

  test('waits until it is seen', async () => {
    const view = await show(
      '<svg width="10" height="4000"></svg><unfold-playground autostart></unfold-playground>',
    );
    expect(await runsOncePlaced(view)).toBe(false);
    await view.page.locator('unfold-playground').scrollIntoViewIfNeeded();
    await eventually(() => step(view)).toBeGreaterThan(0);
  });

  test('not for readers who prefer less motion', async () => {
    const view = await show('<unfold-playground autostart></unfold-playground>', { reducedMotion: 'reduce' });
    expect(await runsOncePlaced(view)).toBe(false);
    await view.page.getByRole('button', { name: 'Train' }).click();
    await eventually(() => step(view)).toBeGreaterThan(0);
  });
});

test('pauses, goes on, starts over, all by keyboard', async () => {
  const view = await show('<unfold-playground></unfold-playground>');
  const { page } = view;
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await eventually(() => step(view)).toBeGreaterThan(10);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Train' }).waitFor();
  expect(await page.getByRole('status').innerText()).toBe('Paused');
  const paused = await step(view);
  await page.evaluate(async () => {
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
  });
  expect(await step(view)).toBe(paused);
  await page.keyboard.press('Space');
  await eventually(() => step(view)).toBeGreaterThan(paused);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // start over: it goes on training, from nothing
  await eventually(() => step(view)).toBeLessThan(paused);
  await eventually(() => step(view)).toBeGreaterThan(0);
  expect(view.problems).toEqual([]);
});

test('learns from a file, or from what stands between the tags', async () => {
  const symbols = (view: Visit) =>
    view.page.evaluate(async () => {
      const element: UnfoldPlayground = document.querySelector('unfold-playground')!;
      const reported = new Promise<Progress>((resolve) =>
        element.addEventListener('progress', ({ detail }) => resolve(detail), { once: true }),
      );
      void element.play();
      const { losses } = await reported;
      return Math.exp(losses[0]!); // of a new network: about the size of the alphabet
    });
  const file = await show('<unfold-playground text="lesson.txt"></unfold-playground>');
  expect(await symbols(file)).toBeCloseTo(new Set(TEXT).size, -1);
  await file.close();
  const inline = await show(`<unfold-playground>${'ab '.repeat(400)}</unfold-playground>`);
  expect(await symbols(inline)).toBeCloseTo(3, 0);
});

test('says what is wrong, and goes on when it is put right', async () => {
  const view = await show('<unfold-playground preset="lstn" height="300"></unfold-playground>');
  const { page } = view;
  const box = await page.locator('unfold-playground').boundingBox();
  expect(box!.height).toBe(300);
  const told = page.evaluate(() => {
    const element = document.querySelector('unfold-playground')!;
    return new Promise<string>((resolve) =>
      element.addEventListener('error', ({ detail }) => resolve(detail.message)),
    );
  });
  await page.getByRole('button', { name: 'Train' }).click();
  expect(await told).toContain('lstn');
  expect(await page.getByRole('alert').innerText()).toBe(await told);
  await page.evaluate(() => document.querySelector('unfold-playground')!.setAttribute('preset', 'rnn'));
  await page.getByRole('button', { name: 'Train' }).click();
  await eventually(() => step(view)).toBeGreaterThan(0);
  expect(await page.getByRole('alert').isVisible()).toBe(false);
  await page.evaluate(() => document.querySelector('unfold-playground')!.setAttribute('text', 'nowhere.txt'));
  await eventually(() => page.getByRole('alert').innerText()).toContain(
    'nowhere.txt could not be loaded: status 404',
  );
});

test('taken out of the page it ends its worker', async () => {
  const view = await show('<unfold-playground autostart></unfold-playground>');
  await eventually(() => step(view)).toBeGreaterThan(0);
  expect(view.page.workers().length).toBeGreaterThan(0);
  await view.page.evaluate(() => document.querySelector('unfold-playground')!.remove());
  await eventually(() => view.page.workers().length).toBe(0);
});

/** A trained model beside the page. */
async function beside(name: string, config: Setup): Promise<void> {
  const model = await createModel(...argumentsOf({ ...config, evaluateEvery: 0, threads: 1, worker: false }));
  for await (const _ of model.train({ steps: 2 }));
  await writeFile(join(folder, name), await model.save());
  model.dispose();
}

describe('a trained model', () => {
  test('writes at once, and is not trained without its text', async () => {
    await beside('writer.safetensors', {
      text: TEXT,
      layers: [{ units: 8 }],
      sequenceLength: 16,
      batchSize: 4,
    });
    const view = await show('<unfold-playground model="writer.safetensors"></unfold-playground>');
    await view.page.getByRole('button', { name: 'Write' }).click();
    await eventually(() => written(view)).toMatch(/^step 2\n[^]{40}/);
    expect(await view.page.getByRole('button', { name: 'Start over' }).isVisible()).toBe(false);
    expect(view.problems).toEqual([]);
    await view.close();
    const trains = await show(
      '<unfold-playground model="writer.safetensors" text="lesson.txt" autostart></unfold-playground>',
    );
    await eventually(() => step(trains)).toBeGreaterThan(2);
  });

  test('answers questions of its task', async () => {
    await beside('parity.safetensors', { dataset: { name: 'parity', count: 60 }, layers: [{ units: 8 }] });
    const { page, problems } = await show(
      '<unfold-playground model="parity.safetensors" task="classify"></unfold-playground>',
    );
    await page.getByLabel('A sequence').fill('1011');
    await page.getByRole('button', { name: 'Answer' }).click();
    const shares = page.locator('.share b');
    await eventually(() => shares.count()).toBe(2);
    const all = (await shares.allInnerTexts()).map((text) => Number.parseFloat(text));
    expect(all[0]! + all[1]!).toBeCloseTo(100, 0);
    await page.getByLabel('A sequence').fill('7');
    await page.getByRole('button', { name: 'Answer' }).click();
    await eventually(() => page.getByRole('alert').innerText()).toContain('input');
    expect(await shares.count()).toBe(0); // the answer was to another question
    expect(problems).toEqual([]);
  });

  test('of another task than it is said to be of is refused', async () => {
    await beside('parity.safetensors', { dataset: { name: 'parity', count: 60 }, layers: [{ units: 8 }] });
    const { page } = await show(
      '<unfold-playground model="parity.safetensors" task="tag"></unfold-playground>',
    );
    await eventually(() => page.getByRole('alert').innerText()).toBe(
      'task: expected classify, which the model is for, got tag',
    );
  });

  test.each([
    ['tag', 'A sequence', { name: 'copy', count: 60, difficulty: 2 }, 'a', /^\S+$/],
    ['translate', 'A sequence', { name: 'reversal', count: 60 }, 'ab', /\S/],
    ['generate', 'Its seed', { name: 'dyck', count: 60 }, '3', /\S/],
    ['regress', 'Numbers', { name: 'sine', count: 60 }, '0.1\n0.2', /^Answers: [-\d.]+; [-\d.]+\n+Goes on: /],
    ['notes', 'Keys', { name: 'melodies', count: 40 }, '60 64\n62', /^([–\d ]+\n+){10}/],
  ] as const)('of the task %s answers', async (task, label, corpus, question, answer) => {
    await beside(`${task}.safetensors`, { task, dataset: corpus, layers: [{ units: 6 }] });
    const { page, problems } = await show(
      `<unfold-playground model="${task}.safetensors"></unfold-playground>`,
    );
    await page.getByLabel(label).fill(question);
    await page.getByRole('button', { name: 'Answer' }).click();
    await eventually(async () => (await page.locator('.form .log').innerText()).trim()).toMatch(answer);
    expect(problems).toEqual([]);
  });
});

test('numbers are asked for by the names of their columns', async () => {
  const rows = Array.from({ length: 40 }, (_, t) => `${t % 5},${t % 3}`).join('\n');
  await beside('table.safetensors', {
    task: 'regress',
    text: `price,sales\n${rows}`,
    layers: [{ units: 3 }],
  });
  const { page } = await show('<unfold-playground model="table.safetensors"></unfold-playground>');
  await page.getByLabel('price, sales, with commas or spaces between').waitFor();
});

test('a task is learnt from examples that are made', async () => {
  const view = await show('<unfold-playground task="tag" preset="gru"></unfold-playground>');
  await view.page.getByRole('button', { name: 'Train' }).click();
  await eventually(() => step(view)).toBeGreaterThan(0);
  await view.page.getByLabel('A sequence').waitFor();
  expect(view.problems).toEqual([]);
});

describe('a view', () => {
  test('of the network shows each part and its equations', async () => {
    const { page, problems } = await show(
      '<unfold-playground preset="lstm" view="network"></unfold-playground>',
    );
    await eventually(() => page.locator('.part').count()).toBe(3);
    expect(await page.locator('.formulas').innerText()).toMatch(/ct = ft ⊙ ct−1 \+ it ⊙ gt/);
    await page.getByRole('button', { name: /^Prediction/ }).focus();
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.formulas').innerText()).toContain('softmax');
    expect(problems).toEqual([]);
  });

  test('of the loss fills the element', async () => {
    const view = await show('<unfold-playground view="chart" autostart></unfold-playground>');
    await eventually(() => view.page.locator('polyline').getAttribute('points')).toMatch(/ /);
    expect((await view.page.locator('.measures svg').boundingBox())!.height).toBeGreaterThan(150);
    expect(view.problems).toEqual([]);
  });

  test('that there is not is named', async () => {
    const { page } = await show('<unfold-playground view="pie"></unfold-playground>');
    expect(await page.getByRole('alert').innerText()).toBe('view: expected text, network or chart, got pie');
  });

  test.each([
    ['view="pie" autostart', 'view: expected text, network or chart, got pie'],
    ['height="abc"', 'height: expected a CSS length, got abc'],
  ])('an attribute without effect is named: %s', async (attributes, message) => {
    const { page } = await show(`<unfold-playground ${attributes}></unfold-playground>`);
    await runsOncePlaced({ page } as Visit);
    expect(await page.getByRole('alert').innerText()).toBe(message);
  });

  test('a preset beside a model is named: the model has its network', async () => {
    await beside('own.safetensors', { dataset: { name: 'parity', count: 60 }, layers: [{ units: 3 }] });
    const { page } = await show(
      '<unfold-playground model="own.safetensors" preset="gru"></unfold-playground>',
    );
    await page.getByLabel('A sequence').waitFor();
    expect(await page.getByRole('alert').innerText()).toBe(
      'preset: expected none beside model, which has its network, got gru',
    );
  });

  test('a task that there is not: those that there are', async () => {
    const { page } = await show('<unfold-playground task="clasify"></unfold-playground>');
    await page.getByRole('button', { name: 'Train' }).click();
    await eventually(() => page.getByRole('alert').innerText()).toMatch(
      /^task: expected next, .*classify.*, got clasify$/,
    );
  });
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  const faces = ['text', 'network', 'chart', 'tag'] as const;
  const all = faces.flatMap((face) => [1280, 360].map((width) => [face, width] as const));

  test.each(all)('accessible: %s, %s pixels wide', async (face, width) => {
    const attributes = face === 'tag' ? 'task="tag"' : `view="${face}"`;
    const view = await show(`<unfold-playground ${attributes} autostart></unfold-playground>`, {
      colorScheme,
      viewport: { width, height: 720 },
      bypassCSP: true, // for the checker
    });
    if (face === 'text') await eventually(() => written(view)).toMatch(/step/);
    else if (face === 'network') await view.page.locator('.part').first().waitFor();
    else await eventually(() => step(view)).toBeGreaterThan(0);
    await view.page.addScriptTag({ path: axe });
    const found = await view.page.evaluate(async () => {
      const { violations } = await (globalThis as any).axe.run(document);
      return violations.map(
        ({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.html).join(' ')}`,
      );
    });
    expect(found).toEqual([]);
    const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    if (process.env.UNFOLD_PICTURES)
      await view.page.screenshot({
        path: join(process.env.UNFOLD_PICTURES, `element-${face}-${width}-${colorScheme}.png`),
      });
  });
});
