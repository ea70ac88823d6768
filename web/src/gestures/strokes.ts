// Strokes of a pointer, or of a device that is moved, as rows at a fixed rate.

/** What was measured at a time in milliseconds. */
export interface Moment {
  time: number;
  values: readonly number[];
}

export type Source = 'pointer' | 'motion';

/** Rows a second. */
export const RATE = 30;
/** Rows of the longest stroke: what the task reads unless another length is asked for. */
export const LONGEST = 256;
/** Rows of a stroke that is more than a tap. */
export const SHORTEST = 4;

/** Of a pointer: the place since the beginning and the velocity, in canvas widths (and a second); of a device: acceleration in g. */
export const COLUMNS: Record<Source, readonly string[]> = {
  pointer: ['x', 'y', 'vx', 'vy'],
  motion: ['ax', 'ay', 'az'],
};

/** The values at multiples of 1/RATE seconds since the first moment, between two measurements on the line between them. */
export function resample(moments: readonly Moment[]): number[][] {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last) return [];
  const rows: number[][] = [];
  let at = 0;
  for (let time = first.time; time <= last.time && rows.length < LONGEST; time += 1000 / RATE) {
    while (at + 1 < moments.length - 1 && moments[at + 1]!.time <= time) at++;
    const [before, after] = [moments[at]!, moments[at + 1] ?? last];
    const span = after.time - before.time;
    const share = span > 0 ? Math.min(1, (time - before.time) / span) : 0;
    rows.push(before.values.map((value, k) => value + share * ((after.values[k] ?? value) - value)));
  }
  return rows;
}

/** The rows that a network reads of what was measured. */
export function rowsOf(source: Source, moments: readonly Moment[]): number[][] {
  const rows = resample(moments);
  if (source === 'motion') return rows;
  const [x0 = 0, y0 = 0] = rows[0] ?? [];
  return rows.map(([x = 0, y = 0], t) => {
    const [px = 0, py = 0] = rows[Math.max(0, t - 1)]!;
    return [x - x0, y - y0, RATE * (x - px), RATE * (y - py)];
  });
}
