// Our WebAssembly builds, in a browser's worker or in a process of Node's.
import { answerCalls } from './answer.mjs';

/** @type {import('../../wasm/src/shared/engine.js').Engine & { benchmark(threads: number, network: string, seconds: number): Reply }} */
let engine;
/** @type {import('../../wasm/src/shared/engine.js').EngineSession | undefined} */
let session;

/** @typedef {import('../../wasm/src/shared/engine.js').Reply} Reply */

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

answerCalls({
  /**
   * `address` is a build's .js file; the pool holds the threads beside the calling one.
   * @param {string} address
   * @param {number} threads
   */
  async load(address, threads) {
    const { default: factory } = await import(address);
    engine = await factory({ numThreads: threads - 1 });
    read(engine.setMath(address.includes('-fast') ? 'fast' : 'reproducible'));
    return read(engine.setThreads(threads)).threads;
  },

  /**
   * The benchmark inside the core, for one network.
   * @param {number} threads
   * @param {string} network
   * @param {number} seconds
   */
  benchmark: (threads, network, seconds) => read(engine.benchmark(threads, network, seconds)),

  /** @param {object} config @param {string} text */
  create(config, text) {
    session?.delete();
    session = new engine.Session();
    return read(session.create(JSON.stringify(config), new TextEncoder().encode(text)));
  },

  /**
   * Trained characters per second over about `seconds`.
   * @param {number} seconds
   * @param {number} charactersPerStep
   */
  train(seconds, charactersPerStep) {
    const session = created();
    const { step } = read(session.info());
    const start = performance.now();
    let trained = read(session.train(2 ** 31 - 1, 1000 * seconds));
    while (trained.underWay) trained = read(session.train(2 ** 31 - 1, 0));
    return ((trained.step - step) * charactersPerStep * 1000) / (performance.now() - start);
  },

  /**
   * Sampled characters per second, one after another.
   * @param {number} seconds
   */
  sample(seconds) {
    const start = performance.now();
    let characters = 0;
    const session = created();
    read(session.sampleStart(JSON.stringify({ length: 2 ** 31 - 1, seed: 1 })));
    while (performance.now() - start < 1000 * seconds) {
      characters += [...read(session.sampleNext(256, 100)).text].length;
    }
    return (1000 * characters) / (performance.now() - start);
  },
});
