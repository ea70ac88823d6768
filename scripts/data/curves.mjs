// The curves of an experiment as a picture: validation loss by step, one line for each run, one colour for each variant.

const WIDTH = 760;
const HEIGHT = 320;
const MARGIN = { left: 56, right: 200, top: 12, bottom: 36 };
const COLOURS = ['#2563eb', '#c2410c', '#15803d', '#7c3aed', '#b91c1c', '#0e7490', '#a16207', '#be185d'];
const LINES_NAMED = 18; // what has room beside the picture

/** About five round numbers from `low` to `high`. @param {number} low @param {number} high */
function ticks(low, high) {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const from = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - from + 1 }, (_, i) =>
    Number(((from + i) * step).toPrecision(6)),
  );
}

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * An SVG that is readable on light and dark grounds. Losses far above the best half are cut off at the top.
 * @param {{ variant: string, curve: [number, number][], bits: boolean }[]} results
 */
export function drawCurves(results) {
  const scale = results[0]?.bits ? 1 / Math.LN2 : 1;
  const lines = results
    .map(({ variant, curve }) => ({ variant, points: curve.map(([step, loss]) => [step, loss * scale]) }))
    .filter(({ points }) => points.length > 0);
  const losses = lines.flatMap(({ points }) => points.map(([, loss]) => loss)).sort((a, b) => a - b);
  const low = losses[0] ?? 0;
  const middle = losses[losses.length >> 1] ?? 1;
  const high = Math.min(losses.at(-1) ?? 1, low + 4 * (middle - low) || low + 1);
  const last = Math.max(1, ...lines.flatMap(({ points }) => points.map(([step]) => step)));
  const x = (/** @type {number} */ step) =>
    MARGIN.left + (step / last) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (/** @type {number} */ loss) =>
    HEIGHT -
    MARGIN.bottom -
    ((Math.min(loss, high) - low) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const names = [...new Set(lines.map(({ variant }) => variant))];
  const colour = (/** @type {string} */ name) => COLOURS[names.indexOf(name) % COLOURS.length];
  const grid = [
    ...ticks(low, high).map(
      (loss) =>
        `<path d="M${MARGIN.left} ${y(loss).toFixed(1)}H${WIDTH - MARGIN.right}" class="g"/><text x="${MARGIN.left - 6}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${loss}</text>`,
    ),
    ...ticks(0, last).map(
      (step) =>
        `<text x="${x(step).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${step}</text>`,
    ),
  ];
  const drawn = lines.map(
    ({ variant, points }) =>
      `<path d="M${points.map(([step, loss]) => `${x(step).toFixed(1)} ${y(loss).toFixed(1)}`).join('L')}" stroke="${colour(variant)}"/>`,
  );
  const legend = names
    .slice(0, LINES_NAMED)
    .map(
      (name, i) =>
        `<text x="${WIDTH - MARGIN.right + 12}" y="${MARGIN.top + 12 + 16 * i}" style="fill:${colour(name)}">${escaped(name.slice(0, 28))}</text>`,
    );
  const unit = results[0]?.bits ? 'bits' : 'loss';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Validation by step">
<style>path{fill:none;stroke-width:1.4}.g{stroke:#8884}text{fill:#888}</style>
${grid.join('\n')}
${drawn.join('\n')}
${legend.join('\n')}
<text x="${MARGIN.left}" y="${HEIGHT - 4}">validation, ${unit}, by step</text>
</svg>
`;
}
