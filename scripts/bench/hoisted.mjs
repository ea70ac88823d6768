// npm run bench -- --hoisted: networks without a recurrent product beside an LSTM 2×256, by turns, so that a busy spell
// of the machine falls on both. Their products run over whole windows: how much does it bring, in Node, with as many
// units, with as many parameters, for one sequence at a time, and on two threads?
import { at } from '../lib.mjs';
import { nodeBench } from './places.mjs';
import { circumstances, describe, noteOf, percent, ratioOf, spreadOf, table, writeJson } from './report.mjs';

/** Units with which a preset has as many parameters as the LSTM, to 1 %. */
const units = { indrnn: 868, mingru: 612, minlstm: 496, sru: 428, lru: 392, qrnn: 344, rwkv: 344 };

/** @param {string} preset @param {number} units @param {number} batchSize */
const config = (preset, units, batchSize) => ({ preset, units, batchSize });
/** @param {number} batchSize */
const lstm = (batchSize) => ({
  layers: Array.from({ length: 2 }, () => ({ cell: 'lstm', units: 256 })),
  batchSize,
});

const kinds = [
  { kind: '256 units', batchSize: 32, equal: false },
  { kind: 'as many parameters', batchSize: 32, equal: true },
  { kind: 'as many parameters, batch 1', batchSize: 1, equal: true },
];

/**
 * Prints a row for each network and writes build/bench-hoisted.json.
 * @param {import('./places.mjs').Options & { rounds: number, only: string | undefined }} options
 */
export async function hoisted({ rounds, only, ...options }) {
  const bench = nodeBench({ ...options, threads: 2 }, at('dist/simd-threads.js'));
  const measured = async (/** @type {object} */ of) => (await bench.measure(JSON.stringify(of))).rows;
  const lines = [];
  const results = [];
  for (const [preset, equal] of Object.entries(units)) {
    if (only !== undefined && only !== preset) continue;
    for (const { kind, batchSize, equal: sameParameters } of kinds) {
      const own = config(preset, sameParameters ? equal : 256, batchSize);
      /** @type {Record<'one' | 'two' | 'threads', number[]>} */
      const ratios = { one: [], two: [], threads: [] };
      let parameters = 0;
      for (let round = 0; round < rounds; ++round) {
        process.stderr.write(`  ${preset}, ${kind}: round ${round + 1} of ${rounds}\n`);
        const turns = round % 2 ? [own, lstm(batchSize)] : [lstm(batchSize), own];
        const rows = new Map();
        for (const turn of turns) rows.set('preset' in turn ? 'own' : 'lstm', await measured(turn));
        const [one, two] = rows.get('own');
        const [lstmOne, lstmTwo] = rows.get('lstm');
        ({ parameters } = one);
        ratios.one.push(one.charactersPerSecond / lstmOne.charactersPerSecond);
        ratios.two.push(two.charactersPerSecond / lstmTwo.charactersPerSecond);
        ratios.threads.push(two.charactersPerSecond / one.charactersPerSecond);
      }
      results.push({ preset, kind, parameters, ...ratios });
      lines.push([
        `  ${preset}, ${kind}`,
        `${Math.round(parameters / 1000)} k`,
        ...[ratios.one, ratios.two, ratios.threads].map(ratioOf),
        percent(Math.max(spreadOf(ratios.one), spreadOf(ratios.two))),
        noteOf(Math.max(spreadOf(ratios.one), spreadOf(ratios.two))),
      ]);
    }
  }
  const head = [
    'trained characters',
    'parameters',
    '÷ LSTM, 1 thread',
    '2 threads',
    '2 ÷ 1 threads',
    'spread',
  ];
  console.log(`\n${describe(circumstances({ rounds }))}\n`);
  console.log(table([head, ...lines]));
  writeJson(at('build/bench-hoisted.json'), { ...circumstances({ rounds }), results });
}
