/**
 * A stand-in for the wasm engine that fails on command: what the real one must never do, the package has to survive.
 * `text` says how: "step=5 fault=trap at=10" makes steps of 5 ms and breaks in step 10.
 */
const ok = (value, bytes) => ({ ok: true, value: JSON.stringify(value), ...(bytes && { bytes }) });
const bad = (code, message = code) => ({
  ok: false,
  value: JSON.stringify({ code, field: 'fake', expected: 'a', actual: 'b', message }),
});

function spend(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

class Session {
  #options;
  #step = 0;

  create(config, text) {
    const words = new TextDecoder().decode(text).split(' ');
    this.#options = Object.fromEntries(words.map((word) => word.split('=')));
    return this.#break('create') ?? this.info();
  }

  info() {
    return ok({ step: this.#step, epoch: 0, config: {}, canTrain: true });
  }

  train(target, milliseconds) {
    const end = performance.now() + milliseconds;
    const events = [];
    do {
      if (this.#step >= target) break;
      const answer = this.#step + 1 === Number(this.#options.at) && this.#break('train');
      if (answer) return answer;
      spend(Number(this.#options.step ?? 1));
      this.#step += 1;
      events.push({
        step: this.#step,
        epoch: 0,
        loss: 1,
        gradientNorm: 1,
        learningRate: 1,
        characters: this.#step,
        seconds: 0.001,
      });
    } while (performance.now() < end);
    return ok({ step: this.#step, done: this.#step >= target, events });
  }

  /** Has no end. */
  evaluate() {
    spend(1);
    return ok({ done: false, rmse: [], mae: [] });
  }

  evaluateStop() {
    return ok({});
  }

  baselinesStart() {
    return ok({});
  }

  /** In one slice. */
  baselinesNext() {
    return ok({ uniform: 1, markov: [] });
  }

  save() {
    return this.#options.fault === 'empty' ? ok(null) : ok(null, Uint8Array.of(1, 2, 3));
  }

  delete() {}

  #break(where) {
    const { fault, in: place = 'train' } = this.#options;
    if (!fault || place !== where) return undefined;
    if (fault === 'hang') for (;;);
    if (fault === 'trap') throw new WebAssembly.RuntimeError('unreachable');
    if (fault === 'exit') globalThis.process?.exit ? process.exit(3) : close();
    if (fault === 'exit') return ok({ step: this.#step, done: false, events: [] }); // a browser's worker ends after this turn
    if (fault === 'garbage') return { ok: true, value: '{"events":[' };
    if (fault === 'nothing') return { nonsense: 1 };
    if (/^[A-Z_]+$/.test(fault)) {
      delete this.#options.fault; // once: the next call works
      return bad(fault);
    }
    return undefined;
  }
}

export default async function fakeEngine() {
  return {
    Session,
    setThreads: () => ok({ threads: 1 }),
    setMath: () => ok({ math: 'reproducible' }),
    schema: () => ok({}),
    check: () => ok({}),
  };
}
