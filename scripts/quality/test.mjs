// npm test [-- check native sanitize thread vitest]: sets up, builds, runs every test, sums up: times, the slowest
// tests, what was skipped. Where CI is set, a test that is skipped and not in tests/skips.json has failed.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { build } from '../build/build.mjs';
import { check } from './check.mjs';
import { at, Failure, heading, main, run, setUp } from '../lib.mjs';
import { allowedSkips, count, googleTests, judgeSkips, runVitest } from './reports.mjs';

/** @typedef {import('./reports.mjs').Outcome} Outcome */

/** @type {{ what: string, seconds: number }[]} */
const times = [];

/**
 * What `work` returns; its time is in the summary, also if it fails.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} work
 */
async function timed(what, work) {
  const began = performance.now();
  try {
    return await work();
  } finally {
    times.push({ what, seconds: (performance.now() - began) / 1000 });
  }
}

/** What ended badly without a test that says so is a failed test itself. */
function withStatus(
  /** @type {string} */ name,
  /** @type {Outcome[]} */ outcomes,
  /** @type {unknown} */ status,
) {
  const told = outcomes.some((outcome) => outcome.status === 'failed');
  const good = status === 0 && outcomes.some((outcome) => outcome.status === 'passed');
  return good || told
    ? outcomes
    : [...outcomes, /** @type {Outcome} */ ({ name, status: 'failed', seconds: 0 })];
}

/** A CTest run, from the files that GoogleTest wrote. */
async function ctest(/** @type {string} */ part, /** @type {string} */ preset) {
  await timed(`${part}: build`, () => build(part));
  heading(`Native tests (${preset})`);
  const folder = at('build', preset, 'results');
  rmSync(folder, { recursive: true, force: true });
  const parallel = String(availableParallelism());
  const status = await timed(`${part}: tests`, () =>
    run('ctest', ['--preset', preset, '--parallel', parallel], { otherwise: null }),
  );
  return withStatus(`ctest --preset ${preset}`, googleTests(folder), status);
}

/** The package's and the page's tests. */
async function vitest() {
  for (const part of ['wasm', 'package', 'web']) await timed(`vitest: build ${part}`, () => build(part));
  heading('Package and page tests');
  const { status, outcomes } = await timed('vitest: tests', () => runVitest());
  return withStatus('vitest', outcomes, status);
}

async function sources() {
  const results = await timed('check', () => check());
  return results.map(({ name, passed, seconds }) => ({
    name,
    status: /** @type {Outcome['status']} */ (passed ? 'passed' : 'failed'),
    seconds,
  }));
}

/** @type {Record<string, () => Outcome[] | Promise<Outcome[]>>} */
const stages = {
  check: sources,
  native: () => ctest('native', 'native'),
  sanitize: () => ctest('sanitize', 'native-sanitize'),
  thread: () => ctest('thread', 'native-thread-sanitize'),
  vitest,
};

/** "m:ss", as wide as the longest of an hour. */
function clock(/** @type {number} */ seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`.padStart(6);
}

/** "N passed, N failed", and what was skipped if anything was. */
function totals(/** @type {Outcome[]} */ outcomes) {
  const skipped = count(outcomes, 'skipped');
  return `${count(outcomes, 'passed')} passed, ${count(outcomes, 'failed')} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in stages));
  if (unknown)
    throw new Failure(`there are no tests "${unknown}"; there are ${Object.keys(stages).join(', ')}.`);
  const names = asked.length ? asked : Object.keys(stages);
  heading('Setting up');
  await timed('set-up', () => setUp('build', 'test', 'check'));
  mkdirSync(at('build'), { recursive: true });
  /** @type {{ stage: string, outcomes: Outcome[] }[]} */
  const results = [];
  for (const stage of names) {
    try {
      results.push({ stage, outcomes: (await stages[stage]?.()) ?? [] });
    } catch (error) {
      // What cannot be built or started counts as one failure; the other stages still run.
      if (!(error instanceof Failure)) throw error;
      console.error(`unfold: ${error.message}`);
      results.push({ stage, outcomes: [{ name: stage, status: 'failed', seconds: 0 }] });
    }
  }
  const all = results.flatMap(({ outcomes }) => outcomes);
  const complete = Object.keys(stages).every((name) => names.includes(name));
  const { skipped, stale } = judgeSkips(all, allowedSkips(), complete);
  const strict = !['', 'false', '0'].includes(process.env.CI ?? '');
  if (strict) {
    const forbidden = new Set(skipped.filter(({ listed }) => !listed).map(({ name }) => name));
    for (const outcome of all)
      if (outcome.status === 'skipped' && forbidden.has(outcome.name)) outcome.status = 'failed';
  }

  if (skipped.length) heading('Skipped');
  for (const { name, listed, reason } of skipped)
    console.log(`${name}: ${reason || 'no reason given'}${listed ? '' : ' (not in tests/skips.json)'}`);
  if (strict && skipped.some(({ listed }) => !listed))
    console.log('Those that are not in the list have failed: no test is skipped without a word.');
  for (const pattern of stale) console.log(`tests/skips.json names what is not skipped here: ${pattern}`);
  const failed = all.filter(({ status }) => status === 'failed');
  if (failed.length) heading('Failed');
  for (const { name } of failed) console.log(name);
  heading('The slowest tests, in seconds');
  const slowest = results
    .flatMap(({ stage, outcomes }) => outcomes.map(({ name, seconds }) => ({ stage, name, seconds })))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 20);
  for (const { stage, name, seconds } of slowest)
    console.log(`${seconds.toFixed(1).padStart(6)} ${stage}, ${name}`);
  heading('Times');
  for (const { what, seconds } of times) console.log(`${clock(seconds)} ${what}`);
  console.log(`${clock(performance.now() / 1000)} in all`);
  heading('Summary');
  for (const { stage, outcomes } of results) console.log(`${stage}: ${totals(outcomes)}`);
  console.log(`\n${totals(all)}`);
  process.exitCode = count(all, 'failed') ? 1 : 0;
});
