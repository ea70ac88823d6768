// npm run picture [-- --seconds 10]: the moving picture of the README, web/picture.webp: the first seconds of the built
// page as a visitor sees them, in real time.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, commandLine, launchChromium, main, numberOf, run, setUp, shown } from '../lib.mjs';
import { serve } from '../build/serve.mjs';

const SIZE = { width: 1200, height: 750 };

main(async () => {
  const { values } = commandLine(
    { options: { seconds: { type: 'string', default: '10' } } },
    'options: --seconds N',
  );
  const seconds = numberOf(values, 'seconds', { from: 1, whole: false });
  setUp('picture');
  const folder = mkdtempSync(join(tmpdir(), 'unfold-picture-'));
  const file = at('web/picture.webp');
  const site = await serve({ port: 0 });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: SIZE });
    await page.goto(site.url);
    /** @type {{ path: string, at: number }[]} */
    const frames = [];
    const start = performance.now();
    while (performance.now() - start < 1000 * seconds) {
      const path = join(folder, `${frames.length}.png`);
      frames.push({ path, at: performance.now() - start });
      await page.screenshot({ path });
    }
    // Each frame stays until the next one was taken; the last one for two seconds.
    const parts = frames.flatMap(({ path, at: taken }, i) => [
      '-d',
      String(Math.round((frames[i + 1]?.at ?? taken + 2000) - taken)),
      path,
    ]);
    run('img2webp', ['-loop', '0', '-lossy', '-q', '60', '-m', '6', ...parts, '-o', file], { quiet: true });
    console.log(`${shown(file)}: ${frames.length} frames, ${statSync(file).size} bytes`);
  } finally {
    await browser.close();
    await site.close();
    rmSync(folder, { recursive: true });
  }
});
