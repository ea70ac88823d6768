// Who takes part in npm run bench:peers. A participant is {library, name, threads, sizes, open(size)}; what it opens is
// {about, train(seconds), sample(seconds), close()}, both in characters per second. Ours have `ours: true`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { at, Failure } from '../lib.mjs';
import { nativeProgram } from './places.mjs';

/**
 * What a participant says of itself: the versions and settings of what it measures with.
 * @typedef {object} About
 * @property {string} [version]
 * @property {string} [blas]
 * @property {string} [blasConfig]
 * @property {string} [form]
 * @property {string} [samplingForm]
 * @property {string} [waiting]
 * @property {number} [threads]
 *
 * @typedef {{ layers: number, units: number }} Size
 * @typedef {(seconds: number) => number | Promise<number>} Rate
 * @typedef {{ about: About, train: Rate, sample: Rate, close(): unknown }} Opened
 *
 * @typedef {object} Participant
 * @property {boolean} [ours]
 * @property {string} [library]
 * @property {string} name
 * @property {number} threads
 * @property {string[]} [sizes]
 * @property {boolean} [noSampling]
 * @property {(size: Size) => Opened | Promise<Opened>} open
 *
 * @typedef {Awaited<ReturnType<typeof import('./places.mjs').openChromium>>} Chromium
 */

/** @type {Record<string, Size>} */
export const sizes = {
  S: { layers: 1, units: 128 },
  M: { layers: 2, units: 256 },
  L: { layers: 2, units: 512 },
};
const [SYMBOLS, WINDOW, BATCH] = [65, 64, 32];

/** @param {Size} size */
const configOf = ({ layers, units }) => ({
  layers: Array.from({ length: layers }, () => ({ cell: 'lstm', units })),
  sequenceLength: WINDOW,
  batchSize: BATCH,
  optimizer: 'adam',
  clip: 5,
  validationSplit: 0,
  evaluateEvery: 0,
});

/** 65 symbols in a pseudo-random order. */
function text() {
  let word = 1;
  const next = () => (word = (Math.imul(word, 1664525) + 1013904223) >>> 0);
  return Array.from({ length: 200_000 }, () => String.fromCharCode(48 + ((next() >>> 8) % SYMBOLS))).join('');
}

/** @param {string} program @param {string[]} args */
function unfold(program, args) {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const why = error?.message ?? (stderr ?? '').trim().split('\n').at(-1);
  if (status !== 0) throw new Failure(`unfold ${args[0]}: ${why || `status ${status}`}`);
  return { stderr, seconds: (performance.now() - start) / 1000 };
}

/**
 * The rate of the last progress line: of training alone, all steps of the process, the first one too.
 * @param {string} program
 * @param {number} steps
 * @param {string[]} args
 */
function nativeRate(program, steps, args) {
  const { stderr } = unfold(program, ['train', '--steps', String(steps), ...args]);
  const rates = [...stderr.matchAll(/(\d+) characters\/s/g)];
  if (!rates.length) throw new Failure('unfold train gave no characters/s.');
  return Number(rates[rates.length - 1][1]);
}

/**
 * @param {Size} size
 * @param {number} threads
 * @param {boolean} fast
 * @param {string} program
 * @param {string} folder
 * @returns {Opened}
 */
function openNative(size, threads, fast, program, folder) {
  const file = join(folder, 'text.txt');
  const model = join(folder, `${size.layers}x${size.units}.safetensors`);
  writeFileSync(file, text());
  const common = ['--threads', String(threads), ...(fast ? ['--fast'] : [])];
  const args = ['--text', file, '--config', JSON.stringify(configOf(size)), ...common];
  let rate = nativeRate(program, 4, [...args, '--out', model, '--fresh']);
  /** @param {number} seconds */
  const train = (seconds) => {
    rate = nativeRate(program, Math.max(4, Math.ceil((seconds * rate) / (WINDOW * BATCH))), args);
    return rate;
  };
  /** The difference of two lengths: without the start of the process and the reading of the model. */
  const sample = () => {
    /** @param {number} length */
    const time = (length) =>
      unfold(program, ['sample', '--model', model, '--length', String(length), ...common]).seconds;
    const [short, long] = [200, 20_200];
    return (long - short) / Math.max(time(long) - time(short), 1e-3);
  };
  return { about: {}, train, sample, close() {} };
}

/**
 * @param {Size} size
 * @param {number} threads
 * @param {string} build
 * @param {Chromium} chromium
 * @returns {Promise<Opened>}
 */
async function openWasm(size, threads, build, chromium) {
  const calls = await chromium.open('/engine.mjs');
  await calls.call('load', `/dist/${build}.js`, threads);
  await calls.call('create', configOf(size), text());
  /** @param {number} seconds */
  const train = (seconds) => calls.call('train', seconds, WINDOW * BATCH);
  await train(1); // V8 compiles well only what has run for a while
  return { about: {}, train, sample: (seconds) => calls.call('sample', seconds), close: calls.close };
}

/** @param {number[]} counts @param {Chromium} chromium @param {string} folder @returns {Participant[]} */
function ours(counts, chromium, folder) {
  const threaded = readdirSync(at('dist')).filter((name) => /^simd.*threads.*\.wasm$/.test(name));
  if (!threaded.length) throw new Failure('dist has no WebAssembly with threads; run npm run build.');
  const program = nativeProgram(folder);
  /** @type {{ name: string, open(size: Size, threads: number): Opened | Promise<Opened> }[]} */
  const places = [
    ...threaded.map((file) => {
      const build = file.slice(0, -'.wasm'.length);
      /** @type {(size: Size, threads: number) => Promise<Opened>} */
      const open = (size, threads) => openWasm(size, threads, build, chromium);
      return { name: `Chromium ${build}`, open };
    }),
    { name: 'native', open: (size, threads) => openNative(size, threads, false, program, folder) },
    { name: 'native fast', open: (size, threads) => openNative(size, threads, true, program, folder) },
  ];
  return places.flatMap(({ name, open }) =>
    counts.map((threads) => ({ ours: true, name, threads, open: (size) => open(size, threads) })),
  );
}

/**
 * Debian's Python, whatever is first on PATH: the libraries are Debian's. A call is a line, and so is its answer.
 * @param {string} file
 * @param {Record<string, string>} env
 * @returns {import('./places.mjs').Calls}
 */
function openPython(file, env) {
  const child = spawn('/usr/bin/python3', ['-u', at('scripts/bench/peers', file)], {
    env: { ...process.env, ...env },
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.on('error', (error) => (complaint = error.message));
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)));
  child.stdin.on('error', () => {}); // the answers end too
  return {
    async call(name, ...args) {
      child.stdin.write(`${JSON.stringify({ name, args })}\n`);
      const { value: line, done } = await answers.next();
      if (done) throw new Failure(`${file}: ${complaint.trim().split('\n').at(-1) || 'it ended'}`);
      const { value, error } = JSON.parse(line);
      if (error !== undefined) throw new Failure(`${file}: ${error}`);
      return value;
    },
    /** When it has ended, it takes no time from the next one. */
    close() {
      child.kill();
      return closed;
    },
  };
}

/**
 * @param {import('./places.mjs').Calls} calls
 * @param {Size} size
 * @param {unknown[]} args
 * @returns {Promise<Opened>}
 */
async function openCalls(calls, size, ...args) {
  try {
    const about = await calls.call('create', size.layers, size.units, ...args);
    /** @param {string} what @returns {Rate} */
    const measure = (what) => (seconds) => calls.call(what, seconds);
    return { about, train: measure('train'), sample: measure('sample'), close: calls.close };
  } catch (error) {
    await calls.close();
    throw error;
  }
}

/**
 * PyTorch's OpenMP threads spin while they wait, and take the cores from OpenBLAS's own; told to sleep, they lose
 * time elsewhere. With more than one thread both are tried, and the faster one is measured.
 * @param {string} library
 * @param {string} file
 * @param {number} threads
 * @param {string} [kernels]
 * @returns {Participant}
 */
function python(library, file, threads, kernels) {
  const common = {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: '1',
    ...(kernels && { OPENBLAS_CORETYPE: kernels }),
  };
  /** @param {Size} size @param {Record<string, string>} [env] */
  const start = (size, env) => openCalls(openPython(file, { ...common, ...env }), size, threads);
  /** @param {Size} size */
  const open = async (size) => {
    if (threads === 1) return start(size);
    const both = [await start(size), await start(size, { OMP_WAIT_POLICY: 'PASSIVE' })];
    const rates = [0, 0];
    for (const turn of [0, 1, 0, 1]) rates[turn] = Math.max(rates[turn], await both[turn].train(0.5));
    const [best, other] = rates[0] > rates[1] ? both : [both[1], both[0]];
    await other.close();
    return { ...best, about: { ...best.about, waiting: best === both[0] ? 'spinning' : 'sleeping' } };
  };
  return { library, name: kernels ? `${library}, ${kernels} kernels` : library, threads, open };
}

/** OpenBLAS knows few processors by name, and takes AVX2 kernels on an AVX-512 machine that it does not know. */
function bestKernels() {
  const about = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return /\bavx512f\b/.test(about) ? 'SkylakeX' : undefined;
}

/** @param {number[]} counts */
function pythons(counts) {
  const kernels = process.arch === 'x64' ? ['Haswell', bestKernels()] : [undefined];
  return kernels.flatMap((kernel) => [
    ...counts.map((threads) => python('PyTorch', 'torch_lstm.py', threads, kernel)),
    python('NumPy', 'numpy_lstm.py', 1, kernel),
  ]);
}

/** @param {number[]} counts @param {Chromium} chromium @returns {Participant[]} */
function browsers(counts, chromium) {
  const open =
    (/** @type {string} */ file, /** @type {unknown[]} */ ...args) =>
    async (/** @type {Size} */ size) =>
      openCalls(await chromium.open(`/peers/${file}`), size, ...args);
  const most = Math.max(...counts);
  return [
    ...counts.map((threads) => ({
      library: 'jax-js',
      name: 'jax-js wasm',
      threads,
      open: open('jax.mjs', threads),
    })),
    {
      library: 'TensorFlow.js',
      name: 'TensorFlow.js wasm',
      threads: most,
      open: open('tensorflow.mjs', most),
    },
    {
      library: 'TensorFlow.js',
      name: 'TensorFlow.js cpu, window 8, batch 4',
      threads: 1,
      sizes: ['M'],
      open: open('tensorflow.mjs', 1, 'cpu', 8, 4),
    },
    {
      library: 'brain.js',
      name: 'brain.js, batch 1',
      threads: 1,
      noSampling: true,
      open: open('brain.mjs', 1),
    },
  ];
}

/** @param {number[]} counts @param {Chromium} chromium @param {string} folder */
export const participants = (counts, chromium, folder) => [
  ...ours(counts, chromium, folder),
  ...pythons(counts),
  ...browsers(counts, chromium),
];
