/** The engine's memory over many steps and many models, and its handles; in Node, on the engine itself. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
// Not exported: the engine itself, whose memory and handles the package does not show.
import { type Engine, read, readBytes, startEngine } from '../../dist/shared/engine.js';
import factory from '../../dist/simd.js';
import threaded from '../../dist/simd-threads.js';
import { count, many } from './counts.js';
import { TEXT } from './harness.js';

const bytes = new TextEncoder().encode(TEXT);
const config = JSON.stringify({
  layers: [{ cell: 'lstm', units: 4 }],
  sequenceLength: 4,
  batchSize: 2,
  evaluateEvery: 100,
});

/** An engine and the size of its memory, which only ever grows: a leak shows as growth. */
async function measured(): Promise<{ engine: Engine; size: () => number }> {
  const module = await WebAssembly.compile(await readFile(new URL('../../dist/simd.wasm', import.meta.url)));
  let memory: WebAssembly.Memory | undefined;
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = (async (...args: Parameters<typeof instantiate>) => {
    const instance = await instantiate(...args);
    memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return instance;
  }) as never;
  try {
    const engine = await startEngine(factory, module, 1);
    return { engine, size: () => memory!.buffer.byteLength };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

/** In slices: the reports of one are held at a time, so the first, longer ones make room for all later. */
function train(session: InstanceType<Engine['Session']>, until: number, milliseconds = 3): void {
  while (!read<{ done: boolean }>(session.train(until, milliseconds)).done);
}

test(
  'ten thousand steps, and as many cycles as make a leak show, leave the memory as it was',
  { timeout: 600_000 },
  async () => {
    const [steps, cycles] = [many('STEPS', 2000), many('CYCLES', 60)];
    const { engine, size } = await measured();
    const live = new engine.Session();
    read(live.create(config, bytes));
    train(live, 1000, 1000);
    readBytes(live.save('{}'));
    const cycle = () => {
      const session = new engine.Session();
      read(session.create(config, bytes));
      train(session, 2);
      const file = readBytes(session.save('{}'));
      session.delete();
      const again = new engine.Session();
      read(again.open(file, bytes, false));
      read(again.sampleStart('{"length":20}'));
      read(again.sampleNext(20, 1000));
      expect(again.open(file.subarray(9), bytes, false).ok).toBe(false); // what is refused leaks nothing either
      expect(again.create('{"layers":0}', bytes).ok).toBe(false);
      again.delete();
    };
    for (let i = 0; i < 3; ++i) cycle();
    const before = size();
    train(live, 1000 + steps);
    expect(size()).toBe(before);
    for (let i = 0; i < cycles; ++i) cycle();
    expect(size()).toBe(before);
    live.delete();
    count('cycle of create, train, save, open, dispose', cycles, cycles);
    count('step without growth', steps, steps);
  },
);

test('handles: each is destroyed once, and a destroyed one is an exception, not a trap', async () => {
  const { engine } = await measured();
  const before = handles(engine);
  const sessions = Array.from({ length: 10 }, () => new engine.Session());
  for (const session of sessions) session.delete();
  expect(handles(engine)).toBe(before);
  const [gone] = sessions as [InstanceType<Engine['Session']>];
  expect(() => gone.info()).toThrow();
  expect(() => gone.delete()).toThrow();
  expect(() => engine.Session.prototype.info.call({})).toThrow();
  const session = new engine.Session();
  expect(session.info().ok).toBe(false); // no model yet: typed
  read(session.create(config, bytes)); // the engine goes on
  train(session, 3);
  session.delete();
});

test('handles: no call keeps one, whether it answers or refuses, of models, of tasks and of networks', async () => {
  const { engine } = await measured();
  const tagged = new TextEncoder().encode('abc\txyx\nab\txy\nc\tx\n'.repeat(4));
  const tensor = '{"task":{"name":"tensor","inputs":2,"outputs":1},"layers":[{"units":2}]}';
  const use = () => {
    const session = new engine.Session();
    session.create(config, bytes);
    session.train(3, 30);
    session.evaluate('validation', 30);
    session.evaluate('none', 30);
    session.sampleStart('{"length":5}');
    session.sampleNext(5, 30);
    session.inspect(bytes.subarray(0, 9));
    session.histograms(9);
    session.logits('{"tokens":[0,1],"columns":1,"inputs":[],"clock":0}', new Uint8Array());
    const file = readBytes(session.save('{}'));
    session.open(file, bytes, false);
    session.open(file.subarray(5), bytes, false);
    session.delete();
    const task = new engine.Session();
    task.create('{"task":"tag","batchSize":2,"layers":[{"units":2}]}', tagged);
    task.train(3, 30);
    task.predict('{"input":"abc"}');
    task.predict('{"input":"?"}');
    task.example('train', 0);
    task.example('train', 1e6);
    task.delete();
    const network = new engine.Network();
    network.create('{}', new Float32Array());
    network.create(tensor, new Float32Array());
    const sizes = { steps: 1, columns: 1, lengths: [], training: 1, sizes: [2, 0], clock: null };
    network.forward(JSON.stringify(sizes), new Float32Array(2));
    network.forward('{}', new Float32Array(2));
    network.backward('{"sizes":[1,0,0]}', new Float32Array(1));
    network.tensors('gradients', new Float32Array());
    network.step('{"optimizer":"adam"}', new Float32Array());
    network.delete();
  };
  use();
  const before = handles(engine);
  for (let i = 0; i < 20; ++i) use();
  expect(handles(engine)).toBe(before);
});

/** JavaScript values that C++ holds on to, in Embind's table of them. */
const handles = (engine: Engine): number =>
  (engine as unknown as { count_emval_handles(): number }).count_emval_handles();

test('memory that the platform refuses is a typed error, and the engine goes on', async () => {
  const { engine, size } = await measured();
  const session = new engine.Session();
  read(session.create(config, bytes));
  train(session, 5);
  const saved = readBytes(session.save('{}'));
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError('refused');
  };
  try {
    const other = new engine.Session();
    const hungry = JSON.stringify({
      layers: [{ cell: 'lstm', units: 1024 }],
      sequenceLength: 64,
      batchSize: 32,
    });
    const reply = other.create(hungry, bytes);
    expect(reply.ok).toBe(false);
    expect(JSON.parse(reply.value)).toMatchObject({ code: 'OUT_OF_MEMORY' });
    other.delete();
    train(session, 6); // allocates nothing
  } finally {
    WebAssembly.Memory.prototype.grow = grow;
  }
  expect(size()).toBeGreaterThan(0);
  const again = new engine.Session();
  read(again.open(saved, bytes, false));
  train(again, 6);
  expect(readBytes(again.save('{}'))).toEqual(readBytes(session.save('{}')));
  count('memory growth refused', 1, 1);
});

test.each([
  { most: 8192, asked: [65_536, 32_768, 16_384, 8192] },
  { most: 0, asked: [65_536, 32_768, 16_384, 8192, 4096, 2048] },
])(
  'where the platform sets $most pages aside for shared memory, less is asked for',
  async ({ most, asked }) => {
    const file = new URL('../../dist/simd-threads.wasm', import.meta.url);
    const module = await WebAssembly.compile(await readFile(file));
    const { Memory } = WebAssembly;
    const given: (number | undefined)[] = [];
    WebAssembly.Memory = class extends Memory {
      constructor(wanted: WebAssembly.MemoryDescriptor) {
        given.push(wanted.maximum);
        if (wanted.maximum! > most) throw new RangeError('could not allocate memory');
        super(wanted);
      }
    };
    try {
      const start = () => startEngine(threaded, module, 1);
      if (!most) await expect(start()).rejects.toThrow('could not allocate memory');
      else {
        const session = new (await start()).Session();
        read(session.create(config, bytes));
        train(session, 5);
        session.delete();
      }
    } finally {
      WebAssembly.Memory = Memory;
    }
    expect(given).toEqual(asked);
  },
);

test('a size beyond any memory is refused before it is asked for, with the figure', async () => {
  const { engine, size } = await measured();
  const session = new engine.Session();
  expect(session.create('{"layers":0}', bytes).ok).toBe(false); // the first call sets the memory reserve aside
  const before = size();
  const layers = Array.from({ length: 8 }, () => ({ cell: 'lstm', units: 8192 }));
  const reply = session.create(JSON.stringify({ layers }), bytes);
  expect(JSON.parse(reply.value)).toMatchObject({
    code: 'OUT_OF_MEMORY',
    actual: expect.stringMatching(/^\d+ MB$/),
  });
  expect(size()).toBe(before);
  session.delete();
});

test('so is a network of numbers, and a window of one; sizes do not wrap at four gigabytes', async () => {
  const { engine, size } = await measured();
  const before = size();
  const none = new Float32Array();
  const config = (layers: object[]) =>
    JSON.stringify({ task: { name: 'tensor', inputs: 1, outputs: 1 }, layers });
  const tooLarge = (reply: { ok: boolean; value: string }) => {
    expect(reply.ok).toBe(false);
    expect(JSON.parse(reply.value)).toMatchObject({
      code: 'OUT_OF_MEMORY',
      actual: expect.stringMatching(/^\d+ MB$/),
    });
    expect(size()).toBeLessThan(before + 1_000_000); // what the engine itself takes, and nothing of these sizes
  };
  const network = new engine.Network();
  // 8 times 2^29 weights are 2^34 bytes: in 32 bits nothing.
  tooLarge(network.create(config(Array.from({ length: 8 }, () => ({ cell: 'lstm', units: 8192 }))), none));
  read(network.create(config([{ cell: 'lstm', units: 64 }]), none));
  const asked = (steps: number) => {
    const sizes = { steps, columns: 1, lengths: [], training: 0, sizes: [steps, 0], clock: null };
    return network.forward(JSON.stringify(sizes), new Float32Array(steps));
  };
  const bytes = readBytes(asked(3));
  const reply = asked(8_000_000);
  expect(JSON.parse(reply.value)).toMatchObject({
    code: 'OUT_OF_MEMORY',
    actual: expect.stringMatching(/ MB$/),
  });
  expect(readBytes(asked(3))).toEqual(bytes);
  network.delete();
});
