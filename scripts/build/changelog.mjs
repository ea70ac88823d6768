// node scripts/build/changelog.mjs: `npm version` runs it when it has set the version, and commits and tags the result. What
// CHANGELOG.md says under "Unreleased" becomes the section of that version. By hand, and not from the messages of the
// commits: it is written for those who use the package.
import { readFileSync, writeFileSync } from 'node:fs';
import { at, Failure, isMain, main } from '../lib.mjs';

/**
 * The changelog with what is unreleased under the new version, and room for what comes next.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date
 */
export function dateChangelog(changelog, version, date) {
  const [before, rest] = changelog.split(/^## Unreleased\n/m);
  if (rest === undefined) throw new Failure('CHANGELOG.md has no section "Unreleased".');
  const own = rest.split(/^## /m)[0].trim();
  if (!own) throw new Failure('CHANGELOG.md says nothing under "Unreleased": what is new in this release?');
  if (changelog.includes(`\n## ${version} `))
    throw new Failure(`CHANGELOG.md has a section ${version} already.`);
  return `${before}## Unreleased\n\n## ${version} – ${date}\n${rest}`;
}

if (isMain(import.meta.url)) {
  main(() => {
    const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
    const date = new Date().toISOString().slice(0, 10);
    const file = at('CHANGELOG.md');
    writeFileSync(file, dateChangelog(readFileSync(file, 'utf8'), version, date));
  });
}
