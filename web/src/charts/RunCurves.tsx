import { message } from '../i18n/messages';
import { integer, percent, twoDigits } from '../i18n/format';
import { type Curve, CURVES, type Report } from '../training/history';
import { store } from '../app/store';

const SIZE = { width: 300, height: 60 };
/** Beyond this ratio of greatest to least, a curve is drawn by powers of ten. */
const MANY = 30;

const show: Record<Curve, (value: number) => string> = {
  gradientNorm: twoDigits,
  learningRate: twoDigits,
  tokensPerSecond: (value) => integer(Math.round(value / 100) * 100),
  accuracy: percent,
};

const labelOf = (curve: Curve): string =>
  curve === 'tokensPerSecond' && store.run.value?.info.data
    ? message.loss.curves.examplesPerSecond
    : message.loss.curves[curve];

/** Of a text there are no right answers to count. */
export const shownCurves = (): Curve[] =>
  CURVES.filter((curve) => curve !== 'accuracy' || store.numbers.value.accuracy !== null);

/** A line in the unit of the picture, by powers of ten where it spans many. */
export function linePath(points: readonly { step: number; value: number }[]): string {
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const log = least > 0 && most / least > MANY;
  const of = (value: number) => (log ? Math.log(value) : value);
  const [low, high] = [of(least), of(most)];
  const [first, last] = [points[0]!.step, points.at(-1)!.step];
  const x = (step: number) => ((step - first) / Math.max(1, last - first)) * SIZE.width;
  const y = (value: number) =>
    SIZE.height - 2 - (high > low ? (of(value) - low) / (high - low) : 0.5) * (SIZE.height - 4);
  return points
    .map(({ step, value }, at) => `${at ? 'L' : 'M'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
}

function Figure({ curve, reports }: { curve: Curve; reports: readonly Report[] }) {
  const points = reports
    .map((report) => ({ step: report.step, value: report[curve] }))
    .filter(({ value }) => Number.isFinite(value));
  const values = points.map(({ value }) => value);
  const range = `${show[curve](Math.min(...values))} – ${show[curve](Math.max(...values))}`;
  return (
    <figure class="curve">
      <figcaption>
        <span>{labelOf(curve)}</span>
        <span>{points.length > 1 && range}</span>
        <b>{points.length > 0 ? show[curve](values.at(-1)!) : '–'}</b>
      </figcaption>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" aria-hidden="true">
        {points.length > 1 && <path d={linePath(points)} vector-effect="non-scaling-stroke" />}
      </svg>
    </figure>
  );
}

/** Gradient norm, learning rate, speed and right answers over the steps that the loss chart shows. */
export function RunCurves() {
  void store.drawn.value;
  const zoom = store.zoom.value;
  const all = store.run.value?.history.all ?? [];
  const reports = zoom ? all.filter(({ step }) => step >= zoom[0] && step <= zoom[1]) : all;
  return (
    <div class="curves">
      {shownCurves().map((curve) => (
        <Figure key={curve} curve={curve} reports={reports} />
      ))}
    </div>
  );
}
