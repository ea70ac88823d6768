/** The client's half of the protocol: matches answers to calls. Knows nothing of workers. */
import { UnfoldError, wrap } from '../shared/errors.js';
import type {
  Args,
  CallName,
  Channel,
  Chunks,
  Answer,
  Request,
  Result,
  StreamName,
} from '../shared/protocol.js';
import { reasonOf, type Sink, type Source } from './stream.js';

/** A call that is not answered yet. */
interface Pending {
  chunk?(chunk: Chunks[StreamName]): void;
  result(result: Result<CallName>): void;
  error(error: unknown): void;
}

export class Client {
  readonly channel: Channel;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #awaited = 0;
  /** Why there is no session any more. */
  #ended: UnfoldError | undefined;

  constructor(channel: Channel) {
    this.channel = channel;
    channel.listen({
      answer: (answer) => this.#receive(answer),
      failure: (error) =>
        this.end(error instanceof UnfoldError ? error : wrap('WORKER_FAILED', 'The worker failed', error)),
    });
  }

  /** With a signal that fires, rejects at once and tells the session, which finishes its slice. */
  call<K extends CallName>(
    name: K,
    args: Args<K>,
    options: { transfer?: Transferable[]; signal?: AbortSignal | undefined } = {},
  ) {
    const { transfer, signal } = options;
    return this.hold(
      new Promise<Result<K>>((resolve, reject) => {
        const fail: Pending['error'] = reject; // a signal's reason need not be an Error
        if (signal?.aborted) throw reasonOf(signal);
        const abort = () => {
          fail(reasonOf(signal!));
          this.#post({ type: 'stop', id });
        };
        const settled = () => signal?.removeEventListener('abort', abort);
        const id = this.#open(name, args, transfer, {
          result: (result) => (settled(), resolve(result as Result<K>)),
          error: (error) => (settled(), fail(error)),
        });
        signal?.addEventListener('abort', abort);
      }),
    );
  }

  /** Opens a call that answers in chunks. */
  stream<K extends StreamName>(
    name: K,
    args: Args<K>,
    sink: Sink<Chunks[K]> & { result(result: Result<K>): void },
  ): Source {
    let open = true;
    const id = this.#open(name, args, undefined, {
      chunk: (chunk) => sink.push(chunk as Chunks[K]),
      result: (result) => {
        open = false;
        sink.result(result as Result<K>);
        sink.end();
      },
      error: (error) => {
        open = false;
        sink.fail(error);
      },
    });
    return {
      pull: () => open && this.#post({ type: 'pull', id }),
      stop: () => open && this.#post({ type: 'stop', id }),
    };
  }

  /** Keeps a Node process alive until the promise is settled. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    if (++this.#awaited === 1) this.channel.hold(true);
    try {
      return await promise;
    } finally {
      if (--this.#awaited === 0) this.channel.hold(false);
    }
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Ends the session: what is pending, and every later call, rejects with the error. */
  end(error: UnfoldError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.channel.close();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) call.error(error);
  }

  #open(
    name: CallName,
    args: Args<CallName>,
    transfer: Transferable[] | undefined,
    pending: Pending,
  ): number {
    const id = ++this.#lastId;
    if (this.#ended) {
      const error = this.#ended;
      queueMicrotask(() => pending.error(error));
      return id;
    }
    this.#pending.set(id, pending);
    this.#post({ type: 'call', id, name, args } as Request, transfer);
    return id;
  }

  #post(request: Request, transfer?: Transferable[]): void {
    if (!this.#ended) this.channel.post(request, transfer);
  }

  #receive(answer: Answer): void {
    if (this.#ended) return;
    if (answer?.type === 'dead') return this.end(UnfoldError.from(answer.error));
    const call = this.#pending.get(answer?.id);
    if (call && answer.type === 'chunk') return call.chunk?.(answer.chunk);
    if (!call || (answer.type !== 'result' && answer.type !== 'error')) {
      return this.end(
        new UnfoldError('WORKER_FAILED', 'The worker sent what this package does not understand.'),
      );
    }
    this.#pending.delete(answer.id);
    if (answer.type === 'result') call.result(answer.result);
    else call.error(UnfoldError.from(answer.error));
  }
}
