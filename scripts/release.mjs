// npm run release -- 0.2.0 [--dry-run]: prepares a release and publishes nothing. Checks the tree, sets the version,
// dates the changelog, rebuilds, runs the package's tests on the packed tarball and leaves it in build/release/. What
// remains (commit, tag, publish) is printed, for a person to do.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { at, Failure, heading, isMain, main, run, shown } from './lib.mjs';

const semantic = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\da-z]+(?:\.[\da-z]+)*))?$/;

/**
 * Whether `next` comes after `current`, by https://semver.org (without build metadata).
 * @param {string} next
 * @param {string} current
 */
export function isLater(next, current) {
  const [a, b] = [next, current].map((version) => semantic.exec(version));
  if (!a || !b)
    throw new Failure(`"${a ? current : next}" is no semantic version such as 1.2.3 or 1.2.3-beta.1.`);
  for (const i of [1, 2, 3]) if (Number(a[i]) !== Number(b[i])) return Number(a[i]) > Number(b[i]);
  if (!a[4] || !b[4]) return !a[4] && Boolean(b[4]); // a pre-release comes before its release
  const [one, other] = [a[4].split('.'), b[4].split('.')];
  for (let i = 0; i < Math.min(one.length, other.length); ++i) {
    if (one[i] === other[i]) continue;
    const [x, y] = [one[i], other[i]].map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (typeof x === typeof y) return x > y;
    return typeof x === 'string'; // numbers come before words
  }
  return one.length > other.length;
}

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

/**
 * A manifest's or lockfile's text with another version of this package; everything else as it was.
 * @param {string} text
 * @param {string} current
 * @param {string} version
 */
export function setVersion(text, current, version) {
  const name = `"name": "unfold-rnn",\n`;
  const parts = text.split(name);
  if (parts.length < 2) throw new Failure('the name of the package is missing from the manifest.');
  const [head, ...bodies] = parts;
  return [
    head,
    ...bodies.map((body) => body.replace(`"version": "${current}"`, `"version": "${version}"`)),
  ].join(name);
}

function checkTree() {
  const changed = run('git', ['status', '--porcelain'], { capture: true });
  if (changed) throw new Failure(`there are changes that are not committed:\n${changed}`);
}

/** @param {string} file @param {(text: string) => string} change @param {boolean} dry */
function edit(file, change, dry) {
  const before = readFileSync(at(file), 'utf8');
  const after = change(before);
  console.log(`${dry ? 'would change' : 'changed'} ${file}`);
  if (!dry && after !== before) writeFileSync(at(file), after);
}

/** @param {string} version @param {boolean} dry */
function release(version, dry) {
  const { version: current } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  if (!isLater(version, current)) throw new Failure(`${version} does not come after ${current}.`);
  if (!dry) checkTree();
  heading(`Preparing ${version} (after ${current})`);
  const date = new Date().toISOString().slice(0, 10);
  edit('CHANGELOG.md', (text) => dateChangelog(text, version, date), dry);
  for (const file of ['package.json', 'package-lock.json'])
    edit(file, (text) => setVersion(text, current, version), dry);
  if (dry) return;

  run('npm', ['run', 'build', '--', 'wasm', 'package']);
  run('npm', ['run', 'api']);
  heading('Tests of the package');
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'tests/vitest.config.ts',
    'tests/package',
  ];
  run(process.execPath, vitest, {
    otherwise: 'the tests of the package fail: nothing is released. git restore . undoes this.',
  });
  mkdirSync(at('build/release'), { recursive: true });
  run('npm', ['pack', '--pack-destination', 'build/release']);
  const tarball = shown(at('build/release', `unfold-rnn-${version}.tgz`));
  console.log(`
${tarball} is ready. By hand, after a look at git diff:

  git commit -am "Release ${version}" && git tag v${version}
  npm publish ${tarball}${version.includes('-') ? ' --tag next' : ''}
`);
}

if (isMain(import.meta.url)) {
  main(() => {
    const [version, ...flags] = process.argv.slice(2);
    const unknown = flags.find((flag) => flag !== '--dry-run');
    if (!version || version.startsWith('-') || unknown) {
      throw new Failure('npm run release -- <version> [--dry-run], such as: npm run release -- 0.2.0');
    }
    release(version, flags.includes('--dry-run'));
  });
}
