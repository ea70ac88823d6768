// The uPlot chart of one run: an envelope of every step's loss, its smoothed line, the validation
// points, and what guessing would cost as horizontal lines.
import uPlot, { type AlignedData, type Options } from 'uplot';
import { integer, lossText, plain } from '../i18n/format';
import type { Scale } from '../settings/settings';
import { close, logX, logY, rangeX, rangeY, ticksX, ticksY } from './axes';
import { store } from '../app/store';
import { baselines } from './guesses';
import { type Box, boxOf, type Cover, freePlace, type Place } from './labels';
import type { Theme } from './theme';
import { zoomOut, zoomTo } from './zoom';

interface Setting {
  scale: Scale;
  theme: Theme;
  width: number;
  height: number;
  onCursor: (index: number | null) => void;
}

const LABEL_ROOM = 14;
const BIT_STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100];

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
function drawBaselines(plot: uPlot, { theme }: Setting, places: Map<string, Place>): void {
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
  for (const { label, value } of baselines()) {
    const y = plot.valToPos(value, 'y', true);
    if (y < area.top - 1 || y > area.bottom) continue;
    const text = `${label} ${lossText(value)}`;
    const size = { width: ctx.measureText(text).width, height: LABEL_ROOM * ratio };
    const boxes = (place: Place) => boxOf(place, y, size, area);
    const place = freePlace(boxes, area, curve, taken, places.get(label));
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

function axes({ scale, theme }: Setting): Options['axes'] {
  const common = {
    stroke: theme.soft,
    font: theme.font,
    border: { show: false },
    filter: (_: uPlot, splits: number[]) => splits,
  };
  const grid = { stroke: theme.line, width: 1 };
  return [
    {
      ...common,
      size: 26,
      gap: 6,
      space: 56,
      grid: { show: false },
      ticks: { stroke: theme.line, width: 1, size: 4 },
      ...(logX(scale) && { splits: (_: uPlot, __: number, low: number, high: number) => ticksX(low, high) }),
      values: (_, splits) => splits.map((step) => (step === null ? '' : integer(step))),
    },
    {
      ...common,
      size: 30,
      gap: 6,
      space: 44,
      grid,
      incrs: BIT_STEPS,
      ticks: { show: false },
      ...(logY(scale) && { splits: (_: uPlot, __: number, low: number, high: number) => ticksY(low, high) }),
      values: (_, splits) => splits.map((bits) => (bits === null ? '' : plain(bits))),
    },
  ];
}

/** Zooms to what was dragged across. */
function select(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width > 0) zoomTo(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** What is really drawn, for whoever cannot see it. */
function tell({ scales: { x } }: uPlot, host: HTMLElement): void {
  const [low, high] = [Math.round(x?.min ?? 0), Math.round(x?.max ?? 0)];
  host.dataset.shown = store.zoom.peek() ? `${low} ${high}` : 'all';
}

function visible(): [number, number] | null {
  const zoom = store.zoom.peek();
  return zoom && [Math.max(1, zoom[0]), zoom[1]];
}

/** Every curve and every baseline. */
function whole(scale: Scale, low: number | null, high: number | null): [number, number] {
  const values = baselines().map(({ value }) => value);
  // Bits of a text begin above one; a squared error may be small throughout.
  const top = Math.max(values.length > 1 ? 1 : 0, ...values) || 1;
  const goal = Math.min(...values);
  return rangeY(scale, Math.min(low ?? goal, goal), high ?? top, top);
}

function scales({ scale }: Setting): Options['scales'] {
  return {
    x: {
      time: false,
      distr: logX(scale) ? 3 : 1,
      range: (_, __, last) => visible() ?? rangeX(scale, last ?? 0),
    },
    y: {
      distr: logY(scale) ? 3 : 1,
      range: (_, low, high) =>
        visible() && low != null && high != null ? close(scale, low, high) : whole(scale, low, high),
    },
  };
}

export function lossPlot(host: HTMLElement, data: AlignedData, setting: Setting): uPlot {
  const { theme, width, height, onCursor } = setting;
  const places = new Map<string, Place>();
  const hidden = { stroke: theme.band, width: 1, points: { show: false } };
  return new uPlot(
    {
      width,
      height,
      padding: [LABEL_ROOM, 16, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        bind: { dblclick: () => () => (zoomOut(), null) },
        points: { size: 7 },
      },
      axes: axes(setting)!,
      scales: scales(setting)!,
      series: [
        {},
        hidden,
        hidden,
        { stroke: theme.accent, width: 2, points: { show: false } },
        {
          stroke: theme.ink,
          width: 1.25,
          spanGaps: true,
          points: { show: true, size: 5, width: 1.25, fill: theme.ground, stroke: theme.ink },
        },
      ],
      bands: [{ series: [2, 1], fill: theme.band }],
      hooks: {
        draw: [(plot) => drawBaselines(plot, setting, places), (plot) => tell(plot, host)],
        setSelect: [select],
        setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      },
    },
    data,
    host,
  );
}
