// npm run bench:peers [-- options]: the reference task (65 symbols, window 64, batch 32, Adam, clipping, float32,
// state carried) in other libraries and in ours, by turns in one run. Prints characters per second and how many
// times as fast we are; writes build/bench-peers.json. Everybody is given the text as random tokens.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from '../build/build.mjs';
import { at, commandLine, Failure, heading, main, medianOf, messageOf, numberOf, setUp } from '../lib.mjs';
import { openChromium } from './places.mjs';
import { installPeers } from './install.mjs';
import { participants, sizes } from './participants.mjs';
import {
  circumstances,
  describe,
  noteOf,
  percent,
  ratioOf,
  spreadOf,
  table,
  whole,
  writeJson,
} from './report.mjs';

const libraries = ['PyTorch', 'NumPy', 'jax-js', 'TensorFlow.js', 'brain.js'];
const usage = `npm run bench:peers -- [options]
  --sizes S,M,L      LSTM 1x128, 2x256, 2x512 (default: all three)
  --peers LIST       of ${libraries.join(', ')} (default: all)
  --threads N        we, PyTorch and jax-js run with 1 and with N threads (default: one per core)
  --rounds N         chunks of each, by turns; the median counts (default: 5)
  --seconds X        the length of a chunk, at least one step (default: 1)
  --quick            two rounds of short chunks: to see that it works, not to quote
  --no-build         measures what was built before`;

/** @param {string} text @param {string[]} known @param {string} what */
function listed(text, known, what) {
  const names = text
    .split(',')
    .map((name) => known.find((other) => other.toLowerCase() === name.trim().toLowerCase()));
  const found = names.filter((name) => name !== undefined);
  if (found.length < names.length)
    throw new Failure(`--${what} takes a list of ${known.join(', ')}, not "${text}".`);
  return found;
}

function readOptions() {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const value = /** @type {const} */ ({ type: 'string' });
  const flags = { quick: flag, help: flag, 'no-build': flag };
  const options = { ...flags, sizes: value, peers: value, threads: value, rounds: value, seconds: value };
  const { values } = commandLine({ options }, usage);
  /** @param {'threads' | 'rounds' | 'seconds'} name @param {number} usual @param {Parameters<typeof numberOf>[2]} range */
  const number = (name, usual, range) => numberOf({ [name]: values[name] ?? usual }, name, range);
  return {
    ...values,
    sizes: listed(values.sizes ?? 'S,M,L', Object.keys(sizes), 'sizes'),
    peers: listed(values.peers ?? libraries.join(), libraries, 'peers'),
    threads: number('threads', availableParallelism(), { to: 64 }),
    rounds: number('rounds', values.quick ? 2 : 5, { to: 100 }),
    seconds: number('seconds', values.quick ? 0.2 : 1, { from: 0.01, to: 60, whole: false }),
  };
}

/**
 * @typedef {import('./participants.mjs').Participant} Participant
 * @typedef {import('./participants.mjs').Opened} Opened
 * @typedef {Participant & Opened & { training: number[], sampling: number[], failed?: boolean }} Measured
 * @typedef {Awaited<ReturnType<typeof measure>>[number]} Result
 */

/** @param {{ name: string, threads: number }} participant */
const label = ({ name, threads }) => `${name}, ${threads} thread${threads === 1 ? '' : 's'}`;

/**
 * Rejects when a step takes longer than anybody would wait for.
 * @template T
 * @param {number} minutes
 * @param {T | Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(minutes, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failure(`no answer in ${minutes} minutes`)), 60_000 * minutes);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Opens all that take part; those that cannot are noted in `left`. A second attempt: jax-js sometimes needs it.
 * @param {Participant[]} list
 * @param {string} size
 * @param {string[]} left
 */
async function openAll(list, size, left) {
  /** @type {Measured[]} */
  const open = [];
  for (const one of list) {
    process.stderr.write(`  ${size}: starting ${label(one)}\n`);
    for (let attempt = 1; ; ++attempt) {
      try {
        open.push({ ...one, ...(await within(15, one.open(sizes[size]))), training: [], sampling: [] });
        break;
      } catch (error) {
        if (one.ours) throw error;
        if (attempt < 2) continue;
        left.push(`${size}: ${label(one)}: ${messageOf(error)}`);
        break;
      }
    }
  }
  return open;
}

/**
 * By turns, so that a busy spell of the machine falls on all of them.
 * @param {Measured[]} open
 * @param {'train' | 'sample'} what
 * @param {'training' | 'sampling'} rates
 * @param {{ rounds: number, seconds: number }} options
 * @param {string} size
 * @param {string[]} left
 */
async function rounds(open, what, rates, options, size, left) {
  for (let round = 1; round <= options.rounds; ++round) {
    process.stderr.write(`  ${size}: ${what}, round ${round} of ${options.rounds}\n`);
    for (const one of open.filter((other) => !other.failed)) {
      await sleep(100); // threads that still spin for the one before go to sleep
      try {
        one[rates].push(await within(15, one[what](options.seconds)));
      } catch (error) {
        if (one.ours) throw error;
        one.failed = true;
        left.push(`${size}: ${label(one)}: ${messageOf(error)}`);
      }
    }
  }
}

/**
 * @param {string} size
 * @param {Participant[]} list
 * @param {{ rounds: number, seconds: number }} options
 * @param {string[]} left
 */
async function measure(size, list, options, left) {
  const wanted = list.filter((one) => !one.sizes || one.sizes.includes(size));
  const open = await openAll(wanted, size, left);
  try {
    await rounds(open, 'train', 'training', options, size, left);
    if (size !== 'L') {
      const writing = open.filter((one) => !one.noSampling);
      await rounds(writing, 'sample', 'sampling', { ...options, seconds: options.seconds / 2 }, size, left);
    }
  } finally {
    for (const one of open) await one.close();
  }
  return open.map(({ ours, library, name, threads, about, training, sampling }) => ({
    size,
    ours: ours ?? false,
    library: library ?? 'Unfold',
    name: about.blas ? `${library}, ${about.blas}` : name,
    threads: about.threads ?? threads,
    about,
    charactersPerSecond: training.length ? medianOf(training) : null,
    sampledPerSecond: sampling.length ? medianOf(sampling) : null,
    training,
    sampling,
  }));
}

/** @param {Result} row @param {'training' | 'sampling'} key */
function nameOf({ ours, name, about }, key) {
  const form = key === 'sampling' ? about.samplingForm : about.form;
  return `  ${ours ? 'Unfold ' : ''}${name}${form ? `, ${form}` : ''}`;
}

/** A line for each participant. @param {Result[]} rows @param {'training' | 'sampling'} key */
function ratesOf(rows, key) {
  const lines = rows.map((row) => [
    nameOf(row, key),
    String(row.threads),
    whole(medianOf(row[key])),
    percent(spreadOf(row[key])),
    noteOf(spreadOf(row[key])),
  ]);
  return [['', 'threads', 'characters/s', 'spread'], ...lines];
}

/**
 * How many times as fast we are on as many threads: the median of the rounds, each a ratio of neighbours in time.
 * @param {Result[]} rows
 * @param {'training' | 'sampling'} key
 */
function ratiosOf(rows, key) {
  const lines = rows
    .filter(({ ours }) => !ours)
    .flatMap((other) =>
      rows
        .filter(({ ours, threads }) => ours && threads === other.threads)
        .map((own) => {
          const each = own[key].slice(0, other[key].length).map((rate, round) => rate / other[key][round]);
          const spread = spreadOf(each);
          return [
            `${nameOf(own, key)} ÷ ${nameOf(other, key).trim()}`,
            String(own.threads),
            ratioOf(each),
            percent(spread),
            noteOf(spread),
          ];
        }),
    );
  return [['', 'threads', 'times as fast', 'spread'], ...lines];
}

/** @param {string} size @param {Result[]} results */
function print(size, results) {
  const { layers, units } = sizes[size];
  for (const key of /** @type {const} */ (['training', 'sampling'])) {
    const rows = results.filter((row) => row[key].length);
    if (!rows.length) continue;
    console.log(
      `\n${size}: LSTM ${layers}x${units}, ${key === 'training' ? key : 'one character at a time'}`,
    );
    console.log(table(ratesOf(rows, key)));
    console.log(table(ratiosOf(rows, key)));
  }
}

/** @param {Result[]} results @param {string[]} versions @param {string[]} left */
function printLibraries(results, versions, left) {
  const python = results.filter(({ about }) => about.version);
  const named = python.flatMap(({ library, about }) => [
    `${library} ${about.version}`,
    about.blasConfig ?? about.blas,
  ]);
  console.log([...new Set(named), ...versions].join('\n'));
  if (left.length) console.log(`\nLeft out:\n${[...new Set(left)].map((line) => `  ${line}`).join('\n')}`);
}

async function peers() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  if (!options['no-build']) {
    setUp('build', 'test');
    build('native', 'wasm');
  }
  heading('Installing the libraries to compare with');
  const { files, versions, reasons } = installPeers(options.peers);
  const left = Object.entries(reasons).map(([name, reason]) => `${name}: ${reason}`);
  heading(`Measuring (rounds: ${options.rounds}, by turns; the median counts)`);
  // Some of the libraries make code or workers from strings.
  const chromium = await openChromium(at('build/peers/site'), files, "blob: 'unsafe-eval'");
  const about = circumstances({
    chromium: chromium.version,
    rounds: options.rounds,
    chunkSeconds: options.seconds,
  });
  console.log(`\n${describe(about)}`);
  if (options.quick) console.log('--quick: these numbers are not to be quoted.');
  const file = at('build/bench-peers.json');
  /** @type {Result[]} */
  const results = [];
  try {
    const counts = [...new Set([1, options.threads])];
    const list = participants(counts, chromium, at('build/peers')).filter(
      ({ ours, library }) =>
        ours || (library !== undefined && options.peers.includes(library) && !(library in reasons)),
    );
    // Each size is shown and written when it is measured: the slowest libraries take a quarter of an hour over the last.
    for (const size of options.sizes) {
      const measured = await measure(size, list, options, left);
      results.push(...measured);
      print(size, measured);
      writeJson(file, { ...about, packages: versions, results, leftOut: [...new Set(left)] });
    }
  } finally {
    await chromium.close();
  }
  printLibraries(results, versions, left);
}

main(peers);
