// npm run bench -- --against FOLDER: the builds here and those of another checkout by turns, so that a busy spell of the
// machine falls on both. A ratio is of two neighbours in time; what counts is the median of the rounds.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { at, Failure, medianOf } from '../lib.mjs';
import { nativeBench, nativeProgram, nodeBench } from './places.mjs';
import { circumstances, factor, noteOf, percent, spreadOf, table, writeJson } from './report.mjs';

/**
 * @typedef {import('./places.mjs').Bench} Bench
 * @typedef {{ network: string, place: string, build: string, threads: number, ratios: number[] }} Pair
 */

/** What is compared, in the order of both. @param {string} checkout @param {import('./places.mjs').Options} options */
function benchesOf(checkout, options) {
  const program = nativeProgram(at('build/bench', checkout === at() ? 'here' : 'there'), checkout);
  const wasm = ['simd', 'simd-threads'].map((build) => {
    const file = join(checkout, 'dist', `${build}.js`);
    if (!existsSync(file)) throw new Failure(`${file} is missing; run npm run build there.`);
    return nodeBench(options, file);
  });
  return [nativeBench(options, program, false), ...wasm];
}

/**
 * One network in one place: for each number of threads, how many times as fast `here` is as `there` in each round.
 * @param {Bench} here
 * @param {Bench} there
 * @param {string} network
 * @param {number} rounds
 * @returns {Promise<Pair[]>}
 */
export async function pairs(here, there, network, rounds) {
  /** @type {Map<number, number[]>} */
  const ratios = new Map();
  for (let round = 0; round < rounds; ++round) {
    const measured = new Map();
    for (const bench of round % 2 ? [there, here] : [here, there])
      measured.set(bench, (await bench.measure(network)).rows);
    for (const { threads, charactersPerSecond } of measured.get(here)) {
      const other = measured
        .get(there)
        .find((/** @type {{ threads: number }} */ row) => row.threads === threads);
      if (!other) throw new Failure(`the other checkout does not know the network "${network}".`);
      ratios.set(threads, [...(ratios.get(threads) ?? []), charactersPerSecond / other.charactersPerSecond]);
    }
  }
  const { place, build } = here;
  return [...ratios].map(([threads, own]) => ({ network, place, build, threads, ratios: own }));
}

/** A line of the table. @param {Pair} pair */
export function lineOf({ network, place, build, threads, ratios }) {
  const spread = spreadOf(ratios);
  return [
    `  ${network}, ${place} ${build}`,
    String(threads),
    ...[medianOf(ratios), Math.min(...ratios), Math.max(...ratios)].map(factor),
    percent(spread),
    noteOf(spread),
  ];
}

/**
 * Prints a table for each network and writes build/bench-against.json.
 * @param {string} checkout
 * @param {import('./places.mjs').Options & { networks: string[], rounds: number, places: string[] }} options
 */
export async function against(checkout, options) {
  const [own, others] = [benchesOf(at(), options), benchesOf(checkout, options)];
  /** @type {Pair[]} */
  const results = [];
  const { rounds, networks, places } = options;
  for (const network of networks) {
    const lines = [];
    for (const [i, here] of own.entries()) {
      if (!places.includes(here.place.toLowerCase())) continue;
      process.stderr.write(`  ${network}: ${here.place} ${here.build}\n`);
      const found = await pairs(here, others[i], network, rounds);
      results.push(...found);
      lines.push(...found.map(lineOf));
    }
    const head = ['here ÷ there', 'threads', 'median', 'least', 'most', 'spread'];
    console.log(table([`\n${rounds} rounds`, head, ...lines]));
  }
  writeJson(at('build/bench-against.json'), { ...circumstances({ rounds }), checkout, results });
}
