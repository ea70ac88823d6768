/** The command line with music and with models of other programs: MIDI files and folders, declared keys, `import`. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createModel, openModel } from 'unfold-rnn';
import { toStateDict } from 'unfold-rnn/export';
import { readMidi, writeMidi } from 'unfold-rnn/midi';
// Not exported: reads the files that PyTorch reads.
import { readSafetensors, type Tensor } from '../../dist/export/safetensors.js';
import * as command from './command.js';
import { TEXT } from './harness.js';
import { type Saved, type Strided, writePt } from './pt-file.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // programs on a busy machine

let folder: string;
const run = (...args: string[]) => command.run(folder, args);
const place = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => writeFile(place(name), content);
const here = { threads: 1, worker: false };

const NETWORK = '{"layers":[{"cell":"gru","units":6}],"batchSize":2,"validationSplit":0.2}';
const train = (...args: string[]) =>
  run('train', '-c', NETWORK, '-n', '4', '--threads', '1', '--fresh', ...args);
const opened = async (name: string) => openModel(await readFile(place(name)), undefined, here);

const scale = (from: number) => [0, 2, 4, 5, 7].map((degree) => [from + degree]);
const slow = { grid: 2, tempo: 72, timeSignature: [3, 4] as const };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-'));
  await mkdir(place('pieces/more'), { recursive: true });
  for (const from of [58, 60, 62]) await write(`pieces/${from}.mid`, writeMidi(scale(from), slow));
  await write('pieces/more/64.MID', writeMidi(scale(64), slow));
  await write('pieces/read me.txt', 'Not music.');
  await write('text.txt', TEXT);
});
afterAll(() => rm(folder, { recursive: true }));

describe('MIDI', () => {
  test('a folder is learned from, and what is written is as fast as the piece before it', async () => {
    const { status, out, err } = await train('-t', 'notes', 'pieces', '-o', 'music.st', '--grid', '2');
    expect({ status, err }).toMatchObject({ status: 0 });
    expect(out).toContain('music.st: step 4');
    expect(err).toContain('4 pieces of 4 MIDI files, 2 steps a quarter note; 100 % of the notes');
    const model = await opened('music.st');
    expect(model.info.config.dataset).toEqual({ grid: 2 });
    model.dispose();
    const asked = await run(
      'predict',
      'music.st',
      'pieces/60.mid',
      '--steps',
      '8',
      '--seed',
      '1',
      '-o',
      'out.mid',
    );
    expect(asked).toMatchObject({ status: 0, out: '', err: '' });
    const { pieces } = readMidi([new Uint8Array(await readFile(place('out.mid')))], { grid: 2 });
    expect(pieces[0]!.steps.slice(0, 5)).toEqual(scale(60));
    expect(pieces[0]!.tempo.map(({ bpm }) => Math.round(bpm))).toEqual([72]);
    expect(pieces[0]!.timeSignature).toEqual([{ step: 0, beats: 3, unit: 4 }]);
  });

  test('files are measured on the grid of the model; the same command goes on', async () => {
    const measured = await run('evaluate', 'music.st', 'pieces/60.mid', 'pieces/62.mid');
    expect(measured.status).toBe(0);
    expect(measured.out).toContain('8 predictions');
    const on = await run(
      'train',
      '-c',
      NETWORK,
      '-t',
      'notes',
      'pieces',
      '-o',
      'music.st',
      '-n',
      '6',
      '--threads',
      '1',
    );
    expect(on).toMatchObject({ status: 0 });
    expect(on.err).toContain('Going on from step 4');
  });

  test.each([
    ['another task', ['pieces/60.mid', '-o', 'x.st'], 2, '-t notes'],
    ['a text beside them', ['-t', 'notes', 'pieces/60.mid', 'text.txt', '-o', 'x.st'], 2, 'do not go together'],
    ['a folder without any', ['-t', 'notes', 'empty', '-o', 'x.st'], 1, 'empty is a folder without a MIDI file'],
    ['no MIDI', ['-t', 'notes', 'bad.mid', '-o', 'x.st'], 1, 'bad.mid: expected a MIDI file'],
    ['no grid', ['-t', 'notes', 'pieces', '--grid', '200', '-o', 'x.st'], 2, '--grid: expected whole steps'],
    ['no such split', ['-t', 'notes', 'pieces', '--split', 'bars', '-o', 'x.st'], 2, '--split: expected piece or tracks'],
  ])('%s: refused', async (_, args, status, message) => {
    await mkdir(place('empty'), { recursive: true });
    await write('bad.mid', 'RIFF');
    const ended = await train(...args);
    expect(ended).toMatchObject({ status });
    expect(ended.err).toContain(message);
  }); // prettier-ignore
});

describe('numbers of notes', () => {
  const chords = [[48, 60, 64, 67], [53, 60, 65, 69], [55, 59, 62, 67], [48, 60, 64, 67]]; // prettier-ignore
  const pieces = (steps: number[][]) => JSON.stringify({ train: Array(8).fill(steps) });
  const columns = chords.map((chord) => Array.from({ length: 88 }, (_, k) => Number(chord.includes(k + 21))));

  test('are refused where nobody says what they are, and read as they are declared', async () => {
    await write('notes.json', pieces(chords));
    await write('roll.json', pieces(columns));
    const refused = await train('-t', 'notes', 'notes.json', '-o', 'a.st');
    expect(refused.status).toBe(1);
    expect(refused.err).toContain('--keys: expected piano (numbers are keys, 0 to 87) or midi');
    expect(await train('-t', 'notes', '--keys', 'midi', 'notes.json', '-o', 'midi.st')).toMatchObject({ status: 0 });
    expect(await train('-t', 'notes', 'roll.json', '-o', 'roll.st')).toMatchObject({ status: 0 });
    expect(await train('-t', 'notes', '--keys', 'piano', 'notes.json', '-o', 'piano.st')).toMatchObject({ status: 0 });
    const weights = async (name: string) => [...readSafetensors(await readFile(place(name))).tensors];
    expect(await weights('roll.st')).toEqual(await weights('midi.st'));
    expect(await weights('piano.st')).not.toEqual(await weights('midi.st'));
  }); // prettier-ignore
});

describe('import', () => {
  const contiguous = ({ shape, data }: Tensor): Strided => ({
    shape,
    strides: shape.length > 1 ? [shape[1]!, 1] : [1],
    storage: data,
  });

  beforeAll(async () => {
    const model = await createModel(
      { layers: [{ cell: 'gru', units: 6 }], batchSize: 2, sequenceLength: 8 },
      TEXT,
      here,
    );
    const saved = await model.save();
    model.dispose();
    await write('own.st', saved);
    const { tensors } = readSafetensors(toStateDict(saved));
    const state = new Map([...tensors].map(([name, tensor]) => [name, contiguous(tensor)]));
    const checkpoint = new Map<string, Saved>([['epoch', 3], ['model_state_dict', state], ['loss', 0.5]]);
    await write('checkpoint.pt', writePt(checkpoint));
  }); // prettier-ignore

  test('a checkpoint of torch.save writes on like the model that it was', async () => {
    const { status, out } = await run('import', 'checkpoint.pt', '--symbols-of', 'text.txt');
    expect({ status, out }).toEqual({ status: 0, out: 'checkpoint-model.safetensors\n' });
    const [imported, own] = await Promise.all(
      ['checkpoint-model.safetensors', 'own.st'].map((name) =>
        run('sample', name, '-n', '80', '--seed', '3'),
      ),
    );
    expect(imported!.out).toHaveLength(80);
    expect(imported!.out).toBe(own!.out);
  });

  test.each([
    ['without its symbols', ['checkpoint.pt'], 2, '--symbols: expected the'],
    ['two lists of symbols', ['checkpoint.pt', '--symbols', 'ab', '--symbols-of', 'text.txt'], 2, 'exclude each other'],
    ['an entry that is not there', ['checkpoint.pt', '--symbols-of', 'text.txt', '--entry', 'ema'], 2, '--entry: expected one of model_state_dict'],
    ['a text', ['text.txt'], 1, 'text.txt: file: expected a state_dict of PyTorch, got a text'],
    ["a model of the package's own", ['own.st'], 1, 'a model of Unfold, which openModel() opens'],
  ])('%s: refused', async (_, args, status, message) => {
    const ended = await run('import', ...args);
    expect(ended).toMatchObject({ status, out: '' });
    expect(ended.err).toContain(message);
  }); // prettier-ignore
});
