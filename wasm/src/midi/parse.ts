/** Standard MIDI files: what sounds from which tick to which, tempos and time signatures. */
import { mismatch } from '../shared/errors.js';

/** A note of a channel, from tick `on` to before tick `off`. */
export interface Note {
  pitch: number;
  on: number;
  off: number;
  track: number;
  channel: number;
}

export interface Score {
  /** Ticks a quarter note. */
  division: number;
  notes: Note[];
  /** Microseconds a quarter note, from a tick on. */
  tempos: { tick: number; microseconds: number }[];
  /** Beats a bar and the note value of a beat, from a tick on. */
  meters: { tick: number; beats: number; unit: number }[];
}

/** Lengths of the messages with a status from 0x80 on, without the status. */
const DATA_BYTES = [2, 2, 2, 2, 1, 1, 2];

/** @param field how an error calls the file */
export function parseMidi(bytes: Uint8Array, field: string): Score {
  return new Parser(bytes, field).score();
}

class Parser {
  readonly #view: DataView;
  readonly #score: Score = { division: 0, notes: [], tempos: [], meters: [] };
  #at = 0;
  #end: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly field: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  score(): Score {
    if (this.#name() !== 'MThd') throw this.#refuse('a MIDI file', 'a file that does not begin with MThd');
    const size = this.#number(4);
    const end = this.#at + size;
    const format = this.#number(2);
    const tracks = this.#number(2);
    const division = this.#number(2);
    if (format > 1) throw this.#refuse('a MIDI file of format 0 or 1', `format ${format}`);
    if (division === 0 || division > 0x7fff)
      throw this.#refuse('a MIDI file that counts ticks a quarter note', 'one that counts frames a second');
    this.#score.division = division;
    this.#at = end;
    for (let track = 0; track < tracks;) {
      if (this.#at === this.bytes.length) break; // fewer than were promised: nothing is missing of those that are there
      const name = this.#name();
      const length = this.#number(4);
      this.#end = this.#at + length;
      if (this.#end > this.bytes.length) throw this.#cut();
      if (name === 'MTrk') this.#track(track++);
      this.#at = this.#end;
      this.#end = this.bytes.length;
    }
    return this.#score;
  }

  #track(track: number): void {
    const sounding = new Map<number, number>(); // from which tick on, by channel and pitch
    const { notes, tempos, meters } = this.#score;
    let tick = 0;
    let status = 0;
    const end = (key: number) => {
      const on = sounding.get(key);
      if (on === undefined) return;
      sounding.delete(key);
      if (tick > on) notes.push({ pitch: key & 127, on, off: tick, track, channel: key >> 7 });
    };
    while (this.#at < this.#end) {
      tick += this.#length();
      if (this.bytes[this.#at]! >= 0x80) status = this.#number(1);
      if (status === 0xff) {
        const type = this.#number(1);
        const size = this.#length();
        const from = this.#skip(size);
        if (type === 0x2f) break;
        if (type === 0x51 && size === 3) {
          const microseconds = (this.#view.getUint16(from) << 8) | this.bytes[from + 2]!;
          if (microseconds > 0) tempos.push({ tick, microseconds });
        } else if (type === 0x58 && size >= 2) {
          const [beats, power] = this.bytes.subarray(from, from + 2) as unknown as [number, number];
          if (beats > 0 && power < 8) meters.push({ tick, beats, unit: 2 ** power });
        }
      } else if (status === 0xf0 || status === 0xf7) this.#skip(this.#length());
      else if (status < 0x80 || status > 0xef) throw this.#refuse('a MIDI file', `the status ${status}`);
      else {
        const from = this.#skip(DATA_BYTES[(status >> 4) - 8]!);
        const key = ((status & 15) << 7) | (this.bytes[from]! & 127);
        const kind = status >> 4;
        if (kind === 8 || kind === 9) end(key); // a note that begins again ends first
        if (kind === 9 && this.bytes[from + 1]! > 0) sounding.set(key, tick);
      }
    }
    for (const key of [...sounding.keys()]) end(key);
  }

  #skip(size: number): number {
    const from = this.#at;
    this.#at += size;
    if (this.#at > this.#end) throw this.#cut();
    return from;
  }

  /** Big-endian. */
  #number(size: number): number {
    let value = 0;
    for (let at = this.#skip(size); at < this.#at; ++at) value = value * 256 + this.bytes[at]!;
    return value;
  }

  /** Of variable length: seven bits a byte, four bytes at most. */
  #length(): number {
    let value = 0;
    for (let k = 0; k < 4; ++k) {
      const byte = this.#number(1);
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
    throw this.#refuse('a MIDI file', 'a number of more than four bytes');
  }

  #name(): string {
    const from = this.#skip(Math.min(4, this.#end - this.#at));
    return String.fromCharCode(...this.bytes.subarray(from, from + 4));
  }

  #cut() {
    return this.#refuse('a whole MIDI file', `one that is cut off or damaged at byte ${this.#at}`);
  }

  #refuse(expected: string, came: string) {
    return mismatch('INVALID_TEXT', this.field, expected, came);
  }
}
