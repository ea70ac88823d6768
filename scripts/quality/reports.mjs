// What the reports of GoogleTest and Vitest say, and which of the skipped tests may be skipped.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { at, filesIn, run, shown } from '../lib.mjs';

/**
 * @typedef {object} Outcome
 * @property {string} name "program: Suite.Test" or "file: suite > test"
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {number} seconds
 * @property {string} [reason] what a skipped test says itself
 */

/** @type {Record<string, string>} */
const entities = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|(\w+));/gi, (all, code, name) =>
    code ? String.fromCodePoint(parseInt(code, 16)) : (entities[name] ?? all),
  );

/** @param {string} tag @param {string} name */
const attribute = (tag, name) => unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

/**
 * The tests of a folder of XML files that GoogleTest wrote, each named "<program>.<anything>.xml".
 * @param {string} folder
 * @returns {Outcome[]}
 */
export function googleTests(folder) {
  return filesIn(folder, ['.xml']).flatMap((/** @type {string} */ file) => {
    const program = basename(file).split('.')[0];
    const cases = readFileSync(file, 'utf8').matchAll(
      /(<testcase\s(?:[^">]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs,
    );
    return Array.from(cases, ([, tag = '', body = '']) => {
      const ran = attribute(tag, 'status') === 'run';
      const skipped = !ran || attribute(tag, 'result') === 'skipped';
      return {
        name: `${program}: ${attribute(tag, 'classname')}.${attribute(tag, 'name')}`,
        status: body.includes('<failure') ? 'failed' : skipped ? 'skipped' : 'passed',
        seconds: Number(attribute(tag, 'time')),
        // The first line is the place in the source.
        reason: ran ? attribute(body, 'message').split('\n').slice(1).join(' ').trim() : 'disabled',
      };
    });
  });
}

/**
 * The tests of a JSON file that Vitest wrote; a file of tests that could not be loaded counts as one that failed.
 * @param {string} file
 * @returns {Outcome[]}
 */
export function vitestTests(file) {
  const { testResults = [] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return testResults.flatMap((/** @type {any} */ result) => {
    const name = shown(result.name);
    if (result.status === 'failed' && result.assertionResults.length === 0)
      return [{ name, status: 'failed', seconds: 0 }];
    return result.assertionResults.map((/** @type {any} */ test) => ({
      name: `${name}: ${[...test.ancestorTitles, test.title].join(' > ')}`,
      status: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
      seconds: (test.duration ?? 0) / 1000,
      reason: test.status === 'todo' ? 'not written yet' : undefined,
    }));
  });
}

/**
 * Runs Vitest: its status and the outcomes of the tests.
 * @param {string[]} args projects and files
 * @param {Record<string, string>} env
 */
export function runVitest(args = [], env = {}) {
  const report = at('build/vitest.json');
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const program = [at('node_modules/vitest/vitest.mjs'), 'run', '--config', 'tests/vitest.config.ts'];
  const status = run(process.execPath, [...program, ...reporters, ...args], { env, otherwise: null });
  return { status, outcomes: vitestTests(report) };
}

/** How many of the outcomes are of one kind. @param {Outcome[]} outcomes @param {Outcome['status']} status */
export const count = (outcomes, status) => outcomes.filter((outcome) => outcome.status === status).length;

/** tests/skips.json: which tests may be skipped where, as names with * for anything, and why. */
export const allowedSkips = () =>
  /** @type {Record<string, string>} */ (JSON.parse(readFileSync(at('tests/skips.json'), 'utf8')));

/** @param {string} pattern @param {string} name */
const matches = (pattern, name) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  ).test(name);

/**
 * The skipped tests with their reasons, whether each is in the list, and the entries of the list that are out of date:
 * whose tests all ran, or, where `complete` says that every test was asked for, do not exist.
 * @param {Outcome[]} outcomes
 * @param {Record<string, string>} allowed
 * @param {boolean} complete
 */
export function judgeSkips(outcomes, allowed, complete) {
  const entries = Object.entries(allowed);
  const skipped = outcomes
    .filter(({ status }) => status === 'skipped')
    .map(({ name, reason }) => {
      const entry = entries.find(([pattern]) => matches(pattern, name));
      return { name, listed: entry !== undefined, reason: entry?.[1] ?? reason };
    });
  const stale = entries
    .map(([pattern]) => pattern)
    .filter((pattern) => {
      const own = outcomes.filter(({ name }) => matches(pattern, name));
      return own.length ? own.every(({ status }) => status !== 'skipped') : complete;
    });
  return { skipped, stale };
}
