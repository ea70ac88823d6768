// npm run faults [-- --kills N --calls N --cycles N --steps N --cuts N --minutes N]: the faults of tests/README.md, in
// their long forms, and how many were tried and survived. --cuts is the distance in bytes between two places where a
// file is cut, --minutes how long models are started, stopped, resized, aborted and disposed of in random order.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { at, commandLine, Failure, heading, main, run } from './lib.mjs';

/** @type {Record<string, number>} */
const longForms = { kills: 100, calls: 300, cycles: 200, steps: 10_000, cuts: 1, minutes: 5 };
const files = [
  'faults',
  'kill',
  'files',
  'calls',
  'calls-tasks',
  'strangers',
  'arguments',
  'endurance',
  'load',
].map((name) => `tests/package/${name}.test.ts`);
/** Of the page, in Chromium: its tab crashes, its storage is full, denied or damaged. */
const page = 'tests/web/keeping.test.ts';
const storage = 'tests/web/run-store.browser.test.ts';
/** Of the native programs: what feeds bad input, fails allocations or overflows. */
const native = [
  [
    'tests_float',
    'Hostile.*:*Corpus.*:TrainerNonFinite.*:*OverflowOf*:*AnUpdateThatOverflows*:ConfigErrors*:ConfigJson.*:Checkpoint*:Resume*',
  ],
  ['tests_memory', '*'],
];

function options() {
  const known = Object.entries(longForms).map(([name, value]) => [
    name,
    { type: 'string', default: String(value) },
  ]);
  const usage = `options, each with a whole number: --${Object.keys(longForms).join(', --')}`;
  const { values } = commandLine({ options: Object.fromEntries(known) }, usage);
  return Object.entries(values).map(([name, text]) => {
    const value = Number(text);
    if (!(Number.isInteger(value) && value > 0))
      throw new Failure(`--${name} takes a whole number, not "${text}".`);
    return { name, value };
  });
}

/**
 * {passed, failed} of the tests of a file that run inside the browser.
 * @param {string} file
 */
function inBrowser(file) {
  const report = at('build/faults-browser.json');
  rmSync(report, { force: true });
  const vitest = ['run', '--config', 'tests/vitest.config.ts', '--project', 'isolated', file];
  const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  run(process.execPath, [at('node_modules/vitest/vitest.mjs'), ...vitest, ...reports], { otherwise: null });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests || Number(!success) };
}

/**
 * {passed, failed} of one native program; null if it is not built.
 * @param {string} program
 * @param {string} filter
 */
function tested(program, filter) {
  const built = ['native-sanitize', 'native']
    .map((preset) => at('build', preset, 'tests/core', program))
    .find(existsSync);
  if (!built) return null;
  const report = at('build', `${program}.json`);
  rmSync(report, { force: true });
  run(built, [`--gtest_filter=${filter}`, `--gtest_output=json:${report}`, '--gtest_brief=1'], {
    otherwise: null,
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 }; // it ended in the middle
  const { tests, failures } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: tests - failures, failed: failures };
}

main(() => {
  const chosen = options();
  if (!existsSync(at('dist/simd.wasm'))) throw new Failure('the package is not built; run npm run build.');
  mkdirSync(at('build'), { recursive: true });
  const counts = at('build/faults.jsonl');
  rmSync(counts, { force: true });
  /** @type {Record<string, string>} */
  const env = { UNFOLD_COUNTS: counts };
  for (const { name, value } of chosen) env[`UNFOLD_${name.toUpperCase()}`] = String(value);
  heading('Package');
  const built = existsSync(at('web/dist/index.html'));
  if (!built) console.log('The page is not built (npm run build): its faults are left out.');
  const all = built ? [...files, page] : files;
  const vitest = ['run', '--config', 'tests/vitest.config.ts', '--project', 'node', ...all];
  const status = run(process.execPath, [at('node_modules/vitest/vitest.mjs'), ...vitest], {
    env,
    otherwise: null,
  });
  const kept = inBrowser(storage);
  heading('Core');
  const rows = existsSync(counts)
    ? readFileSync(counts, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  rows.push({
    fault: 'test of what the page keeps: each write refused, files cut and changed, two tabs',
    tried: kept.passed + kept.failed,
    survived: kept.passed,
  });
  for (const [program, filter] of native) {
    const result = tested(program, filter);
    if (result)
      rows.push({
        fault: `native test of faults (${program})`,
        tried: result.passed + result.failed,
        survived: result.passed,
      });
    else console.log(`${program} is not built (npm run build:native): left out.`);
  }
  heading('Faults');
  for (const { fault, tried, survived } of rows)
    console.log(`${String(survived).padStart(7)} of ${String(tried).padEnd(7)} ${fault}`);
  /** @param {'tried' | 'survived'} key */
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`\n${sum('tried')} faults tried, ${sum('survived')} survived`);
  process.exitCode = status !== 0 || sum('tried') !== sum('survived') ? 1 : 0;
});
