// npm run screenshot [-- --seconds 15] [-- --at "#c=lstm"]: pictures of the built page after some training,
// wide and phone, light and dark, into build/screenshots/ (not committed).
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';
import { at, Failure, main, shown } from './lib.mjs';
import { serve } from './serve.mjs';

const sizes = {
  wide: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const folder = at('build/screenshots');

function option(name, otherwise) {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : (process.argv[index + 1] ?? otherwise);
}

/** The browser of the system: none is downloaded. */
function executable() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return process.env.UNFOLD_CHROMIUM ?? paths.find((path) => existsSync(path));
}

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
  const seconds = Number(option('seconds', '15'));
  if (!(seconds >= 0)) throw new Failure('--seconds takes a number.');
  mkdirSync(folder, { recursive: true });
  const site = await serve({ port: 0 });
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: executable(), args });
  try {
    for (const size of Object.keys(sizes)) {
      for (const scheme of ['light', 'dark']) {
        await picture(browser, site.url + option('at', ''), size, scheme, seconds);
      }
    }
  } finally {
    await browser.close();
    await site.close();
  }
});
