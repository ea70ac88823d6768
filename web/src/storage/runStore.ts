// Runs in the browser's own storage (IndexedDB). A run has one small entry and two generations: a save writes over
// the older one and moves the entry in the same transaction, so that whatever ends the tab, one generation is whole.
// Each carries a checksum; one that does not match it (a damaged disk) gives way to the other.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Generation, ChecksummedGeneration } from './checksum';
import { addChecksumInWorker, verifyChecksumInWorker } from './checksumClient';
import type { Corpus } from '../data/corpus';
import { StorageError } from './storageError';
import { inPieces, pause } from '../app/frame';

/** What a list of runs shows. */
export interface Entry {
  id: string;
  /** Given by the reader; '' while the run has none. */
  name: string;
  /** The tab that may write. */
  writer: string;
  made: number;
  saved: number;
  /** The settings, spelled as in a link. */
  link: string;
  text: Pick<Corpus, 'id' | 'title' | 'description' | 'reading'>;
  step: number;
  /** Bits per symbol, smoothed; null before training. */
  loss: number | null;
  validation: number | null;
  parameters: number;
  bytes: number;
  slot: 0 | 1;
  /** It was training when it was saved: if that was the last save, its tab ended in the middle. */
  running: boolean;
}

interface Stored extends ChecksummedGeneration {
  run: string;
  slot: 0 | 1;
}

interface Schema extends DBSchema {
  entries: { key: string; value: Entry };
  generations: { key: [string, number]; value: Stored };
  /** A long one is a blob. */
  texts: { key: string; value: Uint8Array | Blob };
}

export interface Found extends Generation {
  entry: Entry;
  text: Uint8Array;
  /** The newest generation was damaged: this is the one before. */
  older: boolean;
}

const VERSION = 1;
/** Runs without a name that are kept; of the others every one. */
export const MOST_UNNAMED = 12;

function told(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return new StorageError(name === 'QuotaExceededError' ? 'full' : 'denied', error);
}

/** Milliseconds after which a database that does not open (a browser's fault, another tab's) counts as denied. */
const PATIENCE = 10_000;

async function silence(): Promise<never> {
  await pause(PATIENCE);
  throw new StorageError('denied', new Error('the database does not open'));
}

export class RunStore {
  private opening: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly name = 'unfold') {}

  private open(): Promise<IDBPDatabase<Schema>> {
    this.opening ??= Promise.race([this.connect(), silence()]).catch((error: unknown) => {
      this.opening = null;
      throw told(error);
    });
    return this.opening;
  }

  private async connect(): Promise<IDBPDatabase<Schema>> {
    if (typeof indexedDB === 'undefined') throw new StorageError('denied');
    return openDB<Schema>(this.name, VERSION, {
      upgrade(database) {
        database.createObjectStore('entries', { keyPath: 'id' });
        database.createObjectStore('generations', { keyPath: ['run', 'slot'] });
        database.createObjectStore('texts');
      },
      // A newer page in another tab waits for this one; the next call opens again.
      blocking: () => this.close(),
      terminated: () => (this.opening = null),
    });
  }

  close(): void {
    void this.opening?.then((database) => database.close()).catch(() => {});
    this.opening = null;
  }

  private async run<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.open());
    } catch (error) {
      throw told(error);
    }
  }

  /** Newest first. */
  list(): Promise<Entry[]> {
    return this.run(async (database) => {
      const entries = await database.getAll('entries');
      return entries.sort((a, b) => b.saved - a.saved);
    });
  }

  /** Writes a generation. `first`: the run is new here, and brings its text. */
  async save(
    entry: Omit<Entry, 'slot' | 'bytes' | 'name'>,
    generation: Generation,
    text: Uint8Array,
    first: boolean,
  ): Promise<void> {
    const [stored, kept] = [await addChecksumInWorker(generation), first ? await blobOf(text) : text];
    return this.run(async (database) => {
      const stores = ['entries', 'generations', 'texts'] as const;
      const transaction = database.transaction(stores, 'readwrite', { durability: 'strict' });
      try {
        const entries = transaction.objectStore('entries');
        const former = await entries.get(entry.id);
        if (!former && !first) throw new StorageError('gone');
        if (former && former.writer !== entry.writer) throw new StorageError('taken');
        const slot = former?.slot === 0 ? 1 : 0;
        const bytes = generation.checkpoint.length + text.length;
        const { name = '', made = entry.made } = former ?? {};
        // One after the other: the first that is refused ends the transaction.
        const record = { ...stored, run: entry.id, slot } as const;
        await transaction.objectStore('generations').put(record);
        if (!former) await transaction.objectStore('texts').put(kept, entry.id);
        await entries.put({ ...entry, name, made, slot, bytes });
        await transaction.done;
      } catch (error) {
        transaction.done.catch(() => {});
        if (!transaction.error) abort(transaction);
        throw transaction.error ?? error;
      }
    });
  }

  /** The newest generation that is whole. */
  read(id: string): Promise<Found> {
    return this.run(async (database) => {
      const transaction = database.transaction(['entries', 'generations', 'texts']);
      const [entry, text, ...slots] = await Promise.all([
        transaction.objectStore('entries').get(id),
        transaction.objectStore('texts').get(id),
        transaction.objectStore('generations').get([id, 0]),
        transaction.objectStore('generations').get([id, 1]),
      ]);
      if (!entry || !text) throw new StorageError('gone');
      const bytes = text instanceof Blob ? await bytesOf(text) : text;
      for (const slot of [entry.slot, 1 - entry.slot]) {
        const stored = slots[slot];
        const generation = stored && (await verifyChecksumInWorker(stored));
        if (generation) return { entry, text: bytes, ...generation, older: slot !== entry.slot };
      }
      throw new StorageError('damaged');
    });
  }

  /** Makes a tab the one that may write. */
  setWriter(id: string, writer: string): Promise<void> {
    return this.change(id, (entry) => ({ ...entry, writer }));
  }

  rename(id: string, name: string): Promise<void> {
    return this.change(id, (entry) => ({ ...entry, name }));
  }

  private change(id: string, how: (entry: Entry) => Entry): Promise<void> {
    return this.run(async (database) => {
      const transaction = database.transaction('entries', 'readwrite');
      const entry = await transaction.store.get(id);
      if (entry) await transaction.store.put(how(entry));
      await transaction.done;
      if (!entry) throw new StorageError('gone');
    });
  }

  delete(id: string): Promise<void> {
    return this.run(async (database) => {
      const transaction = database.transaction(['entries', 'generations', 'texts'], 'readwrite');
      await Promise.all([
        transaction.objectStore('entries').delete(id),
        transaction.objectStore('generations').delete([id, 0]),
        transaction.objectStore('generations').delete([id, 1]),
        transaction.objectStore('texts').delete(id),
      ]);
      await transaction.done;
    });
  }

  /** Deletes the oldest runs without a name until `most` are left, those of `spared` apart; how many went. */
  async prune(spared: ReadonlySet<string>, most = MOST_UNNAMED): Promise<number> {
    const unnamed = (await this.list()).filter(({ name }) => name === '');
    const surplus = unnamed.slice(most).filter(({ id }) => !spared.has(id));
    for (const { id } of surplus) await this.delete(id);
    return surplus.length;
  }

  /** Deletes the oldest run without a name to make room; its entry, or null when there is none to spare. */
  async dropOldest(spared: ReadonlySet<string>): Promise<Entry | null> {
    const unnamed = (await this.list()).filter(({ name, id }) => name === '' && !spared.has(id));
    const oldest = unnamed.at(-1);
    if (oldest) await this.delete(oldest.id);
    return oldest ?? null;
  }
}

/** Bytes below which a text is stored as it is: copying them takes no time. */
const LONG = 1 << 20;

/** A long text as a blob: the browser would copy ten megabytes of bytes in one go, on the page's own thread. */
async function blobOf(text: Uint8Array): Promise<Uint8Array | Blob> {
  if (text.length < LONG) return text;
  const pieces: Blob[] = [];
  await inPieces(text, (piece) => pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>])));
  return new Blob(pieces);
}

/** The file behind a blob may be gone. */
async function bytesOf(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new StorageError('damaged', error);
  }
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}
