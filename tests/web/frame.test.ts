// How often the page draws what is reported to it.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** Sixty frames a second, on a clock that only the test moves. */
const FRAME = 1000 / 60;

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (task: (now: number) => void) => {
    const due = (Math.floor(performance.now() / FRAME) + 1) * FRAME;
    return setTimeout(() => task(due), due - performance.now());
  });
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('draws at most thirty times a second, once for all that asked, and asks for no other frame', async () => {
  const { nextFrame } = await import('../../web/src/app/frame');
  const asked = vi.spyOn(globalThis, 'requestAnimationFrame');
  let drawn = 0;
  const draw = () => void drawn++;
  // A report every two milliseconds, for three seconds.
  for (let at = 0; at < 1500; at++) {
    nextFrame(draw);
    vi.advanceTimersByTime(2);
  }
  vi.advanceTimersByTime(100);
  expect(drawn).toBeGreaterThan(80);
  expect(drawn).toBeLessThanOrEqual(91);
  expect(asked).toHaveBeenCalledTimes(drawn);
  // Nothing new: no frame.
  vi.advanceTimersByTime(10_000);
  expect(asked).toHaveBeenCalledTimes(drawn);
});
