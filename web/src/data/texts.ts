// Choosing what to learn from. The newest choice wins when two are on their way.
import { batch, effect, untracked } from '@preact/signals';
import { openModel } from 'unfold-rnn';
import { message } from '../i18n/messages';
import {
  absentCorpus,
  bundled,
  dropped,
  LISTINGS,
  madeCorpus,
  pasted,
  type Corpus,
  type Reading,
} from './corpus';
import { declareKeys, type Keys, midiCorpus } from './music';
import { notify, report, withdraw } from '../app/notices';
import { isGenerated, readsText } from '../tasks';
import { chooseTask } from '../settings/chooseTask';
import { initialSettings, OWN_TEXT, type Settings } from '../settings/settings';
import { settingsIn } from '../settings/state';
import { change, set, store, wanted } from '../app/store';

let newest = 0;

/** What of the settings the examples decide. */
export type DataSettings = Pick<Settings, 'task'> & Partial<Pick<Settings, 'pooling' | 'batchSize'>>;

/** `settle` changes the settings together with the data: between the two, `watchData` would fetch what they name. */
async function choose(find: () => Promise<Corpus>, settle?: () => void): Promise<boolean> {
  const mine = ++newest;
  try {
    const corpus = await find();
    if (mine !== newest) return false;
    batch(() => {
      settle?.();
      store.corpus.value = corpus;
      set('text', corpus.id);
      if (corpus.id === OWN_TEXT) set('dataset', '');
    });
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

export function chooseBundled(id: string): Promise<boolean> {
  return choose(() => bundled(id));
}

export function choosePasted(text: string): Promise<boolean> {
  return choose(async () => pasted(text));
}

/** What is said of a text that waits for a restart. */
let waitsNotice: string | null = null;

export async function chooseFile(file: File): Promise<void> {
  if (await choose(() => dropped(file))) sayThatItWaits();
}

/** A file whose task, and how it is read, the reader has seen and confirmed. */
export function chooseData(file: File, settings: DataSettings, reading: Reading): Promise<boolean> {
  return choose(
    () => dropped(file, reading),
    () => {
      chooseTask(settings.task);
      change(settings);
    },
  );
}

/** Music, which is for the task notes alone. */
export async function chooseMidi(files: readonly File[]): Promise<void> {
  const chosen = await choose(
    () => midiCorpus(files),
    () => chooseTask('notes'),
  );
  if (chosen) sayThatItWaits();
}

/** Says what the numbers of the chosen notes are. */
export async function chooseKeys(keys: Keys): Promise<void> {
  const corpus = store.corpus.peek();
  if (corpus && (await choose(() => declareKeys(corpus, keys)))) sayThatItWaits();
}

function sayThatItWaits(): void {
  const title = store.corpus.peek()?.title;
  if (title === undefined || !store.run.peek()) return;
  if (waitsNotice !== null) withdraw(waitsNotice);
  waitsNotice = message.notice.textWaits(title);
  notify('note', waitsNotice);
}

/** The reader's own text, for when they come back to it from made examples. */
let own: Corpus | null = null;

/** Whether these are the examples, or a text, that the settings name. */
function fits(settings: Settings, corpus: Corpus | null): boolean {
  if (!corpus) return false;
  const { dataset, text } = settings;
  if (isGenerated(settings)) return corpus.id === dataset && corpus.made;
  return !corpus.made && (!readsText(settings) || text === OWN_TEXT || corpus.id === text);
}

/** What the settings name. A text of one's own is only there while it is the chosen one. */
export async function corpusFor(settings: Settings): Promise<Corpus | null> {
  const chosen = store.corpus.peek();
  if (fits(settings, chosen)) return chosen;
  const { dataset, text } = settings;
  if (isGenerated(settings)) return madeCorpus(dataset);
  if (text === OWN_TEXT && own) return own;
  return readsText(settings) ? bundled(text === OWN_TEXT ? LISTINGS[0]!.id : text) : chosen;
}

/** What a model from a file goes on learning from: its own made examples, or the text that is here. */
export async function corpusOfFile(bytes: Uint8Array, here: Corpus): Promise<Corpus> {
  const model = await openModel(bytes, undefined, { threads: 1 });
  const { task, dataset: corpus } = model.info.config;
  model.dispose();
  if (typeof corpus === 'object' && corpus.name !== undefined) return madeCorpus(corpus.name);
  const settings = store.settings.peek();
  if (typeof task !== 'object') {
    const ofText = { ...settings, task: initialSettings().task };
    return here.made ? ((await corpusFor(ofText)) ?? here) : here;
  }
  // Somebody's own examples are not in the file: without them the model answers, but cannot go on.
  return here.id === OWN_TEXT && settings.task === task.name ? here : absentCorpus();
}

/** Keeps the data in step with the settings, whoever changed them: a task, a configuration, a link. */
export function watchData(): void {
  effect(() => {
    const waits = store.run.value?.corpus !== store.corpus.value;
    if (waits || waitsNotice === null) return;
    untracked(() => withdraw(waitsNotice!));
    waitsNotice = null;
  });
  effect(() => {
    const [settings, corpus] = [settingsIn(wanted.value), store.corpus.value];
    if (corpus?.id === OWN_TEXT && !corpus.made) own = corpus;
    if (!corpus || fits(settings, corpus)) return;
    const { dataset, text } = settings;
    untracked(() => {
      if (isGenerated(settings)) {
        newest++;
        store.corpus.value = madeCorpus(dataset);
      } else if (text === OWN_TEXT && own) {
        store.corpus.value = own;
      } else if (readsText(settings)) void chooseBundled(text);
    });
  });
}
