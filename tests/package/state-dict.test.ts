/** Weights that PyTorch loads with strict=True, and weights that PyTorch saved. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UnfoldError } from 'unfold-rnn';
import { fromStateDict, toStateDict } from 'unfold-rnn/export';
// Not exported: reads and writes the files that PyTorch reads and writes.
import { readSafetensors, writeSafetensors } from '../../dist/export/safetensors.js';
import type { Config, LayerConfig } from 'unfold-rnn';
import { BATCH, configurations, difference, HIDDEN, reopened, TEXT, trained } from './networks.js';
import { type Strided, writePt } from './pt-file.js';
import { hasModule, python } from './python.js';

const layer = (rest: LayerConfig): LayerConfig => ({ cell: 'lstm', units: HIDDEN, ...rest });
const expressible: Record<string, Config> = {
  rnn: { preset: 'rnn', units: HIDDEN },
  irnn: { preset: 'irnn', units: HIDDEN },
  lstm: { preset: 'lstm', units: HIDDEN },
  gru: { preset: 'gru', units: HIDDEN },
  srnn: { preset: 'srnn', units: HIDDEN },
  'tied-embedding': { embedding: HIDDEN, tieWeights: true, dropout: 0.2, layers: [layer({}), layer({})] },
  mixed: { embedding: 4, layers: [layer({}), layer({ cell: 'gru', units: 5 }), layer({ cell: 'rnn' })] },
  'no-bias': { layers: [layer({ bias: 'none' }), layer({ bias: 'none' })] },
  'one-bias': { layers: [layer({ cell: 'gru', bias: 'one' })] },
};

const alphabet = [...new Set(TEXT)].sort();
/** Not in the order of code points. */
const shuffled = alphabet.map((_, k) => alphabet[(k * 5 + 3) % alphabet.length]!);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const folder = mkdtempSync(join(tmpdir(), 'unfold-state-dict-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a header of 19 280 bytes is not taken for a zip archive, which begins with the same two bytes', () => {
  const header = new TextEncoder().encode(
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(19_280),
  );
  const bytes = new Uint8Array(8 + header.length + 4);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['a']);
});

describe.runIf(hasModule('torch'))("in Debian's PyTorch", () => {
  const logits: Record<string, Float32Array> = {};
  let results: {
    read: Record<string, number[]>;
    written: { tokens: number[]; logits: Record<string, number[]> };
  };

  beforeAll(async () => {
    const [out, back] = ['out', 'back'].map((name) => join(folder, name));
    mkdirSync(out!);
    mkdirSync(back!);
    for (const [name, config] of Object.entries(expressible)) {
      const model = await trained(config);
      const tokens = Array.from({ length: 12 * BATCH }, (_, i) => (i * 5 + (i % 7)) % model.symbols);
      [logits[name]] = model.logits(tokens, BATCH, model.state);
      // An embedding's state comes first, which nobody reads.
      const layers =
        config.layers ?? Array(config.preset === 'srnn' ? 2 : 1).fill({ cell: config.preset, units: HIDDEN });
      let at = (config.embedding ?? 0) * BATCH;
      const take = (size: number) => [...model.state.values.slice(at, (at += size))];
      const states = layers.map(({ cell, units: hidden }: LayerConfig) => [
        take(hidden! * BATCH),
        ...(cell === 'lstm' ? [take(hidden! * BATCH)] : []),
      ]);
      expect(at).toBe(model.state.values.length);
      writeFileSync(join(out!, `${name}.safetensors`), toStateDict(model.checkpoint));
      writeFileSync(join(out!, `${name}.json`), JSON.stringify({ tokens, columns: BATCH, states }));
      model.dispose();
    }
    results = JSON.parse(python([new URL('state_dict_cases.py', import.meta.url).pathname, out!, back!]));
  }, 120_000);

  test.each(Object.keys(expressible))('%s loads with strict=True and gives the same logits', (name) => {
    expect(difference(results.read[name]!, logits[name]!)).toBeLessThan(1e-5);
  });

  test.each(['lstm', 'gru', 'relu', 'mixed', 'half', 'brain', 'double'])(
    '%s of PyTorch opens here',
    async (name) => {
      const bytes = readFileSync(join(folder, 'back', `${name}.safetensors`));
      const model = await reopened(
        fromStateDict(new Uint8Array(bytes), {
          symbols: shuffled,
          ...(name === 'relu' && { activation: 'relu' }),
          config: { sequenceLength: 5, batchSize: 2, validationSplit: 0 },
        }),
      );
      const { tokens, logits: theirs } = results.written;
      const place = shuffled.map((symbol) => alphabet.indexOf(symbol));
      const [ours] = model.logits(
        tokens.map((token) => place[token]!),
        2,
        model.state,
      );
      const inTheirOrder = theirs[name]!.map((_, i) => ours[i - (i % 14) + place[i % 14]!]!);
      expect(difference(inTheirOrder, theirs[name]!)).toBeLessThan(1e-5);
      expect(model.train(3)).toHaveLength(3);
      model.dispose();
    },
  );

  test.each(['lstm', 'gru', 'relu', 'mixed', 'half', 'brain', 'double', 'strided', 'nested'])(
    '%s as torch.save writes it is the same as in safetensors',
    (name) => {
      const [pt, safe] = ['pt', 'safetensors'].map((kind) => {
        const bytes = readFileSync(join(folder, 'back', `${name}.${kind}`));
        return fromStateDict(new Uint8Array(bytes), { symbols: shuffled });
      });
      expect(pt).toEqual(safe);
    },
  );

  test('carries out nothing else that a pickle says', () => {
    const bytes = new Uint8Array(readFileSync(join(folder, 'back', 'program.pt')));
    expect(() => fromStateDict(bytes, { symbols: shuffled })).toThrow('__builtin__.print');
  });

  test('a damaged archive is refused, typed, wherever it is damaged', () => {
    const whole = new Uint8Array(readFileSync(join(folder, 'back', 'gru.pt')));
    const attempt = (bytes: Uint8Array) => {
      try {
        fromStateDict(bytes, { symbols: shuffled });
      } catch (error) {
        expect(error).toBeInstanceOf(UnfoldError);
      }
    };
    for (let size = 2; size < whole.length; size += 97) attempt(whole.subarray(0, size));
    for (let at = 0; at < whole.length; at += 7) attempt(whole.with(at, whole[at]! ^ 0x55));
  });

  test.each([
    ['backwards', 'rnn.weight_ih_l0_reverse'],
    ['projected', 'rnn.weight_h'],
  ])('refuses what Unfold does not have: %s', (name, field) => {
    const bytes = new Uint8Array(readFileSync(join(folder, 'back', `${name}.safetensors`)));
    expect(() => fromStateDict(bytes, { symbols: shuffled })).toThrow(field);
  });
});

test('comes back as it went', async () => {
  const model = await trained({
    embedding: HIDDEN,
    tieWeights: true,
    layers: [layer({}), layer({ cell: 'gru' })],
  });
  const back = await reopened(
    fromStateDict(toStateDict(model.checkpoint), { config: { sequenceLength: 11, batchSize: BATCH } }),
  );
  for (const [name, tensor] of model.parameters) expect(back.parameters.get(name), name).toEqual(tensor);
  expect(back.parameters.size).toBe(model.parameters.size);
  model.dispose();
  back.dispose();
});

test('takes a tensor as its strides say, without PyTorch too', async () => {
  const model = await trained(expressible['gru']!, 1);
  const safe = toStateDict(model.checkpoint);
  model.dispose();
  const { tensors } = readSafetensors(safe);
  const transposed = [...tensors].map(([name, { shape, data }]): [string, Strided] => {
    const [rows, columns] = shape as [number, number?];
    if (columns === undefined) return [name, { shape, strides: [1], storage: data }];
    const storage = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
    return [name, { shape, strides: [1, rows], storage }];
  });
  expect(fromStateDict(writePt(new Map(transposed)), { symbols: shuffled })).toEqual(
    fromStateDict(safe, { symbols: shuffled }),
  );
});

test.each([
  {
    dtype: 'F16',
    bits: [0x0001, 0x03ff, 0x0400, 0x3c01, 0x7bff, 0x8001, 0xc000],
    numbers: [2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1 + 2 ** -10, 65504, -(2 ** -24), -2],
  },
  {
    dtype: 'BF16',
    bits: [0x0080, 0x3f80, 0x3f81, 0xc040, 0x7f7f],
    numbers: [2 ** -126, 1, 1 + 2 ** -7, -3, 255 * 2 ** 120],
  },
])('reads $dtype, the smallest and the largest too', ({ dtype, bits, numbers }) => {
  const data = new Uint8Array(Uint16Array.from(bits).buffer);
  const about = { x: { dtype, shape: [bits.length], data_offsets: [0, data.length] } };
  const header = new TextEncoder().encode(JSON.stringify(about));
  const file = Buffer.concat([new BigUint64Array([BigInt(header.length)]), header, data].map(bytesOf));
  expect([...readSafetensors(new Uint8Array(file)).tensors.get('x')!.data]).toEqual(numbers);
});

test('refuses by name what torch.nn cannot express', async () => {
  const refused: Record<string, string> = {
    'peephole-lstm':
      "layers[0]: expected what torch.nn.RNN, LSTM or GRU can express, got 'the cell peephole-lstm'",
    'dt-rnn': 'deep transition',
    'dt(s)-rnn': 'deep transition',
    'do-rnn': 'readout',
    'leaky-rnn': 'leak',
    'clockwork-rnn': 'clock',
    'jordan-rnn': 'layers[0]',
    narx: 'layers[0]',
    'gru, reset before': "reset 'before'",
    'lstm, σ input': "cellInput 'sigmoid'",
    'rnn, identity, no bias': "activation 'identity'",
    'embedding, tied, residual, dropout': 'layers[0].residual',
    'skips everywhere': 'layers[1].edges',
    'late tokens into standard layers': 'layers[0].edges',
    'layer normalisation': 'layerNorm',
    'free-running output': 'softmax',
  };
  const configs = await configurations();
  for (const [name, message] of Object.entries(refused)) {
    const model = await trained(configs[name]!, 1);
    expect(() => toStateDict(model.checkpoint), name).toThrow(message);
    expect(() => toStateDict(model.checkpoint), name).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
    model.dispose();
  }
});

test('says what is wrong with a state_dict', async () => {
  const model = await trained(expressible['lstm']!, 1);
  const { tensors } = readSafetensors(toStateDict(model.checkpoint));
  model.dispose();
  const changed = (change: (all: Map<string, any>) => void) => {
    const all = new Map<string, any>(tensors);
    change(all);
    return () => fromStateDict(writeSafetensors({ metadata: {}, tensors: all }), { symbols: shuffled });
  };
  expect(changed(() => {})).not.toThrow();
  expect(changed((all) => all.delete('rnn.bias_hh_l0'))).toThrow('rnn.bias_hh_l0');
  expect(changed((all) => all.delete('readout.bias'))).toThrow('Linear');
  expect(changed((all) => all.set('more.weight_g', all.get('readout.bias')))).toThrow('more.weight_g');
  expect(changed((all) => all.set('rnn.weight_hh_l0', all.get('readout.weight')))).toThrow(
    'rnn.weight_hh_l0',
  );
  const bytes = writeSafetensors({ metadata: {}, tensors });
  expect(() => fromStateDict(bytes)).toThrow('symbols');
  expect(() => fromStateDict(bytes, { symbols: 'abc' })).toThrow('14 symbols');
  expect(() => fromStateDict(bytes, { symbols: 'aabcdefghijklm' })).toThrow('symbols[1]');
});
