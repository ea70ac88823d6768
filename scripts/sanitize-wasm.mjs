// npm run sanitize:wasm: the engine in WebAssembly with address and undefined-behaviour sanitizers, in Node, through
// the package: builds, trains, writes, measures, looks inside, saves, opens and is given bad files. The first finding
// ends the engine, and with it this command; the sanitizer's report is printed.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { adapt } from '../wasm/glue.mjs';
import { build } from './build.mjs';
import { at, Failure, heading, main, setUp } from './lib.mjs';

const text = 'the quick brown fox jumps over the lazy dog; how vexingly quick daft zebras jump. ń🎉\n'.repeat(
  30,
);
const small = { window: 9, batch: 5, threads: 1, worker: false, seed: 3 };
const layers = [{ hidden: 7 }, { hidden: 6 }];

/** The built package with the engine exchanged, by its address. */
function exchange() {
  const folder = at('build/wasm-sanitize/package');
  const built = at('build/wasm-sanitize/dist');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(at('dist'), folder, { recursive: true });
  writeFileSync(`${folder}/simd.js`, adapt(readFileSync(`${built}/simd.js`, 'utf8')));
  cpSync(`${built}/simd.wasm`, `${folder}/simd.wasm`);
  return pathToFileURL(`${folder}/index.js`).href;
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** What a refusal must be: a typed error that is not the engine's end. */
async function refused(promise, UnfoldError) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof UnfoldError) || ['INTERNAL', 'WORKER_FAILED'].includes(error.code)) {
    throw new Failure(`a bad file ended with ${error ?? 'nothing'}.`);
  }
}

/** How many bad files it refused: each needs an engine of its own, so that few networks are given so many. */
async function tried({ createModel, openModel, UnfoldError }, config, most) {
  const model = await createModel({ ...small, ...config, text });
  await read(model.train({ steps: 30 }));
  await read(model.sample({ length: 60, prime: 'the ', topK: 5 }));
  await model.evaluate();
  await model.baselines();
  await model.gradientFlow({ lags: 4 }).catch((error) => {
    if (!(error instanceof UnfoldError)) throw error; // some networks have none
  });
  await model.inspect('the quick fox');
  await model.spreads();
  const file = await model.save({ optimizer: true });
  const again = await openModel(file, { ...small, text });
  await Promise.all([read(model.train({ steps: 3 })), read(again.train({ steps: 3 }))]);
  const same = Buffer.compare(Buffer.from(await model.save()), Buffer.from(await again.save())) === 0;
  if (!same) throw new Failure('an opened model trains on to other weights.');
  again.dispose();
  let bad = 0;
  for (let cut = 0; cut < file.length; cut += Math.ceil(file.length / most), ++bad) {
    await refused(openModel(file.subarray(0, cut), { ...small, text }), UnfoldError);
  }
  for (let at = 8; at < file.length; at += Math.ceil(file.length / most), ++bad) {
    const flipped = file.slice();
    flipped[at] ^= 1 << (at % 8);
    await refused(openModel(flipped, { ...small, text }), UnfoldError);
  }
  model.dispose();
  return bad;
}

main(async () => {
  setUp('build');
  if (!existsSync(at('dist/index.js'))) throw new Failure('the package is not built; run npm run build.');
  build('wasm-sanitize');
  const unfold = await import(exchange());
  heading('WebAssembly with sanitizers');
  const { cells, optimizers, presets } = await unfold.getSchema();
  const configs = [
    ...cells.map(({ name }) => ({ layers: layers.map((layer) => ({ ...layer, cell: name })) })),
    ...optimizers.map(({ name }) => ({ layers, optimizer: { name } })),
    ...presets.map(({ config }) => config).filter(Boolean),
  ];
  let bad = 0;
  for (const [at, config] of configs.entries()) bad += await tried(unfold, config, at === 0 ? 40 : 1);
  console.log(`${configs.length} networks trained, saved and opened; ${bad} bad files refused; no finding`);
});
