// Brings runs back from the browser's storage, and says what goes wrong with it.
import { message } from '../i18n/messages';
import { examine, LISTINGS, madeCorpus } from '../data/corpus';
import type { Kept } from '../training/copies';
import { engine } from '../training/engine';
import { newId } from '../training/runs';
import { asked } from '../training/runSettings';
import { integer } from '../i18n/format';
import { readHash } from '../settings/hash';
import { notify } from '../app/notices';
import { OWN_TEXT, type Settings } from '../settings/settings';
import { stateOf } from '../settings/state';
import { isGenerated } from '../tasks';
import { store } from '../app/store';
import { claimRun, nameOf, runStore } from './autosave';
import { lockedElsewhere, lockRun, unlockRun } from './runLock';
import { readRecord } from './runRecord';
import { keptHere } from './tabSession';
import { type NotKeptReason, StorageError } from './storageError';
import type { Entry, Found } from './runStore';

/** The text as it was; a bundled one has lost nothing. */
async function corpusOf({ entry, text }: Found, settings: Settings) {
  // Made examples have no text: the checkpoint says how they are made.
  if (isGenerated(settings)) return madeCorpus(settings.dataset);
  const listing = LISTINGS.find(({ id }) => id === entry.text.id);
  const { title, description } = listing ?? entry.text;
  const { reading } = entry.text;
  return examine({ id: listing?.id ?? OWN_TEXT, title, description, bytes: text, reading });
}

interface Fetched {
  kept: Kept;
  /** Another tab has the run: this is a copy of it. */
  copied: boolean;
  entry: Entry;
  older: boolean;
}

/**
 * A run from storage, for this tab to go on with. `patience`: milliseconds to wait for a tab that has it. Rejects with
 * a StorageError.
 */
export async function fetchRun(id: string, toWrite = true, patience = 0): Promise<Fetched> {
  const mine = toWrite && (await lockRun(id, patience));
  try {
    const found = await runStore.read(id);
    const { entry, checkpoint, notes, older } = found;
    if (mine) await claimRun(id);
    const { settings } = readHash(entry.link);
    const corpus = await corpusOf(found, settings);
    const run = {
      id: mine ? id : newId(),
      ...asked(stateOf(corpus.made ? settings : { ...settings, text: corpus.id })),
      corpus,
    };
    return { kept: { run: { ...run, ...readRecord(notes) }, checkpoint }, copied: !mine, entry, older };
  } catch (error) {
    if (mine && store.run.peek()?.id !== id) unlockRun(id);
    throw error;
  }
}

interface Ways {
  /** Why it may not have been kept at all. */
  never?: NotKeptReason | null | undefined;
  /** Milliseconds to wait for a tab that has the run. */
  patience?: number | undefined;
}

/** Goes on with a run; false when that was not possible, which is said. */
export async function resumeRun(id: string, play: boolean, { never, patience }: Ways = {}): Promise<boolean> {
  try {
    const { kept, copied, older } = await fetchRun(id, true, patience);
    if (!(await engine.resume(kept, play))) return false;
    // A copy has a name of its own, under which nothing is kept yet.
    if (copied) void engine.keepNow();
    else keptHere(kept.run.id);
    if (copied) notify('note', message.storage.copied);
    if (older) notify('note', message.storage.older(integer(engine.current?.info.step)));
    return true;
  } catch (error) {
    const problem = error instanceof StorageError ? error.problem : 'damaged';
    const why = problem === 'gone' && never ? never : problem;
    notify('error', message.storage.notResumed, message.storage.problem[why]);
    return false;
  }
}

/** Offers the newest run when its tab ended in the middle of training and no other has it. */
export async function offerUnfinished(): Promise<void> {
  const [entry] = await runStore.list().catch(() => []);
  if (!entry?.running || (await lockedElsewhere([entry.id])).size > 0) return;
  const resume = { label: message.runs.resume, run: () => void resumeRun(entry.id, true) };
  notify('note', message.storage.unfinished(nameOf(entry), integer(entry.step)), '', [resume]);
}
