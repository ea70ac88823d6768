// Saves the copies that the engine makes, brings runs back, and says what goes wrong with either.
import { signal } from '@preact/signals';
import { message } from '../messages';
import { examine, LISTINGS, madeCorpus } from '../state/corpus';
import { engine, type Former, type Kept, newId } from '../state/engine';
import { integer } from '../state/format';
import { readHash, writeHash } from '../state/hash';
import { notify } from '../state/notices';
import { describeNetwork, OWN_TEXT, type Settings } from '../state/settings';
import { store } from '../state/store';
import { claim, heldElsewhere, release } from './claim';
import { readNotes, writeNotes } from './notes';
import type { Generation } from './seal';
import { keptHere, lostHere, resting } from './tab';
import { type Never, type Trouble, VaultError } from './trouble';
import { type Entry, type Found, Vault } from './vault';

export const vault = new Vault();

/** What the list of runs says above itself. */
export const keeping = {
  /** The last save of this tab. */
  saved: signal<{ step: number; at: number } | null>(null),
  trouble: signal<Trouble | null>(null),
  /** Counts up when the stored runs have changed. */
  changes: signal(0),
};

interface Item {
  entry: Omit<Entry, 'slot' | 'bytes' | 'name'>;
  generation: Generation;
  text: Uint8Array;
}

const writer = newId();
/** Runs that are in the vault, as far as this tab knows. */
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
      text: { id: corpus.id, title: corpus.title, description: corpus.description },
      step: info.step,
      loss: series.latest,
      validation: series.latestValidation?.value ?? null,
      parameters: info.parameters,
      running: store.phase.peek() === 'running',
    },
    generation: { checkpoint, notes: writeNotes(run) },
    text: corpus.bytes,
  };
}

/** What a run is called in lists and messages. */
export const nameOf = (entry: Entry): string => entry.name || describeNetwork(readHash(entry.link).settings);

async function put({ entry, generation, text }: Item): Promise<void> {
  if (!(await claim(entry.id))) throw new VaultError('taken');
  await vault.save(entry, generation, text, !known.has(entry.id));
  known.add(entry.id);
  keeping.saved.value = { step: entry.step, at: entry.saved };
  keeping.trouble.value = null;
  keptHere(entry.id);
  await dropUntrained(entry);
  await vault.prune(await open());
  keeping.changes.value++;
}

/** A run that another has replaced before its first step leaves no trace in the list. */
async function dropUntrained({ id, step }: Item['entry']): Promise<void> {
  const former = untrained;
  untrained = step === 0 ? id : null;
  if (former === null || former === id) return;
  const entry = (await vault.list()).find((entry) => entry.id === former);
  if (entry?.step === 0 && entry.name === '') await deleteRun(former);
}

/** Another tab went on with this run: what is here goes on under another name. */
function fork(item: Item): Item {
  const id = newId();
  const run = store.run.peek();
  if (run?.id === item.entry.id) run.id = id;
  notify('note', message.keep.forked);
  return { ...item, entry: { ...item.entry, id } };
}

/** Runs that some tab has open. */
async function open(): Promise<Set<string>> {
  const ids = (await vault.list()).map(({ id }) => id);
  return new Set([...known, ...(await heldElsewhere(ids))]);
}

async function makeRoom(): Promise<boolean> {
  const dropped = await vault.dropOldest(await open());
  if (dropped) notify('note', message.keep.dropped(nameOf(dropped)));
  return dropped !== null;
}

async function putOrMakeRoom(item: Item): Promise<void> {
  try {
    return await put(item);
  } catch (error) {
    const trouble = error instanceof VaultError ? error.trouble : 'denied';
    if (trouble === 'taken') return put(fork(item));
    if (trouble === 'gone') known.delete(item.entry.id);
    else if (trouble !== 'full' || !(await makeRoom())) throw error;
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
      const told = error instanceof VaultError ? error : new VaultError('denied', error);
      lostHere(id, told.trouble);
      say(told);
    }
  }
  busy = false;
}

/** Keeps the present run now; false when it is not in the vault afterwards. */
export async function keepHere(): Promise<boolean> {
  await engine.keepNow();
  await working;
  const run = store.run.peek();
  const step = engine.current?.info.step ?? 0;
  return !run || step === 0 || (keeping.trouble.peek() === null && keeping.saved.peek()?.step === step);
}

/** Once, until it works again: training goes on. */
function say(error: VaultError): void {
  if (keeping.trouble.peek() === error.trouble) return;
  keeping.trouble.value = error.trouble;
  notify('error', message.keep.trouble[error.trouble], message.keep.goesOn);
}

function take(kept: Former): void {
  if (resting.peek()) return;
  waiting.set(kept.run.id, itemOf(kept));
  if (!busy) working = work();
}

/** The text as it was; a bundled one has lost nothing. */
async function corpusOf({ entry, text }: Found, { task, dataset: corpus }: Settings) {
  // Made examples have no text: the checkpoint says how they are made.
  if (task !== 'next' && corpus !== '') return madeCorpus(corpus);
  const listing = LISTINGS.find(({ id }) => id === entry.text.id);
  const { title, description } = listing ?? entry.text;
  return examine({ id: listing?.id ?? OWN_TEXT, title, description, bytes: text });
}

export interface Fetched {
  kept: Kept;
  /** Another tab has the run: this is a copy of it. */
  copied: boolean;
  entry: Entry;
  older: boolean;
}

/** A run from the vault, for this tab to go on with. Rejects with a VaultError. */
export async function fetchRun(id: string, toWrite = true): Promise<Fetched> {
  const mine = toWrite && (await claim(id));
  try {
    const found = await vault.read(id);
    const { entry, checkpoint, notes, older } = found;
    if (mine) await vault.claim(id, writer);
    if (mine) known.add(id);
    const { settings } = readHash(entry.link);
    const corpus = await corpusOf(found, settings);
    const run = {
      id: mine ? id : newId(),
      settings: corpus.made ? settings : { ...settings, text: corpus.id },
      corpus,
    };
    return { kept: { run: { ...run, ...readNotes(notes) }, checkpoint }, copied: !mine, entry, older };
  } catch (error) {
    if (mine && store.run.peek()?.id !== id) release(id);
    throw error;
  }
}

/** Goes on with a run; false when that was not possible, which is said. `never`: why it may not have been kept at all. */
export async function resumeRun(id: string, play: boolean, never: Never | null = null): Promise<boolean> {
  try {
    const { kept, copied, older } = await fetchRun(id);
    if (!(await engine.resume(kept, play))) return false;
    // A copy has a name of its own, under which nothing is kept yet.
    if (copied) void engine.keepNow();
    else keptHere(kept.run.id);
    if (copied) notify('note', message.keep.copied);
    if (older) notify('note', message.keep.older(integer(engine.current?.info.step)));
    return true;
  } catch (error) {
    const trouble = error instanceof VaultError ? error.trouble : 'damaged';
    const why = trouble === 'gone' && never ? never : trouble;
    notify('error', message.keep.notResumed, message.keep.trouble[why]);
    return false;
  }
}

/** Offers the newest run when its tab ended in the middle of training and no other has it. */
export async function offerUnfinished(): Promise<void> {
  const [entry] = await vault.list().catch(() => []);
  if (!entry?.running || (await heldElsewhere([entry.id])).size > 0) return;
  const resume = { label: message.runs.resume, run: () => void resumeRun(entry.id, true) };
  notify('note', message.keep.unfinished(nameOf(entry), integer(entry.step)), '', [resume]);
}

/** Deletes a run for good; it is the caller's to ask first. */
export async function deleteRun(id: string): Promise<void> {
  if (!(await claim(id))) throw new VaultError('taken');
  await vault.delete(id);
  known.delete(id);
  if (store.run.peek()?.id !== id) release(id);
  keeping.changes.value++;
}

export async function renameRun(id: string, name: string): Promise<void> {
  await vault.rename(id, name.trim().slice(0, 80));
  // Asked for by a person, so that the browser may weigh it: named runs are meant to stay.
  if (name.trim() !== '') void navigator.storage?.persist?.().catch(() => false);
  keeping.changes.value++;
}

export function watchRuns(): void {
  engine.onKept = take;
}
