// npm run presets [-- --steps N --units N]: trains every preset on one bundled text with an equal budget and
// prints its validation loss beside the order-2 Markov baseline.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { at, isMain, main } from './lib.mjs';
import { build } from './build.mjs';

/**
 * Names and configurations, from the engine itself.
 * @returns {Promise<{ name: string }[]>}
 */
async function listed() {
  const { default: create } = await import(new URL('../dist/simd.js', import.meta.url).href);
  return JSON.parse((await create()).schema().value).presets;
}

/**
 * Trains natively; what the program prints at the end.
 * @param {string} text
 * @param {object} config
 * @param {number} steps
 */
function train(text, config, steps) {
  const args = ['train', '--text', text, '--config', JSON.stringify(config), '--steps', String(steps)];
  const output = execFileSync(at('build/native/unfold'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [, loss, seconds] = /validation ([\d.]+) nats.* ([\d.]+) s/.exec(output) ?? [];
  return {
    loss: Number(loss),
    seconds: Number(seconds),
    markov: Number(/order-2 ([\d.]+)/.exec(output)?.[1]),
  };
}

/** @param {{ steps: number, hidden: number }} budget */
async function table({ steps, hidden }) {
  const text = at('web/texts/tales.txt');
  const results = [];
  for (const { name } of await listed()) {
    const config = {
      preset: name,
      hidden,
      sequenceLength: 32,
      batchSize: 16,
      evaluateEvery: 0,
      dropout: 0.2,
    };
    const { loss, seconds, markov } = train(text, config, steps);
    results.push({ loss, markov });
    const verdict = loss < markov ? 'under' : 'OVER';
    console.log(
      `${name.padEnd(18)} ${loss.toFixed(4)} nats  ${seconds.toFixed(1).padStart(6)} s  ${verdict} order-2 Markov ${markov}`,
    );
  }
  const over = results.filter(({ loss, markov }) => !(loss < markov)).length;
  console.log(
    `${results.length - over} of ${results.length} presets under the baseline (${steps} steps of 16 × 32, ${hidden} units, seed 1)`,
  );
  if (over) process.exitCode = 1;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: { steps: { type: 'string', default: '3000' }, hidden: { type: 'string', default: '128' } },
  });
  main(() => {
    build('native', 'wasm');
    return table({ steps: Number(values.steps), hidden: Number(values.hidden) });
  });
}
