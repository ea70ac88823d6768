// Saves the copies that the engine makes, and says what goes wrong with it.
import { signal } from '@preact/signals';
import { message } from '../i18n/messages';
import type { Former } from '../training/copies';
import { engine } from '../training/engine';
import { newId } from '../training/runs';
import { readHash, writeHash } from '../settings/hash';
import { notify } from '../app/notices';
import { describeNetwork } from '../settings/settings';
import { store } from '../app/store';
import { lockedElsewhere, lockRun, unlockRun } from './runLock';
import { writeRecord } from './runRecord';
import type { Generation } from './checksum';
import { keptHere, lostHere, resting } from './tabSession';
import { type StorageProblem, StorageError } from './storageError';
import { type Entry, RunStore } from './runStore';

export const runStore = new RunStore();

/** What the list of runs says above itself. */
export const keeping = {
  /** The last save of this tab. */
  saved: signal<{ step: number; at: number } | null>(null),
  problem: signal<StorageProblem | null>(null),
  /** Counts up when the stored runs have changed. */
  changes: signal(0),
};

interface Item {
  entry: Omit<Entry, 'slot' | 'bytes' | 'name'>;
  generation: Generation;
  text: Uint8Array;
}

const writer = newId();
/** Runs that are in storage, as far as this tab knows. */
const known = new Set<string>();
/** The newest copy of each run that is to be written, in the order in which the runs came. */
const waiting = new Map<string, Item>();
/** A run of which only the beginning is kept. */
let untrained: string | null = null;
let working: Promise<void> = Promise.resolve();
let busy = false;

function itemOf({ run, checkpoint }: Former): Item {
  const { id, settings, corpus, series, info } = run;
  const now = Date.now();
  return {
    entry: {
      id,
      writer,
      made: now,
      saved: now,
      link: writeHash(settings, true),
      text: {
        id: corpus.id,
        title: corpus.title,
        description: corpus.description,
        reading: corpus.reading,
      },
      step: info.step,
      loss: series.latest,
      validation: series.latestValidation?.value ?? null,
      parameters: info.parameters,
      running: store.phase.peek() === 'running',
    },
    generation: { checkpoint, notes: writeRecord(run) },
    text: corpus.bytes,
  };
}

/** What a run is called in lists and messages. */
export const nameOf = (entry: Entry): string => entry.name || describeNetwork(readHash(entry.link).settings);

async function put({ entry, generation, text }: Item): Promise<void> {
  if (!(await lockRun(entry.id))) throw new StorageError('taken');
  await runStore.save(entry, generation, text, !known.has(entry.id));
  known.add(entry.id);
  keeping.saved.value = { step: entry.step, at: entry.saved };
  keeping.problem.value = null;
  keptHere(entry.id);
  await dropUntrained(entry);
  await runStore.prune(await open());
  keeping.changes.value++;
}

/** A run that another has replaced before its first step leaves no trace in the list. */
async function dropUntrained({ id, step }: Item['entry']): Promise<void> {
  const former = untrained;
  untrained = step === 0 ? id : null;
  if (former === null || former === id) return;
  const entry = (await runStore.list()).find((entry) => entry.id === former);
  if (entry?.step === 0 && entry.name === '') await deleteRun(former);
}

/** Another tab went on with this run: what is here goes on under another name. */
function fork(item: Item): Item {
  const id = newId();
  const run = store.run.peek();
  if (run?.id === item.entry.id) run.id = id;
  notify('note', message.storage.forked);
  return { ...item, entry: { ...item.entry, id } };
}

/** Runs that some tab has open. */
async function open(): Promise<Set<string>> {
  const ids = (await runStore.list()).map(({ id }) => id);
  return new Set([...known, ...(await lockedElsewhere(ids))]);
}

async function makeRoom(): Promise<boolean> {
  const dropped = await runStore.dropOldest(await open());
  if (dropped) notify('note', message.storage.dropped(nameOf(dropped)));
  return dropped !== null;
}

async function putOrMakeRoom(item: Item): Promise<void> {
  try {
    return await put(item);
  } catch (error) {
    const problem = error instanceof StorageError ? error.problem : 'denied';
    if (problem === 'taken') return put(fork(item));
    if (problem === 'gone') known.delete(item.entry.id);
    else if (problem !== 'full' || !(await makeRoom())) throw error;
    // Each time one run less stands in the way.
    return putOrMakeRoom(item);
  }
}

async function work(): Promise<void> {
  busy = true;
  for (const [id, item] of waiting) {
    waiting.delete(id);
    try {
      await putOrMakeRoom(item);
    } catch (error) {
      const told = error instanceof StorageError ? error : new StorageError('denied', error);
      lostHere(id, told.problem);
      say(told);
    }
  }
  busy = false;
}

/** Keeps the present run now; false when it is not in storage afterwards. */
export async function keepHere(): Promise<boolean> {
  await engine.keepNow();
  await working;
  const run = store.run.peek();
  const step = engine.current?.info.step ?? 0;
  return !run || step === 0 || (keeping.problem.peek() === null && keeping.saved.peek()?.step === step);
}

/** Once, until it works again: training goes on. */
function say(error: StorageError): void {
  if (keeping.problem.peek() === error.problem) return;
  keeping.problem.value = error.problem;
  notify('error', message.storage.problem[error.problem], message.storage.goesOn);
}

function take(kept: Former): void {
  if (resting.peek()) return;
  waiting.set(kept.run.id, itemOf(kept));
  if (!busy) working = work();
}

/** This tab goes on with a stored run, whose lock it has. */
export async function claimRun(id: string): Promise<void> {
  await runStore.setWriter(id, writer);
  known.add(id);
}

/** Deletes a run for good; it is the caller's to ask first. */
export async function deleteRun(id: string): Promise<void> {
  if (!(await lockRun(id))) throw new StorageError('taken');
  await runStore.delete(id);
  known.delete(id);
  if (store.run.peek()?.id !== id) unlockRun(id);
  keeping.changes.value++;
}

export async function renameRun(id: string, name: string): Promise<void> {
  await runStore.rename(id, name.trim().slice(0, 80));
  // Asked for by a person, so that the browser may weigh it: named runs are meant to stay.
  if (name.trim() !== '') void navigator.storage?.persist?.().catch(() => false);
  keeping.changes.value++;
}

export function watchRuns(): void {
  engine.onKept = take;
}
