// What npm run results measures of trained weights beyond losses, by the experiment's name.

/** @typedef {import('unfold-rnn').Model} Model */

const SEQUENCES = 2560;

/** Numbers in [0, 1), the same everywhere (Marsaglia's xorshift with 32 bits). @param {number} seed */
function numbers(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/**
 * Of 2560 new sequences of T steps, those whose sum is wrong by more than 0.04, as Hochreiter & Schmidhuber count.
 * @param {number} T
 * @returns {(model: Model) => Promise<Record<string, number>>}
 */
const wrongSums = (T) => async (model) => {
  const uniform = numbers(20251129);
  const place = (/** @type {number} */ from, /** @type {number} */ to) =>
    from + Math.floor(uniform() * (to - from));
  let wrong = 0;
  for (let done = 0; done < SEQUENCES; done += 64) {
    /** @type {number[]} */
    const sums = [];
    const requests = [];
    for (let i = 0; i < 64; ++i) {
      const marked = [place(0, T / 2), place(T / 2, T)];
      const input = Array.from({ length: T }, (_, t) => [uniform(), Number(marked.includes(t))]);
      sums.push(marked.reduce((sum, t) => sum + input[t][0], 0));
      requests.push({ input });
    }
    const answers = await model.predict(requests);
    answers.forEach((answer, i) => {
      const [value] = /** @type {{ output: number[] }} */ (/** @type {unknown} */ (answer)).output.flat();
      wrong += Number(!(Math.abs(value - sums[i]) <= 0.04));
    });
  }
  return { 'wrong of 2560': wrong };
};

/**
 * The largest n up to which every aⁿbⁿ (aⁿbⁿcⁿ) is continued rightly: from the first b on each symbol, the end too, is
 * the likeliest one.
 * @param {string} letters
 * @param {number} most
 * @returns {(model: Model) => Promise<Record<string, number>>}
 */
const counts = (letters, most) => async (model) => {
  let right = 0;
  let all = 0;
  for (let n = 1; n <= most; ++n) {
    const word = [...letters].map((letter) => letter.repeat(n)).join('');
    const { surprise } = await model.inspect(`\n${word}\n`);
    // surprise[t] is of the symbol at t + 1; the first that is certain follows the first b.
    const kept = surprise.slice(1 + n).every((nats) => nats < Math.LN2);
    right += Number(kept);
    if (kept && all === n - 1) all = n;
  }
  return { 'every n up to': all, [`right of n = 1 … ${most}`]: right };
};

/** @type {Record<string, (model: Model) => Promise<Record<string, number>>>} */
export const measures = {
  'adding-100': wrongSums(100),
  'adding-500': wrongSums(500),
  'adding-1000': wrongSums(1000),
  anbn: counts('ab', 1000),
  anbncn: counts('abc', 100),
};
