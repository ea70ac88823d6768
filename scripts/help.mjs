// npm run help: what each command does, a line each.
import { isMain } from './lib.mjs';

/** Every script of package.json, by its job. @type {Record<string, Record<string, string>>} */
export const commands = {
  Build: {
    help: 'prints this list of commands',
    start: 'sets up, builds and serves the page (-- --port 8080 --host localhost --no-isolation)',
    dev: 'the page with live reload; npm run build:package renews the package',
    build:
      'everything, or the parts named: native library sanitize thread fuzz wasm wasm-sanitize package web',
    'build:native': 'the native program and the tests of the core',
    'build:wasm': 'the engine, in WebAssembly',
    'build:package': 'the npm package around the engine, into dist/',
    'build:web': 'the page, into web/dist/',
    preversion: 'npm version runs it first: all tests',
    version: 'npm version runs it when the version is set: dates CHANGELOG.md',
  },
  Benchmarks: {
    bench:
      'training speed natively, in Node and in Chromium; -- --against FOLDER pairs it with another checkout',
    'bench:peers': 'training and sampling speed beside PyTorch, NumPy, jax-js, TensorFlow.js and brain.js',
    'bench:plain': 'sampling speed and size of exported JavaScript, C and NumPy',
  },
  Quality: {
    test: 'everything that is tested, or the stages named: check native sanitize thread vitest',
    check: 'types, linters, formatting, imports: no build needed (-- eslint: only that one)',
    format: 'clang-format and Prettier, in place; -- --check changes nothing',
    size: 'the sizes of the package against their limits',
    fuzz: 'the readers of bytes from outside, under sanitizers (-- --minutes N target…)',
    faults: 'faults of files, memory, threads and disk in their long forms',
    mutants: 'small faults in a copy of the sources, which the tests must find (-- --area core)',
    'sanitize:wasm': 'the engine in WebAssembly under sanitizers',
    soak: 'the page training in Chromium for half an hour: its memory must stay flat',
    lighthouse: "Lighthouse's scores of the built page",
  },
  Data: {
    api: 'writes wasm/api.md from the declarations of the package',
    golden: 'computes the reference values of tests/golden again, with PyTorch',
    icons: 'draws the icons of the installed page',
    picture: "draws the README's moving picture: the page's first seconds",
    presets: 'trains every preset on one text, beside the order-2 Markov baseline',
    pretrain: 'trains the small model that the page writes with at first',
    results: 'makes the experiments of tests/results and writes tests/RESULTS.md (-- NAME --data FOLDER)',
    screenshot: 'pictures of the page, wide and phone, light and dark, into build/screenshots/',
    settings: "writes the table of the page's settings in web/README.md",
    tasks: "trains networks on the tasks; the README's table is made by it",
    texts: 'writes the sample texts of the page',
  },
};

if (isMain(import.meta.url)) {
  for (const [job, lines] of Object.entries(commands)) {
    console.log(`${job}`);
    for (const [name, line] of Object.entries(lines)) console.log(`  ${name.padEnd(14)} ${line}`);
  }
  console.log(
    '\nnpm run NAME -- --option passes an option on. The first lines of each file in scripts/ say more.',
  );
}
