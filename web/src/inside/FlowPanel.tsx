import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { drawHeatMap, explodes, VANISHING } from '../charts/heatMap';
import { whileInView } from '../charts/inView';
import { readTheme } from '../charts/theme';
import { message } from '../i18n/messages';
import { integer, scientific } from '../i18n/format';
import { nextFrame } from '../app/frame';
import { watchFlow } from './diagnostics';
import { store, type Flow } from '../app/store';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Draws what is measured; measures only while the map is in view. */
function useHeatMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const draw = () =>
      drawHeatMap(element, store.flow.peek()?.norms ?? [], readTheme(element.parentElement!));
    const redraw = () => nextFrame(draw);
    const stopDrawing = effect(() => {
      void store.flow.value;
      redraw();
    });
    const size = new ResizeObserver(redraw);
    size.observe(element);
    dark.addEventListener('change', redraw);
    const stopMeasuring = whileInView(element, watchFlow);
    return () => {
      stopDrawing();
      stopMeasuring();
      size.disconnect();
      dark.removeEventListener('change', redraw);
    };
  }, []);
  return canvas;
}

/** Lags 0, 1, 2, 4, … and the last: enough to hear the shape. */
function lagsOf(count: number): number[] {
  const lags = [0];
  for (let lag = 1; lag < count - 1; lag *= 2) lags.push(lag);
  return count > 1 ? [...lags, count - 1] : lags;
}

function FlowTable({ flow }: { flow: Flow }) {
  return (
    <table>
      <caption>{message.flow.caption(integer(flow.step))}</caption>
      <thead>
        <tr>
          <th scope="col">{message.flow.lag}</th>
          {flow.norms.map((_, l) => (
            <th key={l} scope="col">
              {message.flow.layer(l + 1)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lagsOf(flow.norms[0]?.length ?? 0).map((lag) => (
          <tr key={lag}>
            <th scope="row">{lag}</th>
            {flow.norms.map((layer, l) => (
              <td key={l}>{scientific(layer[lag]!)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How far the first layer's errors reach, in a few words. */
export function inShort({ norms: [first = []] }: Flow): string {
  const last = first.length - 1;
  if (last < 1) return '';
  const reaches = first.findLastIndex((norm) => norm >= VANISHING);
  const furthest = first.findLastIndex(explodes);
  if (furthest >= 0) return message.flow.exploded(integer(furthest));
  if (reaches < last) return message.flow.vanished(integer(Math.max(0, reaches)));
  return message.flow.far(integer(last), scientific(first[last]!));
}

export function FlowPanel() {
  const canvas = useHeatMap();
  const flow = store.flow.value;
  return (
    <section class="flow" aria-labelledby="flow-title">
      <div class="flow-head">
        <h2 id="flow-title">{message.flow.title}</h2>
        <span>{flow ? inShort(flow) : ''}</span>
      </div>
      <p class="flow-about">{message.flow.about}</p>
      <canvas ref={canvas} class="flow-map" aria-hidden="true" data-step={flow?.step} />
      <p class="flow-legend" aria-hidden="true">
        <span class="flow-vanishing">{message.flow.vanishing}</span>
        <span class="flow-scale" />
        <span class="flow-exploding">{message.flow.exploding}</span>
      </p>
      <div class="unseen">{flow && <FlowTable flow={flow} />}</div>
    </section>
  );
}
