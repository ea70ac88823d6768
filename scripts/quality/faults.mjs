// npm run faults [-- --kills N --calls N --cycles N --steps N --cuts N --minutes N]: the faults of tests/README.md, in
// their long forms, and how many were tried and survived. --cuts is the distance in bytes between two places where a
// file is cut, --minutes how long models are started, stopped, resized, aborted and disposed of in random order.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { at, commandLine, Failure, heading, main, numberOf, run } from '../lib.mjs';
import { count, runVitest } from './reports.mjs';

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
const programs = [
  [
    'tests_float',
    'Hostile.*:*Corpus.*:TrainerNonFinite.*:*OverflowOf*:*AnUpdateThatOverflows*:ConfigErrors*:ConfigJson.*:Checkpoint*:Resume*',
  ],
  ['tests_memory', '*'],
];

/** One native program: how many of its tests ran and passed; undefined if it is not built. @param {string[]} test */
function native([program, filter]) {
  const built = ['native-sanitize', 'native']
    .map((preset) => at('build', preset, 'tests/core', program))
    .find(existsSync);
  if (!built) return void console.log(`${program} is not built (npm run build:native): left out.`);
  const report = at('build', `${program}.json`);
  rmSync(report, { force: true });
  run(built, [`--gtest_filter=${filter}`, `--gtest_output=json:${report}`, '--gtest_brief=1'], {
    otherwise: null,
  });
  const fault = `native test of faults (${program})`;
  if (!existsSync(report)) return { fault, tried: 1, survived: 0 }; // it ended in the middle
  const { tests, failures } = JSON.parse(readFileSync(report, 'utf8'));
  return { fault, tried: tests, survived: tests - failures };
}

main(() => {
  const options = Object.fromEntries(
    Object.entries(longForms).map(([name, value]) => [
      name,
      /** @type {const} */ ({ type: 'string', default: String(value) }),
    ]),
  );
  const { values } = commandLine({ options }, `options: --${Object.keys(longForms).join(' N, --')} N`);
  if (!existsSync(at('dist/simd.wasm'))) throw new Failure('the package is not built; run npm run build.');
  mkdirSync(at('build'), { recursive: true });
  const counts = at('build/faults.jsonl');
  rmSync(counts, { force: true });
  /** @type {Record<string, string>} */
  const env = { UNFOLD_COUNTS: counts };
  for (const name of Object.keys(longForms))
    env[`UNFOLD_${name.toUpperCase()}`] = String(numberOf(values, name));
  heading('Package');
  const built = existsSync(at('web/dist/index.html'));
  if (!built) console.log('The page is not built (npm run build): its faults are left out.');
  const all = built ? [...files, page] : files;
  const { status } = runVitest(['--project', 'node', ...all], env);
  const kept = runVitest(['--project', 'isolated', storage]).outcomes;
  heading('Core');
  const told = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : [];
  const rows = [
    ...told.map((line) => JSON.parse(line)),
    {
      fault: 'test of what the page keeps: each write refused, files cut and changed, two tabs',
      tried: Math.max(kept.length, 1),
      survived: count(kept, 'passed'),
    },
    ...programs.map(native).filter((row) => row !== undefined),
  ];
  heading('Faults');
  for (const { fault, tried, survived } of rows)
    console.log(`${String(survived).padStart(7)} of ${String(tried).padEnd(7)} ${fault}`);
  /** @param {'tried' | 'survived'} key */
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`\n${sum('tried')} faults tried, ${sum('survived')} survived`);
  process.exitCode = status !== 0 || sum('tried') !== sum('survived') ? 1 : 0;
});
