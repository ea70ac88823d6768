// Loss curves as SVG: drawn on the page to compare runs, and written to a file. Everything it needs is in its
// attributes, so that the file looks as the page does.
import type { ComponentChildren } from 'preact';
import { decimals, integer, lossText, tickText } from '../i18n/format';
import type { Series } from '../training/series';

export interface Curve {
  label: string;
  series: Series;
}

export interface Colours {
  ink: string;
  soft: string;
  line: string;
  ground: string;
}

interface Area {
  curves: readonly Curve[];
  /** What guessing costs, as dotted lines. */
  baselines?: readonly { label: string; value: number }[];
  width: number;
  height: number;
}

interface Props extends Area {
  colours: Colours;
  dark: boolean;
  title: string;
  /** Unit of the vertical axis, and name of the horizontal one. */
  unit: string;
  steps: string;
  /** Drawn over the curves, in their coordinates. */
  children?: ComponentChildren;
}

/** Told apart by most colour-blind people (Okabe and Ito 2008), and by their dashes. */
export const STROKES = {
  light: ['#0072b2', '#c04f00', '#00795a', '#a8407f'],
  dark: ['#56b4e9', '#f0a04b', '#3fd0a4', '#e8a3cb'],
};
export const DASHES = ['', '7 4', '2 3', '9 3 2 3'];

const MARGIN = { left: 44, right: 16, top: 28, bottom: 40 };

/** Round values for an axis, about `count` of them. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * step);
}

function ranges(curves: readonly Curve[], baselines: NonNullable<Props['baselines']>) {
  let last = 1;
  let low = Infinity;
  let top = Math.max(0, baselines[0]?.value ?? 0);
  for (const { series } of curves) {
    const [steps, , , smooth, validation] = series.columns();
    last = Math.max(last, steps.at(-1) ?? 1);
    const known = validation.filter((value) => value !== null);
    low = Math.min(low, ...smooth, ...known);
    top = Math.max(top, ...smooth);
  }
  if (!Number.isFinite(low)) low = 0;
  const floor = Math.max(0, Math.floor(low * 2 - 0.3) / 2);
  return { last, low: floor, high: Math.max(floor + 0.5, top * 1.02) };
}

/** Where steps and losses are on the drawing, and which step is at a place. */
export function planeOf({ curves, baselines = [], width, height }: Area) {
  const { left, right, top, bottom } = MARGIN;
  const range = ranges(curves, baselines);
  const across = width - left - right;
  return {
    range,
    top,
    foot: height - bottom,
    x: (step: number) => left + (across * step) / range.last,
    y: (bits: number) =>
      height - bottom - ((height - top - bottom) * (bits - range.low)) / (range.high - range.low),
    stepAt: (x: number) => Math.round((range.last * (x - left)) / across),
  };
}

export function Curves(props: Props) {
  const { curves, baselines = [], colours, dark, width, height, title, unit, steps, children } = props;
  const { left, right, bottom } = MARGIN;
  const { range, x, y } = planeOf(props);
  const path = (points: [number, number][]) =>
    points.map(([step, bits], at) => `${at ? 'L' : 'M'}${x(step).toFixed(1)} ${y(bits).toFixed(1)}`).join('');
  const strokes = STROKES[dark ? 'dark' : 'light'];
  const text = { 'font-family': 'system-ui, sans-serif', 'font-size': 11, fill: colours.soft };
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={title}
    >
      <rect width={width} height={height} fill={colours.ground} />
      {ticks(range.low, range.high, 5).map((bits) => (
        <g key={bits}>
          <path d={`M${left} ${y(bits)}H${width - right}`} stroke={colours.line} />
          <text {...text} x={left - 6} y={y(bits) + 4} text-anchor="end">
            {bits < 10_000 ? decimals(bits, 1) : tickText(bits)}
          </text>
        </g>
      ))}
      {ticks(0, range.last, 5).map((step) => (
        <text {...text} key={step} x={x(step)} y={height - bottom + 16} text-anchor="middle">
          {integer(step)}
        </text>
      ))}
      <text {...text} x={left} y={14}>
        {unit}
      </text>
      <text {...text} x={width - right} y={height - 6} text-anchor="end">
        {steps}
      </text>
      {baselines.map(({ label, value }) => (
        <g key={label}>
          <path d={`M${left} ${y(value)}H${width - right}`} stroke={colours.soft} stroke-dasharray="1 4" />
          <text {...text} x={width - right} y={y(value) - 4} text-anchor="end">
            {`${label} ${lossText(value)}`}
          </text>
        </g>
      ))}
      {curves.map(({ label, series }, at) => {
        const [step, , , smooth, validation] = series.columns();
        const measured = step.flatMap((at, i): [number, number][] =>
          validation[i] == null ? [] : [[at, validation[i]]],
        );
        const stroke = strokes[at % strokes.length]!;
        return (
          <g key={`${at} ${label}`} stroke={stroke} fill="none">
            <path
              d={path(step.map((at, i) => [at, smooth[i]!]))}
              stroke-width={2}
              stroke-dasharray={DASHES[at % DASHES.length] || undefined}
              stroke-linejoin="round"
            />
            {measured.map(([at, bits]) => (
              <circle key={at} cx={x(at)} cy={y(bits)} r={2.5} fill={colours.ground} />
            ))}
          </g>
        );
      })}
      {children}
    </svg>
  );
}
