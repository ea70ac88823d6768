// The storage of runs against a real IndexedDB: whatever fails at whichever write, a whole generation is left.
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addChecksum } from '../../web/src/storage/checksum';
import { StorageError } from '../../web/src/storage/storageError';
import { type Entry, RunStore } from '../../web/src/storage/runStore';

let name: string;
let runStore: RunStore;

beforeEach(() => {
  name = `test ${Math.random()}`;
  runStore = new RunStore(name);
});
afterEach(() => {
  vi.restoreAllMocks();
  runStore.close();
  indexedDB.deleteDatabase(name);
});

type Head = Parameters<RunStore['save']>[0];

const entry = (id: string, step: number, more: Partial<Entry> = {}): Head => ({
  id,
  writer: 'me',
  made: 1,
  saved: step,
  link: '#v=1',
  text: { id: 'tales', title: 'Tales', description: '' },
  step,
  loss: 2,
  validation: null,
  parameters: 10,
  running: false,
  ...more,
});
const text = new TextEncoder().encode('Once upon a time');
const generation = (step: number) => ({
  checkpoint: Uint8Array.from({ length: 1000 }, (_, at) => at * step),
  notes: JSON.stringify({ step }),
});
const save = (step: number, id = 'a', more: Partial<Entry> = {}) =>
  runStore.save(entry(id, step, more), generation(step), text, step === 1);

/** Writes into the database without going through RunStore. */
async function change(
  slot: number,
  how: (stored: { checkpoint: Blob; notes: string }) => Promise<void> | void,
) {
  const database = await openDB(name);
  const stored = await database.get('generations', ['a', slot]);
  await how(stored);
  await database.put('generations', stored);
  database.close();
}

it('gives back what was saved, newest first in the list', async () => {
  await save(1);
  await save(2);
  await save(1, 'b', { saved: 99 });
  expect((await runStore.list()).map(({ id, step }) => [id, step])).toEqual([
    ['b', 1],
    ['a', 2],
  ]);
  const found = await runStore.read('a');
  expect(found).toMatchObject({ ...generation(2), older: false });
  expect(found.text).toEqual(text);
});

describe('a large checkpoint', () => {
  const large = {
    checkpoint: Uint8Array.from({ length: 300_000 }, (_, at) => at * 7),
    notes: '{"step":1}',
  };
  const expectWhole = async () => {
    const { checkpoint, notes } = await runStore.read('a');
    expect(notes).toBe(large.notes);
    // Element by element in one go: the matchers take seconds for it.
    expect(checkpoint.length).toBe(large.checkpoint.length);
    expect(checkpoint.every((byte, at) => byte === large.checkpoint[at])).toBe(true);
  };

  it('is sealed and opened by a worker, and stays where it is', async () => {
    const sent = vi.spyOn(Worker.prototype, 'postMessage');
    await runStore.save(entry('a', 1), large, text, true);
    expect(large.checkpoint.length).toBe(300_000);
    await change(0, (stored) => void (stored.notes = '{}'));
    await expect(runStore.read('a')).rejects.toMatchObject({ problem: 'damaged' });
    await change(0, (stored) => void (stored.notes = large.notes));
    await expectWhole();
    expect(sent).toHaveBeenCalledTimes(3);
    const database = await openDB(name);
    expect((await database.get('generations', ['a', 0])).digest).toBe((await addChecksum(large)).digest);
    database.close();
  });

  it('is kept by the page itself when the worker breaks', async () => {
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker) {
      this.dispatchEvent(new ErrorEvent('error'));
    });
    await runStore.save(entry('a', 1), large, text, true);
    await expectWhole();
  });
});

describe('a save that fails', () => {
  // A save writes three things: generation, text (the first time), entry.
  it.each([1, 2])('at write %i leaves the one before, and the next save works', async (failing) => {
    await save(1);
    await save(2);
    const put = IDBObjectStore.prototype.put;
    let writes = 0;
    const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      if (++writes === failing) throw new DOMException('made to fail', 'UnknownError');
      return put.apply(this, args);
    });
    await expect(save(3)).rejects.toMatchObject({ problem: 'denied' });
    expect(writes).toBe(failing);
    spy.mockRestore();
    expect(await runStore.read('a')).toMatchObject({ ...generation(2), older: false });
    await save(4);
    expect(await runStore.read('a')).toMatchObject(generation(4));
  });

  it.each([1, 2, 3])('at the first save, at write %i, leaves nothing behind', async (failing) => {
    const put = IDBObjectStore.prototype.put;
    let writes = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (++writes === failing) throw new DOMException('made to fail', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(save(1)).rejects.toMatchObject({ problem: 'full' });
    expect(await runStore.list()).toEqual([]);
    await expect(runStore.read('a')).rejects.toMatchObject({ problem: 'gone' });
    const database = await openDB(name);
    expect(await database.count('generations')).toBe(0);
    expect(await database.count('texts')).toBe(0);
    database.close();
  });

  it('because its transaction is aborted after the last write leaves the one before', async () => {
    await save(1);
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args);
      if (this.name === 'entries') request.addEventListener('success', () => this.transaction.abort());
      return request;
    });
    await expect(save(2)).rejects.toBeInstanceOf(StorageError);
    vi.restoreAllMocks();
    expect(await runStore.read('a')).toMatchObject(generation(1));
  });
});

describe('a damaged generation', () => {
  it.each([0, 1, 500, 999])('cut at byte %i gives way to the one before, and says so', async (length) => {
    await save(1);
    await save(2);
    await change(1, (stored) => void (stored.checkpoint = stored.checkpoint.slice(0, length)));
    expect(await runStore.read('a')).toMatchObject({ ...generation(1), older: true });
  });

  it('with one bit flipped gives way too; with both damaged there is one clear error', async () => {
    await save(1);
    await save(2);
    await change(1, async (stored) => {
      const bytes = new Uint8Array(await stored.checkpoint.arrayBuffer());
      bytes[700]! ^= 1;
      stored.checkpoint = new Blob([bytes]);
    });
    expect(await runStore.read('a')).toMatchObject(generation(1));
    await change(0, (stored) => void (stored.notes = '{}'));
    await expect(runStore.read('a')).rejects.toMatchObject({ problem: 'damaged' });
  });
});

it('keeps a long text as a blob, byte for byte', async () => {
  const long = Uint8Array.from({ length: 3_000_001 }, (_, at) => (at * 31) >> 3);
  await runStore.save(entry('a', 1), generation(1), long, true);
  const database = await openDB(name);
  expect(await database.get('texts', 'a')).toBeInstanceOf(Blob);
  database.close();
  const { text: read } = await runStore.read('a');
  expect(read.length).toBe(long.length);
  expect(read.every((byte, at) => byte === long[at])).toBe(true);
});

it('is written by one tab: the one that claimed it last', async () => {
  await save(1);
  await runStore.setWriter('a', 'another');
  await expect(save(2)).rejects.toMatchObject({ problem: 'taken' });
  expect(await runStore.read('a')).toMatchObject(generation(1));
});

it('does not bring a deleted run back', async () => {
  await save(1);
  await runStore.delete('a');
  await expect(save(2)).rejects.toMatchObject({ problem: 'gone' });
  expect(await runStore.list()).toEqual([]);
});

it('keeps names through saves, and named runs through pruning', async () => {
  for (let at = 1; at <= 6; at++) await save(1, `run ${at}`, { saved: at });
  await runStore.rename('run 1', 'mine');
  await runStore.save(entry('run 1', 7), generation(7), text, false);
  expect(await runStore.prune(new Set(['run 2']), 2)).toBe(2);
  const left = await runStore.list();
  expect(left.map(({ id }) => id).sort()).toEqual(['run 1', 'run 2', 'run 5', 'run 6']);
  expect(left.find(({ id }) => id === 'run 1')!.name).toBe('mine');
});

it('gives up the oldest run without a name to make room, one at a time, and none that is open', async () => {
  for (let at = 1; at <= 4; at++) await save(1, `run ${at}`, { saved: at });
  await runStore.rename('run 1', 'mine');
  const spared = new Set(['run 2']);
  expect((await runStore.dropOldest(spared))?.id).toBe('run 3');
  expect((await runStore.dropOldest(spared))?.id).toBe('run 4');
  expect(await runStore.dropOldest(spared)).toBeNull();
  expect((await runStore.list()).map(({ id }) => id)).toEqual(['run 2', 'run 1']);
});

it('says so where storage is denied, and works when it comes back', async () => {
  const spy = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  await expect(save(1)).rejects.toMatchObject({ problem: 'denied' });
  spy.mockRestore();
  await save(1);
  expect(await runStore.read('a')).toMatchObject(generation(1));
});
