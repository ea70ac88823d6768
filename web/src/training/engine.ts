// Owns the model, and says what each command does; pausing alone acts at once. A run that is replaced is kept as a
// checkpoint, so that Undo can bring it back.
import { batch } from '@preact/signals';
import {
  createModel,
  openModel,
  UnfoldError,
  type Model,
  type Progress,
  type TrainOptions,
} from 'unfold-rnn';
import { message } from '../i18n/messages';
import { announce } from '../app/announce';
import { edit, liveConfig, settingsIn, type State, withConfig } from '../settings/state';
import { absentCorpus, type Corpus, withReading } from '../data/corpus';
import { integer } from '../i18n/format';
import { datasetOf } from '../data/transferText';
import { Commands } from './commands';
import { type Companion, Copies, type Former, isGone, type Kept } from './copies';
import { History } from './history';
import { type Means, offerAfterCrash, offerAfterOverflow } from './recovery';
import { asked, withLive, withRun } from './runSettings';
import { notify, report } from '../app/notices';
import { Recorder } from './recorder';
import { readsText } from '../tasks';
import { describeRun, newId, showRun } from './runs';
import { Series } from './series';
import { OWN_TEXT } from '../settings/settings';
import { type Pending, type Run, showState, store, wanted } from '../app/store';
import { corpusFor, corpusOfFile } from '../data/texts';

/** A model was trained on another text than the one that it was opened with. */
const isOfOtherText = (error: unknown) =>
  error instanceof UnfoldError && error.code === 'INVALID_TEXT' && error.field === 'text';

export class Engine {
  private model: Model | null = null;
  private recorder: Recorder | null = null;
  /** What Undo brings back. */
  private former: Former | null = null;
  private readonly copies = new Copies();
  private readonly commands = new Commands((error) => this.failed(error));
  private stopping = new AbortController();
  private training: Promise<void> = Promise.resolve();

  get current(): Model | null {
    return this.model;
  }

  /** Told of every copy of the run at work. */
  set onKept(told: (kept: Former) => void) {
    this.copies.onCopy = told;
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
      await this.replace(make, () => withLive(run.state), run.corpus);
      await this.update();
    }, 'resetting');
  }

  /** A new network from the settings on the page; trains until it is paused, or for some steps. */
  applyAndRestart(steps?: number): Promise<void> {
    return this.command(async () => {
      const state = wanted.peek();
      const corpus = store.corpus.peek() && (await corpusFor(settingsIn(state)));
      if (!corpus) return;
      const make = async () =>
        createModel(withReading(state.config, corpus.reading), await datasetOf(corpus));
      await this.replace(make, () => state, corpus);
      showState(wanted.peek());
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
    const { model, copies } = this;
    if (model && model.info.step !== copies.latest?.run.info.step) await this.keep(model);
  }

  open(bytes: Uint8Array, name: string): Promise<void> {
    return this.command(async () => {
      const here = store.corpus.peek();
      if (!here) return;
      const corpus = await corpusOfFile(bytes, here);
      const shown = (model: Model) => withConfig(store.state.peek(), model.info.config);
      const open = async () => openModel(bytes, await datasetOf(corpus));
      let alone = false;
      const { info } = await this.replace(open, shown, corpus).catch((error) => {
        if (!isOfOtherText(error)) throw error;
        alone = true;
        return this.replace(() => openModel(bytes), shown, absentCorpus());
      });
      store.corpus.value = alone ? here : corpus;
      const { settings, state } = store.run.peek()!;
      const own = !readsText(settings) && settings.dataset === '';
      showState(own ? edit(state, { text: OWN_TEXT }) : state);
      notify('note', message.notice.opened(name, integer(info.step)));
      if (alone) notify('note', message.notice.openedAlone);
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

  /** Tells the model what applies at once. */
  async update(): Promise<void> {
    if (!this.model) return;
    try {
      await this.model.update(liveConfig(store.state.peek()));
    } catch (error) {
      if (!isGone(error)) report(error);
    }
  }

  private command(work: () => Promise<void>, pending?: Pending): Promise<void> {
    return this.commands.add(work, pending);
  }

  private async build(): Promise<void> {
    const state = wanted.peek();
    const corpus = store.corpus.peek() && (await corpusFor(settingsIn(state)));
    if (!corpus) throw new Error(message.phase.loading);
    store.phase.value = 'starting';
    const model = await createModel(withReading(state.config, corpus.reading), await datasetOf(corpus));
    this.install(model, state, corpus);
    showState(wanted.peek());
  }

  /** Ends training and waits until it has ended. */
  private async settle(): Promise<void> {
    this.stopping.abort();
    await this.training;
  }

  /** Makes the new model before the old one goes, so that a refusal leaves the old one at work. */
  private async replace(
    make: () => Promise<Model>,
    shown: (model: Model) => State,
    corpus: Corpus,
  ): Promise<Model> {
    const wasRunning = store.phase.peek() === 'running';
    await this.settle();
    const present = await this.pack();
    let model: Model;
    try {
      model = await make();
    } catch (error) {
      if (wasRunning) this.train();
      throw error;
    }
    this.keepFormer(present);
    this.install(model, shown(model), corpus);
    // At once: a reload must not bring back the run before.
    void this.keep(model);
    if (wasRunning) this.train();
    return model;
  }

  private async restore(from: Kept, replaced: 'former' | 'lost'): Promise<Model> {
    const wasRunning = store.phase.peek() === 'running';
    await this.settle();
    const present = replaced === 'former' ? await this.pack() : null;
    const { corpus, state } = from.run;
    const model = await openModel(from.checkpoint, await datasetOf(corpus));
    if (present) this.keepFormer(present);
    from.run.series.cut(model.info.step);
    from.run.history.cut(model.info.step);
    this.install(model, state, corpus, from.run);
    showState(withRun(state));
    store.corpus.value = corpus;
    if (wasRunning) this.train();
    return model;
  }

  private install(model: Model, state: State, corpus: Corpus, from?: Companion): void {
    this.model?.dispose();
    this.model = model;
    this.copies.begin();
    const { config } = model.info;
    const fresh = { id: newId(), series: new Series(), history: new History(), samples: [] };
    const run: Run = { ...(from ?? fresh), ...asked(state), config, corpus, info: model.info };
    this.recorder = new Recorder(run);
    batch(() => showRun(run));
  }

  private async pack(): Promise<Former | null> {
    const run = store.run.peek();
    if (!this.model || !run) return null;
    try {
      const checkpoint = await this.model.save();
      return { run: { ...run, ...asked(withLive(run.state)), info: this.model.info }, checkpoint };
    } catch {
      return this.copies.latest; // A model that cannot be saved any more: its last copy, if there is one.
    }
  }

  private keepFormer(former: Former | null): void {
    this.former = former;
    store.former.value = former && describeRun(former.run);
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
    let last: Progress | undefined;
    try {
      for await (const progress of model.train(options)) {
        recorder.take((last = progress));
        if (this.copies.due) void this.keep(model);
      }
    } catch (error) {
      // Finite as they are, weights before an overflow may be no good: what was copied before stays.
      spoiled = error instanceof UnfoldError && error.overflow?.rolledBack === false;
      if (!options.signal?.aborted && !isGone(error)) this.failed(error);
    }
    if (this.model !== model) return;
    // An answer comes after the last slice: only then is the step the final one.
    await model.update({}).catch(() => undefined);
    recorder.show(model.info);
    if (last?.stoppedEarly && last.best)
      notify('note', message.notice.stoppedEarly(integer(last.best.step), integer(model.info.step)));
    if (!spoiled) void this.keep(model);
    if (store.phase.peek() === 'running') store.phase.value = 'paused';
    if (!options.steps) announce(message.announcements.paused(integer(model.info.step)));
  }

  private keep(model: Model): Promise<void> {
    return this.copies.take(model, () => this.model === model);
  }

  private failed(error: unknown): void {
    const code = error instanceof UnfoldError ? error.code : undefined;
    if (code === 'NON_FINITE') return offerAfterOverflow((error as UnfoldError).overflow, this.means());
    if (code === 'WORKER_FAILED' || code === 'INTERNAL') return this.crashed(error);
    if (!this.model)
      store.phase.value = code === 'LOAD_FAILED' || code === 'UNSUPPORTED' ? 'broken' : 'ready';
    report(error);
  }

  private crashed(error: unknown): void {
    const means = this.means();
    this.model?.dispose();
    this.model = null;
    store.phase.value = 'broken';
    offerAfterCrash(error, means);
  }

  private means(): Means {
    return {
      copy: this.copies.latest,
      step: this.model?.info.step,
      restore: (copy) => this.restore(copy, 'lost'),
      build: () => this.build(),
      goOn: (change) =>
        void this.command(async () => {
          await change();
          await this.update();
          this.train();
        }),
    };
  }
}

export const engine = new Engine();
