/**
 * A network for any page, in two lines: one that learns to write, or a trained model that writes or answers:
 *
 *     <script type="module" src="…/unfold-rnn/dist/element.js"></script>
 *     <unfold-playground preset="gru" autostart></unfold-playground>
 *     <unfold-playground model="dates.safetensors" view="text"></unfold-playground>
 *
 * Importing this file defines the element (in a browser; elsewhere it does nothing).
 */
import { rhyme } from './element/text.js';
import { type Face, View } from './element/view.js';
import { createModel, getSchema, openModel } from './index.js';
import type { Config, Model, Progress, Runtime } from './index.js';

/** What listeners get: the element's own events, and those of every element. */
interface EventMap extends Omit<HTMLElementEventMap, 'progress' | 'error'> {
  progress: CustomEvent<Progress>;
  error: CustomEvent<Error>;
}

/** An element whose `progress` and `error` are not those of a file that is loaded. */
interface PlaygroundElement extends HTMLElement {
  addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(...args: Parameters<EventTarget['addEventListener']>): void;
  removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void;
}

/** Absent where pages are rendered on a server. */
const Base = (globalThis.HTMLElement ?? class {}) as new () => PlaygroundElement;

/** Symbols of one sample. */
const LENGTH = 160;

/** Milliseconds between samples. */
const PACE = 1500;

/** Shorter texts leave no room for larger windows. */
const SMALL: Config = { sequenceLength: 32, batchSize: 8, evaluateEvery: 0, validationSplit: 0 };

const HIDDEN = 96;

const FACES: readonly string[] = ['text', 'network', 'chart'];

const isPixels = (height: string) => /^\d+(\.\d+)?$/.test(height);

/**
 * Attributes, all optional:
 *
 * - `model`: the address of a trained model, as `save()` or the page's Export gives it. It writes or answers without
 *   training; with its text (see `text`), or where its examples are generated, it can be trained on.
 * - `task`: `next` (default: it learns to write), or another task: `classify`, `tag`, `regress`, `notes`, `generate`,
 *   `translate`. Without `model` and `text` the first generated dataset of that task is learnt. With `model` it must be
 *   that model's task.
 * - `view`: `text` (default: what it writes, or a question and its answer), `network` (the diagram, with the equations
 *   of a part that is pressed) or `chart` (the loss).
 * - `preset`: a network by name, see `getSchema().presets`. Default `gru`; not with `model`.
 * - `text`: the address of a text file to learn from. Without it: what stands between the tags, or a nursery rhyme.
 * - `height`: a CSS length; a bare number is pixels. Default `24rem`.
 * - `autostart`: trains (or writes) once it is in view, unless the reader prefers less motion or less data.
 *
 * Colours follow the page's `color-scheme`; `--unfold-accent`, `--unfold-ground`, `--unfold-sunken`, `--unfold-ink`,
 * `--unfold-ink-soft`, `--unfold-line` and `--unfold-accent-ink` overrule them. Fires `progress` with the `Progress`
 * as `detail`, and `error` with the `Error`.
 */
export class UnfoldPlayground extends Base {
  static readonly observedAttributes = ['model', 'task', 'view', 'preset', 'text', 'height'];

  /** More of the configuration of a network that is made here. Takes effect with the next `reset()`. */
  config: Omit<Config, 'preset'> = {};

  /** Where and how the engine runs. Takes effect with the next `reset()`. */
  runtime: Runtime = {};

  #shadow: ShadowRoot | undefined;
  #view: View | undefined;
  #model: Promise<Model> | undefined;
  #running: AbortController | undefined;
  #watch: IntersectionObserver | undefined;

  connectedCallback(): void {
    this.#shadow ??= this.attachShadow({ mode: 'open' });
    this.#look(this.getAttribute('task') ?? 'next');
    this.#watchForSight();
  }

  disconnectedCallback(): void {
    this.#watch?.disconnect();
    this.#drop();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.#view) return;
    if (name === 'height') {
      this.#setHeight();
      return this.#view.fail(this.#objection());
    }
    const { running } = this;
    this.#drop();
    this.#look(this.getAttribute('task') ?? 'next');
    if (running) void this.play();
    else this.#watchForSight();
  }

  /** Whether it trains or writes. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Trains until `pause()`, or writes, where a model has nothing to train on; resolves then. What goes wrong is shown, and fired as `error`. */
  async play(): Promise<void> {
    if (this.#running || !this.#view) return;
    const controller = new AbortController();
    this.#running = controller;
    this.#view.fail(this.#objection());
    this.#view.running(true, 'Training');
    try {
      const model = await this.#open();
      if (controller.signal.aborted) return;
      await this.#work(model, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#drop();
      this.#fail(error as Error);
    } finally {
      controller.abort(); // what is still being written
      if (this.#running === controller) this.pause();
    }
  }

  /** Stops the work within a few milliseconds; `play()` goes on. Nothing happens where nothing runs. */
  pause(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#view?.running(false, 'Paused');
  }

  /** A new network, or the model as it was in its file; goes on if the old one was at work. */
  reset(): void {
    const { running } = this;
    this.#drop();
    this.#view?.clear();
    if (running) void this.play();
  }

  async #work(model: Model, signal: AbortSignal): Promise<void> {
    const view = this.#view!;
    view.running(true, model.info.canTrain ? 'Training' : 'Writing');
    const writing = this.#write(model, view, signal);
    if (!model.info.canTrain) return writing;
    void writing.catch(() => {}); // training meets the same error
    for await (const progress of model.train({ signal })) {
      view.progress(progress);
      this.dispatchEvent(new CustomEvent('progress', { detail: progress }));
    }
  }

  /** A view for a task, empty. */
  #look(task: string): void {
    const face = this.getAttribute('view') ?? 'text';
    this.#view = new View(this.#shadow!, FACES.includes(face) ? (face as Face) : 'text', task, {
      toggle: () => void (this.#running ? this.pause() : this.play()),
      reset: () => this.reset(),
      model: () => this.#open(),
      fail: (error) => this.#fail(error),
    });
    this.#setHeight();
    this.#view.running(false, '');
    this.#view.fail(this.#objection());
  }

  /** The first attribute that has no effect. */
  #objection(): string {
    const [view, height] = [this.getAttribute('view') ?? 'text', this.getAttribute('height')?.trim() ?? ''];
    const got = (what: string) => `got ${what.slice(0, 40)}`;
    if (!FACES.includes(view)) return `view: expected text, network or chart, ${got(view)}`;
    if (height && !isPixels(height) && !CSS.supports('block-size', height))
      return `height: expected a CSS length, ${got(height)}`;
    const preset = this.hasAttribute('model') && this.getAttribute('preset');
    return preset ? `preset: expected none beside model, which has its network, ${got(preset)}` : '';
  }

  /** Once: from then on its reader decides. */
  #watchForSight(): void {
    this.#watch?.disconnect();
    const starts = this.hasAttribute('autostart') && !wantsCalm();
    // What is shown of a model that is there needs no training.
    const opens = this.hasAttribute('model') || this.#view!.face === 'network';
    if (!starts && !opens) return;
    this.#watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.#watch?.disconnect();
      if (starts) void this.play();
      else this.#open().catch((error: Error) => this.#fail(error));
    });
    this.#watch.observe(this);
  }

  #fail(error: Error): void {
    this.#view?.fail(error.message);
    this.dispatchEvent(new CustomEvent('error', { detail: error }));
  }

  #open(): Promise<Model> {
    if (this.#model) return this.#model;
    const making = this.hasAttribute('model') ? this.#read() : this.#create();
    const opening = making.then((model) => {
      if (this.#model !== opening) return model;
      const task = taskOf(model);
      if (task !== this.#view!.task) this.#look(task);
      this.#view!.opened(model);
      if (this.#running) this.#view!.running(true, '');
      return model;
    });
    this.#model = opening;
    opening.catch(() => this.#model === opening && (this.#model = undefined));
    return opening;
  }

  async #read(): Promise<Model> {
    const [file, text] = await Promise.all([load(this, 'model'), this.#readText()]);
    const model = await openModel(new Uint8Array(await file.arrayBuffer()), text, this.runtime);
    const task = this.getAttribute('task');
    if (task === null || task === taskOf(model)) return model;
    model.dispose();
    throw new Error(`task: expected ${taskOf(model)}, which the model is for, got ${task.slice(0, 40)}`);
  }

  async #create(): Promise<Model> {
    // An author's own layers are a network already.
    const network = this.config.layers ? {} : { units: HIDDEN, preset: this.getAttribute('preset') ?? 'gru' };
    const task = this.getAttribute('task') ?? 'next';
    const text = await this.#readText();
    if (task === 'next')
      return createModel({ ...SMALL, ...network, ...this.config }, text ?? rhyme().repeat(3), this.runtime);
    const { datasets } = await getSchema(this.runtime);
    const made = datasets.find((one) => one.task === task)?.name;
    if (!made) {
      const tasks = [...new Set(datasets.map((one) => one.task))].filter((name) => name !== 'next');
      throw new Error(`task: expected next, ${tasks.join(', ')}, got ${task.slice(0, 40)}`);
    }
    const source = text === undefined ? { dataset: made } : { task };
    return createModel({ ...network, evaluateEvery: 0, ...this.config, ...source }, text, this.runtime);
  }

  /** The file that the text is in, or what stands between the tags. */
  async #readText(): Promise<string | undefined> {
    if (this.getAttribute('text')) return (await load(this, 'text')).text();
    return this.textContent?.trim() || undefined;
  }

  async #write(model: Model, view: View, signal: AbortSignal): Promise<void> {
    for (let seed = 1; ; seed++) {
      await new Promise((resolve) => setTimeout(resolve, seed === 1 ? 300 : PACE));
      if (signal.aborted) return;
      const append = view.sample(model.info.step);
      if (!append) return;
      const { temperature } = view;
      for await (const piece of model.sample({ length: LENGTH, temperature, seed, signal })) append(piece);
    }
  }

  #setHeight(): void {
    const height = this.getAttribute('height')?.trim() ?? '';
    this.#view!.root.style.blockSize = isPixels(height) ? `${height}px` : height;
  }

  #drop(): void {
    this.pause();
    const model = this.#model;
    this.#model = undefined;
    model?.then(
      (made) => made.dispose(),
      () => {}, // was told when it was made
    );
  }
}

function taskOf({ info }: Model): string {
  const { task } = info.config;
  return (typeof task === 'object' ? task.name : task) ?? 'next';
}

/** What is at the address of an attribute. */
async function load(element: Element, attribute: 'model' | 'text'): Promise<Response> {
  const address = element.getAttribute(attribute)!;
  const response = await fetch(new URL(address, element.ownerDocument.baseURI));
  if (!response.ok) throw new Error(`${address} could not be loaded: status ${response.status}`);
  return response;
}

function wantsCalm(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true || matchMedia('(prefers-reduced-motion: reduce)').matches;
}

declare global {
  interface HTMLElementTagNameMap {
    'unfold-playground': UnfoldPlayground;
  }
}

if (globalThis.customElements && !customElements.get('unfold-playground')) {
  customElements.define('unfold-playground', UnfoldPlayground);
}
