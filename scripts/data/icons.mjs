// npm run icons: draws the icons of the installed page (web/public/icons) from web/public/icon.svg.
import { mkdirSync, readFileSync } from 'node:fs';
import { at, launchChromium, main, shown } from '../lib.mjs';

/** `inset`: share of the side that stays ground on each side; a maskable icon may be cut to a circle. */
const icons = [
  { name: 'icon-192', side: 192, inset: 0.1 },
  { name: 'icon-512', side: 512, inset: 0.1 },
  { name: 'maskable-512', side: 512, inset: 0.2 },
  { name: 'touch-180', side: 180, inset: 0.12 },
];

const GROUND = '#3648cf';

main(async () => {
  const folder = at('web/public/icons');
  // White on the accent: a tab's icon takes its colour from the theme, a home screen's has its own ground.
  const drawing = readFileSync(at('web/public/icon.svg'), 'utf8').replace(/<style>.*<\/style>/, '');
  const source = Buffer.from(drawing.replace('<g>', '<g fill="#ffffff">')).toString('base64');
  mkdirSync(folder, { recursive: true });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    for (const { name, side, inset } of icons) {
      await page.setViewportSize({ width: side, height: side });
      await page.setContent(
        `<body style="margin: ${inset * side}px; background: ${GROUND}">
         <img width="100%" src="data:image/svg+xml;base64,${source}">`,
      );
      const path = `${folder}/${name}.png`;
      await page.screenshot({ path });
      console.log(shown(path));
    }
  } finally {
    await browser.close();
  }
});
