// npm run bench [-- options]: trained characters per second on the reference task (65 symbols, window 64,
// batch 32, Adam, clipping), beside the peak of a multiply-add micro-kernel on as many threads in the
// same run. Prints a table and writes build/bench.json.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { build as buildParts } from '../build/build.mjs';
import { at, commandLine, Failure, heading, main, numberOf, setUp } from '../lib.mjs';
import { against } from './against.mjs';
import { hoisted } from './hoisted.mjs';
import { latency } from './latency.mjs';
import { opening } from './opening.mjs';
import { chromiumBench, nativeBench, nativeProgram, nodeBench, openChromium } from './places.mjs';
import { circumstances, describe, factor, noteOf, percent, table, whole, writeJson } from './report.mjs';

const usage = `npm run bench -- [options]
  --native --node --chromium   only these (default: all three)
  --only "lstm 2x256"          only this network
  --threads N                  1, 2, 4 ... up to N threads (default: one per core)
  --latency                    instead: how long a first character takes while a network trains
  --opening                    instead: how long the page takes to its first character and training step
  --against FOLDER             instead: how many times as fast each row is as that of another checkout, which is
                               built; by turns, in --rounds N (default: 7); natively and in Node
  --hoisted                    instead: networks without a recurrent product beside LSTM 2x256, by turns, in --rounds N;
                               --only takes the preset
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
    hoisted: flag,
    help: flag,
  };
  const options = {
    ...names,
    'no-build': flag,
    only: value,
    threads: { ...value, default: String(availableParallelism()) },
    against: value,
    rounds: { ...value, default: '7' },
  };
  const { values } = commandLine({ options }, usage);
  const { only, against, ...flags } = values;
  if (only !== undefined && !flags.hoisted && !networks.includes(only)) {
    throw new Failure(`there is no network "${only}"; there are ${networks.join(', ')}.`);
  }
  const chosen = /** @type {const} */ (['native', 'node', 'chromium']).filter((place) => flags[place]);
  return {
    ...flags,
    only,
    build: !flags['no-build'],
    places: chosen.length ? chosen : ['native', 'node', 'chromium'],
    networks:
      only !== undefined ? [only] : flags.growth ? [...new Set(Object.values(growth).flat())] : networks,
    threads: numberOf(values, 'threads', { to: 99 }),
    rounds: numberOf(values, 'rounds', { to: 99 }),
    against: against === undefined ? undefined : resolve(against),
    seconds: flags.quick ? 0.1 : against === undefined && !flags.hoisted ? 0.6 : 0.25, // of each of the five chunks
  };
}

/**
 * @typedef {import('./places.mjs').Bench} Bench
 * @typedef {{ network: string, place: string, build: string, kernels: string, fast: boolean } &
 *   import('./places.mjs').Row} Result
 * @typedef {ReturnType<typeof readOptions>} Options
 */

/**
 * The WebAssembly builds that are there, by their file's name without ending; of growth one is enough.
 * @param {Options} options
 */
function builds({ growth }) {
  const wanted = growth ? /^simd-threads\.wasm$/ : /^simd.*\.wasm$/;
  const names = readdirSync(at('dist')).filter((name) => wanted.test(name));
  if (!names.length) throw new Failure('dist has no WebAssembly; run npm run build.');
  return names.map((name) => basename(name, '.wasm')).sort();
}

/**
 * What opens; undefined, with a sentence, for a build that a place refuses: Node 20 has no relaxed SIMD.
 * @param {string} name
 * @param {() => Promise<Bench>} open
 */
async function started(name, open) {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`  left out: ${name} does not start (${error.message})`);
    return undefined;
  }
}

/** @param {Options} options @param {(() => unknown)[]} closing */
async function openAll(options, closing) {
  /** @type {(Bench | undefined)[]} */
  const benches = [];
  if (options.places.includes('native')) {
    const program = nativeProgram(at('build/bench'));
    for (const fast of options.growth ? [false] : [false, true])
      benches.push(nativeBench(options, program, fast));
  }
  if (options.places.includes('node')) {
    for (const name of builds(options)) {
      const bench = nodeBench(options, at('dist', `${name}.js`));
      benches.push(await started(`Node ${name}`, async () => (await bench.start(), bench)));
    }
  }
  let version;
  if (options.places.includes('chromium')) {
    const chromium = await openChromium(at('build/bench/site'));
    closing.unshift(chromium.close);
    version = chromium.version;
    for (const name of builds(options))
      benches.push(await started(`Chromium ${name}`, () => chromiumBench(options, name, chromium)));
  }
  const open = benches.filter((bench) => bench !== undefined);
  if (!open.length) throw new Failure('nothing of what was asked for starts.');
  return { benches: open, chromium: version };
}

/** Of the chunks of a row, of their median. @param {Result | undefined} row */
const spreadOfRow = (row) => (row ? (row.fastest - row.slowest) / row.charactersPerSecond : 0);

/**
 * One line for each place and build of a network; four columns for each number of threads.
 * @param {string} network
 * @param {Result[]} results
 */
function lines(network, results) {
  const counts = [...new Set(results.map(({ threads }) => threads))].sort((a, b) => a - b);
  const names = [...new Set(results.map(({ name }) => name))];
  /** @param {number} count */
  const head = (count) => [count === 1 ? '1 thread' : `${count} threads`, 'spread', 'GFLOP/s', 'of limit'];
  /** @param {Result | undefined} row @param {number | undefined} one */
  const cells = (row, one) =>
    row
      ? [
          whole(row.charactersPerSecond) +
            (row.threads > 1 && one ? ` (${factor(row.charactersPerSecond / one)})` : ''),
          percent(spreadOfRow(row)),
          row.gflops.toFixed(1),
          percent(row.share),
        ]
      : ['', '', '', ''];
  /** @param {string} name @param {number} count */
  const of = (name, count) =>
    results.find((row) => row.network === network && row.name === name && row.threads === count);
  return [
    [network, ...counts.flatMap(head)],
    ...names.map((name) => [
      `  ${name}`,
      ...counts.flatMap((count) => cells(of(name, count), of(name, 1)?.charactersPerSecond)),
      noteOf(Math.max(...counts.map((count) => spreadOfRow(of(name, count))))),
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
  return [
    ['where the time goes', 'threads', ...phases],
    ...results.map(({ network, name, threads, profile }) => [
      `  ${network}, ${name}`,
      String(threads),
      ...phases.map((phase) => `${(100 * profile[phase]).toFixed(1)} %`),
    ]),
  ];
}

/**
 * What --growth prints: characters a second with their spread, and nanoseconds a character for each thousand parameters.
 * @param {Result[]} results
 */
function growthLines(results) {
  const places = [...new Set(results.map(({ name, threads }) => `${name}, ${threads}`))];
  return Object.values(growth).flatMap((rows) => [
    ['characters/s (ns a character and thousand parameters)', ...places.flatMap((name) => [name, 'spread'])],
    ...rows.map((network) => {
      const own = places.map((place) => {
        const row = results.find((r) => r.network === network && `${r.name}, ${r.threads}` === place);
        if (!row) throw new Failure(`${network} was not measured (${place} threads).`);
        return row;
      });
      const cells = own.flatMap((row) => {
        const each = 1e12 / row.charactersPerSecond / row.parameters;
        return [`${whole(row.charactersPerSecond)} (${each.toFixed(1)})`, percent(spreadOfRow(row))];
      });
      return [`  ${network}`, ...cells, noteOf(Math.max(...own.map(spreadOfRow)))];
    }),
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
    else if (options.hoisted) buildParts('wasm');
    else buildParts(...(options.places.includes('native') ? ['native'] : []), ...(wasm ? ['wasm'] : []));
  }
  if (options.latency || options.opening || options.against) {
    heading('Measuring');
    console.log(describe(circumstances()));
    if (options.against) return void (await against(options.against, options));
    return void (await (options.latency ? latency() : opening()));
  }
  if (options.hoisted) return void (await hoisted(options));
  heading('Measuring (five chunks each; the median counts)');
  /** @type {(() => unknown)[]} */
  const closing = [];
  try {
    const { benches, chromium } = await openAll(options, closing);
    const results = await measureAll(options, benches);
    const about = circumstances({ ...(chromium && { chromium }), chunkSeconds: options.seconds });
    console.log(`\n${describe(about)}`);
    if (options.quick) console.log('--quick: these numbers are not to be quoted.');
    console.log(
      'Trained characters per second, with their spread; GFLOP/s; % of the peak of the micro-kernel.\n',
    );
    const shown = options.growth ? growthLines(results) : options.networks.flatMap((n) => lines(n, results));
    console.log(table(shown));
    if (options.profile) console.log(table(profileLines(results)));
    writeJson(at('build/bench.json'), { ...about, results });
  } finally {
    for (const close of closing) await close();
  }
}

main(bench);
