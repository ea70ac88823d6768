// npm run bench -- --latency: how long the first character takes to come while a network trains and validates, through
// the package's worker in Node, on all threads.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { at } from '../lib.mjs';
import { sizes } from './participants.mjs';
import { table } from './report.mjs';

const REQUESTS = 60;

/** @param {import('./participants.mjs').Size} network @param {number} threads */
async function measure({ layers, units }, threads) {
  /** @type {typeof import('unfold-rnn')} */
  const { createModel } = await import(pathToFileURL(at('dist/index.js')).href);
  const text = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode(48 + ((i * i) % 65))).join('');
  const network = Array.from({ length: layers }, () => ({ cell: /** @type {const} */ ('lstm'), units }));
  const model = await createModel({ text, layers: network, threads, evaluateEvery: 5 });
  const end = new AbortController();
  let steps = 0;
  const training = (async () => {
    for await (const { losses } of model.train({ signal: end.signal })) steps += losses.length;
  })().catch((error) => {
    if (!end.signal.aborted) throw error;
  });
  const began = performance.now();
  while (steps < 3) await sleep(20);
  const waits = [];
  for (let i = 0; i < REQUESTS; ++i) {
    await sleep(20 + ((i * 37) % 40));
    const start = performance.now();
    await model.sample({ length: 1 }).next();
    waits.push(performance.now() - start);
  }
  const step = (performance.now() - began) / Math.max(steps, 1);
  end.abort();
  await training;
  model.dispose();
  return { waits: waits.sort((a, b) => a - b), step };
}

/** Prints a table; resolves to its rows. */
export async function latency() {
  const rows = [];
  for (const [size, network] of Object.entries(sizes)) {
    for (const threads of new Set([1, availableParallelism()])) {
      process.stderr.write(`  ${size}, ${threads} threads\n`);
      const { waits, step } = await measure(network, threads);
      /** @param {number} share */
      const at = (share) => waits[Math.floor(share * (waits.length - 1))];
      rows.push({ network: size, threads, step, median: at(0.5), most: at(0.95) });
    }
  }
  /** @param {number} x */
  const ms = (x) => `${x.toFixed(1)} ms`;
  console.log(
    table([
      ['first character while training', 'threads', 'a step', 'median', '95 % within'],
      ...rows.map((row) => [
        `  ${row.network}: LSTM ${sizes[row.network].layers}x${sizes[row.network].units}`,
        String(row.threads),
        ms(row.step),
        ms(row.median),
        ms(row.most),
      ]),
    ]),
  );
  return rows;
}
