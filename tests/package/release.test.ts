/** What scripts/release.mjs decides; it publishes nothing. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { dateChangelog, isLater, setVersion } from '../../scripts/release.mjs';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFile(new URL(name, root), 'utf8');

test('versions in the order of semver.org', () => {
  const order = ['0.9.9', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2'];
  order.push('1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0');
  for (const [i, one] of order.entries())
    for (const [j, other] of order.entries()) expect(isLater(one, other), `${one} ${other}`).toBe(i > j);
  for (const wrong of ['1', '1.2', 'v1.2.3', '1.2.3+a', '01.2.3', ''])
    expect(() => isLater(wrong, '0.1.0')).toThrow('no semantic');
});

test('the changelog is dated, and what it says stays', async () => {
  const changelog = await read('CHANGELOG.md');
  const dated = dateChangelog(changelog, '98.7.6', '2030-01-02');
  expect(dated.replace('\n## 98.7.6 – 2030-01-02\n', '')).toBe(changelog);
  expect(dated.indexOf('## Unreleased')).toBeLessThan(dated.indexOf('## 98.7.6'));
  expect(() => dateChangelog(dated, '98.7.7', '2030-01-03')).toThrow('says nothing');
  expect(() => dateChangelog('# Changelog\n', '1.0.0', '2030-01-02')).toThrow('no section');
});

test('only the version of this package changes', async () => {
  for (const file of ['package.json', 'package-lock.json']) {
    const before = JSON.parse(await read(file));
    const after = JSON.parse(setVersion(await read(file), manifest.version, '98.7.6'));
    expect(after.version).toBe('98.7.6');
    const expected = { ...before, version: '98.7.6' };
    if (before.packages)
      expected.packages = { ...before.packages, '': { ...before.packages[''], version: '98.7.6' } };
    expect(after).toEqual(expected);
  }
});

test('a dry run changes nothing, an earlier version is refused', async () => {
  const script = fileURLToPath(new URL('scripts/release.mjs', root));
  const before = await Promise.all(['package.json', 'package-lock.json', 'CHANGELOG.md'].map(read));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '98.7.6', '--dry-run']);
  expect(stdout).toContain('would change CHANGELOG.md');
  expect(await Promise.all(['package.json', 'package-lock.json', 'CHANGELOG.md'].map(read))).toEqual(before);
  for (const args of [['0.0.1'], [], ['98.7.6', '--publish']])
    await expect(promisify(execFile)(process.execPath, [script, ...args])).rejects.toThrow('unfold:');
});
