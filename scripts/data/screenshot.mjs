// npm run screenshot [-- --seconds 15] [-- --at "#c=lstm"]: pictures of the built page after some training,
// wide and phone, light and dark, into build/screenshots/ (not committed).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, commandLine, launchChromium, main, numberOf, shown } from '../lib.mjs';
import { serve } from '../build/serve.mjs';

/** @type {Record<string, import('playwright').BrowserContextOptions>} */
const sizes = {
  wide: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const folder = at('build/screenshots');

/**
 * @param {import('playwright').Browser} browser
 * @param {string} url
 * @param {string} size
 * @param {'light' | 'dark'} colorScheme
 * @param {number} seconds
 */
async function picture(browser, url, size, colorScheme, seconds) {
  const context = await browser.newContext({ ...sizes[size], colorScheme });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${size} ${colorScheme}: ${error.message}`));
  await page.goto(url);
  await page.waitForTimeout(1000 * seconds);
  const path = join(folder, `${size}-${colorScheme}.png`);
  await page.screenshot({ path, fullPage: size === 'phone' });
  await context.close();
  console.log(shown(path));
}

main(async () => {
  const { values } = commandLine(
    { options: { seconds: { type: 'string', default: '15' }, at: { type: 'string', default: '' } } },
    'options: --seconds N, --at "#…"',
  );
  const seconds = numberOf(values, 'seconds', { from: 0, whole: false });
  mkdirSync(folder, { recursive: true });
  const site = await serve({ port: 0 });
  const browser = await launchChromium();
  try {
    for (const size of Object.keys(sizes)) {
      for (const scheme of /** @type {const} */ (['light', 'dark'])) {
        await picture(browser, site.url + values.at, size, scheme, seconds);
      }
    }
  } finally {
    await browser.close();
    await site.close();
  }
});
