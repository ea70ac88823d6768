// npm run format [-- --check]: clang-format over the C++, Prettier over the rest.
import { at, Failure, filesIn, findProgram, main, run, setUp } from './lib.mjs';

main(() => {
  const check = process.argv.includes('--check');
  setUp('check');
  const clangFormat = ['clang-format-19', 'clang-format'].find((name) => findProgram(name));
  if (!clangFormat) throw new Failure('clang-format is missing.');
  const cpp = ['core', 'wasm', 'tests'].flatMap((folder) => filesIn(at(folder), ['.cpp', '.h']));
  let failed = 0;
  if (cpp.length) {
    failed |= run(clangFormat, [...(check ? ['--dry-run', '-Werror'] : ['-i']), ...cpp], { otherwise: null });
  }
  const patterns = [
    '{wasm,web,scripts,tests}/**/*.{ts,tsx,mjs,css,html,json}',
    '*.json',
    '!package-lock.json',
    '!tests/golden/**',
    '!tests/fuzz/corpus/**', // inputs as they were found
    '!**/dist/**',
  ];
  failed |= run(
    process.execPath,
    [
      at('node_modules/prettier/bin/prettier.cjs'),
      check ? '--check' : '--write',
      '--log-level=warn',
      '--no-error-on-unmatched-pattern',
      ...patterns,
    ],
    { otherwise: null },
  );
  if (failed)
    throw new Failure(check ? 'some files are not formatted; run npm run format.' : 'formatting failed.');
});
