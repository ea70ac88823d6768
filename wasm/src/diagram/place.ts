/** Rows and lanes of the parts: layers above each other as signals reach them, each around its head. */
import type { GraphLayer, NetworkGraph } from '../shared/graph-types.js';
import type { Link, Part, PartKind } from './parts.js';

const HEADS: readonly PartKind[] = [
  'cell',
  'output',
  'length',
  'context',
  'pooled',
  'attention',
  'embedding',
];
/** Layers with these heads may stand side by side. */
const BESIDE: readonly PartKind[] = ['cell', 'pooled', 'output', 'length'];
const ENTRIES: readonly PartKind[] = ['input', 'source', 'remaining'];

/** One layer: its head, what leads to it and what follows on it. */
class Block {
  readonly head: Part;
  /** Steps from a part up to the head; of what follows on it, negative. */
  readonly #height = new Map<Part, number>();
  #left = 0;
  #right = 0;

  constructor(
    readonly parts: readonly Part[],
    readonly links: readonly Link[],
  ) {
    this.head = parts.find(({ kind }) => HEADS.includes(kind)) ?? parts.at(-1)!;
    this.#climb(this.head, 0, 1);
    this.#climb(this.head, 0, -1);
    for (const part of parts) if (!this.#height.has(part)) this.#height.set(part, -1);
  }

  #climb(part: Part, height: number, by: 1 | -1): void {
    if (Math.abs(this.#height.get(part) ?? 0) > Math.abs(height)) return;
    this.#height.set(part, height);
    for (const next of by > 0 ? this.#before(part) : this.#after(part))
      if (next !== this.head) this.#climb(next, height + by, by);
  }

  #at(id: string): Part | undefined {
    return this.parts.find((part) => part.id === id);
  }

  #before({ id }: Part): Part[] {
    return this.#near(this.links.filter(({ to, delay }) => to === id && delay === 0).map(({ from }) => from));
  }

  #after({ id }: Part): Part[] {
    return this.#near(this.links.filter(({ from, delay }) => from === id && delay === 0).map(({ to }) => to));
  }

  #near(ids: readonly string[]): Part[] {
    return [...new Set(ids)].flatMap((id) => this.#at(id) ?? []);
  }

  get depth(): number {
    return Math.max(...this.#height.values());
  }

  get lanes(): [least: number, most: number] {
    const lanes = this.parts.map(({ lane }) => lane);
    return [Math.min(0, ...lanes), Math.max(0, ...lanes)];
  }

  /** Puts the head into `row` and shifts everything to the right by `shift` lanes. */
  settle(row: number, shift: (lanes: [number, number]) => number): void {
    for (const part of this.parts) part.row = row - this.#height.get(part)!;
    const below = this.parts.filter((part) => this.#height.get(part)! > 0);
    const roots = below
      .filter((part) => !this.#isTransition(part))
      .filter((part) => !this.#after(part).some((next) => below.includes(next) && !this.#isTransition(next)));
    const main = this.#main(roots);
    for (const root of roots) this.#line(root, root === main ? 0 : --this.#left);
    for (const part of [...below].sort((a, b) => this.#height.get(b)! - this.#height.get(a)!))
      if (this.#isTransition(part)) {
        const last = this.#before(part).find((each) => this.#isTransition(each));
        part.lane = last ? last.lane : ++this.#right;
      }
    const by = shift(this.lanes);
    for (const part of this.parts) part.lane += by;
  }

  /** A hidden layer between the former state and the new one. What is multiplied is none. */
  #isTransition(part: Part): boolean {
    if (part.kind !== 'hidden' || part === this.head || this.#multiplied(part)) return false;
    const own = this.links.some(({ from, to, delay }) => to === part.id && delay > 0 && this.#isState(from));
    return own || this.#before(part).some((each) => this.#isTransition(each));
  }

  #isState(id: string): boolean {
    const part = this.#at(id);
    return part !== undefined && this.#height.get(part)! <= 0;
  }

  #multiplied(part: Part): boolean {
    return this.#after(part).some(
      (next) => next.kind === 'product' || (next.kind === 'hidden' && this.#multiplied(next)),
    );
  }

  /** A part and what leads to it: the first in its own lane, others further left. */
  #line(part: Part, lane: number): void {
    part.lane = lane;
    const before = this.#before(part).filter((each) => !this.#isTransition(each) && each.lane === 0);
    before.forEach((each, at) => this.#line(each, at === 0 ? lane : --this.#left));
  }

  /** Of hidden layers on the way up those that read from nearest below. */
  #main(roots: readonly Part[]): Part | undefined {
    const foot = (part: Part): Part => {
      const [first] = this.#before(part);
      return first ? foot(first) : part;
    };
    let [main, highest] = [undefined as Part | undefined, -1];
    for (const root of roots) {
      const start = foot(root);
      if (root.kind !== 'hidden' || start.kind !== 'hidden' || this.#multiplied(start)) continue;
      const enter = this.links.filter(({ to, delay }) => to === start.id && delay === 0);
      const row = Math.max(-1, ...enter.map(({ from }) => this.rowOf(from)));
      if (row > highest) [main, highest] = [root, row];
    }
    return main;
  }

  /** Of parts outside, which are placed already. */
  rowOf: (id: string) => number = () => -1;
}

class Placing {
  /** The highest row that is taken. */
  #top = -1;
  readonly #placed = new Set<Part>();

  constructor(
    readonly parts: readonly Part[],
    readonly links: readonly Link[],
  ) {}

  get rows(): number {
    return this.#top + 1;
  }

  row(id: string): number {
    const part = this.parts.find((each) => each.id === id);
    return part && this.#placed.has(part) ? part.row : -1;
  }

  /** What enters here for the first time stands below; that which counts down beside it. */
  #entries(level: readonly Block[]): void {
    const ids = new Set(level.flatMap(({ parts }) => parts.map(({ id }) => id)));
    const entering = this.parts.filter(
      (part) =>
        ENTRIES.includes(part.kind) &&
        !this.#placed.has(part) &&
        this.links.some(({ from, to }) => from === part.id && ids.has(to)),
    );
    if (entering.length === 0) return;
    const main = entering.filter(({ kind }) => kind !== 'remaining');
    if (main.length > 0 || this.#top < 0) this.#top++;
    let left = 0;
    for (const part of [...main, ...entering.filter(({ kind }) => kind === 'remaining')]) {
      part.row = this.#top;
      part.lane = part.kind === 'remaining' ? --left : 0;
      this.#placed.add(part);
    }
  }

  level(level: readonly Block[]): void {
    this.#entries(level);
    const row = this.#top + 1 + Math.max(...level.map(({ depth }) => depth));
    let right = -1;
    for (const block of level) {
      block.rowOf = (id) => this.row(id);
      block.settle(row, ([least]) => {
        if (block.head.kind === 'attention') return 1;
        if (block.head.kind === 'length' && level.length > 1) return -1;
        if (block.head.kind === 'pooled') {
          const below = this.#laneBelow(block);
          if (!level.some(({ head }) => this.#placed.has(head) && head.lane === below)) return below;
        }
        return right < 0 ? 0 : right + 1 - least;
      });
      if (block.head.kind !== 'length') right = Math.max(right, block.lanes[1]);
      for (const part of block.parts) this.#placed.add(part);
    }
    this.#top = Math.max(...level.flatMap(({ parts }) => parts.map((part) => part.row)));
  }

  #laneBelow({ head }: Block): number {
    const link = this.links.find(({ to }) => to === head.id);
    return this.parts.find(({ id }) => id === link?.from)?.lane ?? 0;
  }
}

/** Layers that may stand side by side, as two directions do: neither reads the other at once. */
function levelsOf(graph: NetworkGraph, parts: readonly Part[], links: readonly Link[]): Block[][] {
  const levels: Block[][] = [];
  let last: GraphLayer | undefined;
  for (const layer of graph.layers) {
    const own = parts.filter((part) => part.layer === layer.name);
    if (own.length === 0) continue;
    const block = new Block(own, links);
    const level = levels.at(-1);
    const ids = new Set(own.map(({ id }) => id));
    const reads = links.some(
      ({ from, to, delay }) =>
        delay === 0 && ids.has(to) && level?.some(({ parts }) => parts.some(({ id }) => id === from)),
    );
    const { kind } = block.head;
    const turned = kind !== 'cell' || layer.direction !== last?.direction;
    const beside = level && BESIDE.includes(kind) && level.every(({ head }) => alike(head.kind, kind));
    if (beside && turned && !reads && last?.sequence === layer.sequence) level.push(block);
    else levels.push([block]);
    last = layer;
  }
  return levels;
}

const answers = (kind: PartKind) => kind === 'output' || kind === 'length';
const alike = (a: PartKind, b: PartKind) => a === b || (answers(a) && answers(b));

/** Gives every part its row and lane; how many rows there are. */
export function place(graph: NetworkGraph, parts: readonly Part[], links: readonly Link[]): number {
  const placing = new Placing(parts, links);
  for (const level of levelsOf(graph, parts, links)) placing.level(level);
  return placing.rows;
}
