// `npm run help` has a line for every script of package.json, and for no other.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../scripts/help.mjs';
import { at } from '../../scripts/lib.mjs';

test('every script of package.json has one line of help', () => {
  const { scripts } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const lines = Object.values(commands).flatMap((group) => Object.entries(group));
  expect(lines.map(([name]) => name).sort()).toEqual(Object.keys(scripts).sort());
  for (const [name, line] of lines) expect(line, name).toMatch(/^\S[^\n]{10,110}$/);
});
