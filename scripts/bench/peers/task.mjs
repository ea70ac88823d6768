// The task of the JavaScript peers. No imports: it is served to pages.
export const SYMBOLS = 65;
export const WINDOW = 64;
export const BATCH = 32;
export const LEARNING_RATE = 2e-3;
export const CLIP = 5;

/** A function that gives the next window of a pseudo-random text: [tokens, targets], each [window][batch], flat. */
export function textOf({ window = WINDOW, batch = BATCH, length = 200_000 } = {}) {
  let word = 1;
  const text = Int32Array.from({ length }, () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return (word >>> 8) % SYMBOLS;
  });
  const column = Math.floor(length / batch);
  let at = 0;
  return () => {
    if (at + window + 1 > column) at = 0;
    /** @param {number} shift */
    const part = (shift) =>
      Int32Array.from({ length: window * batch }, (_, i) => {
        const [t, n] = [Math.floor(i / batch), i % batch];
        return text[n * column + at + t + shift];
      });
    const pair = [part(0), part(1)];
    at += window;
    return pair;
  };
}

/** A symbol from its probabilities. @param {Float32Array} p */
export function draw(p) {
  let left = Math.random();
  let k = 0;
  while (k + 1 < p.length && (left -= p[k]) > 0) ++k;
  return k;
}

/**
 * Steps a second over about `seconds`, at least one step. `step` may return a promise.
 * @param {() => unknown} step
 * @param {number} seconds
 */
export async function stepsPerSecond(step, seconds) {
  const start = performance.now();
  let steps = 0;
  do {
    await step();
    ++steps;
  } while (performance.now() - start < 1000 * seconds);
  return (1000 * steps) / (performance.now() - start);
}
