// The curves of the pinned runs under one cursor: it marks a step on each of them, and the table below reads it out.
import { computed, signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Colours, Curves, DASHES, planeOf, STROKES } from '../charts/Curves';
import { readTheme } from '../charts/theme';
import { message } from '../i18n/messages';
import { integer, lossText } from '../i18n/format';
import { nextFrame } from '../app/frame';
import type { Pin } from './pins';

const HEIGHT = 300;
const dark = matchMedia('(prefers-color-scheme: dark)');
const strokeOf = (at: number) => STROKES[dark.matches ? 'dark' : 'light'][at]!;

/** The step under the cursor; null without one. What follows it is drawn anew by itself, the curves are not. */
const cursor = signal<number | null>(null);

/** The line that stands for a pin wherever it is named: colour and dashes. */
export function Swatch({ at }: { at: number }) {
  return (
    <svg class="swatch" viewBox="0 0 28 8" aria-hidden="true">
      <path d="M0 4H28" stroke={strokeOf(at)} stroke-width="2.5" stroke-dasharray={DASHES[at] || undefined} />
    </svg>
  );
}

interface Drawn {
  all: readonly Pin[];
  plane: ReturnType<typeof planeOf>;
}

function Cursor({ all, plane, colours }: Drawn & { colours: Colours }) {
  const step = cursor.value;
  if (step === null) return null;
  const x = plane.x(step);
  return (
    <g class="compare-cursor">
      <path d={`M${x} ${plane.top}V${plane.foot}`} stroke={colours.soft} />
      {all.map(({ id, series }, at) => {
        const here = series.at(step);
        return here && <circle key={id} cx={x} cy={plane.y(here.training)} r={4.5} fill={strokeOf(at)} />;
      })}
    </g>
  );
}

/** What each run had reached at a step; at its own last one where there is no cursor. */
function readings(all: readonly Pin[]) {
  return all.map(({ id, title, series }) => {
    const latest = { training: series.latest, validation: series.latestValidation?.value ?? null };
    const here = cursor.value === null ? latest : series.at(cursor.value);
    return { id, title, training: here?.training ?? null, validation: here?.validation ?? null };
  });
}

const whereText = () =>
  cursor.value === null ? message.compare.atEnd : message.compare.at(integer(cursor.value));

function Readings({ all }: { all: readonly Pin[] }) {
  return (
    <table class="compare-readings">
      <caption>{whereText()}</caption>
      <thead>
        <tr>
          <th scope="col" class="start">
            {message.compare.run}
          </th>
          <th scope="col">{message.loss.training}</th>
          <th scope="col">{message.loss.validation}</th>
        </tr>
      </thead>
      <tbody>
        {readings(all).map(({ id, title, training, validation }, at) => (
          <tr key={id}>
            <th scope="row" class="start">
              <Swatch at={at} /> <bdi>{title}</bdi>
            </th>
            <td>{lossText(training, 3)}</td>
            <td>{lossText(validation, 3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Shares of the axis. */
const MOVES: Record<string, number> = {
  ArrowLeft: -0.01,
  ArrowRight: 0.01,
  PageDown: -0.1,
  PageUp: 0.1,
  Home: -1,
  End: 1,
};

function useColours() {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [colours, setColours] = useState<Colours | null>(null);
  useEffect(() => {
    const element = host.current!;
    const measure = () => {
      if (!element.isConnected) return;
      setWidth(element.clientWidth);
      const ground = getComputedStyle(element.closest('dialog')!).backgroundColor;
      setColours({ ...readTheme(element), ground });
    };
    const observer = new ResizeObserver(() => nextFrame(measure));
    observer.observe(element);
    dark.addEventListener('change', measure);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', measure);
      cursor.value = null;
    };
  }, []);
  return { host, width, colours };
}

export function PinnedChart({ all }: { all: readonly Pin[] }) {
  const { host, width, colours } = useColours();
  const curves = all.map(({ title, series }) => ({ label: title, series }));
  const plane = planeOf({ curves, width, height: HEIGHT });
  const { last } = plane.range;
  const moveTo = (step: number) => (cursor.value = Math.min(last, Math.max(1, step)));
  const point = ({ clientX, currentTarget }: PointerEvent & { currentTarget: HTMLElement }) =>
    moveTo(plane.stepAt(clientX - currentTarget.getBoundingClientRect().left));
  const move = (event: KeyboardEvent) => {
    const share = MOVES[event.key];
    if (share === undefined) return;
    event.preventDefault();
    moveTo((cursor.value ?? last) + Math.sign(share) * Math.ceil(Math.abs(share) * last));
  };
  const now = useMemo(() => computed(() => cursor.value ?? last), [last]);
  const read = useMemo(() => computed(() => spoken(all)), [all]);
  return (
    <>
      <div
        ref={host}
        class="compare-chart"
        role="slider"
        tabIndex={0}
        aria-label={message.compare.cursor}
        aria-valuemin={1}
        aria-valuemax={last}
        aria-valuenow={now}
        aria-valuetext={read}
        onKeyDown={move}
        onPointerDown={point}
        onPointerMove={point}
        onPointerLeave={() => (cursor.value = null)}
      >
        {colours && width > 0 && (
          <Curves
            curves={curves}
            colours={colours}
            dark={dark.matches}
            width={width}
            height={HEIGHT}
            title={message.compare.chart}
            unit={[...new Set(all.map(({ unit }) => message.units[unit]))].join(', ')}
            steps={message.loss.step}
          >
            <Cursor all={all} plane={plane} colours={colours} />
          </Curves>
        )}
      </div>
      <Readings all={all} />
    </>
  );
}

function spoken(all: readonly Pin[]): string {
  const runs = readings(all).map(
    ({ title, training, validation }) =>
      `${title}: ${message.loss.training} ${lossText(training)}, ${message.loss.validation} ${lossText(validation)}`,
  );
  return [whereText(), ...runs].join('; ');
}
