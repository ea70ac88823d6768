/**
 * A network that learns to write, for any page, in two lines:
 *
 *     <script type="module" src="…/unfold-rnn/dist/element.js"></script>
 *     <unfold-playground preset="gru" autostart></unfold-playground>
 *
 * Importing this file defines the element (in a browser; elsewhere it does nothing).
 */
import { rhyme } from './element/text.js';
import { View } from './element/view.js';
import { createModel } from './index.js';
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
const SMALL: Config = { window: 32, batch: 8, evaluateEvery: 0, validation: 0 };

const HIDDEN = 96;

/**
 * Attributes, all optional:
 *
 * - `preset`: a network by name, see `getSchema().presets`. Default `gru`.
 * - `text`: the address of a text file to learn from. Without it: what stands between the tags, or a nursery rhyme.
 * - `height`: a CSS length; a bare number is pixels. Default `24rem`.
 * - `autostart`: trains once it is in view, unless the reader prefers less motion or less data.
 *
 * Colours follow the page's `color-scheme`; `--unfold-accent`, `--unfold-ground`, `--unfold-sunken`, `--unfold-ink`,
 * `--unfold-ink-soft`, `--unfold-line` and `--unfold-accent-ink` overrule them. Fires `progress` with the `Progress`
 * as `detail`, and `error` with the `Error`.
 */
export class UnfoldPlayground extends Base {
  static readonly observedAttributes = ['preset', 'text', 'height'];

  /** Where and how the engine runs, and more of the configuration. Takes effect with the next `reset()`. */
  options: Omit<Config, 'preset'> & Runtime = {};

  #view: View | undefined;
  #model: Promise<Model> | undefined;
  #running: AbortController | undefined;
  #watch: IntersectionObserver | undefined;

  connectedCallback(): void {
    this.#view ??= new View(this.attachShadow({ mode: 'open' }), {
      toggle: () => void (this.#running ? this.pause() : this.play()),
      reset: () => this.reset(),
    });
    this.#setHeight();
    this.#view.running(false, '');
    if (!this.hasAttribute('autostart') || wantsCalm()) return;
    this.#watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.#watch?.disconnect(); // once: from then on its reader decides
      void this.play();
    });
    this.#watch.observe(this);
  }

  disconnectedCallback(): void {
    this.#watch?.disconnect();
    this.#drop();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.#view) return;
    if (name === 'height') this.#setHeight();
    else this.reset();
  }

  /** Whether it trains. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Trains until `pause()`; resolves then. What goes wrong is shown, and fired as `error`. */
  async play(): Promise<void> {
    if (this.#running || !this.#view) return;
    const controller = new AbortController();
    this.#running = controller;
    const view = this.#view;
    view.fail('');
    view.running(true, 'Training');
    try {
      const model = await (this.#model ??= this.#create());
      if (controller.signal.aborted) return;
      void this.#write(model, view, controller.signal).catch(() => {}); // training meets the same error
      for await (const progress of model.train({ signal: controller.signal })) this.#show(progress, view);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#drop();
      view.fail((error as Error).message);
      this.dispatchEvent(new CustomEvent('error', { detail: error }));
    } finally {
      controller.abort(); // what is still being written
      if (this.#running === controller) this.pause();
    }
  }

  pause(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#view?.running(false, 'Paused');
  }

  /** A new network; goes on training if the old one was. */
  reset(): void {
    const { running } = this;
    this.#drop();
    this.#view?.clear();
    if (running) void this.play();
  }

  async #create(): Promise<Model> {
    // An author's own layers are a network already.
    const network = this.options.layers
      ? {}
      : { hidden: HIDDEN, preset: this.getAttribute('preset') ?? 'gru' };
    return createModel({ ...SMALL, ...network, ...this.options, text: await this.#readText() });
  }

  async #readText(): Promise<string> {
    const address = this.getAttribute('text');
    if (!address) return this.textContent?.trim() || rhyme().repeat(3);
    const response = await fetch(new URL(address, this.ownerDocument.baseURI));
    if (!response.ok) throw new Error(`${address} could not be loaded: status ${response.status}`);
    return response.text();
  }

  async #write(model: Model, view: View, signal: AbortSignal): Promise<void> {
    for (let seed = 1; ; seed++) {
      await new Promise((resolve) => setTimeout(resolve, seed === 1 ? 300 : PACE));
      if (signal.aborted) return;
      const append = view.sample(model.info.step);
      const { temperature } = view;
      for await (const piece of model.sample({ length: LENGTH, temperature, seed, signal })) append(piece);
    }
  }

  #show(progress: Progress, view: View): void {
    const { step, bitsPerCharacter, charsPerSecond, losses } = progress;
    view.progress(step, bitsPerCharacter, charsPerSecond, losses);
    this.dispatchEvent(new CustomEvent('progress', { detail: progress }));
  }

  #setHeight(): void {
    const height = this.getAttribute('height')?.trim() ?? '';
    this.#view!.root.style.blockSize = /^\d+(\.\d+)?$/.test(height) ? `${height}px` : height;
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
