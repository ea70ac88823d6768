// npm run bench [-- options]: trained characters per second on the reference task (65 symbols, window 64,
// batch 32, Adam, clipping), beside what a bare multiply-add micro-kernel reaches on as many threads in the
// same run. Prints a table and writes build/bench.json.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { build as buildParts } from '../build.mjs';
import { at, commandLine, Failure, heading, main, run, setUp } from '../lib.mjs';
import { nativeProgram, openNode } from './calls.mjs';
import { openChromium } from './chromium.mjs';
import { latency } from './latency.mjs';
import { opening } from './opening.mjs';
import { circumstances, describe, factor, table, whole, writeJson } from './report.mjs';

const usage = `npm run bench -- [options]
  --native --node --chromium   only these (default: all three)
  --only "lstm 2x256"          only this network
  --threads N                  1, 2, 4 ... up to N threads (default: one per core)
  --latency                    instead: how long a first character takes while a network trains
  --opening                    instead: how long the page takes to its first character and training step
  --quick                      short chunks: to see that it works, not to quote
  --profile                    also where the time of a training step goes
  --growth                     instead: how LSTM 1x128 slows with the window, the batch, the text and the units
  --no-build                   measures what was built before`;

const networks = [
  'lstm 1x16',
  'lstm 1x128',
  'lstm 2x256',
  'lstm 2x512',
  'gru 2x256',
  'rnn 2x256',
  'rnn 1x256',
  'dt(s)-rnn 1x256',
];

/** One of these differs at a time; the reference is window 64, batch 32, 200 KB of text, 128 units. */
const growth = {
  window: ['window 16', 'lstm 1x128', 'window 256', 'window 1024'],
  batch: ['batch 1', 'batch 4', 'batch 16', 'lstm 1x128', 'batch 64', 'batch 256'],
  text: ['text 100 KB', 'lstm 1x128', 'text 10 MB', 'text 100 MB'],
  units: ['lstm 1x128', 'hidden 256', 'hidden 512', 'hidden 1024'],
};

function readOptions() {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const value = /** @type {const} */ ({ type: 'string' });
  const names = {
    native: flag,
    node: flag,
    chromium: flag,
    quick: flag,
    profile: flag,
    growth: flag,
    latency: flag,
    opening: flag,
    help: flag,
  };
  const options = { ...names, 'no-build': flag, only: value, threads: value };
  const { values } = commandLine({ options }, usage);
  const { only, threads = String(availableParallelism()), ...flags } = values;
  if (only !== undefined && !networks.includes(only)) {
    throw new Failure(`there is no network "${only}"; there are ${networks.join(', ')}.`);
  }
  if (!/^[1-9]\d?$/.test(threads))
    throw new Failure(`--threads takes a number from 1 to 99, not "${threads}".`);
  const chosen = /** @type {const} */ (['native', 'node', 'chromium']).filter((place) => flags[place]);
  return {
    ...flags,
    build: !flags['no-build'],
    places: chosen.length ? chosen : ['native', 'node', 'chromium'],
    networks:
      only !== undefined ? [only] : flags.growth ? [...new Set(Object.values(growth).flat())] : networks,
    threads: Number(threads),
    seconds: flags.quick ? 0.1 : 0.6, // of each of the five chunks
  };
}

/**
 * What the core's benchmark says of one number of threads.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} threads
 * @property {number} charactersPerSecond
 * @property {number} gflops
 * @property {number} share of the micro-kernel's GFLOP/s
 * @property {number} parameters
 * @property {Record<string, number>} profile
 *
 * @typedef {{ kernels: string, fast: boolean, rows: Row[] }} Measured
 * @typedef {{ network: string, place: string, build: string, kernels: string, fast: boolean } & Row} Result
 * @typedef {ReturnType<typeof readOptions>} Options
 */

/**
 * Something that runs the core's benchmark.
 * @typedef {object} Bench
 * @property {string} place
 * @property {string} build
 * @property {(network: string) => Measured | Promise<Measured>} measure
 * @property {() => unknown} close
 */

/** @param {Options} options @param {string} program @param {boolean} fast @returns {Bench} */
function nativeBench(options, program, fast) {
  const args = ['bench', '--threads', String(options.threads), '--seconds', String(options.seconds)];
  if (fast) args.push('--fast');
  const otherwise = 'the native benchmark failed (its message is above).';
  /** @param {string} network */
  const measure = (network) =>
    JSON.parse(run(program, [...args, '--only', network], { capture: true, otherwise }));
  return { place: 'native', build: fast ? 'fast' : 'reproducible', measure, close() {} };
}

/**
 * The WebAssembly builds that are there, by their file's name without ending; of growth one is enough.
 * @param {Options} options
 */
function builds({ growth }) {
  const wanted = growth ? /^simd-threads\.wasm$/ : /^simd.*\.wasm$/;
  const names = readdirSync(at('dist')).filter((name) => wanted.test(name));
  if (!names.length) throw new Failure('dist has no WebAssembly; run npm run build.');
  return names.map((name) => name.slice(0, -'.wasm'.length)).sort();
}

/**
 * Undefined, with a sentence, for a build this place refuses: Node 20 has no relaxed SIMD.
 * @param {Options} options
 * @param {string} place
 * @param {string} build
 * @param {import('./calls.mjs').Calls} calls
 * @param {string} address
 * @returns {Promise<Bench | undefined>}
 */
async function wasmBench(options, place, build, calls, address) {
  /** @type {number} */
  let threads;
  try {
    threads = await calls.call('load', address, build.includes('threads') ? options.threads : 1);
    await calls.call('benchmark', 1, networks[0], 0.2); // V8 compiles well only what has run for a while
  } catch (error) {
    await calls.close();
    if (!(error instanceof Failure)) throw error;
    console.error(`  left out: ${place} ${build} does not start (${error.message})`);
    return undefined;
  }
  /** @param {string} network */
  const measure = (network) => calls.call('benchmark', threads, network, options.seconds);
  return { place, build, measure, close: calls.close };
}

/** @param {Options} options @param {(() => unknown)[]} closing */
async function openAll(options, closing) {
  /** @type {Bench[]} */
  const benches = [];
  /** @param {Bench | undefined} bench */
  const open = (bench) => {
    if (!bench) return;
    benches.push(bench);
    closing.unshift(bench.close);
  };
  if (options.places.includes('native')) {
    const program = nativeProgram(at('build/bench'));
    for (const fast of options.growth ? [false] : [false, true]) open(nativeBench(options, program, fast));
  }
  if (options.places.includes('node')) {
    for (const name of builds(options)) {
      const calls = openNode(at('scripts/benchmarks/engine.mjs'));
      open(await wasmBench(options, 'Node', name, calls, pathToFileURL(at('dist', `${name}.js`)).href));
    }
  }
  let version;
  if (options.places.includes('chromium')) {
    const chromium = await openChromium(at('build/bench/site'));
    closing.unshift(chromium.close);
    version = chromium.version;
    for (const name of builds(options)) {
      const calls = await chromium.open('/engine.mjs');
      open(await wasmBench(options, 'Chromium', name, calls, `/dist/${name}.js`));
    }
  }
  if (!benches.length) throw new Failure('nothing of what was asked for starts.');
  return { benches, chromium: version };
}

/**
 * One line for each place and build of a network; three columns for each number of threads.
 * @param {string} network
 * @param {Result[]} results
 */
function lines(network, results) {
  const counts = [...new Set(results.map(({ threads }) => threads))].sort((a, b) => a - b);
  const names = [...new Set(results.map(({ name }) => name))];
  /** @param {number} count */
  const head = (count) => [count === 1 ? '1 thread' : `${count} threads`, 'GFLOP/s', 'of limit'];
  /** @param {Result | undefined} row @param {number | undefined} one */
  const cells = (row, one) =>
    row
      ? [
          whole(row.charactersPerSecond) +
            (row.threads > 1 && one ? ` (${factor(row.charactersPerSecond / one)})` : ''),
          row.gflops.toFixed(1),
          `${Math.round(100 * row.share)} %`,
        ]
      : ['', '', ''];
  /** @param {string} name @param {number} count */
  const of = (name, count) =>
    results.find((row) => row.network === network && row.name === name && row.threads === count);
  return [
    [network, ...counts.flatMap(head)],
    ...names.map((name) => [
      `  ${name}`,
      ...counts.flatMap((count) => cells(of(name, count), of(name, 1)?.charactersPerSecond)),
    ]),
    '',
  ];
}

/**
 * What --profile prints of a row: the phases of a training step on the calling thread, largest first.
 * @param {Result[]} results
 */
function profileLines(results) {
  const phases = Object.keys(results[0].profile);
  /** @param {number} share */
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  return [
    ['where the time goes', 'threads', ...phases],
    ...results.map(({ network, name, threads, profile }) => [
      `  ${network}, ${name}`,
      String(threads),
      ...phases.map((phase) => percent(profile[phase])),
    ]),
  ];
}

/**
 * What --growth prints: characters a second, and nanoseconds a character for each thousand parameters.
 * @param {Result[]} results
 */
function growthLines(results) {
  const places = [...new Set(results.map(({ name, threads }) => `${name}, ${threads}`))];
  return Object.values(growth).flatMap((rows) => [
    ['characters/s (ns a character and thousand parameters)', ...places],
    ...rows.map((network) => [
      `  ${network}`,
      ...places.map((place) => {
        const row = results.find((r) => r.network === network && `${r.name}, ${r.threads}` === place);
        if (!row) throw new Failure(`${network} was not measured (${place} threads).`);
        const each = 1e12 / row.charactersPerSecond / row.parameters;
        return `${whole(row.charactersPerSecond)} (${each.toFixed(1)})`;
      }),
    ]),
    '',
  ]);
}

/** @param {Options} options @param {Bench[]} benches */
async function measureAll(options, benches) {
  /** @type {Result[]} */
  const results = [];
  for (const network of options.networks) {
    for (const { place, build, measure } of benches) {
      process.stderr.write(`  ${network}: ${place} ${build}\n`);
      const { kernels, fast, rows } = await measure(network);
      if (!rows.length) throw new Failure(`${place} ${build} does not know the network "${network}".`);
      const name = place === 'native' ? `native ${kernels}${fast ? ', fast' : ''}` : `${place} ${build}`;
      for (const { name: _, ...row } of rows)
        results.push({ network, place, build, name, kernels, fast, ...row });
    }
  }
  return results;
}

async function bench() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  if (options.build) {
    const wasm = options.places.some((place) => place !== 'native');
    setUp('build', 'test');
    if (options.opening) buildParts('wasm', 'package', 'web');
    else if (options.latency) buildParts('wasm', 'package');
    else buildParts(...(options.places.includes('native') ? ['native'] : []), ...(wasm ? ['wasm'] : []));
  }
  if (options.latency || options.opening) {
    heading('Measuring');
    console.log(describe(circumstances()));
    return void (await (options.latency ? latency() : opening()));
  }
  heading('Measuring (five chunks each; the median counts)');
  /** @type {(() => unknown)[]} */
  const closing = [];
  try {
    const { benches, chromium } = await openAll(options, closing);
    const results = await measureAll(options, benches);
    const about = circumstances({ ...(chromium && { chromium }), chunkSeconds: options.seconds });
    console.log(`\n${describe(about)}`);
    if (options.quick) console.log('--quick: these numbers are not to be quoted.');
    console.log('Trained characters per second; GFLOP/s; share of the bare multiply-add micro-kernel.\n');
    const shown = options.growth ? growthLines(results) : options.networks.flatMap((n) => lines(n, results));
    console.log(table(shown));
    if (options.profile) console.log(table(profileLines(results)));
    writeJson(at('build/bench.json'), { ...about, results });
  } finally {
    for (const close of closing) await close();
  }
}

main(bench);
