/** The table of faults in tests/README.md is true: each test that it names exists. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const tests = new URL('../', import.meta.url);

test('every fault names tests that exist', () => {
  const rows = readFileSync(new URL('README.md', tests), 'utf8')
    .split('\n')
    .filter((line) => /^\| ([A-F]\d|page)/.test(line));
  expect(rows.length).toBeGreaterThan(35);
  for (const row of rows) {
    const named = [...row.matchAll(/`((core|package|web)\/[\w.-]+)(?:: ([^`]+))?`/g)];
    expect(named.length, row).toBeGreaterThan(0);
    for (const [, file, folder, name] of named) {
      const path = new URL(file!, tests);
      expect(existsSync(path), file).toBe(true);
      if (folder === 'web' && !name) continue; // the page's files hold one subject each
      expect(name, row).toBeTruthy();
      expect(readFileSync(path, 'utf8'), `${file} has no "${name}"`).toContain(name!);
    }
  }
});
