// npm run sanitize:wasm: the engine in WebAssembly with address and undefined-behaviour sanitizers, in Node, through
// the package: builds, trains, writes, measures, looks inside, saves, opens and is given bad files. The first finding
// ends the engine, and with it this command; the sanitizer's report is printed.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { adapt } from '../../wasm/glue.mjs';
import { build } from '../build/build.mjs';
import { at, Failure, heading, main, setUp } from '../lib.mjs';

const text = 'the quick brown fox jumps over the lazy dog; how vexingly quick daft zebras jump. ń🎉\n'.repeat(
  30,
);
const small = { sequenceLength: 9, batchSize: 5, seed: 3 };
const here = { threads: 1, worker: false };
const layers = [{ units: 7 }, { units: 6 }];

/** @typedef {typeof import('unfold-rnn')} Unfold */

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

/** @param {(word: string, i: number) => string} line */
const lines = (line) =>
  Array.from({ length: 24 }, (_, i) => line('abcbacab'.slice(i % 4, 4 + (i % 4)), i)).join('\n');
const encoder = [{ units: 4, bidirectional: true }];
/** @param {number} i */
const notes = (i) => [[40 + i], [], [40, 45 + i], [87]];
/**
 * A network of each task, its examples, and a question.
 * @type {[import('unfold-rnn').Config, string, import('unfold-rnn').PredictRequest][]}
 */
const tasks = [
  [
    { task: 'translate', encoder, attention: 'additive' },
    lines((w) => `${w}\t${w}c`),
    { input: 'ab', target: 'b' },
  ],
  [
    { task: { name: 'translate', termination: 'count' }, encoder },
    lines((w) => `${w}\t${w}`),
    { input: 'abc', beamWidth: 3 },
  ],
  [{ task: { name: 'generate', termination: 'halt' } }, lines((w) => w), { target: 'abc' }],
  [
    { task: { name: 'generate', context: 2 } },
    lines((w, i) => `${i},1\t${w}`),
    { context: [1, 0], temperature: 1 },
  ],
  [{ task: 'classify' }, lines((w, i) => `${i % 2}\t${w}`), { input: 'cab' }],
  [{ task: 'tag' }, lines((w) => `${w}\t${w.replaceAll('a', 'x')}`), { input: 'cab', target: 'cxb' }],
  [{ task: 'regress' }, lines((_, i) => `${Math.sin(i)},${i}`), { input: [[1, 2]], steps: 3 }],
  [
    { task: { name: 'regress', loss: 'quantile' } },
    lines((_, i) => `${Math.sin(i)},${i}`),
    { input: [[1, 2]], steps: 3 },
  ],
  [
    { task: { name: 'regress', loss: 'gaussian' } },
    lines((_, i) => `${Math.sin(i)},${i}`),
    { input: [[1, 2]], steps: 3 },
  ],
  [
    { task: { name: 'regress', pooling: 'mean' } },
    lines((_, i) => `${i},1\t${i / 9}`),
    { input: [[1], [2]], target: [[1]] },
  ],
  [
    { task: 'notes' },
    JSON.stringify({ keys: 'piano', train: Array.from({ length: 8 }, (_, i) => notes(i)) }),
    { input: [Array(88).fill(0)], steps: 2 },
  ],
];

/** @template T @param {AsyncIterable<T>} stream */
async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/**
 * What a refusal must be: a typed error that is not the engine's end.
 * @param {Promise<unknown>} promise
 * @param {Unfold['UnfoldError']} UnfoldError
 */
async function refused(promise, UnfoldError) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof UnfoldError) || ['INTERNAL', 'WORKER_FAILED'].includes(error.code)) {
    throw new Failure(`a bad file ended with ${error ?? 'nothing'}.`);
  }
}

/**
 * How many bad files it refused: each needs an engine of its own, so that few networks are given so many.
 * @param {Unfold} unfold
 * @param {import('unfold-rnn').Config} config
 * @param {number} most
 */
async function tried({ createModel, openModel, UnfoldError }, config, most) {
  const model = await createModel({ ...small, ...config }, text, here);
  await read(model.train({ steps: 30 }));
  await read(model.sample({ length: 60, prompt: 'the ', topK: 5 }));
  await model.evaluate();
  await model.baselines();
  await model.gradientFlow({ lags: 4 }).catch((error) => {
    if (!(error instanceof UnfoldError)) throw error; // some networks have none
  });
  await model.inspect('the quick fox');
  await model.histograms();
  const file = await model.save({ optimizer: true });
  const again = await openModel(file, text, here);
  await Promise.all([read(model.train({ steps: 3 })), read(again.train({ steps: 3 }))]);
  const same = Buffer.compare(Buffer.from(await model.save()), Buffer.from(await again.save())) === 0;
  if (!same) throw new Failure('an opened model trains on to other weights.');
  again.dispose();
  let bad = 0;
  for (let cut = 0; cut < file.length; cut += Math.ceil(file.length / most), ++bad) {
    await refused(openModel(file.subarray(0, cut), text, here), UnfoldError);
  }
  for (let at = 8; at < file.length; at += Math.ceil(file.length / most), ++bad) {
    const flipped = file.slice();
    flipped[at] ^= 1 << (at % 8);
    await refused(openModel(flipped, text, here), UnfoldError);
  }
  model.dispose();
  return bad;
}

/**
 * A task learns, is asked and goes on from its file; cut and flipped ones are refused. How many were.
 * @param {Unfold} unfold
 * @param {typeof tasks[number]} task
 */
async function triedTask({ createModel, openModel, UnfoldError }, [config, text, question]) {
  const { sequenceLength: _, ...own } = { ...small, layers: [{ units: 5 }] };
  const model = await createModel({ ...own, ...config }, text, here);
  await read(model.train({ steps: 10 }));
  for (const split of /** @type {const} */ (['train', 'validation', 'test'])) await model.evaluate({ split });
  const { target: _unknown, ...open } = question;
  for (const request of [question, open]) await model.predict(request);
  await model.example('train', 0);
  const file = await model.save();
  for (const given of [text, '']) {
    const again = await openModel(file, given, here);
    await again.predict(question);
    if (given) await read(again.train({ steps: 2 }));
    again.dispose();
  }
  for (const bad of [
    file.subarray(0, -9),
    file.map((byte, at) => (at === file.length - 9 ? byte ^ 1 : byte)),
  ])
    await refused(openModel(bad, text, here), UnfoldError);
  model.dispose();
  return 2;
}

/**
 * The tensor level: ragged batches there and back, every optimizer, states, saved and loaded.
 * @param {Unfold} unfold
 * @param {Pick<import('unfold-rnn').NetworkConfig, 'layers' | 'dropout'>} config
 */
async function triedNetwork({ createNetwork }, config) {
  const network = await createNetwork({ task: { inputs: 2, outputs: 3 }, ...config }, here);
  const [T, N] = [5, 3];
  let state;
  for (const optimizer of /** @type {const} */ (['sgd', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamw'])) {
    const x = { shape: [T, N, 2], data: Float32Array.from({ length: T * N * 2 }, (_, i) => Math.sin(i)) };
    const out = await network.forward(x, { lengths: [5, 0, 2], training: true, ...(state && { state }) });
    await network.backward(out.y.data, out.state);
    await network.step({ optimizer, clip: { norm: 1 } });
    state = out.state;
  }
  await network.load(await network.save());
  network.dispose();
}

main(async () => {
  setUp('build');
  if (!existsSync(at('dist/index.js'))) throw new Failure('the package is not built; run npm run build.');
  build('wasm-sanitize');
  /** @type {Unfold} */
  const unfold = await import(exchange());
  heading('WebAssembly with sanitizers');
  const { cells, optimizers, presets } = await unfold.getSchema();
  const configs = [
    ...cells.map(({ name }) => ({ layers: layers.map((layer) => ({ ...layer, cell: name })) })),
    ...optimizers.map((name) => ({ layers, optimizer: { name } })),
    ...presets.map(({ config }) => config).filter(Boolean),
  ];
  let bad = 0;
  for (const [at, config] of configs.entries()) bad += await tried(unfold, config, at === 0 ? 40 : 1);
  for (const task of tasks) bad += await triedTask(unfold, task);
  /** @type {Pick<import('unfold-rnn').NetworkConfig, 'layers' | 'dropout'>[]} */
  const networks = cells.map(({ name }) => ({ layers: [{ cell: name, units: 5 }] }));
  networks.push({
    layers: [
      { cell: 'gru', units: 4, bidirectional: true },
      { cell: 'lstm', units: 3 },
    ],
    dropout: 0.3,
  });
  for (const config of networks) await triedNetwork(unfold, config);
  console.log(`${tasks.length} tasks and ${networks.length} networks of numbers beside them`);
  console.log(`${configs.length} networks trained, saved and opened; ${bad} bad files refused; no finding`);
});
