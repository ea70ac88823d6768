/** MIDI files in and out: against midi-file, an independent reader and writer, and there and back. */
import fc from 'fast-check';
import { parseMidi, writeMidi as writeWith } from 'midi-file';
import { createModel, openModel } from 'unfold-rnn';
import { type MidiOptions, readMidi, stepsOf, writeMidi } from 'unfold-rnn/midi';
import { describe, expect, test } from 'vitest';

type Event = Parameters<typeof writeWith>[0]['tracks'][number][number];

const on = (deltaTime: number, noteNumber: number, channel = 0, velocity = 64) =>
  ({ deltaTime, type: 'noteOn', channel, noteNumber, velocity }) as Event;
const off = (deltaTime: number, noteNumber: number, channel = 0) =>
  ({ deltaTime, type: 'noteOff', channel, noteNumber, velocity: 0 }) as Event;
const end = { deltaTime: 0, type: 'endOfTrack' } as Event;

/** A file as midi-file writes it; 480 ticks a quarter note. */
const file = (tracks: Event[][], running = false) =>
  Uint8Array.from(
    writeWith(
      {
        header: { format: tracks.length > 1 ? 1 : 0, numTracks: tracks.length, ticksPerBeat: 480 },
        tracks: tracks.map((events) => [...events, end]),
      },
      { running },
    ),
  );

const read = (bytes: Uint8Array, options: MidiOptions = {}) => readMidi([bytes], options).pieces[0]!;

describe('what is read', () => {
  test('chords, rests and held notes, on the coarsest grid that fits', () => {
    const bytes = file([[on(0, 60), on(0, 64), off(480, 60), off(0, 64), on(240, 67), off(720, 67)]]);
    const { steps, grid } = read(bytes);
    expect(grid).toBe(2);
    expect(steps).toEqual([[60, 64], [60, 64], [], [67], [67], [67]]);
    expect(read(bytes, { grid: 1 }).steps).toEqual([[60, 64], [], [67]]);
    expect(read(file([[on(0, 60), off(160, 60), on(0, 62), off(320, 62)]])).grid).toBe(3);
  });

  test('played a little off the grid, a step at least, with running status', () => {
    const events = [on(0, 60), on(490, 62), off(5, 60), off(12, 62), on(460, 64), off(500, 64)];
    const piece = read(file([events], true));
    expect(piece.steps).toEqual([[60], [62], [64]]);
    expect(piece).toEqual(read(file([events])));
    // A note that begins again, ended by a velocity of 0, or by nothing.
    const loose = [on(0, 60), on(480, 60), on(480, 60, 0, 0), on(0, 62), on(480, 64), off(480, 64)];
    expect(read(file([loose])).steps).toEqual([[60], [60], [62], [62, 64]]);
  });

  test('all tracks without drums; or each as a piece', () => {
    const tracks = [[on(0, 60), off(960, 60)], [on(0, 36, 9), off(960, 36, 9)], [on(480, 67, 2), off(480, 67, 2)]];
    expect(read(file(tracks)).steps).toEqual([[60], [60, 67]]);
    const { pieces, drums } = readMidi([file(tracks), file(tracks.slice(0, 1))], { split: 'tracks' });
    expect(drums).toBe(1);
    expect(pieces.map(({ steps, file }) => [file, steps])).toEqual([
      [0, [[60], [60]]],
      [0, [[], [67]]],
      [1, [[60], [60]]],
    ]);
  }); // prettier-ignore

  test('tempos and time signatures, where they change', () => {
    const tempo = (deltaTime: number, microsecondsPerBeat: number) =>
      ({ deltaTime, type: 'setTempo', microsecondsPerBeat }) as Event;
    const meter = (deltaTime: number, numerator: number, denominator: number) =>
      ({
        deltaTime,
        type: 'timeSignature',
        numerator,
        denominator,
        metronome: 24,
        thirtyseconds: 8,
      }) as Event;
    const bytes = file([
      [tempo(0, 500_000), meter(0, 3, 4), tempo(960, 612_345), meter(480, 6, 8)],
      [on(0, 60), off(1920, 60)],
    ]);
    const { tempo: tempos, timeSignature } = read(bytes, { grid: 1 });
    expect(tempos).toEqual([
      { step: 0, bpm: 120 },
      { step: 2, bpm: 60e6 / 612_345 },
    ]);
    expect(timeSignature).toEqual([
      { step: 0, beats: 3, unit: 4 },
      { step: 3, beats: 6, unit: 8 },
    ]);
  });

  test('notes that a piano does not have are counted and left out', () => {
    const { pieces, dropped, text } = readMidi([file([[on(0, 20), on(0, 108), off(480, 20), off(0, 108)]])]);
    expect(dropped).toBe(1);
    expect(JSON.parse(text)).toEqual({ keys: 'midi', train: [pieces[0]!.steps] });
    expect(pieces[0]!.steps).toEqual([[108]]);
  });

  test.each([...Array(12).keys()])('transposed from %i semitones above C major and A minor', (up) => {
    const scale = (degrees: number[]) =>
      file([degrees.flatMap((degree) => [on(0, 60 + up + degree), off(480, 60 + up + degree)])]);
    const shift = up < 6 ? -up : 12 - up;
    for (const degrees of [[0, 4, 7, 5, 9, 7, 2, 4, 0, 11, 0, 0], [-3, 0, 4, 2, 5, 4, -1, 0, -3, -4, -3, -3]]) {
      const piece = read(scale(degrees), { transpose: true });
      expect([up === 6 ? -6 : shift]).toContain(piece.transposed);
      expect(piece.steps).toEqual(degrees.map((degree) => [60 + up + degree + piece.transposed]));
      expect(read(scale(degrees)).transposed).toBe(0);
    }
  }); // prettier-ignore
});

const whole = file([[on(0, 60), off(480, 60)]]);

describe('what is refused', () => {
  test.each<[string, Uint8Array, string | RegExp]>([
    ['a text', new TextEncoder().encode('{"train":[]}'), 'a file that does not begin with MThd'],
    ['nothing', new Uint8Array(), 'a file that does not begin with MThd'],
    ['no notes', file([[]]), 'none'],
    ['drums alone', file([[on(0, 36, 9), off(480, 36, 9)]]), 'drums alone'],
    ['format 2', whole.with(9, 2), 'format 2'],
    ['frames a second', whole.with(12, 0xe7), 'one that counts frames a second'],
    ['a track that is cut off', whole.subarray(0, -3), /cut off or damaged at byte \d+/],
  ])('%s', (_, bytes, actual) => {
    const refusal = expect.objectContaining({
      code: 'INVALID_TEXT',
      field: 'files[1]',
      actual: typeof actual === 'string' ? actual : expect.stringMatching(actual),
    });
    expect(() => readMidi([whole, bytes])).toThrow(refusal);
  });

  test('an endless piece, and options out of range', () => {
    const long = file([[on(0, 60), off(0x0fffffff, 60)]]);
    expect(() => readMidi([long], { grid: 96 })).toThrow('at most 524288 steps');
    for (const grid of [0, 97, 1.5, NaN]) expect(() => readMidi([whole], { grid })).toThrow('grid');
    expect(() => writeMidi([[60]], { grid: 0 })).toThrow('grid');
    expect(() => writeMidi([[60], [128]])).toThrow('steps[1]');
    for (const tempo of [0, -1, NaN, 3, Infinity])
      expect(() => writeMidi([[60]], { tempo })).toThrow('tempo[0]');
    expect(() => writeMidi([[60]], { timeSignature: [4, 3] })).toThrow('4/3');
    expect(() => writeMidi([[60]], { tempo: [{ step: -1, bpm: 120 }] })).toThrow('step');
    expect(() => stepsOf([[1, 0]])).toThrow('rows[0]');
  });

  test('whatever is damaged is read or refused, typed', () => {
    const bytes = file(
      [
        [on(0, 60), on(5, 64), off(480, 60), off(7, 64)],
        [on(1, 70, 3), off(960, 70, 3)],
      ],
      true,
    );
    for (let at = 0; at < bytes.length; ++at)
      for (const value of [0, 0x7f, 0x80, 0xff, bytes[at]! ^ 0x55])
        for (const damaged of [bytes.with(at, value), bytes.subarray(0, at)])
          try {
            readMidi([damaged]);
          } catch (error) {
            expect(error).toMatchObject({ name: 'UnfoldError', code: 'INVALID_TEXT' });
          }
  });
});

const pitches = fc.uniqueArray(fc.integer({ min: 21, max: 108 }), { maxLength: 5 });
const sorted = pitches.map((step) => step.sort((a, b) => a - b));
const sounding = sorted.filter((step) => step.length > 0);
/** Changes at ascending steps, the first at the beginning. */
const changes = <T extends object>(one: fc.Arbitrary<T>) =>
  fc
    .tuple(
      one,
      fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), one), {
        maxLength: 3,
        selector: ([at]) => at,
      }),
    )
    .map(([first, rest]) => [
      { step: 0, ...first },
      ...rest.sort(([a], [b]) => a - b).map(([step, change]) => ({ step, ...change })),
    ]);
const music = fc.record({
  steps: fc.tuple(fc.array(sorted, { maxLength: 40 }), sounding).map(([all, last]) => [...all, last]),
  grid: fc.integer({ min: 1, max: 96 }),
  tempo: changes(fc.record({ bpm: fc.integer({ min: 1, max: 2 ** 24 - 1 }).map((us) => 60e6 / us) })),
  timeSignature: changes(
    fc.record({ beats: fc.integer({ min: 1, max: 255 }), unit: fc.constantFrom(1, 2, 4, 8, 16, 128) }),
  ),
}); // prettier-ignore

test('what was written is read: steps, tempos and time signatures', () => {
  fc.assert(
    fc.property(music, ({ steps, ...time }) => {
      const bytes = writeMidi(steps, time);
      expect(read(bytes, { grid: time.grid })).toEqual({ steps, ...time, transposed: 0, file: 0 });
    }),
  );
});

test('midi-file reads what was written', () => {
  fc.assert(
    fc.property(music, ({ steps, ...time }) => {
      const { header, tracks } = parseMidi(writeMidi(steps, time));
      expect(header).toMatchObject({ format: 0, ticksPerBeat: time.grid });
      let step = 0;
      const heard = steps.map((): number[] => []);
      const now = new Set<number>();
      const tempos: object[] = [];
      for (const event of tracks[0]!) {
        for (const until = step + event.deltaTime; step < until; ++step) heard[step]?.push(...now);
        if (event.type === 'noteOn') now.add(event.noteNumber);
        if (event.type === 'noteOff') now.delete(event.noteNumber);
        if (event.type === 'setTempo') tempos.push({ step, bpm: 60e6 / event.microsecondsPerBeat });
      }
      expect(now.size).toBe(0);
      expect(heard.map((all) => all.sort((a, b) => a - b))).toEqual(steps);
      expect(tempos).toEqual(time.tempo);
    }),
  );
});

test('a model learns from MIDI, remembers the grid, and its forecast is MIDI', async () => {
  const scale = (from: number) =>
    file([[0, 2, 4, 5, 7].flatMap((degree) => [on(0, from + degree), off(240, from + degree)])]);
  const { text, grid } = readMidi([60, 62, 64, 65].map(scale));
  const config = {
    task: 'notes' as const, dataset: { grid }, layers: [{ cell: 'gru', units: 8 }], batchSize: 2, validationSplit: 0, seed: 1,
  }; // prettier-ignore
  const here = { threads: 1, worker: false };
  const model = await createModel(config, text, here);
  const { input } = await model.example('train', 0);
  expect(stepsOf(input as number[][]).flat().every((note) => note >= 60 && note <= 72)).toBe(true);
  await model.train({ steps: 2 });
  const { forecast } = await model.predict({ input: input, steps: 6, seed: 1 });
  const copy = await openModel(await model.save(), undefined, here);
  expect(copy.info.config.dataset).toEqual({ grid: 2 });
  const steps = stepsOf(forecast!);
  expect(parseMidi(writeMidi(steps, { grid })).header.ticksPerBeat).toBe(2);
  for (const one of [model, copy]) one.dispose();
}); // prettier-ignore
