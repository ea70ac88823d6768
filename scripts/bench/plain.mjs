// npm run bench:plain: tokens a second, one sequence, of exported JavaScript (Node), C (gcc -O2 and -O2 -march=native)
// and NumPy against the engine's own sampling (WebAssembly, one thread), and the size of their code.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createModel } from 'unfold-rnn';
import { toC, toHtml, toJavaScript, toNumPy } from 'unfold-rnn/export';
import { main } from '../lib.mjs';
import { codeSizeC } from './c-size.mjs';

const SYMBOLS = 65;
const text = Array.from({ length: 6000 }, (_, i) =>
  String.fromCharCode(40 + ((i * i + (i >> 3)) % SYMBOLS)),
).join('');
const folder = mkdtempSync(join(tmpdir(), 'unfold-plain-'));

/**
 * The best of five rates, tokens a second of processor time: other programs may run.
 * @param {(count: number) => unknown} run
 * @param {number} count
 */
async function rate(run, count) {
  let best = 0;
  for (let turn = 0; turn < 5; ++turn) {
    const start = process.cpuUsage();
    await run(count);
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (1e6 * count) / (user + system));
  }
  return Math.round(best);
}

/** @param {string} code */
const sizeOf = (code) => code.length - Math.max(...code.split('\n').map(({ length }) => length));

/**
 * @param {string} header
 * @param {string[]} flags
 * @param {number} count
 */
function rateOfC(header, flags, count) {
  writeFileSync(join(folder, 'model.h'), header);
  writeFileSync(
    join(folder, 'main.c'),
    `#include <stdio.h>
#include <time.h>
#include "model.h"
static unfold_state s;
static char out[1000000];
int main(void) {
  double best = 0;
  for (int turn = 0; turn < 5; ++turn) {
    const clock_t start = clock();
    unfold_sample(&s, "A", ${count}, 1.0f, 1, out, sizeof out);
    const double found = ${count} / ((double)(clock() - start) / CLOCKS_PER_SEC);
    if (found > best) best = found;
  }
  printf("%.0f", best);
  return 0;
}
`,
  );
  execFileSync('gcc', ['-std=c99', ...flags, join(folder, 'main.c'), '-o', join(folder, 'main')]);
  return Number(execFileSync(join(folder, 'main'), { encoding: 'utf8' }));
}

/** @param {string} code */
function rateOfNumPy(code) {
  writeFileSync(join(folder, 'model.py'), code);
  const program = `import sys, time; sys.path.insert(0, ${JSON.stringify(folder)}); import model
model.sample("A", 200); start = time.process_time(); model.sample("A", 1000); print(round(1000 / (time.process_time() - start)))`;
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return Number(execFileSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8', env }));
}

await main(async () => {
  /** @type {[number, number][]} */
  const sizes = [
    [1, 128],
    [2, 256],
  ];
  for (const [layers, units] of sizes) {
    const model = await createModel({ layers: Array(layers).fill({ units }), seed: 1 }, text, {
      threads: 1,
      worker: false,
    });
    const count = layers === 1 ? 3000 : 500;
    const own = await rate(async (length) => {
      for await (const _ of model.sample({ length, seed: 1 }));
    }, count);
    const bytes = await model.save({ optimizer: false });
    model.dispose();
    console.log(`LSTM ${layers}×${units}: engine ${own}`);
    for (const precision of /** @type {const} */ (['float32', 'int8'])) {
      const code = toJavaScript(bytes, { precision });
      const file = join(folder, `model-${layers}-${precision}.mjs`);
      writeFileSync(file, code);
      const { sample } = await import(pathToFileURL(file).href);
      const js = await rate((length) => sample({ length }), count);
      const header = toC(bytes, { precision });
      const c = rateOfC(header, ['-O2'], count);
      const native = rateOfC(header, ['-O2', '-march=native'], count);
      console.log(
        `  ${precision}: JavaScript ${js}, C ${c}, C -march=native ${native}; bytes ${code.length}, of which code ${sizeOf(code)}; C compiled ${codeSizeC(header, folder)}`,
      );
    }
    const numpy = toNumPy(bytes);
    console.log(`  NumPy ${rateOfNumPy(numpy)}; code ${sizeOf(numpy)}; page ${toHtml(bytes).length}`);
  }
  rmSync(folder, { recursive: true });
});
