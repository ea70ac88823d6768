// The page without a network, as an installed page, and from a folder of any server.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright';
import { serve } from '../../scripts/build/serve.mjs';
import { later, openBrowser, rest, restart, step, visit, waitForStep } from './harness';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await cp(new URL('../../web/dist', import.meta.url), join(folder, 'some/where'), { recursive: true });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const controlled = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 20_000 });

describe.each([true, false])('isolated: %s', (isolation) => {
  it('works offline on the second visit, from a sub-path, and isolated', async () => {
    const site = await serve({ port: 0, folder, isolation });
    const { page, problems, close } = await visit(browser, site, { at: 'some/where/' });
    await controlled(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolation);
    expect(problems).toEqual([]);
    await site.close();
    const second = await page.context().newPage();
    await second.goto(`${site.url}some/where/?from=elsewhere#v=1&h=32&t=names`);
    await waitForStep(second, 5);
    expect(await second.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await second.locator('#threads').textContent()).not.toContain('isolat');
    expect(await second.getByLabel('Dataset', { exact: true }).inputValue()).toBe('names');
    // A new network needs the engine's files again.
    await rest(second);
    await second.getByLabel('Cell').selectOption('lstm');
    await restart(second);
    await expect.poll(() => second.locator('.changes').innerText()).toBe('No pending changes');
    await waitForStep(second, 3);
    await close();
  });
});

it('is replaced as a whole by a newer version, once no tab has the old one', async () => {
  const site = await serve({ port: 0, folder });
  const { page, close } = await visit(browser, site, { at: 'some/where/' });
  await controlled(page);
  const { writeFile } = await import('node:fs/promises');
  const [worker, html] = [join(folder, 'some/where/sw.js'), join(folder, 'some/where/index.html')];
  await writeFile(worker, (await readFile(worker, 'utf8')).replace(/VERSION = "/, 'VERSION = "newer'));
  await writeFile(html, (await readFile(html, 'utf8')).replace('<title>', '<title>Newer '));
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((found) => found!.update()));
  await page.getByText('A newer version of this page').waitFor();
  const context = page.context();
  const other = await context.newPage();
  await other.goto(`${site.url}some/where/`);
  expect(await other.title()).not.toMatch(/^Newer/);
  await page.close();
  await other.goto('about:blank');
  // The waiting worker takes over once the browser has noticed that no tab is left, which takes its time.
  const load = async () => {
    await other.goto(`${site.url}some/where/`);
    const title = await other.title();
    if (!title.startsWith('Newer')) await other.goto('about:blank');
    return title;
  };
  await expect.poll(load, { timeout: 40_000, interval: 1000 }).toMatch(/^Newer/);
  await expect.poll(() => other.evaluate(async () => (await caches.keys()).length)).toBe(1);
  await close();
  await site.close();
});

it('does not fetch itself again where data is to be saved', async () => {
  const site = await serve({ port: 0, folder });
  const script = "Object.defineProperty(navigator, 'connection', { get: () => ({ saveData: true }) })";
  const { page, close } = await visit(browser, site, { at: 'some/where/', script, clock: true });
  await page.locator('.written-waits', { hasText: 'Training starts when you press Train' }).waitFor();
  await later(page);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(await step(page)).toBe(0);
  await close();
  await site.close();
});

it('can be installed: a manifest whose icons are what they say', async () => {
  const site = await serve({ port: 0, folder });
  const { page, problems, close } = await visit(browser, site, { at: 'some/where/#autostart=0' });
  const devtools = await page.context().newCDPSession(page);
  const { errors, url } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(url).toBe(`${site.url}some/where/manifest.webmanifest`);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  const sizes = await page.evaluate(async (url) => {
    const manifest = (await (await fetch(url)).json()) as { icons: { src: string; sizes: string }[] };
    return Promise.all(
      manifest.icons
        .filter(({ sizes }) => sizes !== 'any')
        .map(async ({ src, sizes }) => {
          const image = new Image();
          image.src = new URL(src, url).href;
          await image.decode();
          return `${image.naturalWidth}x${image.naturalHeight}` === sizes;
        }),
    );
  }, url);
  expect(sizes).toEqual([true, true, true]);
  expect(problems).toEqual([]);
  await close();
  await site.close();
});
