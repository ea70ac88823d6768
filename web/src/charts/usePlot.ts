// The plot of the loss in its element: made when it is first seen, drawn when there is something new, and fitted.
import { effect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { inTurn, nextFrame } from '../app/frame';
import { report } from '../app/notices';
import { store } from '../app/store';
import type { Scale, Settings } from '../settings/settings';
import { unitOf } from '../tasks';
import { baselines } from './guesses';
import { whileInView } from './inView';
import { readTheme } from './theme';

/** The losses under the cursor. */
export interface Reading {
  step: number;
  training: number;
  validation: number | null;
}

const NO_COLUMNS = [[], [], [], [], []] as [number[], number[], number[], number[], (number | null)[]];
const columns = () => store.run.peek()?.series.columns(store.smoothing.peek()) ?? NO_COLUMNS;
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Fetched with the first chart: what the page is drawn with before is more urgent. */
let drawing: typeof import('./lossPlot') | null = null;

/** A loss that may be negative has no logarithm. */
const scaleOf = (settings: Settings): Scale =>
  unitOf(store.run.peek()?.settings ?? settings) === 'gaussian' ? 'linear' : settings.scale;

/** The chart's element, its plot, and the reading under the cursor. */
export function usePlot() {
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
      const scale = scaleOf(store.settings.peek());
      const setting = { scale, theme: readTheme(element), width, height, onCursor };
      plot.current = drawing.lossPlot(element, columns(), setting);
    };
    const draw = () => seen && plot.current?.setData(columns());
    const fit = () => plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    const stop = effect(() => {
      const scale = scaleOf(store.settings.value);
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
