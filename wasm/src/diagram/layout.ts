/**
 * Where everything of a diagram is drawn. Folded: the past runs down on the right, through delay squares; what skips
 * a level at once runs up on the left. Unfolded: the same column for several steps, the past comes from the left.
 */
import { type Diagram, isRound, type Link, type Part } from './parts.js';

/** A part at its place, in pixels. */
export interface Box {
  /** What is drawn. */
  part: Part;
  /** Of the column, 0 the earliest; folded, there is one. */
  column: number;
  /** Left edge. */
  x: number;
  /** Top edge. */
  y: number;
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
}

/** Links of one signal, drawn as one line with branches. */
export interface Wire {
  /** In the order of the diagram. */
  links: Link[];
  /** SVG path data; every branch is a path of its own with an arrow at its end. */
  paths: string[];
  /** The delay square: its middle, and the steps. */
  square: { x: number; y: number; text: string } | null;
  /** Identity, not a matrix. */
  plain: boolean;
  /** Ends of parts: to highlight what belongs to a chosen one. */
  ends: string[];
}

/** Places of everything, in pixels; y downwards. */
export interface Layout {
  /** Left of zero, where the lanes and gutters on that side begin. */
  shift: number;
  /** From 0 to the right, in pixels. */
  width: number;
  /** From 0 downwards. */
  height: number;
  /** Every part, in every column. */
  boxes: Box[];
  /** Every link, in every column. */
  wires: Wire[];
  /** Names of the columns, and delays of what comes in from before the picture. */
  times: { x: number; y: number; text: string }[];
}

/** Size of a box. */
export const BOX = { width: 120, height: 44 };
const ROW = 78;
const LANE = 168;
const GUTTER = 30;
const MARGIN = 16;
const LOOP = 16;
const STUB = 48;
/** Half the side of a delay square. */
export const SQUARE = 10;
/** Columns of the unfolded drawing: fewer where one is wide. */
const STEPS = { most: 4, wide: 3, from: 320 };

/** A polyline with rounded corners. */
function path(points: readonly (readonly [number, number])[]): string {
  const radius = 7;
  return points
    .map(([x, y], at) => {
      const [before, after] = [points[at - 1], points[at + 1]];
      if (!before) return `M${x} ${y}`;
      if (!after) return `L${x} ${y}`;
      const toward = ([px, py]: readonly [number, number]) => {
        const length = Math.hypot(px - x, py - y) || 1;
        const by = Math.min(radius, length / 2);
        return [x + ((px - x) / length) * by, y + ((py - y) / length) * by];
      };
      const [a, b] = [toward(before), toward(after)];
      return `L${a[0]} ${a[1]}Q${x} ${y} ${b[0]} ${b[1]}`;
    })
    .join('');
}

const plain = ({ role }: Link) => role === 'state' || role === 'copy';

/** Links of one signal go through one wire that branches. */
function bundles(links: readonly Link[]): Link[][] {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const key = `${link.from} ${link.delay} ${plain(link)}`;
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  return [...groups.values()];
}

class Column {
  readonly boxes = new Map<string, Box>();

  constructor(diagram: Diagram, column: number, center: number, mirror: 1 | -1, base: number) {
    for (const part of diagram.parts) {
      const small = isRound(part);
      const width = small ? 34 : BOX.width;
      const height = small ? 34 : BOX.height;
      const x = center + mirror * part.lane * LANE - width / 2;
      const y = base - part.row * ROW - height / 2;
      this.boxes.set(part.id, { part, column, x, y, width, height });
    }
  }

  at(id: string): Box {
    return this.boxes.get(id)!;
  }
}

const middle = (box: Box) => box.x + box.width / 2;
const top = (box: Box) => box.y;
const bottom = (box: Box) => box.y + box.height;
const level = (box: Box) => box.y + box.height / 2;

/** A way straight up, or into a part of another lane just above. */
function upward(from: Box, to: Box): string {
  const [a, b] = [middle(from), middle(to)];
  if (a === b)
    return path([
      [a, top(from)],
      [b, bottom(to)],
    ]);
  // To the left and to the right at different heights, so that two that cross stay apart.
  const turn = bottom(to) + (ROW - BOX.height) / 2 + 4 * Math.sign(a - b);
  const end = b + Math.sign(a - b) * Math.min(to.width / 2 - 14, 36);
  return path([
    [a, top(from)],
    [a, turn],
    [end, turn],
    [end, bottom(to)],
  ]);
}

/** Whether a part of the same lane lies between two others. */
function blocked(diagram: Diagram, from: Part, to: Part): boolean {
  return diagram.parts.some(({ lane, row }) => lane === from.lane && row > from.row && row < to.row);
}

/** Up the main line, then out to a part of another lane: the input that joins a transition. */
function joining(from: Box, to: Box): string {
  const x = middle(from);
  const right = middle(to) > x;
  const y = level(to);
  return path([
    [x, top(from)],
    [x, y],
    [right ? to.x : to.x + to.width, y],
  ]);
}

/** Whether a straight way is free, or one up and then out to the side; otherwise it goes around. */
function isNear(diagram: Diagram, from: Part, to: Part): 'up' | 'join' | null {
  if (to.row <= from.row) return null;
  if (from.lane === to.lane) return blocked(diagram, from, to) ? null : 'up';
  const [least, most] = [Math.min(from.lane, to.lane), Math.max(from.lane, to.lane)];
  const free = diagram.parts.every(
    ({ lane, row }) =>
      (lane !== from.lane || row <= from.row || row > to.row) &&
      (row !== to.row || lane <= least || lane >= most),
  );
  if (from.lane === 0 && free) return 'join';
  return to.row === from.row + 1 ? 'up' : null;
}

/** Round the side: out of the source, along the gutter, into every target. */
function around(
  side: 1 | -1,
  gutter: number,
  from: Box,
  targets: readonly { box: Box; slot: number }[],
  square: string | null,
): Omit<Wire, 'links' | 'plain' | 'ends'> {
  const edge = (box: Box) => (side > 0 ? box.x + box.width : box.x);
  // Leaves above the middle and comes back below it, so that a loop of one part has room for its square.
  const out = level(from) - LOOP;
  const paths = targets.map(({ box, slot }) => {
    const y = level(box) + LOOP - slot * 5;
    return path([
      [edge(from), out],
      [gutter, out],
      [gutter, y],
      [edge(box), y],
    ]);
  });
  const down = targets.some(({ box }) => level(box) >= level(from));
  const place = down ? out + LOOP : out - LOOP - 4; // before the first branch
  return { paths, square: square === null ? null : { x: gutter, y: place, text: square } };
}

function folded(diagram: Diagram): Layout {
  const lanes = diagram.parts.map(({ lane }) => lane);
  const [left, right] = [Math.min(0, ...lanes), Math.max(0, ...lanes)];
  const base = MARGIN + diagram.rows * ROW - ROW / 2;
  const column = new Column(diagram, 0, 0, 1, base);
  const half = BOX.width / 2;
  let [leftGutter, rightGutter] = [left * LANE - half, right * LANE + half];
  const wires: Wire[] = [];
  const slots = new Map<string, number>();
  for (const links of bundles(diagram.links)) {
    const { from: id, delay } = links[0]!;
    const from = column.at(id);
    const near = new Map(
      links.map((link) => [link, delay === 0 ? isNear(diagram, from.part, column.at(link.to).part) : null]),
    );
    const common = { plain: plain(links[0]!), ends: [id, ...links.map(({ to }) => to)] };
    const direct = links.filter((link) => near.get(link));
    if (direct.length > 0) {
      const draw = (link: Link) =>
        near.get(link) === 'up' ? upward(from, column.at(link.to)) : joining(from, column.at(link.to));
      wires.push({ ...common, links: direct, paths: direct.map(draw), square: null });
    }
    const far = links.filter((link) => !near.get(link));
    if (far.length === 0) continue;
    const side = delay > 0 ? 1 : -1;
    const gutter = side > 0 ? (rightGutter += GUTTER) : (leftGutter -= GUTTER);
    const targets = far.map(({ to }) => {
      const key = `${side} ${to}`;
      const slot = slots.get(key) ?? 0;
      slots.set(key, slot + 1);
      return { box: column.at(to), slot: Math.min(slot, 5) };
    });
    wires.push({
      ...common,
      links: far,
      ...around(side, gutter, from, targets, delay > 0 ? String(delay) : null),
    });
  }
  const shift = MARGIN - leftGutter + 12;
  return {
    boxes: [...column.boxes.values()],
    wires,
    times: [],
    shift,
    width: rightGutter + shift + MARGIN + 12,
    height: MARGIN + diagram.rows * ROW,
  };
}

/** From an earlier column, or from before the picture; of what runs backward from a later one, or from behind it. */
function fromThePast(from: Box | null, to: Box, plain: boolean, direction: number): string {
  const side = ({ x, width }: Box, end: boolean) => (end ? x + width : x);
  const end = side(to, direction < 0);
  const y = level(to) + (plain ? 0 : 10);
  // Behind a backward layer stands the forward one of its level.
  if (!from) return `M${direction > 0 ? end - STUB : end + STUB / 2} ${y}L${end} ${y}`;
  const [a, b] = [side(from, direction > 0), level(from) - (plain ? 10 : 0)];
  const bend = direction * Math.max(40, (direction * (end - a)) / 2);
  return `M${a} ${b}C${a + bend} ${b} ${end - bend} ${y} ${end} ${y}`;
}

function unfolded(diagram: Diagram): Layout {
  const lanes = diagram.parts.map(({ lane }) => lane);
  const [first, last] = [Math.min(0, ...lanes), Math.max(0, ...lanes)];
  const half = BOX.width / 2;
  const skips = bundles(diagram.links.filter(({ delay }) => delay === 0)).length;
  const room = (last - first) * LANE + BOX.width + Math.min(skips, 6) * 14 + 84;
  const steps = room > STEPS.from ? STEPS.wide : STEPS.most;
  const base = MARGIN + diagram.rows * ROW - ROW / 2;
  const columns = Array.from(
    { length: steps },
    (_, step) => new Column(diagram, step, step * room, -1, base),
  );
  const wires: Wire[] = [];
  const edge = -last * LANE - half - STUB - 24;
  columns.forEach((column, step) => {
    let gutter = -first * LANE + half;
    for (const links of bundles(diagram.links)) {
      const { from: id, delay } = links[0]!;
      const common = { plain: plain(links[0]!), ends: [id, ...links.map(({ to }) => to)] };
      if (delay > 0) {
        const { direction } = column.at(id).part;
        const source = columns[step - delay * direction]?.at(id) ?? null;
        const paths = links.map(({ to }) => fromThePast(source, column.at(to), common.plain, direction));
        wires.push({ ...common, links, paths, square: null });
        continue;
      }
      const from = column.at(id);
      const near = (link: Link) => isNear(diagram, from.part, column.at(link.to).part);
      const direct = links.filter(near);
      const draw = (link: Link) =>
        near(link) === 'up' ? upward(from, column.at(link.to)) : joining(from, column.at(link.to));
      if (direct.length > 0) wires.push({ ...common, links: direct, paths: direct.map(draw), square: null });
      const far = links.filter((link) => !near(link));
      if (far.length === 0) continue;
      gutter += 14;
      const targets = far.map(({ to }) => ({ box: column.at(to), slot: 0 }));
      wires.push({ ...common, links: far, ...around(1, step * room + gutter, from, targets, null) });
    }
  });
  const shift = MARGIN - edge;
  const boxes = columns.flatMap((column) => [...column.boxes.values()]);
  // Of which earlier steps the signals are that come in from before the picture.
  const delays = new Map<string, Set<number>>();
  for (const { to, delay } of diagram.links)
    if (delay > 0 && columns[0]!.at(to).part.direction > 0)
      delays.set(to, (delays.get(to) ?? new Set()).add(delay));
  const notes = [...delays].map(([to, some]) => {
    const box = columns[0]!.at(to);
    const [least, most] = [Math.min(...some), Math.max(...some)];
    const text = least === most ? `−${least}` : `−${least}…−${most}`;
    return { x: box.x - STUB, y: level(box) - 8, text };
  });
  const name = (step: number) => (step === steps - 1 ? 't' : `t−${steps - 1 - step}`);
  const foot = MARGIN + diagram.rows * ROW + 12;
  const times = columns.map((_, step) => ({ x: step * room, y: foot, text: name(step) }));
  return {
    boxes,
    wires,
    times: [...times, ...notes],
    shift,
    width: shift + (steps - 1) * room - first * LANE + half + Math.min(skips, 6) * 14 + MARGIN,
    height: foot + 14,
  };
}

/** Folded with delay squares, or unfolded over a few steps. */
export function layoutOf(diagram: Diagram, unfold: boolean): Layout {
  return unfold ? unfolded(diagram) : folded(diagram);
}
