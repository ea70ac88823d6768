/** From MIDI files to pieces of steps. */
import { mismatch, refuse } from '../shared/errors.js';
import { toNatural } from './key.js';
import { type Note, parseMidi, type Score } from './parse.js';

/** How MIDI files become pieces. */
export interface MidiOptions {
  /** Steps a quarter note, 1 to 96. Default: the fewest of 1, 2, 3, 4, 6, 8 and 12 on which nearly all notes begin. */
  grid?: number;
  /** Brings every piece to C major or A minor, whichever its pitch classes are nearer to. Default false. */
  transpose?: boolean;
  /** `piece` (the default): all tracks together; `tracks`: each track with notes is a piece of its own. */
  split?: 'piece' | 'tracks';
}

/** What sounds at each step, and how fast. */
export interface Piece {
  /** MIDI notes of a piano, 21 to 108, ascending. The last step sounds. */
  steps: number[][];
  /** Steps a quarter note. */
  grid: number;
  /** Quarter notes a minute, from a step on. */
  tempo: { step: number; bpm: number }[];
  /** Beats a bar and the note value of a beat (4 is a quarter note), from a step on. */
  timeSignature: { step: number; beats: number; unit: number }[];
  /** Semitones by which it was moved. */
  transposed: number;
  /** Index of its file. */
  file: number;
}

/** Several files. */
export interface Music {
  /** One for each file, in their order. */
  pieces: Piece[];
  /** Of all pieces. */
  grid: number;
  /** Share of the notes that begin within a tenth of a step of the grid. */
  onGrid: number;
  /** Notes that a piano does not have, which are left out. */
  dropped: number;
  /** Notes of drums (channel 10), which are left out. */
  drums: number;
  /** The pieces in the format of the task `notes`, for `createModel`. */
  text: string;
}

const LOWEST = 21;
const HIGHEST = 108;
const DRUMS = 9;
const GRIDS = [1, 2, 3, 4, 6, 8, 12];
/** Share of notes that a grid must fit to be found. */
const NEARLY_ALL = 0.98;
/** Of a step, to both sides. */
const NEAR = 0.1;
const USUAL = 4;
const MOST_STEPS = 2 ** 19;

/**
 * Reads MIDI files (formats 0 and 1) as training data for the task `notes`. Each note is moved to the nearest step and
 * sounds for one step at least; drums (channel 10) and pedals are left out.
 *
 * @throws UnfoldError `INVALID_TEXT` with the number of the file for what is no MIDI file or damaged, or has no notes;
 *   `INVALID_ARGUMENT` for the options
 */
export function readMidi(files: readonly Uint8Array[], options: MidiOptions = {}): Music {
  const { transpose = false, split = 'piece' } = options;
  let drums = 0;
  const scores = files.map((bytes, i) => {
    const field = `files[${i}]`;
    if (!(bytes instanceof Uint8Array)) throw refuse('INVALID_TEXT', field, 'a Uint8Array', bytes);
    const score = parseMidi(bytes, field);
    const pitched = score.notes.filter(({ channel }) => channel !== DRUMS);
    drums += score.notes.length - pitched.length;
    if (!pitched.length)
      throw mismatch(
        'INVALID_TEXT',
        field,
        'a MIDI file with notes',
        score.notes.length ? 'drums alone' : 'none',
      );
    score.notes = pitched;
    return score;
  });
  const grid = gridOf(scores, options.grid);
  const pieces: Piece[] = [];
  let dropped = 0;
  for (const [i, score] of scores.entries()) {
    const shift = transpose ? toNatural(weightsOf(score)) : 0;
    for (const notes of partsOf(score.notes, split)) {
      const moved = notes.map((note) => ({ ...note, pitch: note.pitch + shift }));
      const kept = moved.filter(({ pitch }) => pitch >= LOWEST && pitch <= HIGHEST);
      dropped += moved.length - kept.length;
      if (kept.length)
        pieces.push({ ...pieceOf(score, kept, grid, `files[${i}]`), transposed: shift, file: i });
    }
  }
  const text = JSON.stringify({ keys: 'midi', train: pieces.map(({ steps }) => steps) });
  return { pieces, grid, onGrid: shareOn(scores, grid), dropped, drums, text };
}

function gridOf(scores: readonly Score[], given: number | undefined): number {
  if (given !== undefined) {
    if (Number.isInteger(given) && given >= 1 && given <= 96) return given;
    throw refuse('INVALID_ARGUMENT', 'grid', 'whole steps a quarter note, 1 to 96', given);
  }
  return GRIDS.find((grid) => shareOn(scores, grid) >= NEARLY_ALL) ?? USUAL;
}

/** Share of notes that begin on a grid. */
function shareOn(scores: readonly Score[], grid: number): number {
  const [on, all] = scores.reduce(
    ([on, all], { notes, division }) => {
      const places = notes.map((note) => (note.on * grid) / division);
      const near = places.filter((x) => Math.abs(x - Math.round(x)) <= NEAR);
      return [on + near.length, all + notes.length];
    },
    [0, 0],
  );
  return all ? on / all : 1;
}

function weightsOf({ notes }: Score): number[] {
  const weights = new Array<number>(12).fill(0);
  for (const { pitch, on, off } of notes) weights[pitch % 12]! += off - on;
  return weights;
}

function partsOf(notes: Note[], split: 'piece' | 'tracks'): Note[][] {
  if (split === 'piece') return [notes];
  const parts = new Map<string, Note[]>();
  for (const note of notes) {
    // A file of format 0 has one track, whose channels are its instruments.
    const key = `${note.track} ${note.channel}`;
    parts.set(key, [...(parts.get(key) ?? []), note]);
  }
  return [...parts.values()];
}

function pieceOf(
  score: Score,
  notes: readonly Note[],
  grid: number,
  field: string,
): Omit<Piece, 'transposed' | 'file'> {
  const stepOf = (tick: number) => Math.round((tick * grid) / score.division);
  const spans = notes.map(({ pitch, on, off }) => {
    const from = stepOf(on);
    return { pitch, from, to: Math.max(from + 1, stepOf(off)) };
  });
  const length = spans.reduce((last, { to }) => Math.max(last, to), 0);
  if (length > MOST_STEPS) throw mismatch('INVALID_TEXT', field, `at most ${MOST_STEPS} steps`, `${length}`);
  spans.sort((a, b) => a.pitch - b.pitch || a.from - b.from);
  const steps = Array.from({ length }, (): number[] => []);
  let before = { pitch: -1, end: 0 };
  for (const { pitch, from, to } of spans) {
    // Voices in unison are one key.
    const begin = pitch === before.pitch ? Math.max(from, before.end) : from;
    for (let t = begin; t < to; ++t) steps[t]!.push(pitch);
    before = { pitch, end: Math.max(begin, to) };
  }
  const tempo = score.tempos.map(({ tick, microseconds }) => ({
    step: stepOf(tick),
    bpm: 60e6 / microseconds,
  }));
  const timeSignature = score.meters.map(({ tick, ...meter }) => ({ step: stepOf(tick), ...meter }));
  return { steps, grid, tempo: inOrder(tempo), timeSignature: inOrder(timeSignature) };
}

/** By step; of several at a step the last. */
function inOrder<T extends { step: number }>(changes: readonly T[]): T[] {
  return [...new Map(changes.map((change) => [change.step, change])).values()].sort(
    (a, b) => a.step - b.step,
  );
}
