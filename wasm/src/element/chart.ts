/** The loss as a line; beyond `POINTS` points, neighbours are merged. */
import { drawing } from './dom.js';

const POINTS = 240;

const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

export class Chart {
  readonly root = drawing('svg', {
    viewBox: `0 0 ${POINTS} 40`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
  readonly #line = drawing('polyline');
  #losses: number[] = [];
  #merged = 1;
  #open: number[] = [];
  #unit = '';

  constructor() {
    this.root.append(this.#line);
    this.clear();
  }

  clear(): void {
    this.#losses = [];
    this.#open = [];
    this.#merged = 1;
    this.#draw();
  }

  /** Losses of steps, in a unit by name. */
  add(losses: Iterable<number>, unit: string): void {
    this.#unit = unit;
    for (const loss of losses) this.#add(loss);
    this.#draw();
  }

  #add(loss: number): void {
    this.#open.push(loss);
    if (this.#open.length < this.#merged) return;
    this.#losses.push(mean(this.#open.splice(0)));
    if (this.#losses.length <= POINTS) return;
    this.#merged *= 2;
    this.#losses = Array.from({ length: POINTS / 2 }, (_, i) => mean(this.#losses.slice(2 * i, 2 * i + 2)));
  }

  #draw(): void {
    const losses = this.#losses;
    const top = Math.max(...losses, Number.MIN_VALUE);
    const wide = Math.max(losses.length - 1, 1);
    const points = losses.map(
      (loss, i) => `${((i / wide) * POINTS).toFixed(1)},${(38 - (loss / top) * 36).toFixed(1)}`,
    );
    this.#line.setAttribute('points', points.join(' '));
    const [first, last] = [losses[0], losses.at(-1)];
    const sentence =
      first === undefined
        ? 'Loss: nothing yet'
        : `Loss: from ${first.toFixed(1)} to ${last!.toFixed(1)} ${this.#unit}`.trim();
    this.root.setAttribute('aria-label', sentence);
  }
}
