/** What buffers hold while operations are executed with values instead of numbers. */
import { concat, slice, sum, type Value } from './values.js';

/** Rows of a buffer: a value that replaces what was there, or one that is added. */
interface Entry {
  from: number;
  value: Value;
  replaces: boolean;
}

/** One buffer of `rows` rows, at the present step. */
export class Content {
  #entries: Entry[] = [];
  /** Of all rows, added last. */
  #biases: readonly Value[] = [];
  #known: { from: number; value: Value }[] | undefined;

  constructor(
    readonly name: string,
    private readonly rows: number,
  ) {}

  /** y ← Σ biases. */
  start(biases: readonly Value[]): void {
    this.#entries = [];
    this.#biases = biases;
    this.#known = undefined;
  }

  /** Rows from `from` on: += value. */
  add(from: number, value: Value): void {
    this.#put({ from, value, replaces: false });
  }

  /** Rows from `from` on: ← value. */
  set(from: number, value: Value): void {
    this.#put({ from, value, replaces: true });
  }

  /** `rows` rows from `from` on; undefined where nothing is. */
  read(from: number, rows: number): Value | undefined {
    this.#known ??= this.#ranges();
    const parts: Value[] = [];
    let at = from;
    for (const { from: begin, value } of this.#known) {
      const end = begin + value.size;
      if (end <= from || begin >= from + rows) continue;
      if (begin > at) return undefined;
      const upTo = Math.min(end, from + rows);
      parts.push(slice(value.name, value, at - begin, upTo - at));
      at = upTo;
    }
    return at === from + rows ? concat(this.name, parts) : undefined;
  }

  #put(entry: Entry): void {
    this.#entries.push(entry);
    this.#known = undefined;
  }

  /** The value of each range of rows to which the same entries belong. */
  #ranges(): { from: number; value: Value }[] {
    const borders = new Set([0, this.rows]);
    for (const { from, value } of this.#entries) borders.add(from).add(from + value.size);
    const cuts = [...borders].sort((a, b) => a - b);
    const found: { from: number; rows: number; entries: Entry[] }[] = [];
    cuts.slice(1).forEach((end, k) => {
      const from = cuts[k]!;
      const covering = this.#entries.filter((one) => one.from <= from && one.from + one.value.size >= end);
      const last = covering.findLastIndex(({ replaces }) => replaces);
      const entries = last < 0 ? covering : covering.slice(last);
      const before = found.at(-1);
      if (before?.entries.length === entries.length && before.entries.every((one, i) => one === entries[i]))
        before.rows += end - from;
      else found.push({ from, rows: end - from, entries });
    });
    return found.flatMap(({ from, rows, entries }) => {
      const terms = entries.map((one) => slice(one.value.name, one.value, from - one.from, rows));
      if (!entries[0]?.replaces)
        terms.push(...this.#biases.map((bias) => slice(bias.name, bias, from, rows)));
      const value = sum(this.name, terms);
      return value ? [{ from, value }] : [];
    });
  }
}
