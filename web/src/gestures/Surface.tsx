import { useEffect, useRef, useState } from 'preact/hooks';
import { readTheme, type Theme } from '../charts/theme';
import { words } from '../i18n/data';
import { captureMotion, capturePointer, type Strokes } from './capture';
import type { Moment, Source } from './strokes';

interface Props {
  source: Source;
  label: string;
  /** While a stroke goes on. */
  onGo?: (moments: readonly Moment[]) => void;
  onStroke: (moments: readonly Moment[]) => void;
}

/** The stroke so far; `values` of a device are drawn as curves. */
function draw(canvas: HTMLCanvasElement, theme: Theme, source: Source, moments: readonly Moment[]): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.lineWidth = 3;
  context.lineJoin = context.lineCap = 'round';
  const begin = moments[0]?.time ?? 0;
  const curves: [number, number][][] =
    source === 'pointer'
      ? [moments.map(({ values: [x = 0, y = 0] }) => [x * width, y * width])]
      : [0, 1, 2].map((k) =>
          moments.map(({ time, values }) => [
            ((time - begin) / 10) % width,
            height / 2 - ((values[k] ?? 0) * height) / 6,
          ]),
        );
  [theme.accent, theme.ink, theme.soft].forEach((colour, k) => {
    context.strokeStyle = colour;
    context.beginPath();
    for (const [x, y] of curves[k] ?? []) context.lineTo(x, y);
    context.stroke();
  });
}

/** Where strokes are made: a canvas for pointers, and a key that is held for a device that is moved. */
export function Surface({ source, label, onGo, onStroke }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const told = useRef({ onGo, onStroke });
  const ending = useRef<(() => void) | null>(null);
  const [moving, setMoving] = useState(false);
  told.current = { onGo, onStroke };
  const theme = useRef<Theme | null>(null);
  const strokes: Strokes = {
    begin: () => (theme.current = readTheme(canvas.current!.parentElement!)),
    go: (moments) => {
      if (canvas.current && theme.current) draw(canvas.current, theme.current, source, moments);
      told.current.onGo?.(moments);
    },
    end: (moments) => told.current.onStroke(moments),
  };
  useEffect(() => (source === 'pointer' ? capturePointer(canvas.current!, strokes) : undefined), [source]);
  useEffect(() => () => ending.current?.(), []);
  const toggle = () => {
    if (ending.current) {
      ending.current();
      ending.current = null;
    } else ending.current = captureMotion(strokes);
    setMoving(ending.current !== null);
  };
  return (
    <div class="gestures-surface">
      <canvas ref={canvas} class="gestures-canvas" role="img" aria-label={label} />
      {source === 'pointer' ? (
        <p class="gestures-hint" aria-hidden="true">
          {label}
        </p>
      ) : (
        <button type="button" aria-pressed={moving} onClick={toggle}>
          {moving ? words.gestures.stop : words.gestures.start}
        </button>
      )}
    </div>
  );
}
