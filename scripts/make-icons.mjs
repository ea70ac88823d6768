// node scripts/make-icons.mjs: draws the icons of the installed page (web/public/icons) from web/public/icon.svg.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { at, chromiumProgram, main, shown } from './lib.mjs';

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
  const source = Buffer.from(drawing.replace('<g>', '<g fill="#ffffff">'));
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: chromiumProgram(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    for (const { name, side, inset } of icons) {
      const address = await page.evaluate(
        async ({ svg, side, inset, ground }) => {
          const image = new Image();
          image.src = `data:image/svg+xml;base64,${svg}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = side;
          const context = canvas.getContext('2d');
          if (!context) throw new Error('this browser has no canvas');
          context.fillStyle = ground;
          context.fillRect(0, 0, side, side);
          context.drawImage(
            image,
            inset * side,
            inset * side,
            (1 - 2 * inset) * side,
            (1 - 2 * inset) * side,
          );
          return canvas.toDataURL('image/png');
        },
        { svg: source.toString('base64'), side, inset, ground: GROUND },
      );
      const file = `${folder}/${name}.png`;
      writeFileSync(file, Buffer.from(address.split(',')[1], 'base64'));
      console.log(shown(file));
    }
  } finally {
    await browser.close();
  }
});
