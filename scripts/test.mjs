// npm test [-- native sanitize thread vitest check-deps]: sets up, builds, runs every test, sums up.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { build } from './build.mjs';
import { checkDependencies } from './check-deps.mjs';
import { at, Failure, filesIn, heading, main, run, setUp } from './lib.mjs';

/** {passed, failed} of a CTest run, from GoogleTest's own files; a run without one is a failure itself. */
function ctest(part, preset) {
  build(part);
  heading(`Native tests (${preset})`);
  const folder = at('build', preset, 'results');
  rmSync(folder, { recursive: true, force: true });
  const parallel = String(availableParallelism());
  const status = run('ctest', ['--preset', preset, '--parallel', parallel], { otherwise: null });
  const suites = filesIn(folder, ['.xml']).flatMap(
    (file) => readFileSync(file, 'utf8').match(/<testsuite .*?>/g) ?? [],
  );
  const sum = (name) =>
    suites.reduce(
      (total, suite) => total + Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0),
      0,
    );
  const failed = sum('failures');
  const passed = sum('tests') - failed - sum('skipped') - sum('disabled');
  return { passed, failed: status !== 0 || !passed ? Math.max(failed, 1) : failed };
}

/** {passed, failed} of the package's and the page's tests; a file that does not load counts as one. */
function vitest() {
  build('wasm', 'package', 'web');
  heading('Package and page tests');
  const file = at('build/vitest.json');
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const program = at('node_modules/vitest/vitest.mjs');
  const status = run(process.execPath, [program, 'run', '--config', 'tests/vitest.config.ts', ...reporters], {
    otherwise: null,
  });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const broken = (report.testResults ?? []).filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  );
  const failed = (report.numFailedTests ?? 0) + broken.length;
  return { passed: report.numPassedTests ?? 0, failed: status !== 0 ? Math.max(failed, 1) : failed };
}

function dependencies() {
  heading('Dependencies');
  checkDependencies();
  return { passed: 1, failed: 0 };
}

const stages = {
  native: () => ctest('native', 'native'),
  sanitize: () => ctest('sanitize', 'native-sanitize'),
  thread: () => ctest('thread', 'native-thread-sanitize'),
  vitest,
  'check-deps': dependencies,
};

main(() => {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in stages));
  if (unknown)
    throw new Failure(`there are no tests "${unknown}"; there are ${Object.keys(stages).join(', ')}.`);
  heading('Setting up');
  setUp('build', 'test');
  mkdirSync(at('build'), { recursive: true });
  const results = [];
  for (const name of names.length ? names : Object.keys(stages)) {
    try {
      results.push({ name, ...stages[name]() });
    } catch (error) {
      // What cannot be built or started counts as one failure; the other stages still run.
      if (!(error instanceof Failure)) throw error;
      console.error(`unfold: ${error.message}`);
      results.push({ name, passed: 0, failed: 1 });
    }
  }
  heading('Summary');
  for (const { name, passed, failed } of results) console.log(`${name}: ${passed} passed, ${failed} failed`);
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') ? 1 : 0;
});
