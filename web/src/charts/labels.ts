// Where the name of a horizontal line stands: above or below it, right or left, out of the way of the curve.

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A curve or a band around it: what it covers, from `low` to `high`, at each place. */
export interface Cover {
  x: number;
  low: number;
  high: number;
}

const meet = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** How many pieces of the curve, each between two neighbouring places, run through a box. */
function crossings(box: Box, curve: readonly Cover[]): number {
  let count = 0;
  for (let at = 0; at < curve.length; at++) {
    const [here, next] = [curve[at]!, curve[at + 1] ?? curve[at]!];
    const piece = {
      left: here.x - 1,
      right: next.x + 1,
      top: Math.min(here.low, next.low),
      bottom: Math.max(here.high, next.high),
    };
    if (meet(box, piece)) count++;
  }
  return count;
}

export interface Place {
  side: 'left' | 'right';
  below: boolean;
}

const PLACES: readonly Place[] = [
  { side: 'right', below: false },
  { side: 'left', below: false },
  { side: 'right', below: true },
  { side: 'left', below: true },
];

/** The box of a label of some size at a line of height `y`. */
export function boxOf(
  { side, below }: Place,
  y: number,
  size: { width: number; height: number },
  area: Box,
): Box {
  const left = side === 'left' ? area.left : area.right - size.width;
  const top = below ? y + 1 : y - 1 - size.height;
  return { left, right: left + size.width, top, bottom: top + size.height };
}

/**
 * The first place that is free; where none is, the one the curve covers least. `lines`: heights of the other horizontal
 * lines, which cross a name as a curve would. The former place wins while it is free.
 */
export function freePlace(
  boxes: (place: Place) => Box,
  area: Box,
  curve: readonly Cover[],
  taken: readonly Box[],
  former?: Place,
  lines: readonly number[] = [],
): Place {
  let best = PLACES[0]!;
  let least = Infinity;
  for (const place of former ? [former, ...PLACES] : PLACES) {
    const box = boxes(place);
    const outside = box.bottom > area.bottom ? 1000 : 0;
    const crossed = lines.filter((y) => y > box.top && y < box.bottom).length;
    const met = taken.filter((other) => meet(box, other)).length;
    const cost = crossings(box, curve) + outside + 100 * met + 50 * crossed;
    if (cost < least) [best, least] = [place, cost];
    if (least === 0) break;
  }
  return best;
}
