// Runs held still to be compared: their curves, their settings, and their weights to write with.
import { signal } from '@preact/signals';
import { type Model, openModel } from 'unfold-rnn';
import { message } from '../i18n/messages';
import type { Companion } from '../training/copies';
import { engine } from '../training/engine';
import { fetchRun } from '../storage/resume';
import { StorageError } from '../storage/storageError';
import { notify, report } from '../app/notices';
import { opened } from '../app/dialogs';
import { Series } from '../training/series';
import { describeNetwork, SETTING_NAMES, type SettingName, type Settings, write } from '../settings/settings';
import { measured, unitOf } from '../tasks';
import { perCharacter } from '../tasks/perCharacter';
import type { Unit } from '../tasks/task';

export const MOST_PINS = 4;
const SAMPLE_LENGTH = 300;

export interface Pin {
  /** Of the run and its step: the same run may be pinned at two ages. */
  id: string;
  title: string;
  settings: Settings;
  text: string;
  unit: Unit;
  step: number;
  parameters: number;
  series: Series;
  checkpoint: Uint8Array;
  /** The loss on the held-out part, in its unit, of these very weights; null until measured, or without such a text. */
  score: number | null;
}

export const pins = signal<readonly Pin[]>([]);
/** What each pin has written, by id. */
export const samples = signal<Readonly<Record<string, string>>>({});

interface Pinned {
  run: Companion;
  checkpoint: Uint8Array;
  title: string;
  step: number;
  parameters: number;
}

export const pinId = (run: string, step: number): string => `${run}-${step}`;

/** An engine of its own for as long as `work` takes. */
async function withModel<T>(
  checkpoint: Uint8Array,
  text: Uint8Array | undefined,
  work: (model: Model) => Promise<T>,
): Promise<T> {
  const model = await openModel(checkpoint, text, { threads: 1 });
  try {
    return await work(model);
  } finally {
    model.dispose();
  }
}

/** The same measure for every pin, at whatever step it was taken. */
async function measure({ id, checkpoint, unit }: Pin, text: Uint8Array | undefined): Promise<void> {
  try {
    const score = await withModel(checkpoint, text, async (model) =>
      model.info.tokens.validation > 1
        ? perCharacter(model.info, 'validation') * measured(unit, (await model.evaluate()).loss)
        : null,
    );
    pins.value = pins.peek().map((pin) => (pin.id === id ? { ...pin, score } : pin));
  } catch (error) {
    report(error);
  }
}

function add({ run, checkpoint, title, step, parameters }: Pinned): void {
  const id = pinId(run.id, step);
  if (pins.peek().some((pin) => pin.id === id)) return notify('note', message.compare.already(title));
  if (pins.peek().length >= MOST_PINS) return notify('note', message.compare.full(MOST_PINS));
  const series = Series.unpack(run.series.pack());
  const { settings, corpus } = run;
  const about = { title, settings, text: corpus.title, unit: unitOf(settings) };
  const pin = { id, ...about, step, parameters, series, checkpoint, score: null };
  pins.value = [...pins.peek(), pin];
  void measure(pin, corpus.made ? undefined : corpus.bytes);
  // Where the comparison is open it shows by itself.
  if (opened.peek() === null) notify('note', message.compare.pinned(title));
}

export async function pinPresent(): Promise<void> {
  const former = await engine.copy();
  if (!former) return;
  const { run, checkpoint } = former;
  const { step, parameters } = run.info;
  add({ run, checkpoint, step, parameters, title: describeNetwork(run.settings) });
}

export async function pinKept(id: string, title: string): Promise<void> {
  try {
    const { kept, entry } = await fetchRun(id, false);
    // A copy has an id of its own; a pin goes by the run it is of.
    const run = { ...kept.run, id };
    add({ run, checkpoint: kept.checkpoint, title, step: entry.step, parameters: entry.parameters });
  } catch (error) {
    if (error instanceof StorageError) notify('error', message.storage.problem[error.problem]);
    else report(error);
  }
}

export function unpin(id: string): void {
  pins.value = pins.peek().filter((pin) => pin.id !== id);
}

/** Best first; runs without a validation last, in the order they were pinned. */
export function ranked(all: readonly Pin[]): Pin[] {
  return [...all].sort((a, b) => (a.score ?? Infinity) - (b.score ?? Infinity) || 0);
}

const VIEW_ONLY = new Set<SettingName>(['scale', 'temperature', 'prompt']);

/** Settings in which the pins differ, each with one spelling a pin. */
export function differences(all: readonly Pin[]): { name: SettingName; values: string[] }[] {
  return SETTING_NAMES.filter((name) => !VIEW_ONLY.has(name)).flatMap((name) => {
    const values = all.map((pin) => write(name, pin.settings[name]));
    return new Set(values).size > 1 ? [{ name, values }] : [];
  });
}

let writing = 0;

/** Every pin writes from one seed, one after the other, each in an engine of its own that goes again. */
export async function writeAll(options: {
  seed: number;
  temperature: number;
  prompt: string;
}): Promise<void> {
  const mine = ++writing;
  samples.value = {};
  for (const { id, checkpoint } of pins.peek().filter(({ unit }) => unit === 'character')) {
    try {
      let text = options.prompt;
      await withModel(checkpoint, undefined, async (model) => {
        for await (const piece of model.sample({ ...options, length: SAMPLE_LENGTH })) text += piece;
      });
      if (mine !== writing) return;
      samples.value = { ...samples.peek(), [id]: text };
    } catch (error) {
      return report(error);
    }
  }
}
