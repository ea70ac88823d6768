// Owns the model. Commands wait for each other in one queue, so that any order of presses ends in a
// consistent state; pausing alone acts at once. A run that is replaced is kept as a checkpoint, so
// that Undo can bring it back.
import { batch } from '@preact/signals';
import { createModel, openModel, UnfoldError, type Model, type TrainOptions } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { announce } from '../app/announce';
import { settingsFor, toConfig, toLiveSettings } from '../settings/config';
import type { Corpus } from '../data/corpus';
import { integer, scientific, twoDigits } from '../i18n/format';
import { datasetOf } from '../data/transferText';
import { History } from './history';
import { dismissErrors, notify, report } from '../app/notices';
import { Recorder } from './recorder';
import { readsText } from '../tasks';
import { Series } from './series';
import { LIMITS, namesWith, OWN_TEXT, type Settings } from '../settings/settings';
import { arrive, NOTHING_YET, type Pending, set, store, wanted, type Run } from '../app/store';
import { corpusFor, corpusOfFile } from '../data/texts';

/** A run as it was at one step. */
export interface Former {
  run: Run;
  checkpoint: Uint8Array;
}

/** What of a run cannot be had from its checkpoint. */
export type Companion = Omit<Run, 'config' | 'info'>;

/** A run from the browser's storage: enough to bring it back. */
export interface Kept {
  run: Companion;
  checkpoint: Uint8Array;
}

/** Milliseconds until the first copy of a run and, doubling, until the next ones. */
const KEEP_FIRST = 1000;
/** Milliseconds between two later copies; more where a copy takes long, so that it stays a small share. */
const KEEP_EVERY = 15_000;
const KEEP_SHARE = 30;
/** Parameters above which a copy would not fit beside the run. */
export const KEEP_BELOW = 20_000_000;
/** Milliseconds after which a command that is not done yet is shown as pending: shorter ones would only flicker. */
const PENDING_AFTER = 100;
/** The norm to which gradients are clipped where an overflow showed that they need it (Pascanu et al. 2013). */
const USUAL_CLIP = 1;

export class Engine {
  private model: Model | null = null;
  private recorder: Recorder | null = null;
  private former: Former | null = null;
  private kept: Former | null = null;
  private keptAt = 0;
  private keepEvery = KEEP_FIRST;
  /** Told of every copy: whoever keeps runs beyond this tab. */
  onKept: ((kept: Former) => void) | undefined;
  private queue: Promise<void> = Promise.resolve();
  private stopping = new AbortController();
  private training: Promise<void> = Promise.resolve();

  get current(): Model | null {
    return this.model;
  }

  play(): Promise<void> {
    return this.command(async () => {
      if (!this.model) await this.build();
      this.train();
    });
  }

  pause(): Promise<void> {
    this.stopping.abort();
    const running = store.phase.peek() === 'running';
    return this.command(() => this.settle(), running ? 'pausing' : undefined);
  }

  toggle(): Promise<void> {
    return store.phase.peek() === 'running' ? this.pause() : this.play();
  }

  step(): Promise<void> {
    return this.command(async () => {
      if (!this.model) await this.build();
      await this.settle();
      this.train({ steps: 1 });
      await this.training;
    });
  }

  /** The same network again, from its first weights. */
  reset(): Promise<void> {
    return this.command(async () => {
      const run = store.run.peek();
      if (!run) return;
      const make = async () => createModel(run.config, await datasetOf(run.corpus));
      await this.replace(make, () => withLive(run.settings), run.corpus);
      await this.update(store.settings.peek());
    }, 'resetting');
  }

  /** A new network from the settings on the page; trains until it is paused, or for some steps. */
  applyAndRestart(steps?: number): Promise<void> {
    return this.command(async () => {
      const settings = wanted.peek();
      const corpus = store.corpus.peek() && (await corpusFor(settings));
      if (!corpus) return;
      const make = async () => createModel(toConfig(settings), await datasetOf(corpus));
      await this.replace(make, () => settings, corpus);
      arrive();
      this.train(steps === undefined ? {} : { steps });
      announce(message.announcements.finished);
    }, 'building');
  }

  /** Swaps the present run with the one it replaced. */
  undo(): Promise<void> {
    return this.command(async () => {
      const former = this.former;
      if (!former) return;
      void this.keep(await this.restore(former, 'former'));
      notify('note', message.apply.restored(integer(former.run.info.step)));
    });
  }

  /** A run that was kept, in place of the present one. False when it cannot be opened; that is reported. */
  async resume(kept: Kept, play: boolean): Promise<boolean> {
    let resumed = false;
    await this.command(async () => {
      await this.restore(kept, 'former');
      resumed = true;
      if (play) this.train();
    });
    return resumed;
  }

  /** The present run as it is now; null without one. */
  async copy(): Promise<Former | null> {
    let former: Former | null = null;
    await this.command(async () => void (former = await this.pack()));
    return former;
  }

  /** Copies the present run now, if it has moved since the last copy. */
  async keepNow(): Promise<void> {
    const { model, kept } = this;
    if (model && model.info.step !== kept?.run.info.step) await this.keep(model);
  }

  open(bytes: Uint8Array, name: string): Promise<void> {
    return this.command(async () => {
      const here = store.corpus.peek();
      if (!here) return;
      const corpus = await corpusOfFile(bytes, here);
      const shown = (model: Model) => settingsFor(model.info.config, store.settings.peek());
      const open = async () => openModel(bytes, await datasetOf(corpus));
      const { info } = await this.replace(open, shown, corpus);
      store.corpus.value = corpus;
      store.upcoming.value = {};
      const { settings } = store.run.peek()!;
      const own = !readsText(settings) && settings.dataset === '';
      store.settings.value = own ? { ...settings, text: OWN_TEXT } : settings;
      notify('note', message.notice.opened(name, integer(info.step)));
      const { unknown } = info.vocabulary;
      if (unknown > 0) notify('note', message.notice.openedUnknown(integer(unknown)));
    });
  }

  /** `optimizer: false`: without what only training on needs. */
  save(options: { optimizer?: boolean } = {}): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      void this.command(async () => resolve(await this.model?.save(options))).then(() => resolve(undefined));
    });
  }

  /** Settings that apply at once. */
  async update(settings: Settings): Promise<void> {
    if (!this.model) return;
    try {
      await this.model.update(toLiveSettings(settings));
    } catch (error) {
      if (!isGone(error)) report(error);
    }
  }

  private command(work: () => Promise<void>, pending?: Pending): Promise<void> {
    const timer = pending && setTimeout(() => (store.pending.value = pending), PENDING_AFTER);
    const done = () => {
      clearTimeout(timer);
      if (store.pending.peek() === pending) store.pending.value = null;
    };
    this.queue = this.queue
      .then(work)
      .catch((error: unknown) => this.failed(error))
      .finally(pending ? done : undefined);
    return this.queue;
  }

  private async build(): Promise<void> {
    const settings = wanted.peek();
    const corpus = store.corpus.peek() && (await corpusFor(settings));
    if (!corpus) throw new Error(message.phase.loading);
    store.phase.value = 'starting';
    const model = await createModel(toConfig(settings), await datasetOf(corpus));
    this.install(model, settings, corpus);
    arrive();
  }

  /** Ends training and waits until it has ended. */
  private async settle(): Promise<void> {
    this.stopping.abort();
    await this.training;
  }

  /** Makes the new model before the old one goes, so that a refusal leaves the old one at work. */
  private async replace(
    make: () => Promise<Model>,
    shown: (model: Model) => Settings | Promise<Settings>,
    corpus: Corpus,
  ): Promise<Model> {
    const wasRunning = store.phase.peek() === 'running';
    await this.settle();
    const present = await this.pack();
    let model: Model | undefined;
    let settings: Settings;
    try {
      model = await make();
      settings = await shown(model);
    } catch (error) {
      model?.dispose();
      if (wasRunning) this.train();
      throw error;
    }
    this.keepFormer(present);
    this.install(model, settings, corpus);
    // At once: a reload must not bring back the run before.
    void this.keep(model);
    if (wasRunning) this.train();
    return model;
  }

  private async restore(from: Kept, replaced: 'former' | 'lost'): Promise<Model> {
    const wasRunning = store.phase.peek() === 'running';
    await this.settle();
    const present = replaced === 'former' ? await this.pack() : null;
    const { corpus, settings } = from.run;
    const model = await openModel(from.checkpoint, await datasetOf(corpus));
    if (present) this.keepFormer(present);
    from.run.series.cut(model.info.step);
    from.run.history.cut(model.info.step);
    this.install(model, settings, corpus, from.run);
    store.upcoming.value = {};
    store.settings.value = withRun(settings);
    store.corpus.value = corpus;
    if (wasRunning) this.train();
    return model;
  }

  private install(model: Model, settings: Settings, corpus: Corpus, from?: Companion): void {
    this.model?.dispose();
    this.model = model;
    this.kept = null;
    this.keptAt = performance.now();
    this.keepEvery = KEEP_FIRST;
    const { config } = model.info;
    const fresh = { id: newId(), series: new Series(), history: new History(), samples: [] };
    const run: Run = { ...(from ?? fresh), settings: { ...settings }, config, corpus, info: model.info };
    this.recorder = new Recorder(run);
    batch(() => show(run));
  }

  private async pack(): Promise<Former | null> {
    const run = store.run.peek();
    if (!this.model || !run) return null;
    try {
      const checkpoint = await this.model.save();
      return { run: { ...run, settings: withLive(run.settings), info: this.model.info }, checkpoint };
    } catch {
      return this.kept; // A model that cannot be saved any more: its last copy, if there is one.
    }
  }

  private keepFormer(former: Former | null): void {
    this.former = former;
    store.former.value = former && describe(former.run);
  }

  private train(options: TrainOptions = {}): void {
    if (!this.model || store.phase.peek() === 'running') return;
    const { sampleOnly, answersOnly } = message.notice;
    if (!this.model.info.canTrain) return notify('note', this.model.info.data ? answersOnly : sampleOnly);
    this.stopping = new AbortController();
    store.waits.value = null;
    store.phase.value = 'running';
    if (!options.steps) announce(message.announcements.started);
    this.training = this.consume(this.model, this.recorder!, { ...options, signal: this.stopping.signal });
  }

  private async consume(model: Model, recorder: Recorder, options: TrainOptions): Promise<void> {
    let spoiled = false;
    try {
      for await (const progress of model.train(options)) {
        recorder.take(progress);
        if (performance.now() - this.keptAt > this.keepEvery) void this.keep(model);
      }
    } catch (error) {
      // Finite as they are, weights before an overflow may be no good: what was copied before stays.
      spoiled = error instanceof UnfoldError && error.overflow?.takenBack === false;
      if (!options.signal?.aborted && !isGone(error)) this.failed(error);
    }
    if (this.model !== model) return;
    // An answer comes after the last slice: only then is the step the final one.
    await model.update({}).catch(() => undefined);
    recorder.show(model.info);
    if (!spoiled) void this.keep(model);
    if (store.phase.peek() === 'running') store.phase.value = 'paused';
    if (!options.steps) announce(message.announcements.paused(integer(model.info.step)));
  }

  /** A copy to come back to when the worker, the tab or the machine crashes. */
  private async keep(model: Model): Promise<void> {
    const began = performance.now();
    this.keptAt = began;
    const run = store.run.peek();
    if (!run || model.info.parameters > KEEP_BELOW) return;
    try {
      const checkpoint = await model.save();
      if (this.model !== model) return;
      const next = Math.min(KEEP_EVERY, 2 * this.keepEvery);
      this.keepEvery = Math.max(next, KEEP_SHARE * (performance.now() - began));
      this.kept = { run: { ...run, settings: withLive(run.settings), info: model.info }, checkpoint };
      this.onKept?.(this.kept);
    } catch (error) {
      if (!isGone(error)) report(error);
    }
  }

  private failed(error: unknown): void {
    const code = error instanceof UnfoldError ? error.code : undefined;
    if (code === 'NON_FINITE') return this.diverged((error as UnfoldError).overflow);
    if (code === 'WORKER_FAILED' || code === 'INTERNAL') return this.crashed(error);
    if (!this.model)
      store.phase.value = code === 'LOAD_FAILED' || code === 'UNSUPPORTED' ? 'broken' : 'ready';
    report(error);
  }

  /** Three ways on, one click each: a lower rate, clipping, or the last copy (what exploded stays so) at a lower rate. */
  private diverged(overflow: UnfoldError['overflow']): void {
    const kept = this.kept;
    const { learningRate, clip } = store.settings.peek();
    const rate = Math.max(LIMITS.learningRate[0], learningRate / 2);
    const goOn = (label: string, change: () => void | Promise<void>) => ({
      label,
      run: () => {
        dismissErrors();
        void this.command(async () => {
          await change();
          await this.update(store.settings.peek());
          this.train();
        });
      },
    });
    const { halve, clip: clipTo, backAt, againAt } = message.notice;
    const ways = [goOn(halve(twoDigits(rate)), () => set('learningRate', rate))];
    if (clip === 0 || clip > USUAL_CLIP)
      ways.push(goOn(clipTo(twoDigits(USUAL_CLIP)), () => set('clip', USUAL_CLIP)));
    const back = kept ? backAt(integer(kept.run.info.step), twoDigits(rate)) : againAt(twoDigits(rate));
    ways.push(
      goOn(back, async () => {
        if (kept) await this.restore(kept, 'lost');
        set('learningRate', rate);
        if (!kept) await this.build();
      }),
    );
    const reached = message.notice.divergedText(integer(this.model?.info.step));
    const largest = overflow?.largest ? scientific(overflow.largest) : null;
    const where = overflow
      ? `${message.notice.overflowed(integer(overflow.step), largest, overflow.parameter)} `
      : '';
    notify('error', message.notice.diverged, `${where}${reached}`, ways);
  }

  private crashed(error: unknown): void {
    const kept = this.kept;
    this.model?.dispose();
    this.model = null;
    store.phase.value = 'broken';
    const recover = {
      label: kept ? message.notice.recover(integer(kept.run.info.step)) : message.notice.again,
      run: () =>
        void this.command(async () => {
          if (kept) await this.restore(kept, 'lost');
          else await this.build();
          this.train();
        }),
    };
    const detail = error instanceof Error ? error.message : '';
    notify('error', message.notice.crashed, `${message.notice.crashedText} ${detail}`.trim(), [recover]);
  }
}

/** Random: two tabs never mean the same run by chance. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}

/** Puts a run on the page. */
function show(run: Run): void {
  const { step, epoch } = run.info;
  const { latest: loss, latestValidation: validation } = run.series;
  dismissErrors();
  store.run.value = run;
  store.samples.value = run.samples;
  store.chosen.value = null;
  store.writing.value = null;
  store.baselines.value = run.baselines ?? null;
  store.flow.value = null;
  store.zoom.value = null;
  store.numbers.value = { ...NOTHING_YET, step, epoch, loss, validation };
  store.phase.value = 'paused';
  store.drawn.value++;
}

/** The call was overtaken by the end of its model. */
function isGone(error: unknown): boolean {
  return error instanceof UnfoldError && (error.code === 'DISPOSED' || error.code === 'ABORTED');
}

/** The settings of a run, with those that apply at once as they are now. */
function withLive(settings: Settings): Settings {
  return pick(settings, store.settings.peek(), 'live');
}

/** The settings of the page, with those of a run put back. */
function withRun(settings: Settings): Settings {
  return pick(pick(store.settings.peek(), settings, 'live'), settings, 'restart');
}

function pick(base: Settings, from: Settings, effect: 'live' | 'restart'): Settings {
  const entries = namesWith(effect).map((name) => [name, from[name]]);
  return { ...base, ...Object.fromEntries(entries) };
}

function describe(run: Run): string {
  const { cell, layers, units: hidden } = run.settings;
  const size = layers > 1 ? `${layers} × ${hidden}` : String(hidden);
  return message.apply.former(cell, size, integer(run.info.step));
}

export const engine = new Engine();
