// A piano roll: keys upwards, steps to the right. What was given is drawn in ink with a line through it, what the
// network wrote in the accent, so that colour does not speak alone.
import type { Theme } from '../charts/theme';

export type Rows = readonly (readonly number[])[];

/** Key 0 of a piano is A0, MIDI note 21. */
const LOWEST = 21;
const NAMES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const LEFT = 26;

export const nameOfKey = (key: number): string =>
  `${NAMES[(key + LOWEST) % 12]}${Math.floor((key + LOWEST) / 12) - 1}`;

export const frequencyOf = (key: number): number => 440 * 2 ** ((key + LOWEST - 69) / 12);

export const keysOf = (row: readonly number[]): number[] =>
  row.flatMap((value, key) => (value > 0.5 ? [key] : []));

export interface Note {
  key: number;
  from: number;
  steps: number;
}

/** Keys that go on from step to step as one note, but not across `given`: there the network begins. */
export function notesOf(rows: Rows, given = 0): Note[] {
  const notes: Note[] = [];
  const held = new Map<number, Note>();
  rows.forEach((row, step) => {
    const keys = new Set(keysOf(row));
    for (const key of [...held.keys()]) if (!keys.has(key) || step === given) held.delete(key);
    for (const key of keys) {
      const note = held.get(key);
      if (note) note.steps++;
      else {
        const fresh = { key, from: step, steps: 1 };
        held.set(key, fresh);
        notes.push(fresh);
      }
    }
  });
  return notes;
}

interface Roll {
  rows: Rows;
  given: number;
}

/** The octaves that are needed, and no less than two. */
function span(notes: readonly Note[]): [number, number] {
  const keys = notes.map(({ key }) => key);
  const low = Math.min(39, ...keys) - 2;
  return [low, Math.max(low + 24, ...keys.map((key) => key + 3))];
}

export function drawRoll(
  canvas: HTMLCanvasElement,
  { rows, given }: Roll,
  theme: Theme,
  playhead: number | null,
): void {
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  const notes = notesOf(rows, given);
  const [low, high] = span(notes);
  const [across, down] = [(width - LEFT) / Math.max(1, rows.length), height / (high - low)];
  const y = (key: number) => height - (key - low + 1) * down;
  const x = (step: number) => LEFT + step * across;
  context.font = theme.font;
  context.textBaseline = 'middle';
  for (let key = low; key < high; key++) {
    if (![0, 5].includes((key + LOWEST) % 12)) continue;
    context.fillStyle = theme.line;
    context.fillRect(LEFT, y(key) + down, width - LEFT, 1);
    context.fillStyle = theme.soft;
    if ((key + LOWEST) % 12 === 0) context.fillText(nameOfKey(key), 0, y(key) + down / 2);
  }
  for (let step = 0; step <= rows.length; step += 4) {
    context.fillStyle = theme.line;
    context.fillRect(x(step), 0, 1, height);
  }
  for (const { key, from, steps } of notes) {
    const own = from >= given;
    context.fillStyle = own ? theme.accent : theme.ink;
    const [left, top, wide, tall] = [x(from) + 1, y(key) + 0.5, steps * across - 2, Math.max(2, down - 1)];
    context.fillRect(left, top, wide, tall);
    if (own || tall < 3) continue;
    context.fillStyle = theme.ground;
    context.fillRect(left + 1, top + tall / 2 - 0.5, Math.max(0, wide - 2), 1);
  }
  if (given > 0) {
    context.fillStyle = theme.soft;
    context.fillRect(x(given) - 1, 0, 2, height);
  }
  if (playhead === null) return;
  context.fillStyle = theme.ink;
  context.fillRect(x(playhead), 0, 2, height);
}
