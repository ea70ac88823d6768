// How far errors reach back, as a heat map: one row a layer, the last on top; one column a lag. The colour is the
// logarithm of the norm; what lies outside the scale is hatched, so that colour does not speak alone.
import type { Theme } from './theme';

export const VANISHING = 1e-6;
export const EXPLODING = 1;
/** Lags up to which a norm above that is nothing unusual: a loss of several bits is steep close by. */
const NEAR = 8;

export const explodes = (norm: number, lag: number): boolean => norm > EXPLODING && lag > NEAR;

const LEFT = 18;
const FOOT = 18;

/** 0 at the norm that counts as vanished, 1 at the norm that counts as exploding. */
export function shade(norm: number): number {
  return 1 - Math.log10(Math.max(norm, 1e-300)) / Math.log10(VANISHING);
}

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

function hatch(context: CanvasRenderingContext2D, { x, y, width, height }: Area, stroke: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.beginPath();
  // On one grid for the whole map: neighbouring cells make one surface.
  for (let at = Math.floor((x - height) / 6) * 6 - (y % 6); at < x + width; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

function cell(
  context: CanvasRenderingContext2D,
  area: Area,
  norm: number,
  exploding: boolean,
  theme: Theme,
): void {
  const { x, y, width, height } = area;
  const at = shade(norm);
  context.fillStyle = exploding ? theme.ink : theme.accent;
  context.globalAlpha = Math.min(1, Math.max(0, at));
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  if (exploding) hatch(context, area, theme.ground);
  if (norm < VANISHING) hatch(context, area, theme.line);
}

/** Lags for the axis: 0, the last, and round ones between. */
function ticks(last: number): number[] {
  const step = [5, 10, 20, 25, 50].find((step) => last / step <= 5) ?? last;
  const between = Array.from({ length: Math.floor(last / step) }, (_, at) => at * step);
  return [...between.filter((lag) => lag < last - step / 2), last];
}

export function drawHeatMap(canvas: HTMLCanvasElement, norms: readonly number[][], theme: Theme): void {
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.font = theme.font;
  const columns = norms[0]?.length ?? 0;
  const [across, down] = [(width - LEFT) / Math.max(1, columns), (height - FOOT) / Math.max(1, norms.length)];
  norms.forEach((layer, l) => {
    const y = (norms.length - 1 - l) * down;
    layer.forEach((norm, lag) => {
      // Whole pixels, so that neighbours meet without a seam.
      const x = Math.round(LEFT + lag * across);
      const next = Math.round(LEFT + (lag + 1) * across);
      const area = { x, y, width: next - x, height: down - (norms.length > 1 ? 1 : 0) };
      cell(context, area, norm, explodes(norm, lag), theme);
    });
    context.fillStyle = theme.soft;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    if (down >= 11) context.fillText(String(l + 1), 2, y + down / 2);
  });
  context.strokeStyle = theme.line;
  context.strokeRect(LEFT + 0.5, 0.5, width - LEFT - 1, height - FOOT - 1);
  context.textBaseline = 'bottom';
  context.fillStyle = theme.soft;
  if (columns < 2) return;
  for (const lag of ticks(columns - 1)) {
    context.textAlign = lag === 0 ? 'left' : lag === columns - 1 ? 'right' : 'center';
    const x = lag === 0 ? LEFT : lag === columns - 1 ? width : LEFT + (lag + 0.5) * across;
    context.fillText(String(lag), x, height);
  }
}
