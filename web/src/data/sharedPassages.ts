// What of a text is copied from another: a suffix automaton of the short one (Blumer et al. 1985), through which the
// long one runs once. Time O(long + short), memory O(short): a corpus of any size needs no index.
const SYMBOLS = 256;

export interface SharedPassages {
  /** Of the longest passage of the short text that the long one has, in bytes. */
  from: number;
  to: number;
  /** Its length in characters. */
  characters: number;
  /** For each byte of the short text, 1 where it lies in a copied passage of at least `least` characters. */
  marks: Uint8Array;
}

const continues = (byte: number) => (byte & 0xc0) === 0x80;

export function charactersIn(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let count = 0;
  for (let at = from; at < to; at++) if (!continues(bytes[at]!)) count++;
  return count;
}

class Automaton {
  private readonly next: Int32Array;
  private readonly link: Int32Array;
  private readonly length: Int32Array;
  /** The state of each prefix. */
  private readonly prefix: Int32Array;
  private size = 1;
  private last = 0;
  /** Longest match that ended in each state. */
  private readonly best: Int32Array;

  constructor(bytes: Uint8Array) {
    const most = 2 * bytes.length + 2;
    this.next = new Int32Array(SYMBOLS * most).fill(-1);
    this.link = new Int32Array(most).fill(-1);
    this.length = new Int32Array(most);
    this.best = new Int32Array(most);
    this.prefix = Int32Array.from(bytes, (byte) => this.add(byte));
  }

  private add(byte: number): number {
    const { next, link, length } = this;
    const made = this.size++;
    length[made] = length[this.last]! + 1;
    let at = this.last;
    for (; at >= 0 && next[at * SYMBOLS + byte]! < 0; at = link[at]!) next[at * SYMBOLS + byte] = made;
    link[made] = at < 0 ? 0 : this.split(at, byte);
    this.last = made;
    return made;
  }

  /** The state that a suffix shares: the one that is there, or a copy of it with the right length. */
  private split(at: number, byte: number): number {
    const { next, link, length } = this;
    const there = next[at * SYMBOLS + byte]!;
    if (length[there] === length[at]! + 1) return there;
    const copy = this.size++;
    next.copyWithin(copy * SYMBOLS, there * SYMBOLS, (there + 1) * SYMBOLS);
    length[copy] = length[at]! + 1;
    link[copy] = link[there]!;
    link[there] = copy;
    for (let from = at; from >= 0 && next[from * SYMBOLS + byte] === there; from = link[from]!)
      next[from * SYMBOLS + byte] = copy;
    return copy;
  }

  /** Runs the first `characters` of a text through. */
  run(bytes: Uint8Array, characters: number): void {
    const { next, link, length, best } = this;
    let [state, matched, seen] = [0, 0, 0];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (!continues(byte) && ++seen > characters) break;
      while (state > 0 && next[state * SYMBOLS + byte]! < 0) {
        state = link[state]!;
        matched = length[state]!;
      }
      if (next[state * SYMBOLS + byte]! >= 0) {
        state = next[state * SYMBOLS + byte]!;
        matched++;
      }
      if (matched > best[state]!) best[state] = matched;
    }
    this.spread();
  }

  /** What a state matched, its suffixes matched too. */
  private spread(): void {
    const { link, length, best } = this;
    const order = Array.from({ length: this.size }, (_, state) => state);
    order.sort((a, b) => length[b]! - length[a]!);
    for (const state of order) {
      const above = link[state]!;
      if (above > 0 && best[state]! > 0) best[above] = Math.max(best[above]!, length[above]!);
    }
  }

  /** The longest match that ends at byte `at` of the short text. */
  endingAt(at: number): number {
    let state = this.prefix[at]!;
    while (state > 0 && this.best[state] === 0) state = this.link[state]!;
    return state > 0 ? this.best[state]! : 0;
  }
}

/** Whole characters of a byte range; null if there is none. */
function whole(bytes: Uint8Array, from: number, to: number): [number, number] | null {
  let [first, end] = [from, to];
  while (first < end && continues(bytes[first]!)) first++;
  if (end < bytes.length && continues(bytes[end]!)) {
    while (end > first && continues(bytes[end]!)) end--;
  }
  return end > first ? [first, end] : null;
}

/** Searches the first `characters` of `long` for passages of `short`. */
export function sharedPassages(
  short: Uint8Array,
  long: Uint8Array,
  characters: number,
  least = 20,
): SharedPassages {
  const found: SharedPassages = { from: 0, to: 0, characters: 0, marks: new Uint8Array(short.length) };
  if (short.length === 0) return found;
  const automaton = new Automaton(short);
  automaton.run(long, characters);
  for (let at = 0; at < short.length; at++) {
    const range = whole(short, at + 1 - automaton.endingAt(at), at + 1);
    if (!range) continue;
    const [from, to] = range;
    const count = charactersIn(short, from, to);
    if (count >= least) found.marks.fill(1, from, to);
    if (count > found.characters) Object.assign(found, { from, to, characters: count });
  }
  return found;
}
