// npm run presets [-- --steps N --units N]: trains every preset on one bundled text with an equal budget and
// prints its validation loss beside the order-2 Markov baseline.
import { build } from '../build/build.mjs';
import { at, commandLine, main, numberOf } from '../lib.mjs';
import { numberIn, trainNatively } from './tasks.mjs';

main(async () => {
  const { values } = commandLine(
    { options: { steps: { type: 'string', default: '3000' }, units: { type: 'string', default: '128' } } },
    'options: --steps N, --units N',
  );
  const [steps, units] = [numberOf(values, 'steps'), numberOf(values, 'units')];
  build('native', 'wasm');
  const { default: create } = await import(new URL('../../dist/simd.js', import.meta.url).href);
  /** @type {{ name: string }[]} */
  const presets = JSON.parse((await create()).schema().value).presets;
  let over = 0;
  for (const { name } of presets) {
    const config = { preset: name, units, sequenceLength: 32, batchSize: 16, dropout: 0.2 };
    const output = trainNatively(config, steps, '--text', at('web/texts/tales.txt'));
    const loss = numberIn(output, /validation ([\d.]+) nats/);
    const seconds = numberIn(output, /validation [\d.]+ nats.* ([\d.]+) s/);
    const markov = numberIn(output, /order-2 ([\d.]+)/);
    if (!(loss < markov)) ++over;
    const verdict = loss < markov ? 'under' : 'OVER';
    console.log(
      `${name.padEnd(18)} ${loss.toFixed(4)} nats  ${seconds.toFixed(1).padStart(6)} s  ${verdict} order-2 Markov ${markov}`,
    );
  }
  console.log(
    `${presets.length - over} of ${presets.length} presets under the baseline (${steps} steps of 16 × 32, ${units} units, seed 1)`,
  );
  if (over) process.exitCode = 1;
});
