/**
 * Files of strangers in the hands of what reads them without the engine: exporters, state_dicts, the tensor level.
 * Whatever the bytes, there is a result or one typed error, soon, and nothing else has changed.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromStateDict, toKeras, toOnnx, toPyTorch, toStateDict } from '../../dist/export/index.js';
import { readSafetensors } from '../../dist/export/safetensors.js';
import { createModel, createNetwork, type Network, UnfoldError } from '../../dist/index.js';
import { read } from './calls.js';
import { count, many } from './counts.js';
import { TEXT } from './harness.js';

const small = { batch: 2, threads: 1, worker: false, seed: 1 };
const files: Record<string, Uint8Array> = {};
let network: Network;

beforeAll(async () => {
  const made = {
    text: { text: TEXT.slice(0, 600), window: 4, layers: [{ cell: 'lstm' as const, hidden: 2 }] },
    tagged: { task: 'tag' as const, text: 'abc\txyx\nab\txy\nc\tx\n'.repeat(4), layers: [{ hidden: 2 }] },
  };
  for (const [name, options] of Object.entries(made)) {
    const model = await createModel({ ...small, ...options });
    await read(model.train({ steps: 2 }));
    files[name] = await model.save();
    model.dispose();
  }
  files['state_dict'] = toStateDict(files['text']!);
  network = await createNetwork({ threads: 1, worker: false, task: { inputs: 2 }, layers: [{ hidden: 2 }] });
  files['network'] = await network.save();
});
afterAll(() => network.dispose());

const readers: Record<string, (bytes: Uint8Array) => unknown> = {
  readSafetensors: (bytes) => readSafetensors(bytes),
  toOnnx: (bytes) => toOnnx(bytes),
  toPyTorch: (bytes) => toPyTorch(bytes),
  toStateDict: (bytes) => toStateDict(bytes),
  toKeras: (bytes) => toKeras(bytes),
  fromStateDict: (bytes) => fromStateDict(bytes),
  'Network.load': (bytes) => network.load(bytes),
};

/** Has to be a result or a typed error that says something. */
async function settles(what: string, work: () => unknown): Promise<void> {
  const began = performance.now();
  const error = await new Promise((resolve) => resolve(work())).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error !== undefined) {
    expect(error, what).toBeInstanceOf(UnfoldError);
    expect((error as UnfoldError).code, `${what}: ${String(error)}`).not.toBe('INTERNAL');
    expect((error as UnfoldError).message.length).toBeGreaterThan(10);
  }
  expect(performance.now() - began, what).toBeLessThan(10_000);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

/** A safetensors file of that header (its length may lie) and data. */
function container(header: string, data: Uint8Array, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const headerOf = (bytes: Uint8Array) => {
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: new TextDecoder().decode(bytes.subarray(8, 8 + size)), data: bytes.subarray(8 + size) };
};

const entry = (shape: string, offsets: string, dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;
const eight = new Uint8Array(8);
const hostile: [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['seven bytes', new Uint8Array(7)],
  ...[0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n, 2n ** 32n + 2n, 99_000_000n].map(
    (length): [string, Uint8Array] => [`a header of ${length} bytes`, container('{}', eight, length)],
  ),
  ['a list', container('[]', eight)],
  ['deep nesting', container(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, eight)],
  [
    'names that pollute',
    container(`{"__proto__":{"polluted":1},"constructor":${entry('[2]', '[0,8]')}}`, eight),
  ],
  ['a tensor called __proto__', container(`{"__proto__":${entry('[2]', '[0,8]')}}`, eight)],
  [
    'metadata that pollutes',
    container(
      `{"__metadata__":{"__proto__":"x","config":"{\\"__proto__\\":{\\"polluted\\":1}}"},"a":${entry('[2]', '[0,8]')}}`,
      eight,
    ),
  ],
  ['overlaps', container(`{"a":${entry('[2]', '[0,8]')},"b":${entry('[2]', '[0,8]')}}`, eight)],
  ['a hole', container(`{"a":${entry('[1]', '[4,8]')}}`, eight)],
  ['negative offsets', container(`{"a":${entry('[2]', '[-8,0]')}}`, eight)],
  ['reversed offsets', container(`{"a":${entry('[2]', '[8,0]')}}`, eight)],
  ['offsets of 1e400', container(`{"a":${entry('[2]', '[0,1e400]')}}`, eight)],
  ['a shape that wraps', container(`{"a":${entry('[4294967296,4294967296]', '[0,0]')}}`, new Uint8Array())],
  ['a shape of fractions', container(`{"a":${entry('[0.5,4]', '[0,8]')}}`, eight)],
  ['shapes that are none', container(`{"a":${entry('"2"', '[0,8]')},"b":null}`, eight)],
  ['a type that is none', container(`{"a":${entry('[2]', '[0,8]', '{}')}}`, eight)],
  ['a picture', new TextEncoder().encode('\x89PNG\r\n\x1a\n' + 'x'.repeat(99))],
  ['a page', new TextEncoder().encode('<!doctype html><title>Not found</title>' + 'x'.repeat(99))],
  ['gzip', Uint8Array.of(0x1f, 0x8b, 8, ...new Uint8Array(99))],
  ['a pickle', Uint8Array.of(0x80, 2, 0x7d, 0x71, ...new Uint8Array(99))],
  ['a zip that ends at once', Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(99))],
];

test.each(hostile)('%s', async (name, bytes) => {
  for (const [reader, work] of Object.entries(readers))
    await settles(`${reader} of ${name}`, () => work(bytes));
});

describe('changed anywhere', () => {
  const runs = many('CALLS', 150);
  /** Bytes replaced or flipped, a piece cut out or doubled, or other values in the header. */
  const change = fc.oneof(
    fc.record({
      kind: fc.constant('byte' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.nat(255),
    }),
    fc.record({
      kind: fc.constant('cut' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.nat(64),
    }),
    fc.record({
      kind: fc.constant('value' as const),
      at: fc.nat(200),
      to: fc.constantFrom(
        '-1',
        '0',
        '1e400',
        '4294967297',
        'null',
        '{}',
        '[]',
        '""',
        '"__proto__"',
        '[[[[]]]]',
        '"\\u202e<b>"',
        '1.5',
      ),
    }),
  );
  type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

  function changed(bytes: Uint8Array, changes: Change[]): Uint8Array {
    let result = bytes.slice();
    for (const { kind, at, to } of changes) {
      if (kind === 'value') {
        const { header, data } = headerOf(bytes);
        const values = [...header.matchAll(/(?<=[:,[])(?:"(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)/g)];
        const { index, 0: found } = values[at % values.length]!;
        result = container(header.slice(0, index) + to + header.slice(index + found.length), data);
        continue;
      }
      const place = Math.floor(at * Math.max(0, result.length - 1));
      if (kind === 'byte' && result.length) result[place] = Number(to);
      if (kind === 'cut')
        result = Uint8Array.of(...result.subarray(0, place), ...result.subarray(place + Number(to)));
    }
    return result;
  }

  test.each(['text', 'tagged', 'state_dict', 'network'])(
    '%s',
    { timeout: 60_000 + runs * 1000 },
    async (name) => {
      const seed = process.env['UNFOLD_CALLS'] ? Date.now() & 0x7fffffff : 20261127;
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const bytes = changed(files[name]!, changes);
          for (const [reader, work] of Object.entries(readers)) await settles(reader, () => work(bytes));
        }),
        { numRuns: runs, seed, endOnFailure: false, interruptAfterTimeLimit: 50_000 + runs * 900 },
      );
      count(`changed file (${name}) read without the engine`, runs, runs);
    },
  );
});
