// npm run check [-- name…]: everything that can be said of the sources without building or running them, side by side
// on all cores. Each line names a check, its time and, if it failed, what it printed.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { at, Failure, heading, isMain, main, outputOf, root, setUp } from '../lib.mjs';

/**
 * A program of node_modules, by its file: `npx` would take half a second each.
 * @param {string} path
 * @param {string[]} args
 */
const tool = (path, ...args) => [process.execPath, at('node_modules', path), ...args];
/** @param {string} name @param {string[]} args */
const script = (name, ...args) => [process.execPath, at('scripts/quality', name), ...args];

/**
 * The longest first: the others fit in beside them.
 * @type {Record<string, () => string[]>}
 */
const checks = {
  types: () => tool('typescript-7/bin/tsc', '--build'),
  tidy: () => script('tidy.mjs'),
  eslint: () => tool('eslint/bin/eslint.js', '--cache', '--cache-location', 'build/eslint.json', '.'),
  format: () => script('format.mjs', '--check'),
  knip: () => tool('knip/bin/knip.js', '--no-progress'),
  imports: () =>
    tool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      'wasm',
      'web',
      'tests',
      'scripts',
      '--config',
      '.dependency-cruiser.cjs',
    ),
  sources: () => script('sources.mjs'),
  shell: () => {
    const scripts = outputOf('git', [
      'grep',
      '--untracked',
      '-lE',
      '^#!.*\\b(ba)?sh\\b',
      '--',
      ':(exclude,glob)**/*.*',
    ]);
    return ['shellcheck', '--external-sources', ...scripts.split('\n')];
  },
};

/** These find the package by its public name, at the declarations that `types` writes. */
const needTypes = ['eslint', 'knip', 'imports'];

/** One check in a process of its own. @param {string} name */
async function start(name) {
  const [program, ...args] = checks[name]();
  const began = performance.now();
  const { passed, output } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 1 << 28 }).then(
    () => ({ passed: true, output: '' }),
    ({ message, stdout = '', stderr = '' }) => ({ passed: false, output: `${stdout}${stderr}` || message }),
  );
  return { name, passed, output, seconds: (performance.now() - began) / 1000 };
}

/** {name, passed, seconds} of each of the checks named, or of all. */
export async function check(names = Object.keys(checks)) {
  const unknown = names.find((name) => !(name in checks));
  if (unknown)
    throw new Failure(`there is no check "${unknown}"; there are ${Object.keys(checks).join(', ')}.`);
  heading('Checking the sources');
  const waiting = Object.keys(checks).filter((name) => names.includes(name));
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const results = [];
  /** @type {Promise<unknown> | undefined} */
  let typed;
  const next = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      if (needTypes.includes(name)) await typed;
      const running = start(name);
      if (name === 'types') typed = running;
      const result = await running;
      console.log(`${result.passed ? 'passed' : 'FAILED'}  ${name.padEnd(8)} ${result.seconds.toFixed(1)} s`);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  for (const { name, passed, output } of results) if (!passed) console.log(`\n== ${name}\n${output.trim()}`);
  return results;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const names = process.argv.slice(2);
    setUp('check');
    const results = await check(names.length ? names : undefined);
    const failed = results.filter(({ passed }) => !passed).length;
    console.log(`\n${results.length - failed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
  });
}
