// The page and the package in WebKit, in the three settings that it is met in: without isolation; isolated, but
// without SharedArrayBuffer, as embedded WebKits are; isolated and with it, as Safari is.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openWebKit, webkit } from '../support/webkit';
import { openSite } from './harness';

if (!webkit)
  console.log('WebKit is missing: nothing is tried in it (scripts/setup test installs webkit2gtk-driver).');

const settings = [
  { name: 'not isolated', isolation: false, env: {}, reason: 'not cross-origin isolated' },
  { name: 'isolated, without SharedArrayBuffer', isolation: true, env: {}, reason: 'no SharedArrayBuffer' },
  { name: 'isolated', isolation: true, env: { JSC_useSharedArrayBuffer: '1' }, reason: null },
];

/** The number of steps that the page shows. */
const STEP = "Number(document.querySelector('.facts dd')?.textContent.replaceAll(/\\D/g, ''))";
const button = (name: string) =>
  `[...document.querySelectorAll('button')].find((one) => one.textContent.trim() === '${name}')`;

/** A folder with the application that the bundlers build too, and the package as it is. */
async function application(): Promise<string> {
  const own = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'unfold-webkit-'));
  await cp(own('../dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['index.html', 'train.js'])
    await cp(own(`package/fixtures/${name}`), join(folder, name));
  const app = await readFile(own('package/fixtures/app.js'), 'utf8');
  await writeFile(join(folder, 'app.js'), app.replace("'unfold-rnn'", "'./dist/index.js'"));
  return folder;
}

describe.skipIf(!webkit).each(settings)('WebKit, $name', ({ isolation, env, reason }) => {
  it('the page trains, writes, pauses, and says how many threads', { timeout: 400_000 }, async () => {
    const [site, browser] = await Promise.all([openSite({ isolation }), openWebKit(env)]);
    try {
      await browser.goto(site.url);
      expect(await browser.evaluate('[crossOriginIsolated, typeof SharedArrayBuffer]')).toEqual([
        isolation,
        reason ? 'undefined' : 'function',
      ]);
      await browser.wait(`${STEP} > 2`);
      await browser.wait("document.querySelector('#written').textContent.length > 50");
      const threads = await browser.evaluate("document.querySelector('#threads').textContent");
      if (reason) expect(threads).toContain(reason);
      else expect(threads).toContain('threads at work');

      await browser.wait(`${button('Pause')} !== undefined`);
      await browser.evaluate(`void ${button('Pause')}.click()`);
      await browser.wait(`${button('Train')} !== undefined`);
      const paused = Number(await browser.evaluate(STEP));
      await browser.evaluate(`void ${button('Train')}.click()`);
      await browser.wait(`${STEP} > ${paused}`);

      // The worker of the first visit isolates the second, whatever the server sends.
      await browser.wait('navigator.serviceWorker.controller !== null');
      await browser.goto(`${site.url}?again`);
      expect(await browser.evaluate('crossOriginIsolated')).toBe(true);
      await browser.wait(`${STEP} > 2`);
    } finally {
      await browser.close();
      await site.close();
    }
  });

  it('the package trains and writes what it does in Node', { timeout: 400_000 }, async () => {
    const folder = await application();
    const [site, browser] = await Promise.all([openSite({ folder, isolation }), openWebKit(env)]);
    try {
      const { createModel } = await import('../../dist/index.js');
      const { train } = await import('../package/fixtures/train.js');
      const { loss, written } = await train(createModel, { threads: 1 });
      await browser.goto(`${site.url}?threads=2`);
      await browser.wait('document.body.dataset.result !== undefined');
      expect(JSON.parse(String(await browser.evaluate('document.body.dataset.result')))).toEqual({
        loss,
        written,
        isolated: isolation,
        build: reason ? 'simd' : 'simd-threads',
        threads: reason ? 1 : 2,
        worker: true,
        reason: reason && (expect.stringContaining(reason) as string),
      });
    } finally {
      await browser.close();
      await site.close();
      await rm(folder, { recursive: true });
    }
  });
});

it.skipIf(!webkit)(
  'WebKit, without the script of its worker: the page says so',
  { timeout: 400_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unfold-webkit-'));
    await cp(fileURLToPath(new URL('../../web/dist', import.meta.url)), folder, { recursive: true });
    for (const name of await readdir(join(folder, 'assets')))
      if (name.startsWith('worker')) await rm(join(folder, 'assets', name));
    const [site, browser] = await Promise.all([openSite({ folder }), openWebKit()]);
    try {
      await browser.goto(site.url);
      await browser.wait(`document.querySelector('[role="alert"]')?.textContent.includes('status 404')`);
      expect(await browser.evaluate(`document.querySelector('[role="alert"]').textContent`)).toContain(
        'The engine could not be loaded',
      );
    } finally {
      await browser.close();
      await site.close();
      await rm(folder, { recursive: true });
    }
  },
);
