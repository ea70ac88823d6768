import { UnfoldError } from '../shared/errors.js';
import { ASYNC_DISPOSE } from './symbols.js';
import type { Stream } from '../shared/types.js';

/** What a stream asks of the call behind it. */
export interface Source {
  /** One chunk was consumed. */
  pull(): void;
  /** End it; `Sink.end` or `Sink.fail` is still to come. */
  stop(): void;
}

/** What the call hands to its stream. */
export interface Sink<T> {
  push(chunk: T): void;
  end(): void;
  fail(error: unknown): void;
}

export interface StreamOptions {
  signal?: AbortSignal | undefined;
  /** Called with every promise that somebody waits for. */
  hold?<R>(promise: Promise<R>): Promise<R>;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/** The reason of an aborted signal, as everything that takes a signal throws it. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new UnfoldError('ABORTED', 'Stopped by its signal.');
}

/**
 * An async iterator over a call: opens it with the first `next()`, tells it of every chunk consumed, stops it when
 * the loop is left or the signal fires. Holds no more chunks than the session sends ahead.
 */
export class CallStream<T, R> implements Stream<T>, PromiseLike<R> {
  readonly #open: (sink: Sink<T>) => Source;
  readonly #signal: AbortSignal | undefined;
  readonly #hold: <R>(promise: Promise<R>) => Promise<R>;
  #source: Source | undefined;
  #ready: T[] = [];
  #waiting: Waiter<T>[] = [];
  /** No more chunks will be taken; `error` is thrown once, by the `next()` that finds it. */
  #over: { error?: unknown } | undefined;
  /** Resolves when the call behind is closed. */
  #closed: Promise<void> = Promise.resolve();

  readonly #add: (sum: R, chunk: T) => R;
  readonly #nothing: R;
  #whole: Promise<R> | undefined;

  /** Awaited instead of read, the stream gives what `add` makes of its chunks, beginning with `nothing`. */
  constructor(
    open: (sink: Sink<T>) => Source,
    add: (sum: R, chunk: T) => R,
    nothing: R,
    { signal, hold = (promise) => promise }: StreamOptions = {},
  ) {
    this.#open = open;
    this.#add = add;
    this.#nothing = nothing;
    this.#signal = signal;
    this.#hold = hold;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    if (!this.#source && !this.#over) this.#start();
    const chunk = this.#ready.shift();
    if (chunk !== undefined) {
      this.#source?.pull();
      return { value: chunk, done: false };
    }
    if (!this.#over)
      return this.#hold(new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })));
    if (!('error' in this.#over)) return { value: undefined, done: true };
    const { error } = this.#over;
    this.#over = {};
    throw error;
  }

  then<A = R, B = never>(
    resolved?: ((whole: R) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#whole ??= this.#readAll();
    return this.#whole.then(resolved, rejected);
  }

  async #readAll(): Promise<R> {
    let sum = this.#nothing;
    for await (const chunk of this) sum = this.#add(sum, chunk);
    return sum;
  }

  /** Stops the work and waits until it stands still. */
  async return(): Promise<IteratorResult<T>> {
    this.#stop({});
    await this.#hold(this.#closed);
    return { value: undefined, done: true };
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    await this.return();
  }

  async throw(error?: unknown): Promise<IteratorResult<T>> {
    await this.return();
    throw error;
  }

  #start(): void {
    const signal = this.#signal;
    if (signal?.aborted) {
      this.#over = { error: reasonOf(signal) };
      return;
    }
    const abort = () => this.#stop({ error: reasonOf(signal!) });
    signal?.addEventListener('abort', abort);
    this.#closed = new Promise((resolve) => {
      const close = (over: { error?: unknown }) => {
        signal?.removeEventListener('abort', abort);
        this.#finish(over);
        resolve();
      };
      this.#source = this.#open({
        push: (chunk) => this.#push(chunk),
        end: () => close({}),
        fail: (error) => close({ error }),
      });
    });
  }

  #push(chunk: T): void {
    if (this.#over) return; // stopped: what was still on its way is of no interest
    const waiter = this.#waiting.shift();
    if (!waiter) {
      this.#ready.push(chunk);
      return;
    }
    this.#source?.pull();
    waiter.resolve({ value: chunk, done: false });
  }

  #stop(over: { error?: unknown }): void {
    this.#ready = [];
    if (this.#over) return;
    this.#finish(over);
    this.#source?.stop();
  }

  /** The error goes to one waiting reader; the others, and all later ones, see the end. */
  #finish(over: { error?: unknown }): void {
    if (this.#over) return;
    this.#over = over;
    for (const waiter of this.#waiting.splice(0)) {
      if ('error' in this.#over) {
        const { error } = this.#over;
        this.#over = {};
        waiter.reject(error);
      } else {
        waiter.resolve({ value: undefined, done: true });
      }
    }
  }
}
