// Our WebAssembly builds, as functions for a browser's worker, or as a program of Node's. No imports: it is served.
//   node scripts/bench/engine.mjs ADDRESS THREADS [NETWORK SECONDS]    prints what `benchmark` says of a build

/** @typedef {import('../../wasm/src/shared/engine.js').Reply} Reply */

/** @type {import('../../wasm/src/shared/engine.js').Engine & { benchmark(threads: number, network: string, seconds: number): Reply }} */
let engine;
/** @type {import('../../wasm/src/shared/engine.js').EngineSession | undefined} */
let session;

function created() {
  if (!session) throw new Error('create comes first');
  return session;
}

/** @param {Reply} reply */
function read(reply) {
  const value = JSON.parse(reply.value);
  if (!reply.ok) throw new Error(`${value.code}: ${value.message}`);
  return value;
}

/**
 * How many threads there are. `address` is a build's .js file; the pool holds the threads beside the calling one.
 * @param {string} address
 * @param {number} threads
 */
export async function load(address, threads) {
  const { default: factory } = await import(address);
  engine = await factory({ numThreads: threads - 1 });
  read(engine.setMath(address.includes('-fast') ? 'fast' : 'reproducible'));
  const set = read(engine.setThreads(threads)).threads;
  read(engine.benchmark(1, 'lstm 1x16', 0.1)); // V8 compiles well only what has run for a while
  return set;
}

/**
 * The benchmark inside the core, for one network.
 * @param {number} threads
 * @param {string} network
 * @param {number} seconds
 */
export const benchmark = (threads, network, seconds) => read(engine.benchmark(threads, network, seconds));

/** @param {object} config @param {string} text */
export function create(config, text) {
  session?.delete();
  session = new engine.Session();
  return read(session.create(JSON.stringify(config), new TextEncoder().encode(text)));
}

/**
 * Trained characters per second over about `seconds`.
 * @param {number} seconds
 * @param {number} charactersPerStep
 */
export function train(seconds, charactersPerStep) {
  const session = created();
  const { step } = read(session.info());
  const start = performance.now();
  let trained = read(session.train(2 ** 31 - 1, 1000 * seconds));
  while (trained.underWay) trained = read(session.train(2 ** 31 - 1, 0));
  return ((trained.step - step) * charactersPerStep * 1000) / (performance.now() - start);
}

/**
 * Sampled characters per second, one after another.
 * @param {number} seconds
 */
export function sample(seconds) {
  const start = performance.now();
  let characters = 0;
  const session = created();
  read(session.sampleStart(JSON.stringify({ length: 2 ** 31 - 1, seed: 1 })));
  while (performance.now() - start < 1000 * seconds) {
    characters += [...read(session.sampleNext(256, 100)).text].length;
  }
  return (1000 * characters) / (performance.now() - start);
}

if (typeof process === 'object' && process.argv[1]?.endsWith('engine.mjs')) {
  const [, , address = '', threads, network, seconds] = process.argv;
  const set = await load(address, Number(threads));
  console.log(JSON.stringify(network ? benchmark(set, network, Number(seconds)) : set));
  process.exit(); // its threads would wait for ever
}
