// From the address to a running page.
import { checkConfig, preload } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { watchBaselines } from '../inside/diagnostics';
import { chooseBundled, choosePasted, watchData } from '../data/texts';
import { type Link, readHash } from '../settings/hash';
import { unpackText } from '../settings/linkText';
import { OWN_TEXT } from '../settings/settings';
import { stateOf } from '../settings/state';
import { watchRuns } from '../storage/autosave';
import { offerUnfinished, resumeRun } from '../storage/resume';
import { forgetHere, type Here, watchTab } from '../storage/tabSession';
import { readsText } from '../tasks';
import { goTo } from '../tours/guide';
import { type Place, placeOf } from '../tours/tours';
import { engine } from '../training/engine';
import { watchSpeed } from '../training/speed';
import { startPretrained } from '../writing/pretrained';
import { estimate } from './estimate';
import { breathe, pause } from './frame';
import { notify, report } from './notices';
import {
  complain,
  prefersStill,
  settingsOf,
  settleText,
  type StartIntent,
  startIntent,
  why,
} from './startIntent';
import { firstResults, gateOpen } from './startupGate';
import { showState, store, waiting } from './store';
import { onPhone } from './userPreferences';
import { watchSettings } from './watch';

/** Parameters above which a link does not start by itself: a phone should not be made to sweat. */
const LARGE = 3_000_000;

/** Units of a visit without wishes of its own, on a phone: a third of the arithmetic, and words as soon as elsewhere. */
const HIDDEN_ON_PHONE = 64;

async function mayStart(link: Link, carried: boolean): Promise<boolean> {
  store.waits.value = why(link, carried);
  if (store.waits.value) return false;
  await estimate();
  const { parameters, problem } = store.estimate.peek() ?? {};
  if ((parameters ?? 0) > LARGE) store.waits.value = message.stream.large;
  return !problem && store.waits.value === null;
}

/** Milliseconds: a browser may end the page that was here a little after it has begun to load this one. */
const FORMER_PAGE_ENDS = 2000;

/** Goes on with the run this tab had before it was loaded again. */
async function resume(last: Here | null): Promise<boolean> {
  if (last) {
    const { run, running, never } = last;
    if (await resumeRun(run, running, { never, patience: FORMER_PAGE_ENDS })) return true;
  }
  forgetHere();
  return false;
}

/** `first`: the text of a first visit, when it has been asked for already. */
async function load(link: Link, first?: Promise<boolean>): Promise<void> {
  const own = first ? null : await unpackText(location.hash);
  const carried = own !== null;
  settleText(link, carried);
  store.autostart.value = link.autostart;
  showState(stateOf(settingsOf(link)));
  const text = first ?? (carried ? choosePasted(own) : chooseBundled(link.settings.text));
  store.waits.value = why(link, carried);
  // Without wishes of its own a visit waits for nothing but its text; what else there is to load, for what it sees first.
  const plain = !link.hasSettings && !store.waits.peek();
  if (plain) {
    void text.then((chosen) => (chosen ? engine.play() : undefined));
    startPretrained();
    await firstResults();
  }
  await text;
  try {
    if (!plain) await checkConfig({}); // the engine is there before it is needed
  } catch (error) {
    store.phase.value = 'broken';
    return report(error);
  }
  complain(link);
  if (store.phase.peek() === 'loading') store.phase.value = 'ready';
  if (!plain && store.corpus.peek() && (await mayStart(link, carried))) await engine.play();
}

/** A link to a stop of a tour. */
async function followTour(to: Place): Promise<void> {
  if (!store.corpus.peek()) await chooseBundled(store.settings.peek().text);
  if (store.phase.peek() === 'loading') store.phase.value = 'ready';
  const still = prefersStill();
  if (still) store.waits.value = message.stream.calm;
  await goTo(to, !still);
}

/** A link opened in the same tab waits for Apply like any other change. */
async function follow(): Promise<void> {
  const to = placeOf(location.hash);
  if (to) return followTour(to);
  const link = readHash(location.hash);
  if (!link.hasSettings) return;
  const own = await unpackText(location.hash);
  if (link.settings.text === OWN_TEXT) link.settings.text = store.settings.peek().text;
  const settings = settingsOf(link);
  complain(link);
  showState(stateOf(settings));
  if (own !== null) await choosePasted(own);
  else if (!readsText(settings))
    return; // the data follow the settings
  else if (waiting.peek().includes('text') || settings.text !== store.corpus.peek()?.id)
    await chooseBundled(settings.text);
}

async function begin({ link, tour, last }: StartIntent, first?: Promise<boolean>): Promise<void> {
  const resumed = !first && (await resume(last));
  if (tour) return followTour(tour).catch(report);
  if (resumed) return;
  await load(link, first);
  await offerUnfinished();
}

/** Milliseconds; where a text is further away, the page is drawn while it comes. */
const HEAD_START = 60;

/**
 * Goes on by itself. Resolves when the page may be drawn: after the workers of a first visit have been started, which
 * then start beside the drawing instead of after it.
 */
export async function startPage(): Promise<void> {
  const intent = startIntent(location.hash);
  const { link } = intent;
  if (!intent.still) preload().catch(() => {}); // whoever needs the engine says what is wrong with it
  await breathe(); // here and below: three short pieces of work instead of a long one
  // Before anything watches: a first value is no change, and the address stays as short as it came.
  if (!link.hasSettings && onPhone()) {
    link.settings.units = HIDDEN_ON_PHONE;
    showState(stateOf(link.settings));
  }
  addEventListener('hashchange', () => void follow());
  watchSettings();
  watchData();
  watchBaselines();
  watchSpeed();
  watchRuns();
  watchTab(() => notify('note', message.storage.rested));
  store.autostart.value = link.autostart;
  await breathe();
  const first = intent.bare ? chooseBundled(link.settings.text) : undefined;
  gateOpen.value = !first;
  void begin(intent, first);
  if (!first) return;
  await Promise.race([first, pause(HEAD_START)]);
  await breathe();
}
