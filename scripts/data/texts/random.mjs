// Seeded random choices for the sample texts.
//
// mulberry32 (Tommy Ettinger's 32-bit generator, public domain): a counter advanced by the odd
// constant 0x6d2b79f5 and mixed by two multiply-xorshift rounds. All arithmetic is on 32-bit
// integers, so every JavaScript engine gives the same texts.

/**
 * Returns a function giving the next number in [0, 1), a multiple of 2^-32.
 * @param {number} seed
 */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** @typedef {ReturnType<typeof createRandom>} Random */

/** @param {number} seed */
export function createRandom(seed) {
  const next = mulberry32(seed);

  /**
   * An integer from low to high, both included.
   * @param {number} low
   * @param {number} high
   */
  const integer = (low, high) => low + Math.floor(next() * (high - low + 1));
  /** @param {number} probability */
  const chance = (probability) => next() < probability;
  /**
   * @template T
   * @param {readonly T[]} items
   */
  const pick = (items) => items[integer(0, items.length - 1)];

  /**
   * One of `[[weight, value], ...]`, with probability weight / sum of weights.
   * @template T
   * @param {ReadonlyArray<readonly [number, T]>} choices
   */
  const weighted = (choices) => {
    let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return choices[choices.length - 1][1];
  };

  /**
   * `count` different items, in random order (the first steps of a Fisher-Yates shuffle).
   * @template T
   * @param {readonly T[]} items
   * @param {number} count
   */
  const sample = (items, count) => {
    const pool = [...items];
    for (let i = 0; i < count; i++) {
      const j = integer(i, pool.length - 1);
      [pool[i], pool[j]] = [pool[j], pool[i]];
    }
    return pool.slice(0, count);
  };

  return { integer, chance, pick, weighted, sample };
}
