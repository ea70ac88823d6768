import { effect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { message } from '../i18n/messages';
import { integer, lossText } from '../i18n/format';
import { inTurn, nextFrame } from '../app/frame';
import { report } from '../app/notices';
import type { Scale } from '../settings/settings';
import { store } from '../app/store';
import { baselines } from './guesses';
import { whileInView } from './inView';
import { readTheme } from './theme';
import { zoomBy, zoomOut } from './zoom';

interface Reading {
  step: number;
  training: number;
  validation: number | null;
}

const NO_COLUMNS = [[], [], [], [], []] as [number[], number[], number[], number[], (number | null)[]];
const columns = () => store.run.peek()?.series.columns(store.smoothing.peek()) ?? NO_COLUMNS;
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Fetched with the first chart: what the page is drawn with before is more urgent. */
let drawing: typeof import('./lossPlot') | null = null;

/** The chart's element, its plot, and the reading under the cursor. */
function usePlot() {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [reading, setReading] = useState<Reading | null>(null);

  useEffect(() => {
    const element = host.current!;
    const onCursor = (index: number | null) => {
      const [step, , , training, validation] = columns();
      const known = index !== null && index < step.length;
      setReading(
        known ? { step: step[index]!, training: training[index]!, validation: validation[index]! } : null,
      );
    };
    // On a phone it is often out of sight: then nothing is drawn, and before it was seen nothing fetched.
    let seen = false;
    let made: Scale | null = null;
    const make = () => {
      if (!drawing || !seen) return;
      plot.current?.destroy();
      const { clientWidth: width, clientHeight: height } = element;
      const { scale } = store.settings.peek();
      const setting = { scale, theme: readTheme(element), width, height, onCursor };
      plot.current = drawing.lossPlot(element, columns(), setting);
    };
    const draw = () => seen && plot.current?.setData(columns());
    const fit = () => plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    const stop = effect(() => {
      const { scale } = store.settings.value;
      void baselines();
      void store.drawn.value;
      void store.zoom.value;
      void store.smoothing.value;
      nextFrame(scale === made ? draw : make);
      made = scale;
    });
    const size = new ResizeObserver(() => nextFrame(fit));
    size.observe(element);
    const stopLooking = whileInView(element, () => {
      seen = true;
      if (drawing) nextFrame(make);
      else import('./lossPlot').then((found) => ((drawing = found), inTurn(make)), report);
      return () => (seen = false);
    });
    const onScheme = () => nextFrame(make);
    dark.addEventListener('change', onScheme);
    return () => {
      stop();
      stopLooking();
      size.disconnect();
      dark.removeEventListener('change', onScheme);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);

  return { host, plot, reading };
}

const MOVES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -1e9,
  End: 1e9,
};

const ZOOMS: Record<string, number> = { '+': 0.5, '=': 0.5, '-': 2, Escape: 0 };

function moveCursor(plot: uPlot | null, event: KeyboardEvent): void {
  const turn = ZOOMS[event.key];
  if (plot && turn !== undefined) {
    event.preventDefault();
    const at = plot.cursor.idx;
    if (turn === 0) zoomOut();
    else zoomBy(turn, at == null ? undefined : plot.data[0][at]);
    return;
  }
  const move = MOVES[event.key];
  if (!plot || move === undefined || plot.data[0].length === 0) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const by = Math.sign(move) * Math.max(Math.abs(move), Math.ceil(last / 100));
  const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + by));
  plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, 'x'), top: 0 });
}

function describe(reading: Reading | null): string {
  const { step, loss, validation } = store.numbers.value;
  const at = reading ?? { step, training: loss, validation: validation?.value ?? null };
  if (at.training === null) return message.loss.empty;
  const second = at.validation === null ? null : lossText(at.validation);
  return message.loss.value(integer(at.step), lossText(at.training), second);
}

export function LossChart() {
  const { host, plot, reading } = usePlot();
  const { step } = store.numbers.value;
  return (
    <figure class="chart">
      <div
        ref={host}
        class="chart-canvas"
        data-baselines={baselines()
          .map(({ label, value }) => `${label} ${lossText(value)}`)
          .join('; ')}
        role="slider"
        tabIndex={0}
        aria-label={message.loss.cursor}
        aria-valuemin={0}
        aria-valuemax={step}
        aria-valuenow={reading?.step ?? step}
        aria-valuetext={describe(reading)}
        onKeyDown={(event) => moveCursor(plot.current, event)}
      />
      <figcaption class="legend">
        <span class="legend-training">{message.loss.training}</span>
        <span class="legend-validation">{message.loss.validation}</span>
        <span class="legend-reading">{describe(reading)}</span>
      </figcaption>
    </figure>
  );
}
