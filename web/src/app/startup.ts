// From the address to a running page, and the effects that keep the parts in step.
import { computed, effect, untracked } from '@preact/signals';
import { checkConfig, type Config, preload, UnfoldError } from 'unfold-rnn';
import { offerUnfinished, resumeRun, watchRuns } from '../storage/autosave';
import { forgetHere, lastHere, watchTab } from '../storage/tabSession';
import { message } from '../i18n/messages';
import { onPhone, prefersReducedData, prefersReducedMotion } from './userPreferences';
import { settle, toConfig } from '../settings/config';
import { LISTINGS } from '../data/corpus';
import { engine } from '../training/engine';
import { breathe, nextFrame, pause } from './frame';
import { readRun, readWaiting } from '../inside/graph';
import { watchBaselines } from '../inside/diagnostics';
import { readHash, writeHash, type Link } from '../settings/hash';
import { packText, unpackText } from '../settings/linkText';
import { notify, report, textOf, tooLarge } from './notices';
import { presetsFor, withPreset } from '../settings/presets';
import { startPretrained } from '../writing/pretrained';
import { firstResults, gateOpen } from './startupGate';
import { initialSettings, namesWith, OWN_TEXT, type SettingName, type Settings } from '../settings/settings';
import { watchSpeed } from '../training/speed';
import { ready, store, waiting, wanted } from './store';
import { chooseBundled, choosePasted, watchData } from '../data/texts';
import { goTo, place } from '../tours/guide';
import { type Place, placeOf } from '../tours/tours';
import { readsText, taskOf } from '../tasks';
import { sampler } from '../writing/sampler';

/** Parameters above which a link does not start by itself: a phone should not be made to sweat. */
const LARGE = 3_000_000;

/** Bytes that a network and its training may take: what WebAssembly has, less the engine’s reserve. */
const MEMORY_LIMIT = 3.5e9;

/** Units of a visit without wishes of its own, on a phone: a third of the arithmetic, and words as soon as elsewhere. */
const HIDDEN_ON_PHONE = 64;

/** Milliseconds for which the page says that a setting applies at once. */
const APPLIED_SHOWN = 4000;

type Timer = ReturnType<typeof setTimeout>;

/** Calls back once, some time after the last call. */
function settled(milliseconds: number, callback: () => void): () => void {
  let timer: Timer | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, milliseconds);
  };
}

function signature(settings: Settings, names: readonly SettingName[]): string {
  return JSON.stringify(names.map((name) => settings[name]));
}

/** Runs when one of the named settings has changed, not at first. */
function onChange(names: readonly SettingName[], callback: () => void): void {
  let before = signature(store.settings.peek(), names);
  effect(() => {
    const now = signature(store.settings.value, names);
    if (now === before) return;
    before = now;
    untracked(callback);
  });
}

/** Of a text with more symbols than the vocabulary holds, the network keeps the most frequent ones. */
async function check(config: Config, size: { vocabulary: number; tokens?: number }) {
  const checked = await checkConfig(config, size);
  const { vocabulary } = checked.config;
  return size.vocabulary > vocabulary ? checkConfig(config, { ...size, vocabulary }) : checked;
}

let estimates = 0;

async function estimate(): Promise<void> {
  const [corpus, run] = [store.corpus.peek(), store.run.peek()];
  if (!corpus) return;
  const mine = ++estimates;
  if (run && waiting.peek().length === 0) {
    const { config, info } = run;
    const { parameters, memoryBytes } = info;
    store.estimate.value = { config, parameters, memoryBytes, rough: false, problem: null };
    if (engine.current) await readRun(engine.current, run, () => mine === estimates);
    return;
  }
  try {
    const settings = store.settings.peek();
    // How many symbols examples have is known once they are made.
    const rough = !readsText(settings);
    const { symbols: vocabulary, characters } = corpus;
    const size = rough ? { vocabulary: taskOf(settings).symbols } : { vocabulary, tokens: characters };
    const checked = await check(toConfig(settings), size);
    if (mine !== estimates) return;
    const { memoryBytes } = checked;
    const problem = (memoryBytes ?? 0) > MEMORY_LIMIT ? tooLarge(memoryBytes!, MEMORY_LIMIT) : null;
    store.estimate.value = { ...checked, rough, problem };
    await readWaiting(
      checked.config,
      Math.min(size.vocabulary, checked.config.vocabulary),
      () => mine === estimates,
    );
  } catch (error) {
    if (mine !== estimates) return;
    // An engine that could not be fetched says nothing of the network: Train fetches it again.
    if (error instanceof UnfoldError && error.code === 'LOAD_FAILED') return;
    store.estimate.value = {
      config: null,
      parameters: null,
      memoryBytes: null,
      rough: false,
      problem: textOf(error),
    };
  }
}

function showHash(): void {
  // The address of a tour says where in it one is; the settings follow from that.
  if (place.peek()) return;
  history.replaceState(null, '', writeHash(wanted.peek(), store.autostart.peek()));
}

export function linkHere(): string {
  showHash();
  return location.href;
}

/** The link with the chosen text in it; null when that is too long. */
export async function linkWithText(): Promise<string | null> {
  const corpus = store.corpus.peek();
  const packed = corpus && (await packText(corpus));
  return packed ? linkHere() + packed : null;
}

function watch(): void {
  const all = namesWith('restart').concat(namesWith('live'), namesWith('sample'), namesWith('view'));
  onChange(all, settled(250, showHash));
  onChange(
    namesWith('live'),
    settled(80, () => void engine.update(store.settings.peek())),
  );
  const forget = settled(APPLIED_SHOWN, () => (store.applied.value = null));
  for (const name of namesWith('live'))
    onChange([name], () => {
      if (!store.run.peek()) return;
      store.applied.value = name;
      forget();
    });
  onChange(
    namesWith('sample'),
    settled(250, () => sampler.write()),
  );
  // A network that is being built says itself what it takes: no second engine is asked for that.
  const starting = computed(() => store.phase.value === 'starting');
  const soon = settled(120, () => {
    if (!starting.peek()) void estimate();
  });
  onChange(namesWith('restart'), soon);
  effect(() => {
    void store.run.value;
    void store.corpus.value;
    if (ready.value && !starting.value) soon();
  });
  // A network that has just appeared writes at once; so does one that starts again. Its first step goes before.
  effect(() => {
    if (store.run.value) nextFrame(() => sampler.write());
  });
  effect(() => {
    if (store.phase.value === 'broken' && !store.run.value) store.waits.value = message.notice.nothing;
  });
  let before = store.phase.peek();
  effect(() => {
    const phase = store.phase.value;
    if (phase === 'running' && before === 'paused') nextFrame(() => sampler.resume());
    before = phase;
  });
}

function complain(link: Link): void {
  if (link.refused.length === 0) return;
  const names = link.refused.map((name) => message.settings[name]).join(', ');
  notify('note', message.notice.link, message.notice.linkText(names));
}

function why(link: Link, carried = false): string | null {
  if (prefersReducedMotion() || prefersReducedData() || !link.autostart) return message.stream.calm;
  return link.refused.length > 0 || carried ? message.stream.strange : null;
}

function listed(link: Link, carried: boolean): void {
  const { settings } = link;
  // Until the carried text has arrived; examples have none to begin with.
  if (settings.text === OWN_TEXT && carried && !readsText(settings)) return;
  if (settings.text === OWN_TEXT && carried) settings.text = LISTINGS[0]!.id;
  else if (settings.text === OWN_TEXT) notify('note', message.notice.link, message.notice.linkOwn);
  else if (link.hasSettings && !LISTINGS.some((entry) => entry.id === settings.text))
    link.refused.push('text');
  if (!LISTINGS.some((entry) => entry.id === settings.text)) settings.text = LISTINGS[0]!.id;
}

/** The settings of a link, once it is known what its preset stands for. */
function expand(link: Link): Settings {
  if (link.preset === null) return link.settings;
  const { task } = link.settings;
  const preset = presetsFor(task).find(({ name }) => name === link.preset);
  if (!preset) link.refused.push('preset');
  if (!preset) return link.settings;
  const named = withPreset({ ...initialSettings(), units: link.settings.units, task }, preset);
  const given = link.given.map((name) => [name, link.settings[name]]);
  return { ...named, ...Object.fromEntries(given), text: link.settings.text };
}

/** What this build can do of what the link asks for. */
function settingsOf(link: Link): Settings {
  const { settings, refused } = settle(expand(link));
  if (link.hasSettings) link.refused.push(...refused);
  return settings;
}

async function mayStart(link: Link, carried: boolean): Promise<boolean> {
  store.waits.value = why(link, carried);
  if (store.waits.value) return false;
  await estimate();
  const { parameters, problem } = store.estimate.peek() ?? {};
  if ((parameters ?? 0) > LARGE) store.waits.value = message.stream.large;
  return !problem && store.waits.value === null;
}

/** Goes on with the run this tab had before it was loaded again. */
async function resume(): Promise<boolean> {
  const last = lastHere();
  if (!last || !(await resumeRun(last.run, last.running, last.never))) {
    forgetHere();
    return false;
  }
  return true;
}

/** `first`: the text of a first visit, when it has been asked for already. */
async function load(link: Link, first?: Promise<boolean>): Promise<void> {
  const own = first ? null : await unpackText(location.hash);
  const carried = own !== null;
  listed(link, carried);
  store.autostart.value = link.autostart;
  store.settings.value = settingsOf(link);
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

/** A link to a stop of a tour. Where nothing may move by itself, Train is the reader's to press. */
async function followTour(to: Place): Promise<void> {
  if (!store.corpus.peek()) await chooseBundled(store.settings.peek().text);
  if (store.phase.peek() === 'loading') store.phase.value = 'ready';
  const still = prefersReducedMotion() || prefersReducedData();
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
  store.upcoming.value = {};
  store.settings.value = settings;
  if (own !== null) await choosePasted(own);
  else if (!readsText(settings))
    return; // the data follow the settings
  else if (waiting.peek().includes('text') || settings.text !== store.corpus.peek()?.id)
    await chooseBundled(settings.text);
}

async function begin(link: Link, first?: Promise<boolean>): Promise<void> {
  const resumed = !first && (await resume());
  const to = placeOf(location.hash);
  if (to) return followTour(to).catch(report);
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
  const link = readHash(location.hash);
  const calm = why(link) !== null;
  if (!calm) preload().catch(() => {}); // whoever needs the engine says what is wrong with it
  await breathe(); // here and below: three short pieces of work instead of a long one
  // Before anything watches: a first value is no change, and the address stays as short as it came.
  if (!link.hasSettings && onPhone()) {
    link.settings.units = HIDDEN_ON_PHONE;
    store.settings.value = link.settings;
  }
  addEventListener('hashchange', () => void follow());
  watch();
  watchData();
  watchBaselines();
  watchSpeed();
  watchRuns();
  watchTab(() => notify('note', message.storage.rested));
  store.autostart.value = link.autostart;
  await breathe();
  const bare = location.hash.length < 2 && lastHere() === null && !calm;
  const first = bare ? chooseBundled(link.settings.text) : undefined;
  gateOpen.value = !first;
  void begin(link, first);
  if (!first) return;
  await Promise.race([first, pause(HEAD_START)]);
  await breathe();
}
