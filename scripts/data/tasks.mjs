// npm run tasks [-- name …]: trains networks on the tasks natively, on two threads, and prints what they reach on
// examples that they never saw. Each line is one command with its seed; the README's table is made by it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { at, Failure, isMain, main } from '../lib.mjs';
import { build } from '../build/build.mjs';

const chorales = at('../shared/data/JSB_Chorales.json');
/** @param {number} learningRate */
const adam = (learningRate) => ({ name: 'adam', learningRate });
/** @param {object} dataset @param {number} units @param {number} steps */
const translates = (dataset, units, steps) => ({
  dataset,
  encoder: [{ cell: 'lstm', units, bidirectional: true }],
  layers: [{ cell: 'lstm', units }],
  attention: 'additive',
  batchSize: 128,
  optimizer: adam(0.003),
  schedule: { name: 'cosine', steps },
});
/** @param {string} cell */
const adds = (cell) => ({
  dataset: { name: 'adding', difficulty: 100, count: 20000 },
  layers: [{ cell, units: 64 }],
  batchSize: 50,
  clip: 1,
});

/**
 * What must be reached: `right`, the least share of right answers, `loss`, the most, or `above`, the least loss.
 * @typedef {object} Run
 * @property {string} name
 * @property {object} config
 * @property {string} [text]
 * @property {number} steps
 * @property {string} [split]
 * @property {number} [right]
 * @property {number} [loss]
 * @property {number} [above]
 */

/** @type {Run[]} */
const runs = [
  { name: 'reversal', config: translates({ name: 'reversal' }, 64, 1500), steps: 1500, right: 0.99 },
  {
    name: 'addition, 3 digits',
    config: translates({ name: 'addition', difficulty: 3, count: 100000 }, 128, 8000),
    steps: 8000,
    right: 0.99,
  },
  { name: 'adding, 100 steps, LSTM', config: adds('lstm'), steps: 3000, loss: 0.01 },
  { name: 'adding, 100 steps, vanilla', config: adds('rnn'), steps: 3000, above: 0.15 },
  {
    // A forget gate that starts near 1 keeps what was read for long enough to be learnt.
    name: 'copy, lag 50, LSTM',
    config: {
      dataset: { name: 'copy', difficulty: 50, count: 200000 },
      layers: [{ cell: 'lstm', units: 128, forgetBias: 4 }],
      batchSize: 64,
      clip: 1,
      optimizer: adam(0.003),
      schedule: { name: 'cosine', steps: 5000 },
    },
    steps: 5000,
    right: 0.95,
  },
  {
    // What was read ten symbols and fifty blanks ago, by an edge as long as that.
    name: 'copy, lag 50, delayed edge',
    config: {
      dataset: { name: 'copy', difficulty: 50, count: 20000 },
      layers: [
        {
          cell: 'rnn',
          units: 64,
          edges: [{ from: 'input' }, { from: 'self' }, { from: 'input', delay: 60 }],
        },
      ],
      batchSize: 64,
      clip: 1,
      optimizer: adam(0.003),
    },
    steps: 400,
    right: 0.99,
  },
  {
    // The best possible is ln 20/22 = 0.136: how many a there are is drawn, all else is certain.
    name: 'aⁿbⁿ, n up to 20',
    config: {
      dataset: { name: 'anbn', difficulty: 20 },
      layers: [{ cell: 'lstm', units: 32 }],
      batchSize: 16,
      schedule: { name: 'cosine', steps: 6000 },
    },
    steps: 6000,
    split: 'validation',
    loss: 0.14,
  },
  {
    name: 'JSB chorales, LSTM',
    text: chorales,
    config: {
      task: 'notes',
      dataset: { keys: 'piano' },
      layers: [{ cell: 'lstm', units: 256 }],
      batchSize: 16,
      dropout: 0.5,
      optimizer: adam(0.003),
      schedule: { name: 'cosine', steps: 1500 },
    },
    steps: 1500,
    loss: 8.6,
  },
];

/**
 * Trains natively; what the program prints at the end.
 * @param {object} config
 * @param {number} steps
 * @param {string[]} more
 */
export function trainNatively(config, steps, ...more) {
  const given = JSON.stringify({ evaluateEvery: 0, ...config });
  const args = ['train', '--config', given, '--steps', String(steps), ...more];
  return execFileSync(at('build/native/unfold'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The number behind some words of the output; NaN if there is none. @param {string} output @param {RegExp} pattern */
export const numberIn = (output, pattern) => Number(pattern.exec(output)?.[1]);

/** @param {Run} run */
function tell(run) {
  const { config, text, steps, split = 'test' } = run;
  const more = ['--threads', '2', ...(text ? ['--text', text] : [])];
  const output = trainNatively({ ...config, seed: 1 }, steps, ...more);
  const loss = numberIn(output, new RegExp(`${split} loss ([\\d.]+)`));
  const right = numberIn(output, new RegExp(`${split} loss [\\d.]+, accuracy ([\\d.]+) %`)) / 100;
  const trivial = numberIn(output, /trivial baseline ([\d.]+)/);
  const seconds = numberIn(output, /steps, ([\d.]+) s/);
  const kept =
    (run.right === undefined || right >= run.right) &&
    (run.loss === undefined || loss < run.loss) &&
    (run.above === undefined || loss > run.above);
  const share = Number.isNaN(right) ? '' : `  ${(100 * right).toFixed(2)} % right`;
  console.log(
    `${run.name.padEnd(27)} ${split} loss ${loss.toFixed(4)} (${trivial.toFixed(4)} trivial baseline)${share}  ${seconds.toFixed(0)} s${kept ? '' : '  MISSED'}`,
  );
  return kept;
}

if (isMain(import.meta.url)) {
  const { positionals } = parseArgs({ allowPositionals: true });
  main(() => {
    build('native');
    const chosen = runs.filter(
      ({ name }) => !positionals.length || positionals.some((p) => name.includes(p)),
    );
    if (!chosen.length) throw new Failure(`there are only ${runs.map(({ name }) => name).join('; ')}.`);
    const possible = chosen.filter(({ text }) => !text || existsSync(text));
    if (possible.filter((run) => !tell(run)).length) process.exitCode = 1;
  });
}
