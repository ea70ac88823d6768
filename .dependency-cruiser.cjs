// Which folder may import from which (TypeScript and JavaScript; for C++ see scripts/quality/sources.mjs).
// Imports of types count: who needs another's types cannot be read without it.

/** A folder may import from nothing of the project but what `to` allows. */
const only = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from,
  to: { path: '^(wasm|web|tests|scripts|dist)/', ...to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that import each other can be read, tested and moved only together.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      comment: 'Nobody will find it either.',
      // What a build makes, what Vite answers, what a benchmark's own server does, and what an example exports first.
      from: { pathNot: '^tests/|^scripts/bench/peers/|^wasm/examples/[^/]+/' },
      to: { couldNotResolve: true, pathNot: '(^|/)simd[^/]*$|^virtual:|^unfold-rnn|^\\./model\\.js$' },
    },
    only(
      'package-stays-inside',
      { path: '^wasm/', pathNot: '^wasm/(src/cli|examples)/|^wasm/[^/]*\\.mjs$' },
      { pathNot: '^wasm/' },
      'The package stands alone.',
    ),
    {
      name: 'package-has-no-dependency',
      severity: 'error',
      comment: 'The package is installed without any other.',
      from: { path: '^wasm/', pathNot: '^wasm/[^/]*\\.mjs$|^wasm/examples/[^/]+/' }, // these are projects of their own
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-peer', 'npm-optional'] },
    },
    only(
      'cli-uses-the-public-name',
      { path: '^wasm/(src/cli|examples)/', pathNot: '^wasm/src/cli/scoring\\.ts$' }, // it rewrites a file's configuration
      { pathNot: '^wasm/(src/cli|examples)/|^dist/(index|export/index|midi/index)\\.d\\.ts$' },
      'The command line and the examples use the package as anybody does.',
    ),
    only(
      'client-and-worker-apart',
      { path: '^wasm/src/worker/' },
      { pathNot: '^wasm/src/(worker|shared)/' },
      'What runs beside the engine is fetched without what runs in the page.',
    ),
    only(
      'shared-below-all',
      { path: '^wasm/src/shared/' },
      { pathNot: '^wasm/src/shared/' },
      'Types, messages and errors know nobody who uses them.',
    ),
    only(
      'exporters-need-no-engine',
      { path: '^wasm/src/export/' },
      { pathNot: '^wasm/src/(export|shared)/' },
      'Exporters read files; they load no engine.',
    ),
    only(
      'page-uses-the-public-name',
      { path: '^web/', pathNot: '^web/[^/]*\\.config\\.ts$' },
      { pathNot: '^web/|^dist/(index|export/index|diagram/index)\\.d\\.ts$' },
      'The page uses the package as anybody does.',
    ),
    only(
      'scripts-and-product-apart',
      { path: '^(wasm|web)/', pathNot: '^(wasm/[^/]*\\.mjs|web/[^/]*\\.config\\.ts)$' },
      { path: '^(scripts|tests)/' },
      'The product runs without the scripts and the tests.',
    ),
    only(
      'scripts-below-tests',
      { path: '^scripts/' },
      { path: '^tests/' },
      'The scripts run the tests, and share no code of theirs.',
    ),
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'It would be missing on another machine.',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/|^dist/' },
    exclude: { path: '^(build|web/dist)/|^tests/package/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css', '.d.ts'],
    },
  },
};
