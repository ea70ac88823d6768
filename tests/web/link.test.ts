// A text of one's own in a link: only when asked for, exact, and bounded whoever made the link.
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packText, unpackText } from '../../web/src/settings/linkText';
import { browser, play, site, step, useSite, visit, waitForStep } from './harness';

useSite();

const pack = (text: string) => packText({ bytes: new TextEncoder().encode(text) });
const raw = (bytes: Uint8Array) => `#v=1&x=${deflateRawSync(bytes).toString('base64url')}`;

describe('a text in a link', () => {
  it('comes back as it was', async () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await unpackText(`#v=1${await pack(text)}`)).toBe(text);
      }),
    );
  });

  it('is refused when it is none: too large, no UTF-8, no base64, cut', async () => {
    expect(await unpackText(raw(new Uint8Array(200_000_000)))).toBeNull();
    expect(await unpackText(raw(Uint8Array.of(0xff, 0xfe)))).toBeNull();
    expect(await unpackText('#x=%00%00')).toBeNull();
    expect(await unpackText(raw(new TextEncoder().encode('abc'.repeat(50))).slice(0, -3))).toBeNull();
    expect(await unpackText('#v=1')).toBeNull();
    await fc.assert(
      fc.asyncProperty(fc.base64String(), async (written) => {
        const found = await unpackText(`#x=${written.replaceAll('=', '')}`);
        expect(found === null || typeof found === 'string').toBe(true);
      }),
    );
  });

  it('is not made of one that is too long', async () => {
    const noise = Array.from({ length: 60_000 }, (_, at) =>
      String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
    );
    expect(await pack(noise.join(''))).toBeNull();
    expect(await pack('a'.repeat(1_000_001))).toBeNull();
  });
});

it('is copied without the text, and with it when asked', async () => {
  const options = {
    at: '#v=1&h=16&w=16&b=4&autostart=0',
    permissions: ['clipboard-read', 'clipboard-write'],
  };
  const { page, problems, close } = await visit(browser, site, options);
  await expect.poll(() => play(page).isEnabled()).toBe(true);
  const text = 'Ein Lied, mein Lied; <b>kein</b> Lied. 😀\n'.repeat(100);
  await page.getByRole('button', { name: 'Paste…' }).click();
  await page.getByRole('textbox', { name: 'Paste a text' }).fill(text);
  await page.getByRole('button', { name: 'Use this text' }).click();
  await page.getByRole('button', { name: 'Link', exact: true }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByText('Link copied').waitFor();
  expect(new URLSearchParams(new URL(await copied()).hash.slice(1)).has('x')).toBe(false);
  await page.getByRole('button', { name: 'Copy it with the text' }).click();
  await page.getByText('with the text in it').waitFor();
  const link = new URL(await copied());
  expect(page.url()).not.toContain('&x=');

  const other = await visit(browser, site, { at: link.hash.replace('&autostart=0', '') });
  await other.page.getByText(`${[...text].length.toLocaleString('en')} characters`).waitFor();
  // Somebody else's text waits for the reader.
  await other.page.locator('.written-waits', { hasText: 'Training starts when you press Train' }).waitFor();
  await expect.poll(() => play(other.page).isEnabled()).toBe(true);
  expect(await step(other.page)).toBe(0);
  await play(other.page).click();
  await waitForStep(other.page, 3);
  expect(other.problems).toEqual([]);
  expect(problems).toEqual([]);
  await other.close();
  await close();
});
