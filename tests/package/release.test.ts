/** What `npm version` does to the changelog; it publishes nothing. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dateChangelog } from '../../scripts/build/changelog.mjs';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFile(new URL(name, root), 'utf8');

test('the changelog is dated, and what it says stays', async () => {
  const changelog = await read('CHANGELOG.md');
  const dated = dateChangelog(changelog, '98.7.6', '2030-01-02');
  expect(dated.replace('\n## 98.7.6 – 2030-01-02\n', '')).toBe(changelog);
  expect(dated.indexOf('## Unreleased')).toBeLessThan(dated.indexOf('## 98.7.6'));
  expect(() => dateChangelog(dated, '98.7.7', '2030-01-03')).toThrow('says nothing');
  expect(() => dateChangelog('# Changelog\n', '1.0.0', '2030-01-02')).toThrow('no section');
});

test('npm version sets the version, dates the changelog, commits and tags', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unfold-release-'));
  try {
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: folder });
    for (const name of ['scripts/build/changelog.mjs', 'scripts/lib.mjs', 'package-lock.json'])
      await cp(new URL(name, root), join(folder, name));
    const manifest = JSON.parse(await read('package.json'));
    manifest.scripts.preversion = 'true'; // here: npm test
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n\n- News.\n');
    await git('init', '--quiet');
    await git('config', 'user.name', 'Nobody');
    await git('config', 'user.email', 'nobody@example.com');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'First');
    const release = () => promisify(execFile)('npm', ['version', '98.7.6'], { cwd: folder });
    await release();
    const changed = (await git('show', '--name-only', '--format=', 'v98.7.6^{commit}')).stdout
      .trim()
      .split('\n');
    expect(changed.sort()).toEqual(['CHANGELOG.md', 'package-lock.json', 'package.json']);
    expect(await readFile(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(
      /^# Changelog\n\n## Unreleased\n\n## 98\.7\.6 – \d{4}-\d\d-\d\d\n\n- News\.\n$/,
    );
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version).toBe('98.7.6');
    await expect(release()).rejects.toThrow('Version not changed');
  } finally {
    await rm(folder, { recursive: true });
  }
});
