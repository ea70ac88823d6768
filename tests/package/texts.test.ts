/** The page's bundled texts: what their grammars write, and what is checked of them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkTales } from '../../scripts/data/texts/checks.mjs';
import { createTales } from '../../scripts/data/texts/tales.mjs';

test('the bundled tales are what their grammar writes', () => {
  const file = new URL('../../web/texts/tales.txt', import.meta.url);
  expect(createTales(10, 900_000) === readFileSync(file, 'utf8'), 'run npm run texts').toBe(true);
});

const tales = createTales(3, 60_000);

test('tales differ with the seed, and are whole sentences with other seeds too', () => {
  for (const seed of [3, 4, 5]) expect(checkTales(createTales(seed, 60_000))).toEqual([]);
  expect(createTales(4, 60_000)).not.toBe(tales);
});

test.each([
  ['an open quotation', (text: string) => text.replace('."', '.'), /quotation/],
  ['a slot that nothing filled', (text: string) => text.replace(/ the /, ' {A.the} '), /grammar/],
  ['a wrong article', (text: string) => text.replace(/ the /, ' a old '), /grammar/],
  ['a word twice', (text: string) => text.replace(/ the /, ' the the '), /grammar/],
  ['a small beginning', (text: string) => text.replace(/\. [A-Z]/, (found) => found.toLowerCase()), /small/],
  ['a fragment', (text: string) => `${text.trimEnd()}\n\n\nA Title\n\nOnce.\n`, /short/],
])('%s is found', (_, spoil, complaint) => {
  expect(checkTales(spoil(tales))).toContainEqual(expect.stringMatching(complaint));
});
