// From the address to a running page, and the effects that keep the parts in step.
import { effect, untracked } from '@preact/signals';
import { checkConfig, getSchema, type Schema } from 'unfold-rnn';
import { message } from '../messages';
import { settle, toConfig } from './config';
import { LISTINGS } from './corpus';
import { engine } from './engine';
import { watchBaselines } from './measures';
import { readHash, writeHash, type Link } from './hash';
import { notify, report, textOf } from './notices';
import { withPreset } from './presets';
import { initialSettings, namesWith, OWN_TEXT, type SettingName, type Settings } from './settings';
import { store, waiting, wanted } from './store';
import { chooseBundled } from './texts';
import { writer } from './writer';

/** Parameters above which a link does not start by itself: a phone should not be made to sweat. */
const LARGE = 3_000_000;

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

let estimates = 0;

async function estimate(): Promise<void> {
  const corpus = store.corpus.peek();
  if (!corpus) return;
  const mine = ++estimates;
  try {
    const checked = await checkConfig(toConfig(store.settings.peek()), { vocabulary: corpus.symbols });
    if (mine !== estimates) return;
    store.estimate.value = {
      parameters: checked.parameters,
      memoryBytes: checked.memoryBytes,
      problem: null,
    };
  } catch (error) {
    if (mine !== estimates) return;
    store.estimate.value = { parameters: null, memoryBytes: null, problem: textOf(error) };
  }
}

function showHash(): void {
  history.replaceState(null, '', writeHash(wanted.peek(), store.autostart.peek()));
}

export function linkHere(): string {
  showHash();
  return location.href;
}

function watch(): void {
  const all = namesWith('restart').concat(namesWith('live'), namesWith('sample'), namesWith('view'));
  onChange(all, settled(250, showHash));
  onChange(
    namesWith('live'),
    settled(80, () => void engine.update(store.settings.peek())),
  );
  onChange(
    namesWith('sample'),
    settled(250, () => writer.write()),
  );
  const soon = settled(120, () => void estimate());
  onChange(namesWith('restart'), soon);
  effect(() => {
    if (store.corpus.value) soon();
  });
  // A network that has just appeared writes at once; so does one that starts again.
  effect(() => {
    if (store.run.value) untracked(() => writer.write());
  });
  let before = store.phase.peek();
  effect(() => {
    const phase = store.phase.value;
    if (phase === 'running' && before === 'paused') untracked(() => writer.resume());
    before = phase;
  });
}

function complain(link: Link): void {
  if (link.refused.length === 0) return;
  const names = link.refused.map((name) => message.settings[name]).join(', ');
  notify('note', message.notice.link, message.notice.linkText(names));
}

function why(link: Link): string | null {
  const connection = 'connection' in navigator ? (navigator.connection as { saveData?: boolean }) : undefined;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || connection?.saveData === true;
  if (calm || !link.autostart) return message.stream.calm;
  return link.refused.length > 0 ? message.stream.strange : null;
}

function listed(link: Link): void {
  const { settings } = link;
  if (settings.text === OWN_TEXT) notify('note', message.notice.link, message.notice.linkOwn);
  else if (link.hasSettings && !LISTINGS.some((entry) => entry.id === settings.text))
    link.refused.push('text');
  if (!LISTINGS.some((entry) => entry.id === settings.text)) settings.text = LISTINGS[0]!.id;
}

/** The settings of a link, once it is known what its preset stands for. */
function expand(link: Link, schema: Schema): Settings {
  if (link.preset === null) return link.settings;
  const preset = schema.presets.find(({ name }) => name === link.preset);
  if (!preset) link.refused.push('preset');
  if (!preset) return link.settings;
  const named = withPreset({ ...initialSettings(), hidden: link.settings.hidden }, preset, schema);
  const given = link.given.map((name) => [name, link.settings[name]]);
  return { ...named, ...Object.fromEntries(given), text: link.settings.text };
}

async function prepare(link: Link, text: Promise<unknown>): Promise<void> {
  const schema = await getSchema();
  store.schema.value = schema;
  // Without a preset, what was changed while the engine loaded stays changed.
  const asked = link.preset === null ? store.settings.peek() : expand(link, schema);
  const { settings, refused } = settle(asked, schema);
  if (link.hasSettings) link.refused.push(...refused);
  store.settings.value = settings;
  await text;
}

async function mayStart(link: Link): Promise<boolean> {
  store.waits.value = why(link);
  if (store.waits.value) return false;
  await estimate();
  const { parameters, problem } = store.estimate.peek() ?? {};
  if (problem || (parameters ?? 0) > LARGE) store.waits.value = message.stream.large;
  return store.waits.value === null;
}

async function load(link: Link): Promise<void> {
  listed(link);
  store.autostart.value = link.autostart;
  store.settings.value = link.settings;
  const text = chooseBundled(link.settings.text);
  store.waits.value = why(link);
  // Without wishes of its own a visit waits for nothing but the text.
  const plain = !link.hasSettings && !store.waits.peek();
  if (plain) void text.then((chosen) => (chosen ? engine.play() : undefined));
  try {
    await prepare(link, text);
  } catch (error) {
    store.phase.value = 'broken';
    store.waits.value = message.notice.nothing;
    return report(error);
  }
  complain(link);
  if (store.phase.peek() === 'loading') store.phase.value = 'ready';
  if (!plain && store.corpus.peek() && (await mayStart(link))) await engine.play();
}

/** A link opened in the same tab waits for Apply like any other change. */
async function follow(): Promise<void> {
  const link = readHash(location.hash);
  if (!link.hasSettings) return;
  if (link.settings.text === OWN_TEXT) link.settings.text = store.settings.peek().text;
  const schema = store.schema.peek();
  const { settings, refused } = schema
    ? settle(expand(link, schema), schema)
    : { settings: link.settings, refused: [] };
  link.refused.push(...refused);
  complain(link);
  store.upcoming.value = {};
  store.settings.value = settings;
  if (waiting.peek().includes('text') || settings.text !== store.corpus.peek()?.id)
    await chooseBundled(settings.text);
}

export async function startSession(): Promise<void> {
  addEventListener('hashchange', () => void follow());
  watch();
  watchBaselines();
  await load(readHash(location.hash));
}
