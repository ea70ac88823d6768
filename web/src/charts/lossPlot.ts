// The uPlot chart of one run: an envelope of every step's loss, its smoothed line, the validation
// points, and what guessing would cost as horizontal lines.
import uPlot, { type AlignedData, type Options } from 'uplot';
import { integer, tickText } from '../i18n/format';
import type { Scale } from '../settings/settings';
import { close, logX, logY, rangeX, rangeY, ticksX, ticksY } from './axes';
import { store } from '../app/store';
import { drawBaselines, LABEL_ROOM } from './baselineLines';
import { baselines } from './guesses';
import type { Place } from './labels';
import type { Theme } from './theme';
import { zoomOut, zoomTo } from './zoom';

interface Setting {
  scale: Scale;
  theme: Theme;
  width: number;
  height: number;
  onCursor: (index: number | null) => void;
}

const BIT_STEPS = Array.from({ length: 19 }, (_, at) => at - 3).flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

/** Room for the ticks of the loss: four digits, or more where numbers of a file are large. */
const widthOf = (values: readonly string[] | null) =>
  Math.max(30, 8 + 6 * Math.max(0, ...(values ?? []).map((tick) => tick.length - 1)));

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
      size: (_, values) => widthOf(values),
      gap: 6,
      space: 44,
      grid,
      incrs: BIT_STEPS,
      ticks: { show: false },
      ...(logY(scale) && { splits: (_: uPlot, __: number, low: number, high: number) => ticksY(low, high) }),
      values: (_, splits) => splits.map((bits) => (bits === null ? '' : tickText(bits))),
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
  const latest = store.run.peek()?.series.latest ?? 0;
  return rangeY(scale, Math.min(low ?? goal, goal), high ?? top, top, latest);
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
        draw: [(plot) => drawBaselines(plot, theme, places), (plot) => tell(plot, host)],
        setSelect: [select],
        setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      },
    },
    data,
    host,
  );
}
