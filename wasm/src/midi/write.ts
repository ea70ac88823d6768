/** From steps to a MIDI file. */
import { refuse } from '../shared/errors.js';
import type { Piece } from './read.js';

/** How fast steps are, and in which bars. */
export interface MidiTime {
  /** Steps a quarter note. Default 4. */
  grid?: number;
  /** Quarter notes a minute, or changes of it. Default 120. */
  tempo?: number | Piece['tempo'];
  /** Beats a bar and their note value, or changes of it. Default 4/4. */
  timeSignature?: readonly [beats: number, unit: number] | Piece['timeSignature'];
}

const VELOCITY = 80;

/**
 * A MIDI file (format 0) of what sounds at each step. A note that sounds at several steps in a row is one note. What
 * `readMidi` makes of the file, on the same grid, is what was written, up to silence at the end.
 *
 * @param steps MIDI notes, 0 to 127, as `Piece.steps` has them; of the rows that `predict` gives see `stepsOf`
 * @throws UnfoldError `INVALID_ARGUMENT`
 */
export function writeMidi(
  steps: readonly (readonly number[])[],
  time: MidiTime = {},
): Uint8Array<ArrayBuffer> {
  const { grid = 4, tempo = 120, timeSignature = [4, 4] } = time;
  if (!Number.isInteger(grid) || grid < 1 || grid > 96)
    throw refuse('INVALID_ARGUMENT', 'grid', 'whole steps a quarter note, 1 to 96', grid);
  const tempos = typeof tempo === 'number' ? [{ step: 0, bpm: tempo }] : tempo;
  const meters = metersOf(timeSignature);
  for (const { step } of [...tempos, ...meters])
    if (!Number.isSafeInteger(step) || step < 0)
      throw refuse('INVALID_ARGUMENT', 'step', 'whole steps from the beginning', step);
  const events = [
    ...tempos.map(({ step, bpm }, i) => ({ step, bytes: tempoOf(bpm, `tempo[${i}]`) })),
    ...meters.map(({ step, beats, unit }, i) => ({
      step,
      bytes: meterOf(beats, unit, `timeSignature[${i}]`),
    })),
    ...notesOf(steps),
  ].sort((a, b) => a.step - b.step); // stable: notes that end stand before those that begin
  const track: number[] = [];
  let at = 0;
  for (const { step, bytes } of events) {
    track.push(...variable(step - at), ...bytes);
    at = step;
  }
  track.push(...variable(Math.max(0, steps.length - at)), 0xff, 0x2f, 0);
  const chunk = (name: string, data: readonly number[]) => [
    ...Array.from(name, (letter) => letter.charCodeAt(0)),
    ...big(data.length, 4),
    ...data,
  ];
  return Uint8Array.from([
    ...chunk('MThd', [...big(0, 2), ...big(1, 2), ...big(grid, 2)]),
    ...chunk('MTrk', track),
  ]);
}

/**
 * The notes of rows of 88 numbers, as `predict` gives them: a number above one half is a key that sounds.
 * @throws UnfoldError `INVALID_ARGUMENT`
 */
export function stepsOf(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row, t) => {
    if (row.length !== 88) throw refuse('INVALID_ARGUMENT', `rows[${t}]`, '88 numbers', row.length);
    return row.flatMap((x, key) => (x > 0.5 ? [key + 21] : []));
  });
}

/** A step is a tick. */
function notesOf(steps: readonly (readonly number[])[]): { step: number; bytes: number[] }[] {
  const events: { step: number; bytes: number[] }[] = [];
  let sounding = new Set<number>();
  for (let t = 0; t <= steps.length; ++t) {
    const now = new Set(steps[t]);
    for (const pitch of now)
      if (!Number.isInteger(pitch) || pitch < 0 || pitch > 127)
        throw refuse('INVALID_ARGUMENT', `steps[${t}]`, 'MIDI notes, 0 to 127', pitch);
    for (const pitch of sounding) if (!now.has(pitch)) events.push({ step: t, bytes: [0x80, pitch, 0] });
    for (const pitch of now)
      if (!sounding.has(pitch)) events.push({ step: t, bytes: [0x90, pitch, VELOCITY] });
    sounding = now;
  }
  return events;
}

function tempoOf(bpm: number, field: string): number[] {
  const microseconds = Math.round(60e6 / bpm);
  if (!(microseconds >= 1 && microseconds < 2 ** 24))
    throw refuse('INVALID_ARGUMENT', field, 'quarter notes a minute, 4 to 60 000 000', bpm);
  return [0xff, 0x51, 3, ...big(microseconds, 3)];
}

function metersOf(given: NonNullable<MidiTime['timeSignature']>): Piece['timeSignature'] {
  const [beats, unit] = given;
  return typeof beats === 'number'
    ? [{ step: 0, beats, unit: unit as number }]
    : (given as Piece['timeSignature']);
}

function meterOf(beats: number, unit: number, field: string): number[] {
  const power = Math.log2(unit);
  if (
    !Number.isInteger(beats) ||
    beats < 1 ||
    beats > 255 ||
    !Number.isInteger(power) ||
    power < 0 ||
    power > 7
  )
    throw refuse('INVALID_ARGUMENT', field, 'beats and a power of 2', `${beats}/${unit}`);
  return [0xff, 0x58, 4, beats, power, 24, 8]; // clocks a beat, 32nd notes a quarter note: the usual ones
}

const big = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, k) => Math.floor(value / 256 ** (bytes - 1 - k)) & 255);

/** Seven bits a byte, the highest first. */
function variable(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}
