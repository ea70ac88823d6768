/** The key of a piece, by its pitch classes (Krumhansl & Kessler 1982). */

const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/**
 * Semitones, −6 to 5, that bring a piece to C major or A minor.
 * @param weights how long each of the twelve pitch classes sounds, C first
 */
export function toNatural(weights: readonly number[]): number {
  let best = { fit: -Infinity, shift: 0 };
  for (let tonic = 0; tonic < 12; ++tonic)
    for (const [profile, natural] of [[MAJOR, 0], [MINOR, 9]] as const) {
      const fit = correlation(weights.map((_, k) => weights[(k + tonic) % 12]!), profile);
      if (fit > best.fit) best = { fit, shift: ((natural - tonic + 18) % 12) - 6 };
    } // prettier-ignore
  return best.shift;
}

/** Pearson's; 0 where all weights are alike. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (k: number) => number) => x.reduce((total, _, k) => total + f(k), 0);
  const spread = Math.sqrt(sum((k) => (x[k]! - mx) ** 2) * sum((k) => (y[k]! - my) ** 2));
  return spread > 0 ? sum((k) => (x[k]! - mx) * (y[k]! - my)) / spread : 0;
}
