// What is played on a MIDI keyboard, as rows of keys on the grid of the roll.

/** MIDI notes of a piano's lowest key, and how many keys it has. */
const LOWEST = 21;
const KEYS = 88;
const [NOTE_OFF, NOTE_ON] = [0x80, 0x90];

interface Stroke {
  key: number;
  from: number;
  to: number;
}

/** Keys while they are played; `stepTime` in milliseconds. */
export class Take {
  private readonly strokes: Stroke[] = [];
  private readonly held = new Map<number, Stroke>();
  private began = 0;

  constructor(private readonly stepTime: number) {}

  /** How many keys were struck. */
  get size(): number {
    return this.strokes.length;
  }

  /** Whether no key is down. */
  get silent(): boolean {
    return this.held.size === 0;
  }

  /** A message of the keyboard; `time` in milliseconds. */
  add([status = 0, note = 0, velocity = 0]: Uint8Array, time: number): void {
    const [kind, key] = [status & 0xf0, note - LOWEST];
    if ((kind !== NOTE_ON && kind !== NOTE_OFF) || key < 0 || key >= KEYS) return;
    const stroke = this.held.get(key);
    if (stroke) stroke.to = time;
    this.held.delete(key);
    if (kind === NOTE_OFF || velocity === 0) return;
    if (this.size === 0) this.began = time;
    const struck = { key, from: time, to: Infinity };
    this.held.set(key, struck);
    this.strokes.push(struck);
  }

  /** Every note sounds for one step at least; what is still held ends at `time`. */
  rows(time: number): number[][] {
    const stepOf = (at: number) => Math.round((at - this.began) / this.stepTime);
    const notes = this.strokes.map(({ key, from, to }) => {
      const first = stepOf(from);
      return { key, first, end: Math.max(first + 1, stepOf(Math.min(to, time))) };
    });
    const rows = Array.from({ length: Math.max(0, ...notes.map(({ end }) => end)) }, () =>
      new Array<number>(KEYS).fill(0),
    );
    for (const { key, first, end } of notes) for (let step = first; step < end; step++) rows[step]![key] = 1;
    return rows;
  }
}
