// npm run format [-- --check]: clang-format over the C++, Prettier over the rest.
import { at, Failure, filesIn, findProgram, main, run, setUp } from '../lib.mjs';

main(() => {
  const check = process.argv.includes('--check');
  setUp('check');
  const clangFormat = ['clang-format-19', 'clang-format'].find((name) => findProgram(name));
  if (!clangFormat) throw new Failure('clang-format is missing.');
  const cpp = ['core', 'wasm', 'tests'].flatMap((folder) => filesIn(at(folder), ['.cpp', '.h']));
  let failed = false;
  if (cpp.length) {
    failed =
      run(clangFormat, [...(check ? ['--dry-run', '-Werror'] : ['-i']), ...cpp], { otherwise: null }) !== 0;
  }
  const patterns = [
    '{wasm,web,scripts,tests}/**/*.{ts,tsx,mjs,css,html,json}',
    '*.json',
    '!package-lock.json',
    '!tests/golden/**',
    '!tests/fuzz/corpus/**', // inputs as they were found
    '!**/dist/**',
  ];
  const prettier = [
    at('node_modules/prettier/bin/prettier.cjs'),
    check ? '--check' : '--write',
    '--log-level=warn',
    '--cache',
    '--cache-strategy=content',
    `--cache-location=${at('build/prettier.json')}`,
    '--no-error-on-unmatched-pattern',
    ...patterns,
  ];
  if (run(process.execPath, prettier, { otherwise: null }) !== 0) failed = true;
  if (failed)
    throw new Failure(check ? 'some files are not formatted; run npm run format.' : 'formatting failed.');
});
