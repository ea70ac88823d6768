// The page as a visitor meets it: it loads cleanly, trains by itself and writes.
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright';
import { contentSecurityPolicy } from '../../scripts/build/serve.mjs';
import {
  fact,
  loss,
  openBrowser,
  openSite,
  pause,
  play,
  type Site,
  step,
  visit,
  waitForStep,
} from './harness';

let browser: Browser;
const sites: Site[] = [];

async function site(...options: Parameters<typeof openSite>): Promise<Site> {
  const opened = await openSite(...options);
  sites.push(opened);
  return opened;
}

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(sites.map((opened) => opened.close()));
});

describe.each([
  { name: 'isolated', isolation: true, badge: /^\d threads?/ },
  { name: 'not isolated', isolation: false, badge: /^1 thread.*why/s },
])('$name', ({ isolation, badge }) => {
  it('loads cleanly, trains by itself, learns and writes', async () => {
    const { page, problems, close } = await visit(browser, await site({ isolation }));
    await pause(page).waitFor();
    await page.waitForFunction(() => (document.querySelector('#written')?.textContent ?? '').length > 20);
    await waitForStep(page, 3);
    const early = await loss(page);
    await waitForStep(page, 60);
    expect(await loss(page)).toBeLessThan(early - 0.5);
    expect(await fact(page, 'Characters per second')).toBeGreaterThan(0);
    expect(await page.locator('.badge').innerText()).toMatch(badge);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolation);
    expect(await page.locator('.notice').count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });
});

it('shows its name until its script is there', async () => {
  const { url } = await site();
  const context = await browser.newContext();
  const page = await context.newPage();
  let letThrough = () => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  await page.route('**/assets/main-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(url, { waitUntil: 'commit' });
  const name = page.locator('.shell');
  await name.waitFor();
  letThrough();
  await page.locator('.bar').waitFor();
  expect(await name.isVisible()).toBe(false);
  await context.close();
});

it('is sent compressed to whoever takes that, and the same to all others', async () => {
  const { url } = await site();
  for (const path of ['', 'manifest.webmanifest', 'icon.svg']) {
    const [packed, plain] = await Promise.all(
      ['gzip, br', 'identity'].map((encoding) =>
        fetch(url + path, { headers: { 'Accept-Encoding': encoding } }),
      ),
    );
    expect(plain!.headers.get('content-encoding')).toBeNull();
    expect(packed!.headers.get('vary')).toBe('Accept-Encoding');
    const tag = packed!.headers.get('etag')!;
    expect(tag).toMatch(/^W\//); // one for both
    expect((await fetch(url + path, { headers: { 'If-None-Match': tag } })).status).toBe(304);
    expect(packed!.headers.get('content-encoding')).toBe(path ? null : 'br'); // small ones are not worth it
    expect(await packed!.text()).toBe(await plain!.text());
  }
});

// The page and the engine; the model that writes at once and the text have limits of their own.
it.each([true, false])('fetches 365 000 bytes at most until it trains (isolated: %s)', async (isolation) => {
  const { url } = await site({ isolation });
  const context = await browser.newContext();
  const fetched = new Map<string, Promise<Buffer>>();
  context.on('response', (response) =>
    fetched.set(
      response.url(),
      response.body().catch(() => Buffer.of()),
    ),
  );
  const page = await context.newPage();
  await page.goto(url);
  await waitForStep(page, 1);
  let sum = 0;
  for (const [address, body] of fetched)
    if (!/\.(safetensors|txt)$/.test(address)) sum += brotliCompressSync(await body).byteLength;
  console.log(`${fetched.size} files, ${sum} bytes in brotli`);
  expect([...fetched.keys()].join(' ')).toMatch(/\.wasm\b.*worker|worker.*\.wasm\b/);
  expect(sum).toBeLessThan(365_000);
  expect(sum).toBeGreaterThan(200_000);
  await context.close();
});

it('needs no exception from Trusted Types', async () => {
  const policy = `${contentSecurityPolicy}; require-trusted-types-for 'script'`;
  const strict = await site({ headers: { 'Content-Security-Policy': policy } });
  const { page, problems, close } = await visit(browser, strict);
  await waitForStep(page, 5);
  expect(problems).toEqual([]);
  await close();
});

it('brings its policy along where a server sends none: no inline script, no eval, no HTML from text', async () => {
  const { page, close } = await visit(browser, await site({ headers: { 'Content-Security-Policy': '' } }));
  await waitForStep(page, 3);
  const tried = await page.evaluate(async () => {
    const script = document.createElement('script');
    const forecastError = (work: () => unknown) => {
      try {
        work();
        return 'none';
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      inline: forecastError(() => (script.text = 'window.broken = 1')),
      markup: forecastError(
        () => (document.createElement('p').innerHTML = '<img src=x onerror="window.broken=1">'),
      ),
      // Later: what a debugger evaluates is exempt as long as it runs.

      evaluated: await new Promise((resolve) =>
        // eslint-disable-next-line no-eval -- the policy is to refuse it
        setTimeout(() => resolve(forecastError(() => (0, eval)('window.broken = 1')))),
      ),
      foreign: await fetch('https://example.com/').then(
        () => 'fetched',
        () => 'refused',
      ),
      broken: 'broken' in window,
    };
  });
  expect(tried).toEqual({
    inline: 'TypeError',
    markup: 'TypeError',
    evaluated: 'EvalError',
    foreign: 'refused',
    broken: false,
  });
  await close();
});

it('shows what nobody caught, as text', async () => {
  const { page, close } = await visit(browser, await site(), { at: '#autostart=0' });
  await expect.poll(() => play(page).isEnabled(), { timeout: 20_000 }).toBe(true);
  await page.evaluate(() => {
    setTimeout(() => void Promise.reject(new Error('<b>nobody</b> caught this rejection')));
    setTimeout(() => {
      throw new Error('nor this exception');
    });
  });
  for (const text of ['<b>nobody</b> caught this rejection', 'nor this exception'])
    await page
      .getByRole('alert')
      .filter({ hasText: 'Something went wrong' })
      .filter({ hasText: text })
      .waitFor();
  expect(await page.locator('.notice b', { hasText: 'nobody' }).count()).toBe(0);
  await close();
});

it('trains on several threads where there are cores for them', async () => {
  // Said, not had: a machine of two cores tries threads too.
  const script = "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 4 })";
  const { page, problems, close } = await visit(browser, await site(), { script });
  await waitForStep(page, 5);
  expect(await page.locator('.badge').innerText()).toBe('2 threads');
  expect(problems).toEqual([]);
  await close();
});

it('trains on the only core there is, and says why on one thread', async () => {
  const script = "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 })";
  const { page, problems, close } = await visit(browser, await site(), { script });
  await waitForStep(page, 5);
  expect(await page.locator('.badge').innerText()).toMatch(/^1 thread.*why/s);
  await page.locator('.badge').click();
  expect(await page.locator('#threads').innerText()).toContain('There is one core.');
  expect(problems).toEqual([]);
  await close();
});

it('says so where WebAssembly is blocked', async () => {
  const policy = contentSecurityPolicy.replace(" 'wasm-unsafe-eval'", '');
  const { page, close } = await visit(
    browser,
    await site({ headers: { 'Content-Security-Policy': policy } }),
  );
  await page.getByRole('alert').filter({ hasText: 'WebAssembly is not available' }).waitFor();
  expect(await page.locator('#written').innerText()).toContain('the engine did not load');
  await close();
});

it('says so when the engine cannot be fetched, and tries again when asked', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(/\.wasm$/, (route) => route.fulfill({ status: 404, body: 'Not found.' }));
  await page.goto((await site()).url);
  const alert = page.getByRole('alert').filter({ hasText: '404' });
  await alert.waitFor();
  // What there is to choose from is known without it.
  await expect.poll(() => page.getByLabel('Cell').locator('option').count()).toBeGreaterThan(3);
  await page.unroute(/\.wasm$/);
  await play(page).click();
  await waitForStep(page, 5);
  expect(await alert.count()).toBe(0);
  await context.close();
});

describe('waits for the first press', () => {
  it.each([
    { why: 'where less motion is asked for', options: { reducedMotion: 'reduce' as const }, at: '' },
    { why: 'where the link says so', options: {}, at: '#autostart=0' },
    { why: 'where the link asks for a large network', options: {}, at: '#v=1&c=lstm&h=2048&l=3' },
    { why: 'where the link holds nonsense', options: {}, at: '#v=1&h=-3&lr=nan&__proto__=1&c=<script>' },
  ])('$why', async ({ options, at }) => {
    const { page, problems, close } = await visit(browser, await site(), { ...options, at });
    await expect.poll(() => play(page).isEnabled(), { timeout: 20_000 }).toBe(true);
    await page.locator('.written-waits', { hasText: 'Training starts when you press Train' }).waitFor();
    expect(await step(page)).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });
});
