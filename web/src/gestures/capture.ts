// Measures strokes: of a pointer on a canvas, or of the device while a key is held.
import { type Moment } from './strokes';

/** A stroke that begins, goes on and ends; the moments are all there are so far. */
export interface Strokes {
  begin(): unknown;
  go(moments: readonly Moment[]): void;
  end(moments: readonly Moment[]): void;
}

/** Listens to a canvas; places are in its widths. Returns how to stop. */
export function capturePointer(canvas: HTMLElement, strokes: Strokes): () => void {
  let moments: Moment[] | null = null;
  let pointer = -1;
  const take = (events: readonly PointerEvent[]) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    for (const { timeStamp, clientX, clientY } of events)
      moments!.push({ time: timeStamp, values: [(clientX - left) / width, (clientY - top) / width] });
  };
  const onDown = (event: PointerEvent) => {
    if (moments || !event.isPrimary) return;
    event.preventDefault();
    [moments, pointer] = [[], event.pointerId];
    if (event.isTrusted) canvas.setPointerCapture(pointer);
    take([event]);
    strokes.begin();
  };
  const onMove = (event: PointerEvent) => {
    if (!moments || event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    take(all.length > 0 ? all : [event]);
    strokes.go(moments);
  };
  const onEnd = (event: PointerEvent) => {
    if (!moments || event.pointerId !== pointer) return;
    const all = moments;
    moments = null;
    strokes.end(event.type === 'pointercancel' ? [] : all);
  };
  const stop = new AbortController();
  const { signal } = stop;
  canvas.addEventListener('pointerdown', onDown, { signal });
  canvas.addEventListener('pointermove', onMove, { signal });
  canvas.addEventListener('pointerup', onEnd, { signal });
  canvas.addEventListener('pointercancel', onEnd, { signal });
  return () => stop.abort();
}

/** m/s² in one g. */
const G = 9.80665;

interface AskedMotion {
  requestPermission?(): Promise<'granted' | 'denied'>;
}

/** Where there may be sensors: a device that is touched. */
export const mayMove = (): boolean => 'DeviceMotionEvent' in globalThis && navigator.maxTouchPoints > 0;

/** Some systems ask; only after a press. False where the answer is no. */
export async function allowMotion(): Promise<boolean> {
  const { requestPermission } = DeviceMotionEvent as unknown as AskedMotion;
  return !requestPermission || (await requestPermission.call(DeviceMotionEvent)) === 'granted';
}

/** Measures until the returned function is called, which ends the stroke. */
export function captureMotion(strokes: Strokes): () => void {
  const moments: Moment[] = [];
  const onMotion = ({ accelerationIncludingGravity: force, timeStamp }: DeviceMotionEvent) => {
    if (force?.x == null || force.y == null || force.z == null) return;
    moments.push({ time: timeStamp, values: [force.x / G, force.y / G, force.z / G] });
    strokes.go(moments);
  };
  addEventListener('devicemotion', onMotion);
  strokes.begin();
  return () => {
    removeEventListener('devicemotion', onMotion);
    strokes.end(moments);
  };
}
