// What a run was made on, and how its numbers are shown.
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import { medianOf, root, shown } from '../lib.mjs';

/** @param {string[]} args */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/**
 * Machine, versions, commit (with a `+` where files differ from it), date.
 * @param {{ chromium?: string, rounds?: number, chunkSeconds?: number }} more
 */
export function circumstances(more = {}) {
  const commit = git('rev-parse', '--short=10', 'HEAD');
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    commit: commit && commit + (git('status', '--porcelain') ? '+' : ''),
    node: process.versions.node,
    ...more,
  };
}

/** @param {ReturnType<typeof circumstances>} about */
export function describe({ machine, commit, node, chromium, date }) {
  const parts = [`${machine.cpu}, ${machine.cores} cores`, `Node ${node}`];
  if (chromium) parts.push(`Chromium ${chromium}`);
  return [...parts, `commit ${commit ?? 'unknown'}`, date.slice(0, 10)].join('; ');
}

/** @param {number} x */
export const whole = (x) => (x >= 100 ? Math.round(x) : Number(x.toPrecision(3))).toLocaleString('en-US');
/** @param {number} x */
export const factor = (x) => `${x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2)}x`;

/**
 * Lines of aligned columns: the first to the left, the others to the right; a string is a heading.
 * @param {(string | string[])[]} lines
 */
export function table(lines) {
  const rows = lines.filter((line) => typeof line !== 'string');
  /** @type {number[]} */
  const widths = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  /** @param {string[]} row */
  const show = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return lines.map((line) => (typeof line === 'string' ? line : show(line).trimEnd())).join('\n');
}

/**
 * Whole or not at all: another run may be reading it.
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.part`, file);
  console.log(`\nWritten to ${shown(file)}.`);
}

/**
 * Where the median lies with a confidence of at least 95 %, whatever the distribution: a pair of order statistics, by
 * the binomial distribution. Of fewer than nine values, their least and largest.
 * @param {number[]} values
 */
export function intervalOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let chance = 0.5 ** n; // of r heads in n throws
  let tail = chance;
  let r = 0;
  while (r < n) {
    chance *= (n - r) / (r + 1);
    if (2 * (tail + chance) > 0.05) break;
    tail += chance;
    ++r;
  }
  return { low: sorted[r], high: sorted[n - 1 - r] };
}

/** How wide the interval of the median is, of the median: more rounds make it narrower. @param {number[]} values */
export function spreadOf(values) {
  const { low, high } = intervalOf(values);
  return (high - low) / medianOf(values);
}

/** The median with the least and the largest. @param {number[]} ratios */
export const ratioOf = (ratios) =>
  `${factor(medianOf(ratios))} (${factor(Math.min(...ratios))} to ${factor(Math.max(...ratios))})`;

/** What is said of a row by its spread. @param {number} spread */
export const noteOf = (spread) => (spread > 0.1 ? 'noisy: not to be quoted' : '');
/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)} %`;
