// What guessing would cost, as dotted lines with their names over a plot of losses.
import uPlot from 'uplot';
import { lossText } from '../i18n/format';
import { baselines } from './guesses';
import { type Box, boxOf, type Cover, freePlace, type Place } from './labels';
import type { Theme } from './theme';

/** Pixels that a label is high. */
export const LABEL_ROOM = 14;

/** What the curves cover, in pixels of the canvas: the loss of every step, its mean, and the validation. */
function covered(plot: uPlot): Cover[] {
  const [steps, ...curves] = plot.data;
  const pixel = (value: number) => plot.valToPos(value, 'y', true);
  return Array.from(steps).flatMap((step, at) => {
    const values = curves.flatMap((curve) => curve[at] ?? []).map(pixel);
    if (values.length === 0) return [];
    return [{ x: plot.valToPos(step, 'x', true), low: Math.min(...values), high: Math.max(...values) }];
  });
}

/** Dotted lines with their names, drawn last; a halo keeps the names readable over the grid. */
export function drawBaselines(plot: uPlot, theme: Theme, places: Map<string, Place>): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const { left, top } = bbox;
  const area = { left, right: left + bbox.width, top, bottom: top + bbox.height };
  const curve = covered(plot);
  const taken: Box[] = [];
  ctx.save();
  ctx.font = theme.font.replace('11px', `${11 * ratio}px`);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.lineJoin = 'round';
  ctx.fillStyle = theme.soft;
  const lines = baselines()
    .map((baseline) => ({ ...baseline, y: plot.valToPos(baseline.value, 'y', true) }))
    .filter(({ y }) => y >= area.top - 1 && y <= area.bottom);
  for (const { label, value, y } of lines) {
    const text = `${label} ${lossText(value)}`;
    const size = { width: ctx.measureText(text).width, height: LABEL_ROOM * ratio };
    const boxes = (place: Place) => boxOf(place, y, size, area);
    const others = lines.filter((line) => line.label !== label).map((line) => line.y);
    const place = freePlace(boxes, area, curve, taken, places.get(label), others);
    const box = boxes(place);
    places.set(label, place);
    taken.push(box);
    ctx.setLineDash([2 * ratio, 4 * ratio]);
    ctx.lineWidth = ratio;
    ctx.strokeStyle = theme.soft;
    ctx.beginPath();
    ctx.moveTo(area.left, y);
    ctx.lineTo(area.right, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.lineWidth = 4 * ratio;
    ctx.strokeStyle = theme.ground;
    ctx.strokeText(text, box.left, (box.top + box.bottom) / 2);
    ctx.fillText(text, box.left, (box.top + box.bottom) / 2);
  }
  ctx.restore();
}
