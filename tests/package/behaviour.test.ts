/** What the package promises of a model, in both hosts. */
import { getEventListeners, once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { openModel, type Progress, UnfoldError } from 'unfold-rnn';
// Not exported: what the two ends say to each other.
import { openSession } from '../../dist/client/open.js';
import { CREDIT } from '../../dist/shared/protocol.js';
import {
  collect,
  fakeModel,
  hosts,
  realModel,
  rejection,
  SMALL,
  stepLater,
  takeTurns,
  TEXT,
  turn,
} from './harness.js';

/** The threads of this file's models. */
const started: Worker[] = [];
process.on('worker', (thread) => started.push(thread));

describe.each(hosts)('in $host', ({ worker }) => {
  const create = (options = {}) => realModel({ worker, ...options });

  describe('info', () => {
    test('describes the model and how it runs', async () => {
      const { info } = await create();
      expect(info).toMatchObject({ step: 0, canTrain: true, runtime: { build: 'simd', threads: 1, worker } });
      expect(info.runtime.reason).toMatch(/one thread/i);
      expect(info.parameters).toBeGreaterThan(1000);
      expect(info.vocabulary.symbols).toContain('q');
      expect(info.vocabulary.size).toBe(info.vocabulary.symbols.length);
      expect(info.config.layers[0]).toMatchObject({ cell: 'gru', units: 24 });
    });

    test('tells the arithmetic: fast where the build has it, and why not where it has not', async () => {
      expect((await create()).info.runtime.math).toBe('reproducible');
      const { math, reason } = (await create({ math: 'fast' })).info.runtime;
      if (math === 'reproducible') expect(reason).toContain('relaxed SIMD is not available here.');
      else expect(reason).not.toContain('arithmetic');
    });

    test('counts epochs in fractions', async () => {
      const model = await create();
      const [first] = await collect(model.train({ steps: 1 }));
      // Each of 8 sequences is a stream of its own, and its last symbol is only a target.
      const stream = Math.floor((model.info.tokens.train - 1) / 8);
      expect(first!.epoch).toBeCloseTo(16 / stream, 10);
      expect(model.info.epoch).toBe(first!.epoch);
      const later = (await collect(model.train({ steps: 150 }))).map(({ epoch }) => epoch);
      expect(later).toEqual([...later].sort((a, b) => a - b));
      expect(later.at(-1)).toBeGreaterThan(3);
      const copy = await openModel(await model.save(), TEXT, { worker, threads: 1 });
      expect(copy.info.epoch).toBe(model.info.epoch);
      copy.dispose();
    });

    test('follows the training', async () => {
      const model = await create();
      for await (const progress of model.train({ steps: 30 }))
        expect(model.info.step).toBeGreaterThanOrEqual(progress.step);
      expect(model.info.step).toBe(30);
    });
  });

  describe('train', () => {
    test('reports every step once, in order, and the end', async () => {
      const model = await create();
      const reports = await collect(model.train({ steps: 200 }));
      const steps = reports.flatMap(({ step, losses }) =>
        [...losses].map((_, i) => step - losses.length + 1 + i),
      );
      expect(steps).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      expect(reports.map(({ done }) => done)).toEqual([...reports.slice(1).map(() => false), true]);
      for (const { loss, losses, bitsPerToken } of reports) {
        if (losses.length) expect(losses.at(-1)).toBe(Math.fround(loss)); // the last may only bring a validation
        expect(bitsPerToken).toBeCloseTo(loss / Math.LN2);
      }
    });

    test('gives rates, and the validation due', async () => {
      const model = await create();
      const last = (await collect(model.train({ steps: 120 }))).at(-1)!;
      expect(last).toMatchObject({
        step: 120,
        tokens: 120 * 16 * 8,
        validationStep: 100,
        secondsLeft: 0,
      });
      expect(last.validationLoss).toBeGreaterThan(0);
      expect(last.tokensPerSecond).toBeGreaterThan(0);
      expect(last.tokensPerSecond).toBeLessThan(Infinity);
      expect(last.gradientNorm).toBeGreaterThan(0);
      expect(last.learningRate).toBeGreaterThan(0);
    });

    test('learns', async () => {
      const model = await create();
      const reports = await collect(model.train({ steps: 300 }));
      expect(reports.at(-1)!.loss).toBeLessThan(reports[0]!.losses[0]! * 0.8);
    });

    test('steps count from now, until from the start, the nearer limit ends', async () => {
      const model = await create();
      await collect(model.train({ steps: 10 }));
      await collect(model.train({ steps: 10 }));
      expect(model.info.step).toBe(20);
      await collect(model.train({ steps: 100, until: 25 }));
      expect(model.info.step).toBe(25);
      expect(await collect(model.train({ until: 25 }))).toEqual([]);
      expect(await collect(model.train({ steps: 0 }))).toEqual([]);
    });

    test('seconds are seconds of work, to the end of a step', async () => {
      const model = await create();
      const began = performance.now();
      const last = (await collect(model.train({ seconds: 0.3 }))).at(-1)!;
      expect(performance.now() - began).toBeGreaterThanOrEqual(300); // and on a busy machine any longer: see jobs.test.ts
      expect(last).toMatchObject({ done: true, secondsLeft: 0 });
      expect(model.info.step).toBe(last.step);
      expect((await collect(model.train({ seconds: 0 }))).at(-1)!.step).toBe(last.step + 1);
    });

    test('no time is a step, also where a validation was due before it', async () => {
      const model = await create({ evaluateEvery: 1 });
      for (const step of [1, 2, 3])
        expect(await collect(model.train({ seconds: 0 }))).toMatchObject([{ step, done: true }]);
    });

    test('a limit that is no number, or not known, is refused', async () => {
      const model = await create();
      expect(() => model.train({ steps: NaN })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'steps' }),
      );
      expect(() => model.train({ stepz: 1 } as never)).toThrow(expect.objectContaining({ field: 'stepz' }));
      expect(() => model.train({ seconds: -1 })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'seconds' }),
      );
    });

    test('keeps what came before its end for a reader that comes late', async () => {
      const model = await create();
      const run = model.train({ steps: 30 });
      const { losses } = (await run.next()).value!;
      while (model.info.step < 30) await model.baselines({ maxOrder: 0 });
      await takeTurns(() => model.baselines({ maxOrder: 0 }));
      const rest = await collect(run);
      expect(rest.at(-1)).toMatchObject({ step: 30, done: true });
      expect([...losses, ...rest.flatMap((report) => [...report.losses])]).toHaveLength(30);
    });

    test('starts with the first next(), not before', async () => {
      const model = await create();
      model.train();
      expect(await stepLater(model)).toBe(0);
    });

    test('leaving the loop stops the work', async () => {
      const model = await create();
      for await (const progress of model.train()) if (progress.step >= 5) break;
      const { step } = model.info;
      expect(step).toBeGreaterThanOrEqual(5);
      expect(await stepLater(model)).toBe(step);
      await collect(model.train({ steps: 3 }));
      expect(model.info.step).toBe(step + 3);
    });

    test('the end of a block stops the work, with await using', async () => {
      const model = await create();
      {
        await using reports = model.train();
        await reports.next();
      }
      const { step } = model.info;
      expect(step).toBeGreaterThan(0);
      expect(await stepLater(model)).toBe(step);
    });

    test('an exception in the loop stops the work', async () => {
      const model = await create();
      const loop = async () => {
        for await (const _ of model.train()) throw new Error('mine');
      };
      expect(await rejection(loop())).toMatchObject({ message: 'mine' });
      const { step } = model.info;
      expect(await stepLater(model)).toBe(step);
    });

    test('a second run beside the first is refused', async () => {
      const model = await create();
      const first = model.train();
      await first.next();
      expect(await rejection(collect(model.train()))).toMatchObject({ code: 'INVALID_STATE' });
      expect((await first.next()).done).toBe(false);
      await first.return?.();
    });

    test('a reader that stands still pauses the work, with the lead it is allowed', async () => {
      const model = await create({ earlyStopping: 0 });
      const reports = model.train();
      const first = (await reports.next()).value as Progress;
      let paused = NaN; // half a second of work later, see jobs.test.ts
      for (let step = 0; paused !== step; step = await stepLater(model)) paused = step;
      // It goes on where it stood. What was done meanwhile is in the reports that were sent ahead, and in one more.
      const read: Progress[] = [];
      do read.push((await reports.next()).value as Progress);
      while (read.at(-1)!.step <= paused);
      // Two are sent ahead of each pull; a work that did not pause would have sent hundreds.
      expect(read.filter(({ step }) => step <= paused).length).toBeLessThanOrEqual(5);
      const losses = read.reduce((sum, report) => sum + report.losses.length, 0);
      expect(first.step + losses).toBe(read.at(-1)!.step);
      await reports.return?.();
    });
  });

  describe('a signal', () => {
    test('stops training at once with its reason; the model goes on', async () => {
      const model = await create();
      const controller = new AbortController();
      const reports = model.train({ signal: controller.signal });
      await reports.next();
      const next = rejection(collect(reports));
      controller.abort();
      // Before any answer of the session could arrive.
      const error = await Promise.race([next, turn().then(() => 'later')]);
      expect(error).toBe(controller.signal.reason);
      expect(error).toMatchObject({ name: 'AbortError' });
      await model.save();
      const { step } = await model.update({});
      expect(await stepLater(model)).toBe(step);
      expect((await collect(model.train({ steps: 2 }))).at(-1)!.step).toBe(step + 2);
    });

    test('is let go of by every call that is answered', async () => {
      const model = await create();
      const { signal } = new AbortController();
      await model.evaluate({ signal });
      await model.baselines({ signal });
      await collect(model.sample({ length: 5, signal }));
      await collect(model.train({ steps: 1, signal }));
      expect(await rejection(model.baselines({ maxOrder: -1, signal }))).toBeInstanceOf(UnfoldError);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    test('stops sampling and evaluation', async () => {
      const model = await create();
      const reason = new Error('enough');
      const writing = new AbortController();
      const text = model.sample({ length: 1e9, signal: writing.signal });
      await text.next();
      writing.abort(reason);
      expect(await rejection(text.next())).toBe(reason);
      expect((await text.next()).done).toBe(true);
      const measuring = new AbortController();
      const measure = rejection(model.evaluate({ signal: measuring.signal }));
      measuring.abort(reason);
      expect(await measure).toBe(reason);
      expect((await collect(model.sample({ length: 5 }))).join('')).toHaveLength(5);
      expect((await model.evaluate()).loss).toBeGreaterThan(0);
    });

    test('ends an evaluation half way: the next one measures anew', async () => {
      const options = { text: TEXT.repeat(120), validationSplit: 0.5 }; // many slices
      const model = await create(options);
      const { loss } = await model.evaluate();
      const controller = new AbortController();
      const measuring = rejection(model.evaluate({ signal: controller.signal }));
      await model.save(); // answered after the first slice
      controller.abort();
      expect(await measuring).toBe(controller.signal.reason);
      await collect(model.train({ steps: 2 }));
      const fresh = await create(options);
      await collect(fresh.train({ steps: 2 }));
      const again = (await model.evaluate()).loss;
      expect(again).toBe((await fresh.evaluate()).loss);
      expect(again).not.toBe(loss);
    });

    test('ends an evaluation that has no end, for which the training waited', async () => {
      const model = await fakeModel(worker, '');
      const controller = new AbortController();
      const measuring = rejection(model.evaluate({ signal: controller.signal }));
      const training = collect(model.train({ steps: 2 }));
      await takeTurns(() => model.baselines());
      expect(model.info.step).toBe(0);
      controller.abort();
      expect(await measuring).toBe(controller.signal.reason);
      expect((await training).at(-1)).toMatchObject({ step: 2, done: true });
    });

    test('that fired before starts nothing', async () => {
      const model = await create();
      const signal = AbortSignal.abort();
      expect(await rejection(collect(model.train({ signal })))).toBe(signal.reason);
      expect(await rejection(collect(model.sample({ signal })))).toBe(signal.reason);
      expect(await rejection(model.evaluate({ signal }))).toBe(signal.reason);
      expect((await model.update({})).step).toBe(0);
    });
  });

  describe('sample', () => {
    test('writes the length asked for, the same for the same seed', async () => {
      const model = await create();
      const write = async (options: { seed?: number } = {}) =>
        (await collect(model.sample({ prompt: 'the ', length: 300, ...options }))).join('');
      const text = await write({ seed: 1 });
      expect(text).toHaveLength(300);
      expect(await write({ seed: 1 })).toBe(text);
      expect(await write({ seed: 2 })).not.toBe(text);
      // Without one, that of the configuration.
      expect(SMALL.seed).not.toBe(0);
      expect(await write()).toBe(await write({ seed: SMALL.seed }));
    });

    test('a byte is one character, below 256', async () => {
      const model = await create({ text: 'Grüße — naïve café. '.repeat(200), unit: 'byte' });
      const written = (await collect(model.sample({ length: 300 }))).join('');
      expect(written).toHaveLength(300);
      const bytes = new Set(Buffer.from('Grüße — naïve café. ').toString('latin1'));
      expect([...written].filter((character) => !bytes.has(character))).toEqual([]);
      expect(written).toMatch(/[\x80-\xff]/);
    });

    test('the first piece is short', async () => {
      const model = await create();
      const pieces = await collect(model.sample({ length: 500 }));
      expect(pieces[0]!.length).toBeLessThanOrEqual(8);
      expect(pieces.every((piece) => piece.length > 0)).toBe(true);
    });

    test('names what it does not know', async () => {
      const model = await create();
      const text = model.sample({ prompt: 'thé fox', length: 10 });
      await collect(text);
      expect(text.unknown).toEqual(['é']);
    });

    test('runs while the model trains, and leaves the training alone', async () => {
      const model = await create();
      const losses: number[] = [];
      let written = 0;
      const training = (async () => {
        for await (const report of model.train()) {
          losses.push(...report.losses);
          if (written === 3) break;
        }
      })();
      for (; written < 3; written++) await collect(model.sample({ length: 50 }));
      await training;
      const alone = await collect((await create()).train({ steps: losses.length }));
      expect(losses).toEqual(alone.flatMap((report) => [...report.losses]));
    });

    test('comes between the pieces of a long step and of its validation, which are the same', async () => {
      const layers = [{ cell: 'lstm', units: 192 }];
      const long = {
        layers,
        sequenceLength: 32,
        batchSize: 64,
        text: TEXT.repeat(8),
        validationSplit: 0.4,
        evaluateEvery: 1,
      };
      const model = await create(long);
      const arrivals: ('step' | 'text')[] = [];
      const losses: number[] = [];
      const validations = new Map<number | null, number | null>();
      const training = (async () => {
        for await (const report of model.train({ steps: 3 })) {
          arrivals.push(...[...report.losses].map(() => 'step' as const));
          losses.push(...report.losses);
          validations.set(report.validationStep, report.validationLoss);
        }
        arrivals.push('step');
      })();
      while (arrivals.filter((arrival) => arrival === 'step').length < 4) {
        await collect(model.sample({ length: 1 }));
        if (arrivals.push('text') % 7 === 0) await model.histograms(); // wants whole steps and windows
      }
      await training;
      const texts = (from: number, to: number) => arrivals.slice(from, to).filter((a) => a === 'text').length;
      const first = arrivals.indexOf('step');
      expect(texts(0, first), 'texts before the first step is done').toBeGreaterThan(3);
      const last = arrivals.lastIndexOf('step');
      expect(
        texts(arrivals.lastIndexOf('step', last - 1), last),
        'while the last is validated',
      ).toBeGreaterThan(3);
      const alone = await collect((await create(long)).train({ steps: 3 }));
      expect(losses).toEqual(alone.flatMap((report) => [...report.losses]));
      const { validationStep, validationLoss } = alone.at(-1)!;
      expect(validationStep).toBe(3);
      expect(validations.get(3)).toBe(validationLoss);
    });

    test('a model left in the middle of a step is as its last report says', async () => {
      const long = {
        layers: [{ cell: 'lstm', units: 192 }],
        sequenceLength: 32,
        batchSize: 64,
        text: TEXT.repeat(4),
      };
      const model = await create(long);
      const first: number[] = [];
      for await (const report of model.train()) {
        first.push(...report.losses);
        if (first.length >= 2) break; // the third is under way
      }
      expect(model.info.step).toBe(first.length);
      const copy = await openModel(await model.save(), long.text, { worker, threads: 1 });
      const rest = (await collect(copy.train({ steps: 2 }))).flatMap((report) => [...report.losses]);
      copy.dispose();
      expect((await collect(model.train({ steps: 2 }))).flatMap((report) => [...report.losses])).toEqual(
        rest,
      );
    });

    test('a reader that stands still pauses the writing', async () => {
      const model = await create();
      const text = model.sample({ length: 1e9 });
      await text.next();
      await takeTurns(() => model.baselines({ maxOrder: 0 }));
      for (let pieces = 0; pieces < 5; pieces++) expect((await text.next()).value).not.toBe('');
      await text.return?.();
    });

    test('no more pieces are written ahead than the protocol says', async () => {
      const { client } = await openSession({ worker, threads: 1 });
      try {
        await client.call('create', {
          config: JSON.stringify(SMALL),
          text: new TextEncoder().encode(TEXT),
        });
        let pieces = 0;
        const ignore = () => {};
        const source = client.stream(
          'sample',
          { options: '{"length":1000000000}' },
          { push: () => (pieces += 1), result: ignore, end: ignore, fail: ignore },
        );
        const later = () => takeTurns(() => client.call('baselines', { maxOrder: 0 }));
        await later();
        expect(pieces).toBe(CREDIT);
        source.pull();
        await later();
        expect(pieces).toBe(CREDIT + 1);
      } finally {
        client.end(new UnfoldError('DISPOSED', ''));
      }
    });

    test('writes its first characters while a training without an end goes on', async () => {
      const model = await create();
      let written = '';
      const training = (async () => {
        for await (const _ of model.train()) if (written) return;
      })();
      const text = model.sample({ length: 1000 });
      written = (await text.next()).value as string;
      expect(written).not.toBe('');
      await training;
      await text.return?.();
    });

    test('a refused option arrives typed', async () => {
      const model = await create();
      const error = await rejection(collect(model.sample({ temperature: NaN })));
      expect(error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: expect.stringContaining('temperature'),
      });
    });
  });

  describe('the calls between', () => {
    test('are served while training goes on', async () => {
      const model = await create();
      const rates = new Set<number>();
      const training = (async () => {
        for await (const { learningRate } of model.train()) if (rates.add(learningRate).has(0.0005)) return;
      })();
      const info = await model.update({ optimizer: { learningRate: 0.0005 } });
      expect(await model.save()).toBeInstanceOf(Uint8Array);
      expect(info.config.optimizer).toMatchObject({ learningRate: 0.0005 });
      await training; // to the first report of that rate
      expect(rates.size).toBeLessThanOrEqual(2);
    });

    test('evaluate measures one set of weights, whatever runs beside it', async () => {
      const model = await create();
      const { loss, bitsPerToken, tokens: characters } = await model.evaluate();
      expect(loss).toBeGreaterThan(1);
      expect(bitsPerToken).toBeCloseTo(loss / Math.LN2);
      expect(characters).toBeGreaterThan(100);
      expect(await Promise.all([model.evaluate(), model.evaluate()])).toMatchObject([{ loss }, { loss }]);
    });

    test('evaluate holds the training up, not the saving: the file has the weights measured', async () => {
      const options = { text: TEXT.repeat(40), validationSplit: 0.5 }; // long enough for several slices
      const model = await create(options);
      const training = model.train();
      await training.next();
      const [measured, bytes] = await Promise.all([model.evaluate(), model.save()]);
      await training.return?.();
      const copy = await openModel(bytes, options.text, { worker, threads: 1 });
      expect(await copy.evaluate()).toEqual(measured);
      copy.dispose();
    });

    test('a file that is asked for in the middle of an evaluation goes on bit for bit', async () => {
      const layers = [{ cell: 'lstm', units: 192 }];
      const long = { layers, sequenceLength: 32, batchSize: 64, text: TEXT.repeat(8), validationSplit: 0.4 };
      const model = await create(long);
      await collect(model.train({ steps: 2 }));
      // Of many slices, of which each ends within a window.
      const [, bytes] = await Promise.all([model.evaluate(), model.save()]);
      const copy = await openModel(bytes, long.text, { worker, threads: 1 });
      const losses = async (of: typeof model) =>
        (await collect(of.train({ steps: 2 }))).flatMap((report) => [...report.losses]);
      expect(await losses(copy)).toEqual(await losses(model));
      copy.dispose();
    });

    test('baselines count the text: more context costs less', async () => {
      const model = await create();
      const { uniform, markov } = await model.baselines({ maxOrder: 3 });
      expect(uniform).toBeCloseTo(Math.log(model.info.vocabulary.size));
      expect(markov).toHaveLength(4);
      expect([uniform, ...markov]).toEqual([uniform, ...markov].sort((a, b) => b - a));
      expect((await model.baselines()).markov).toEqual(markov.slice(0, 3));
      const orders = [0, 3, 1].map((maxOrder) => model.baselines({ maxOrder })); // one after the other
      for (const [i, { markov: some }] of (await Promise.all(orders)).entries())
        expect(some).toEqual(markov.slice(0, [1, 4, 2][i]));
      for (const maxOrder of [-1, 9, 1.5])
        expect(await rejection(model.baselines({ maxOrder }))).toMatchObject({ field: 'maxOrder' });
    });

    test('baselines of a long text hold nothing up, and give way to a signal', async () => {
      const words = Array.from({ length: 250_000 }, (_, i) => ((i * 7919) % 9973).toString(36));
      const model = await create({ text: words.join(' ') });
      const controller = new AbortController();
      let counted = false;
      const counting = rejection(model.baselines({ maxOrder: 8, signal: controller.signal }));
      void counting.then(() => (counted = true));
      // A call waits for a slice at most, and the whole count has many more slices than calls here.
      for (let call = 0; call < 5; call++) {
        await model.update({});
        await turn();
      }
      expect(counted).toBe(false);
      controller.abort();
      expect(await counting).toBe(controller.signal.reason);
      expect((await model.baselines({ maxOrder: 0 })).markov).toHaveLength(1);
    });

    test('gradient flow has a norm for each layer and lag, training or not', async () => {
      const model = await create({ layers: [{ units: 12 }, { units: 8 }] });
      const still = await model.gradientFlow({ lags: 20 });
      expect(still.map((layer) => layer.length)).toEqual([21, 21]);
      expect(still.flat().every((norm) => norm >= 0 && Number.isFinite(norm))).toBe(true);
      expect(still[1]![0]).toBeGreaterThan(0);
      expect(await model.gradientFlow({ lags: 20 })).toEqual(still);
      const training = collect(model.train({ steps: 60 }));
      expect((await model.gradientFlow())[0]).toHaveLength(65);
      const alone = await collect(
        (await create({ layers: [{ units: 12 }, { units: 8 }] })).train({ steps: 60 }),
      );
      expect((await training).at(-1)!.loss).toBe(alone.at(-1)!.loss);
      expect(await rejection(model.gradientFlow({ lags: 0 }))).toMatchObject({ field: 'lags' });
      expect(await rejection(model.gradientFlow({ lags: 4000 * 2 }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });

    test('inspect tells what happened while a text was read', async () => {
      const model = await create({
        layers: [
          { cell: 'lstm', units: 12 },
          { cell: 'gru', units: 8 },
        ],
      });
      await collect(model.train({ steps: 30 }));
      const text = 'the quick é fox';
      const seen = await model.inspect(text);
      const known = text.replace('é', '');
      expect(seen).toMatchObject({ step: 30, unknown: ['é'], symbols: [...known] });
      const symbols = model.info.vocabulary.symbols;
      expect(seen.tokens.map((token) => symbols[token]).join('')).toBe(known);
      expect(seen.layers.map(({ units }) => units)).toEqual([12, 8]);
      expect(Object.keys(seen.layers[0]!.series)).toEqual(['h', 'c', 'i', 'f', 'g', 'o']);
      expect(Object.keys(seen.layers[1]!.series)).toEqual(['h', 'r', 'z', 'n']);
      for (const { units: hidden, series } of seen.layers)
        for (const values of Object.values(series)) expect(values).toHaveLength(hidden * known.length);
      const { c, o, h } = seen.layers[0]!.series;
      for (const k of [0, 100, h!.length - 1]) expect(h![k]).toBeCloseTo(o![k]! * Math.tanh(c![k]!), 5);
      const V = symbols.length;
      for (let t = 0; t < known.length; t++) {
        const row = seen.probabilities.subarray(t * V, (t + 1) * V);
        expect(row.reduce((sum, p) => sum + p)).toBeCloseTo(1, 5);
        if (t > 0) {
          const p = seen.probabilities[(t - 1) * V + seen.tokens[t]!]!;
          expect(seen.surprise[t]).toBeCloseTo(-Math.log2(p), 5);
        }
      }
      expect(seen.surprise[0]).toBeNaN();
      expect((await model.inspect(new TextEncoder().encode(text))).surprise).toEqual(seen.surprise);
      expect(await rejection(model.inspect('éé'))).toMatchObject({ code: 'INVALID_TEXT', field: 'text' });
      expect(await rejection(model.inspect(7 as never))).toMatchObject({ code: 'INVALID_TEXT' });
    });

    test('saliency has a norm for every earlier character', async () => {
      const model = await create();
      const norms = await model.saliency('the quick', { at: 6 });
      expect(norms).toHaveLength(6);
      expect(norms.every((norm) => norm > 0 && Number.isFinite(norm))).toBe(true);
      expect(norms).toEqual(await model.saliency('the quiff', { at: 6 })); // nothing after it counts
      for (const at of [0, 1.5, 9])
        expect(await rejection(model.saliency('the quick', { at }))).toMatchObject({ field: 'at' });
    });

    test('terms add up to what the gates squash', async () => {
      const model = await create({
        layers: [
          { cell: 'gru', units: 5 },
          { cell: 'lstm', units: 6 },
        ],
      });
      const seen = await model.inspect('the fox');
      const terms = await model.preactivations('the fox', { at: 4, layer: 1 });
      expect(terms.map(({ name }) => name)).toEqual(
        ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `layers.1.${name}`),
      );
      for (let k = 0; k < 6; k++) {
        const sum = terms.reduce((sum, { values }) => sum + values[k]!, 0);
        expect(seen.layers[1]!.series.i![4 * 6 + k]).toBeCloseTo(1 / (1 + Math.exp(-sum)), 5);
      }
      expect((await model.preactivations('the fox', { at: 0 })).some(({ apart }) => apart)).toBe(true);
      expect(await rejection(model.preactivations('the fox', { at: 7 }))).toMatchObject({ field: 'at' });
      expect(await rejection(model.preactivations('fox', { at: 0, layer: 2 }))).toMatchObject({
        field: 'layer',
      });
    });

    test('spreads count every parameter', async () => {
      const model = await create();
      const spreads = await model.histograms({ bins: 9 });
      const total = spreads.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b), 0);
      expect(total).toBe(model.info.parameters);
      for (const { shape, counts, low, mean, high } of spreads) {
        expect(counts).toHaveLength(9);
        expect(shape[0] * shape[1]).toBe(counts.reduce((a, b) => a + b));
        expect(low).toBeLessThanOrEqual(mean);
        expect(mean).toBeLessThanOrEqual(high);
      }
      for (const bins of [0, 2.5, 1001])
        expect(await rejection(model.histograms({ bins }))).toMatchObject({ field: 'bins' });
    });

    test('looking leaves the training alone', async () => {
      const losses = async (look: boolean) => {
        const model = await create();
        const all: number[] = [];
        for await (const report of model.train({ steps: 40 })) {
          all.push(...report.losses);
          if (!look) continue;
          await Promise.all([model.inspect(TEXT.slice(0, 200)), model.saliency(TEXT, { at: 50 })]);
          await Promise.all([model.preactivations(TEXT.slice(0, 50), { at: 9 }), model.histograms()]);
        }
        return all;
      };
      expect(await losses(true)).toEqual(await losses(false));
    });

    test('a refused setting changes nothing', async () => {
      const model = await create();
      const before = model.info.config;
      expect(await rejection(model.update({ dropout: 7 }))).toMatchObject({
        code: 'INVALID_CONFIG',
        field: expect.stringContaining('dropout'),
      });
      expect((await model.update({})).config).toEqual(before);
    });
  });

  test('a refused configuration or text arrives typed', async () => {
    const refused = (options: object) => rejection(create(options));
    expect(await refused({ layers: [{ cell: 'lstm', units: 0 }] })).toMatchObject({
      code: 'INVALID_CONFIG',
      field: 'layers[0].units',
    });
    expect(await refused({ hiden: 3 })).toMatchObject({ code: 'INVALID_CONFIG', field: 'hiden' });
    expect(await refused({ validation: Infinity })).toMatchObject({
      code: 'INVALID_CONFIG',
      field: 'validation',
    });
    // As null they would count as absent, and clip at the default.
    for (const field of ['norm', 'value'])
      expect(await refused({ clip: { [field]: Infinity } })).toMatchObject({
        code: 'INVALID_CONFIG',
        field: `clip.${field}`,
      });
    expect(await refused({ text: '' })).toMatchObject({ code: 'INVALID_TEXT' });
  });

  test('dispose ends the work', async () => {
    const model = await create();
    const reports = model.train();
    await reports.next();
    const training = rejection(collect(reports));
    // In a worker it ends with its thread; here it would stand in the queue before every turn.
    const atWork = () => process.getActiveResourcesInfo().includes('Immediate');
    if (!worker) await expect.poll(atWork).toBe(true);
    model.dispose();
    if (worker) await once(started.at(-1)!, 'exit');
    expect(await training).toMatchObject({ code: 'DISPOSED' });
    for (let i = 0; i < 5; i++) await turn();
    if (!worker) expect(atWork()).toBe(false);
  });

  test('text may be bytes, and stays with the caller', async () => {
    const text = new TextEncoder().encode(TEXT);
    const model = await create({ text });
    expect(text.byteLength).toBe(TEXT.length);
    expect(model.info.tokens.train + model.info.tokens.validation).toBe(TEXT.length);
  });
});
