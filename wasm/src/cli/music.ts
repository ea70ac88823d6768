/** MIDI files, and folders of them, in the place of a text. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, UnfoldError } from 'unfold-rnn';
import type { MidiOptions, Music } from 'unfold-rnn/midi';
import { FileError, read } from './files.js';
import { type Arguments, type Options, UsageError } from './options.js';
import { counted } from './progress.js';
import { renamed, type Texts } from './texts.js';

export const musicOptions: Options = {
  grid: { value: 'N', help: 'of MIDI files: steps a quarter note; default as coarse as the notes allow' },
  transpose: { help: 'of MIDI files: to C major or A minor' },
  split: { value: 'NAME', default: 'piece', help: 'of MIDI files: piece, or tracks as pieces of their own' },
};

const isMidi = (path: string) => /\.midi?$/i.test(path);

/** The MIDI files among operands: all of them, or none. A folder stands for those in it. */
export async function midiFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let others = 0;
  for (const path of paths) {
    const folder = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory();
    if (folder) {
      const names = (await readdir(path, { recursive: true })).filter(isMidi).sort();
      if (!names.length) throw new FileError(`${path} is a folder without a MIDI file (.mid).`);
      found.push(...names.map((name) => join(path, name)));
    } else if (isMidi(path)) found.push(path);
    else ++others;
  }
  if (found.length && others) throw new UsageError('MIDI files and texts do not go together.');
  return found;
}

/** Steps a quarter note that a configuration remembers. */
export function gridIn({ dataset }: Pick<Config, 'dataset'>): number | undefined {
  return typeof dataset === 'object' && 'grid' in dataset ? dataset.grid : undefined;
}

/**
 * What the files hold, on the grid that is asked for, or that the model has.
 * @param config of the model, as far as it is known
 * @param split what of a file is a piece
 */
export async function readMusic(
  paths: readonly string[],
  args: Arguments | undefined,
  config: Pick<Config, 'dataset'>,
  signal?: AbortSignal,
  split = args?.text('split'),
): Promise<Music> {
  const midi = await import('unfold-rnn/midi'); // only where it is asked for
  const files = [];
  for (const path of paths) files.push(await read(path, signal));
  const grid = gridIn(config);
  const options: MidiOptions = { ...(grid && { grid }) };
  if (args?.given('grid')) options.grid = args.whole('grid')!;
  if (args?.flag('transpose')) options.transpose = true;
  if (split !== undefined && split !== 'piece' && split !== 'tracks')
    throw new UsageError(`--split: expected piece or tracks, got '${split}'.`);
  if (split) options.split = split;
  try {
    return midi.readMidi(files, options);
  } catch (error) {
    if (!(error instanceof UnfoldError)) throw error;
    const [, file] = /^files\[(\d+)\]$/.exec(error.field ?? '') ?? [];
    if (file === undefined) throw new UsageError(`--${error.message}.`);
    throw renamed(error, paths[Number(file)]!);
  }
}

/** As the text of the task `notes`. */
export function textOfMusic(
  paths: readonly string[],
  { pieces, text, grid, onGrid, dropped, drums }: Music,
): Texts {
  const notes = [
    `${counted(pieces.length, 'piece')} of ${counted(paths.length, 'MIDI file')}, ${counted(grid, 'step')} a quarter note; ` +
      `${Math.floor(100 * onGrid)} % of the notes begin on a step (--grid chooses).`,
    ...(dropped ? [`Notes that a piano does not have are left out: ${dropped}.`] : []),
    ...(drums ? [`Notes of drums (channel 10) are left out: ${drums}.`] : []),
  ];
  return {
    bytes: new TextEncoder().encode(text),
    notes,
    places: [],
    pieces: pieces.map(({ file }) => paths[file]!),
  };
}
