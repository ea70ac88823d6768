/** The session: owns the engine, answers the protocol. Knows nothing of workers. */
import {
  type Engine,
  type EngineFactory,
  type EngineNetwork,
  type EngineSession,
  read,
  readBytes,
  type Reply,
  startEngine,
} from '../shared/engine.js';
import { UnfoldError, wrap } from '../shared/errors.js';
import type { InspectionData } from '../shared/inspection.js';
import { baselines, evaluate, type Job, type Outlet, predictAll, sample, train } from './jobs.js';
import {
  type Args,
  type CallName,
  CREDIT,
  type Port,
  type Request,
  type Result,
  type StreamName,
  VERSION,
} from '../shared/protocol.js';
import { createTurn } from './yield-to-event-loop.js';
import type { Arithmetic, Info } from '../shared/types.js';

/** A long call under way. */
interface Running {
  id: number;
  name: CallName;
  job: Job<Result<CallName>>;
  credit: number;
  paused: boolean;
  begun: boolean;
}

/** The calls that are streams. One of each at a time, and to stop one is no error. */
const CHUNKED: Record<StreamName, true> = { train: true, sample: true };

type Handlers = { [K in CallName]: (args: Args<K>, id: number) => Result<K> | Promise<Result<K>> | Running };

/** Serves one client. */
export function serve(port: Port, factory: EngineFactory): void {
  const session = new Session(port, factory);
  port.listen((request) => session.handle(request));
}

class Session {
  readonly #port: Port;
  readonly #factory: EngineFactory;
  readonly #turn = createTurn();
  #engine: Engine | undefined;
  #model: EngineSession | undefined;
  #network: EngineNetwork | undefined;
  #running: Running[] = [];
  #scheduling = false;
  /** Whether the last slice was the first of its call. */
  #first = false;
  /** Set once the engine crashed or the client left: nothing more is answered. */
  #closed = false;

  constructor(port: Port, factory: EngineFactory) {
    this.#port = port;
    this.#factory = factory;
  }

  handle(request: Request): void {
    if (this.#closed) return;
    if (request.type === 'call') void this.#call(request.name, request.args, request.id);
    else if (request.type === 'pull') this.#pull(request.id);
    else if (request.type === 'stop') this.#stop(request.id);
    else this.#close();
  }

  async #call(name: CallName, args: Args<CallName>, id: number): Promise<void> {
    try {
      const handler = this.#handlers[name] as (
        args: Args<CallName>,
        id: number,
      ) => Result<CallName> | Running;
      const answer = handler(args, id);
      const result = answer instanceof Promise ? await answer : answer;
      if (result && typeof result === 'object' && 'job' in result) this.#schedule(result);
      else this.#answer(id, result);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  readonly #handlers: Handlers = {
    start: async ({ version, module, threads, math }) => {
      if (version !== VERSION)
        throw new UnfoldError('WORKER_FAILED', 'The worker is of another version of unfold-rnn.');
      this.#engine = await startEngine(this.#factory, module, threads).catch((error: unknown) => {
        throw wrap('WORKER_FAILED', 'The engine could not be started', error);
      });
      return {
        ...read<{ threads: number }>(this.#engine.setThreads(threads)),
        ...read<{ math: Arithmetic }>(this.#engine.setMath(math)),
      };
    },
    schema: () => read(this.#started.schema()),
    check: ({ config, vocabulary, tokens }) => read(this.#started.check(config, vocabulary, tokens)),
    describe: ({ config, vocabulary }) => read(this.#started.describe(config, vocabulary)),
    preview: ({ config, text }) => read(this.#started.preview(config, text)),
    create: ({ config, text }) => this.#load((model) => read(model.create(config, text))),
    open: ({ bytes, text, extend }) => this.#load((model) => read(model.open(bytes, text, extend))),
    createNetwork: ({ config }) => this.#make(config),
    networkGraph: () => read(this.#made.graph('', NONE)),
    forward: ({ options, numbers }) => withBytes(this.#made.forward(options, numbers)),
    backward: ({ options, numbers }) => withBytes(this.#made.backward(options, numbers)),
    tensors: ({ which }) => readBytes(this.#made.tensors(which, NONE)),
    setTensors: ({ options, numbers }) => read(this.#made.setTensors(options, numbers)),
    zeroGradients: () => read(this.#made.zeroGradients('', NONE)),
    step: ({ options }) => read(this.#made.step(options, NONE)),
    update: ({ settings }) => read(this.#opened.update(settings)),
    restoreBest: () => read(this.#opened.restoreBest()),
    graph: () => read(this.#opened.graph()),
    save: ({ options }) => readBytes(this.#opened.save(options)),
    gradientFlow: ({ lags }) => read(this.#opened.gradientFlow(lags)),
    inspect: ({ text }) => this.#inspect(text),
    saliency: ({ text, at }) => read(this.#opened.saliency(text, at)),
    preactivations: ({ text, layer, at }) => read(this.#opened.preactivations(text, layer, at)),
    histograms: ({ bins }) => read(this.#opened.histograms(bins)),
    evaluate: ({ split, dynamic }, id) =>
      this.#run(id, 'evaluate', () => evaluate(this.#opened, split, dynamic)),
    predict: ({ request }) => read(this.#opened.predict(request)),
    predictAll: ({ requests }, id) => this.#run(id, 'predictAll', () => predictAll(this.#opened, requests)),
    rows: ({ text, steps, last }) => read(this.#opened.rows(text, steps, last)),
    example: ({ split, index }) => read(this.#opened.example(split, index)),
    backtest: ({ split, steps }) => read(this.#opened.backtest(split, steps)),
    baselines: ({ maxOrder }, id) => this.#run(id, 'baselines', () => baselines(this.#opened, maxOrder)),
    train: (args, id) => this.#run(id, 'train', (outlet) => train(this.#opened, args, outlet)),
    sample: ({ options }, id) => this.#run(id, 'sample', (outlet) => sample(this.#opened, options, outlet)),
  };

  get #started(): Engine {
    if (!this.#engine) throw new UnfoldError('INVALID_STATE', 'The engine is not started.');
    return this.#engine;
  }

  get #opened(): EngineSession {
    if (!this.#model) throw new UnfoldError('INVALID_STATE', 'There is no model yet.');
    return this.#model;
  }

  get #made(): EngineNetwork {
    if (!this.#network) throw new UnfoldError('INVALID_STATE', 'There is no network yet.');
    return this.#network;
  }

  #inspect(text: Uint8Array): InspectionData {
    const reply = this.#opened.inspect(text);
    const { step } = read<Info>(this.#opened.info());
    return { ...read<Omit<InspectionData, 'bytes' | 'step'>>(reply), step, bytes: readBytes(reply) };
  }

  #load(fill: (model: EngineSession) => Info): Info {
    if (this.#model) throw new UnfoldError('INVALID_STATE', 'This session has a model already.');
    const model = new this.#started.Session();
    try {
      const info = fill(model);
      this.#model = model;
      return info;
    } catch (error) {
      if (error instanceof UnfoldError) model.delete();
      throw error;
    }
  }

  #make(config: string): Result<'createNetwork'> {
    if (this.#network) throw new UnfoldError('INVALID_STATE', 'This session has a network already.');
    const network = new this.#started.Network();
    try {
      const info = read<Result<'createNetwork'>>(network.create(config, NONE));
      this.#network = network;
      return info;
    } catch (error) {
      if (error instanceof UnfoldError) network.delete();
      throw error;
    }
  }

  #run(
    id: number,
    name: 'train' | 'sample' | 'evaluate' | 'baselines' | 'predictAll',
    start: (outlet: Outlet<never>) => Job<Result<CallName>>,
  ): Running {
    void this.#opened;
    if (name in CHUNKED && this.#running.some((other) => other.name === name)) {
      throw new UnfoldError(
        'INVALID_STATE',
        `This model is in another ${name}() already: leave that loop, or wait for its end.`,
      );
    }
    const port = this.#port;
    const outlet = {
      get credit() {
        return running.credit;
      },
      send(chunk: never, transfer?: Transferable[]) {
        running.credit -= 1;
        port.post({ type: 'chunk', id, chunk }, transfer);
      },
    };
    const running: Running = { id, name, job: start(outlet), credit: CREDIT, paused: false, begun: false };
    return running;
  }

  #schedule(running: Running): void {
    // Its first slice comes at once, unless another's just did: calls that follow one another take turns with the rest.
    if (this.#first) this.#running.push(running);
    else this.#running.unshift(running);
    void this.#work();
  }

  /** Runs slices in turn until there is nothing to do, giving way to the queue after each. */
  async #work(): Promise<void> {
    if (this.#scheduling) return;
    this.#scheduling = true;
    for (let next; (next = this.#pick());) {
      this.#advance(next);
      await this.#turn();
    }
    this.#scheduling = false;
  }

  /**
   * The call that waited longest. Of each kind one runs at a time, and training waits for an evaluation and for
   * predictions: they are of one set of weights.
   */
  #pick(): Running | undefined {
    const evaluating = this.#running.some(({ name }) => name === 'evaluate' || name === 'predictAll');
    const index = this.#running.findIndex(
      (running) =>
        !running.paused &&
        !(evaluating && running.name === 'train') &&
        (running.begun || !this.#running.some((other) => other.begun && other.name === running.name)),
    );
    if (index < 0) return undefined;
    const [next] = this.#running.splice(index, 1);
    this.#running.push(next!);
    return next;
  }

  #advance(running: Running): void {
    this.#first = !running.begun;
    running.begun = true;
    try {
      const { done, value } = running.job.next();
      if (done) {
        this.#remove(running);
        this.#answer(running.id, value);
      } else {
        running.paused = value === 'pause';
      }
    } catch (error) {
      this.#remove(running);
      this.#fail(running.id, error);
    }
  }

  #remove(running: Running): void {
    this.#running = this.#running.filter((other) => other !== running);
  }

  #pull(id: number): void {
    const running = this.#running.find((other) => other.id === id);
    if (!running) return; // it ended meanwhile
    running.credit += 1;
    running.paused = false;
    void this.#work();
  }

  #stop(id: number): void {
    const running = this.#running.find((other) => other.id === id);
    if (!running) return;
    this.#remove(running);
    try {
      running.job.return(null); // it may have something to put away
      if (!(running.name in CHUNKED)) throw new UnfoldError('ABORTED', 'Stopped.');
      this.#answer(id, running.name === 'train' ? read<Info>(this.#opened.info()) : null);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #answer(id: number, result: Result<CallName>): void {
    if (this.#closed) return;
    const bytes = result && typeof result === 'object' && 'bytes' in result ? result.bytes : result;
    const whole = bytes instanceof Uint8Array && bytes.byteLength === bytes.buffer.byteLength;
    this.#port.post({ type: 'result', id, result }, whole ? [bytes.buffer as ArrayBuffer] : []);
  }

  /** A typed error is an answer. Anything else escaped from the engine: nothing in it can be trusted any more. */
  #fail(id: number, error: unknown): void {
    if (this.#closed) return;
    if (error instanceof UnfoldError) {
      this.#port.post({ type: 'error', id, error: error.toJSON() });
      return;
    }
    this.#port.post({ type: 'dead', error: wrap('WORKER_FAILED', 'The engine crashed', error).toJSON() });
    this.#model = this.#network = undefined;
    this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#running = [];
    this.#model?.delete();
    this.#network?.delete();
    this.#model = this.#network = undefined;
    this.#engine?.PThread?.terminateAllThreads?.();
    this.#engine = undefined;
  }
}

/** For calls that take no numbers. */
const NONE = new Float32Array();

function withBytes<T>(reply: Reply): T & { bytes: Uint8Array } {
  return { ...read<T>(reply), bytes: readBytes(reply) };
}
