/**
 * Files of strangers in the hands of what reads them without the engine: exporters, state_dicts, the tensor level.
 * Whatever the bytes, there is a result or one typed error, soon, and nothing else has changed.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromStateDict, importModel, toKeras, toOnnx, toPyTorch, toStateDict } from 'unfold-rnn/export';
// Not exported: what makes the files to be damaged.
import { readCheckpoint, writeCheckpoint } from '../../dist/export/checkpoint.js';
import { readSafetensors } from '../../dist/export/safetensors.js';
import { createModel, createNetwork, type Network, UnfoldError } from 'unfold-rnn';
import { read } from './calls.js';
import { count, many } from './counts.js';
import { argumentsOf, TEXT } from './harness.js';

const small = { batchSize: 2, threads: 1, worker: false, seed: 1 };
const files: Record<string, Uint8Array> = {};
let network: Network;

beforeAll(async () => {
  const made = {
    text: { text: TEXT.slice(0, 600), sequenceLength: 4, layers: [{ cell: 'lstm' as const, units: 2 }] },
    tagged: { task: 'tag' as const, text: 'abc\txyx\nab\txy\nc\tx\n'.repeat(4), layers: [{ units: 2 }] },
  };
  for (const [name, options] of Object.entries(made)) {
    const model = await createModel(...argumentsOf({ ...small, ...options }));
    await read(model.train({ steps: 2 }));
    files[name] = await model.save();
    model.dispose();
  }
  files['state_dict'] = toStateDict(files['text']!);
  network = await createNetwork(
    { task: { inputs: 2 }, layers: [{ units: 2 }] },
    { threads: 1, worker: false },
  );
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
  importModel: (bytes) => importModel(bytes),
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
    if (!(error instanceof UnfoldError)) throw new Error(`${what}: no typed error`, { cause: error });
    expect(error.code, `${what}: ${error.message}`).not.toBe('INTERNAL');
    expect(error.message.length).toBeGreaterThan(10);
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

const million = new Uint8Array(2 ** 20);
hostile.push(
  [
    'five thousand names for the same megabyte',
    container(
      `{${Array.from({ length: 5000 }, (_, k) => `"a${k}":${entry('[262144]', '[0,1048576]')}`).join()}}`,
      million,
    ),
  ],
  ...['shape', 'data_offsets', 'dtype'].map((field): [string, Uint8Array] => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const good = { dtype: '"F32"', shape: '[2]', data_offsets: '[0,8]', [field]: deep };
    const fields = Object.entries(good).map(([name, value]) => `"${name}":${value}`);
    return [`${field} nested deeply`, container(`{"a":{${fields.join()}}}`, eight)];
  }),
  ...pickles().map(([name, pickle]): [string, Uint8Array] => [
    `a pickle of ${name}`,
    archive({ 'm/data.pkl': pickle, 'm/data/0': million }),
  ]),
);

/** A zip archive, stored. */
function archive(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of Object.entries(files)) {
    const title = new TextEncoder().encode(name);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(26, title.length, true);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    central.setUint32(20, data.length, true);
    central.setUint32(24, data.length, true);
    central.setUint16(28, title.length, true);
    central.setUint32(42, at, true);
    parts.push(new Uint8Array(local.buffer), title, data);
    directory.push(new Uint8Array(central.buffer), title);
    at += 30 + title.length + data.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, Object.keys(files).length, true);
  end.setUint32(16, at, true);
  return Buffer.concat([...parts, ...directory, new Uint8Array(end.buffer)]);
}

/** Programs of a few bytes or a megabyte that would keep their machine busy, or fill its memory. */
function pickles(): [string, Uint8Array][] {
  const word = (text: string) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.of(0x58, bytes.length, 0, 0, 0), bytes]);
  };
  const name = (module: string, one: string) => Buffer.from(`c${module}\n${one}\n`);
  const tuple = (...items: Uint8Array[]) => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
  const int = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const size = (value: number) => Buffer.concat([Buffer.from('J'), int(value)]);
  const storage = (key: Uint8Array, type: Uint8Array = name('torch', 'FloatStorage')) =>
    Buffer.concat([tuple(word('storage'), type, key, word('cpu'), size(2 ** 18)), Buffer.from('Q')]);
  const tensor = (from: Uint8Array, shape: Uint8Array, strides: Uint8Array) =>
    Buffer.concat([
      name('torch._utils', '_rebuild_tensor_v2'),
      tuple(from, size(0), shape, strides),
      Buffer.from('R'),
    ]);
  const root = (...items: Uint8Array[]) => Buffer.concat([Buffer.from('}('), ...items, Buffer.from('u.')]);
  const whole = tensor(storage(word('0')), tuple(size(2 ** 18)), tuple(size(1)));
  /** A tuple that holds the one before twice, forty times over; the last is on the stack. */
  const laughs = Buffer.concat([
    tuple(word('ha'), word('ha')),
    // Remembered as the k-th, then taken up with itself into a tuple of two.
    ...Array.from({ length: 40 }, (_, k) => Buffer.of(0x94, 0x68, k, 0x86)),
  ]);
  const ones = (count: number) => tuple(...Array.from({ length: count }, () => Buffer.of(0x4b, 1)));
  return [
    [
      'a tensor under a hundred thousand names',
      root(
        word('a'),
        whole,
        Buffer.of(0x94),
        ...Array.from({ length: 100_000 }, (_, k) => Buffer.concat([word(`a${k}`), Buffer.of(0x68, 0)])),
      ),
    ],
    ['names that double', root(laughs, whole)],
    ['a storage whose key doubles', root(word('a'), tensor(storage(laughs), ones(1), ones(1)))],
    ['a storage whose type doubles', root(word('a'), tensor(storage(word('0'), laughs), ones(1), ones(1)))],
    ['sizes that double', root(word('a'), tensor(storage(word('0')), laughs, ones(1)))],
    [
      'a hundred thousand dimensions',
      root(word('a'), tensor(storage(word('0')), ones(100_000), ones(100_000))),
    ],
    ['lines without an end', Buffer.alloc(2 ** 20, 'c')],
    ['tuples without a beginning', Buffer.concat([Buffer.alloc(500_000, 'N'), Buffer.alloc(500_000, 't')])],
  ];
}

// Files whose checksum is right: whoever makes one can count it, too.
describe('a configuration and a graph in a whole file', () => {
  const deep = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) as unknown;
  const values = [
    null,
    true,
    -1,
    0,
    1.5,
    1e9,
    1e300,
    '',
    '__proto__',
    'constructor',
    "x\"\n'''\nINJECTED()\n#",
    {},
    [],
    [null],
    { from: {} },
    deep,
  ];

  /** Every place in a value, as the steps that lead there. */
  const places = (value: unknown, path: string[] = []): string[][] => [
    path,
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]))
      : []),
  ];

  function put(value: unknown, [key, ...rest]: string[], to: unknown): unknown {
    if (key === undefined) return to;
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    copy[key] = put(copy[key], rest, to);
    return copy;
  }

  test.each(['text', 'tagged'])('%s: any value anywhere', { timeout: 300_000 }, async (name) => {
    const { file, config, parameters } = readCheckpoint(files[name]!);
    const kind = name === 'text' ? 'vocabulary' : 'symbols';
    const named = JSON.parse(file.metadata[kind]!) as unknown;
    const graph = JSON.parse(file.metadata['graph']!) as { operations: { operation: string }[] };
    const cell = String(graph.operations.findIndex(({ operation }) => operation === 'cell'));
    const billions = put(graph, ['operations', cell, 'units'], 1e9);
    const tries: [string, unknown, unknown, unknown][] = [['a billion units', config, named, billions]];
    values.forEach((value, v) => {
      const shown = (JSON.stringify(value) ?? '').slice(0, 30);
      for (const path of places(config))
        tries.push([`config.${path.join('.')} = ${shown}`, put(config, path, value), named, graph]);
      for (const path of places(named).slice(0, 12))
        tries.push([`${kind}.${path.join('.')} = ${shown}`, config, put(named, path, value), graph]);
      // Every place with some of the values.
      for (const [k, path] of places(graph).entries())
        if (k % 12 === v % 12)
          tries.push([`graph.${path.join('.')} = ${shown}`, config, named, put(graph, path, value)]);
    });
    for (const [what, changedConfig, changedNames, changedGraph] of tries) {
      const names = { [kind]: changedNames, graph: changedGraph };
      const bytes = writeCheckpoint(changedConfig, names as never, parameters);
      for (const reader of ['toOnnx', 'toStateDict', 'toKeras'])
        await settles(`${reader}, ${what}`, () => readers[reader]!(bytes));
      await settles(`toPyTorch, ${what}`, () => {
        for (const [path, text] of Object.entries(toPyTorch(bytes)))
          if (path.endsWith('.py')) expect(String(text)).not.toContain('INJECTED');
      });
    }
    count(`value in the configuration and the graph of a file (${name})`, tries.length, tries.length);
  });
});

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
    let result: Uint8Array = bytes.slice();
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
        {
          numRuns: runs,
          seed,
          endOnFailure: false,
          interruptAfterTimeLimit: 50_000 + runs * 900,
          markInterruptAsFailure: true,
        },
      );
      count(`changed file (${name}) read without the engine`, runs, runs);
    },
  );
});
