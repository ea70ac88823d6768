// The engine of the page against a model that fails on command: what the reader is left with.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const make = vi.hoisted(() => ({ models: [] as FakeModel[], refuse: null as Error | null }));

interface FakeModel {
  info: {
    step: number;
    epoch: number;
    canTrain: boolean;
    parameters: number;
    config: object;
    vocabulary: object;
  };
  learningRate: number;
  clip: number;
  /** What the next answer waits for, as it does behind a long step. */
  busy: Promise<void> | null;
  /** Thrown by the next slice of training. */
  fault: Error | null;
  disposed: boolean;
  save(): Promise<Uint8Array>;
}

function fakePackage() {
  class UnfoldError extends Error {
    constructor(
      readonly code: string,
      message: string,
      { overflow }: { overflow?: object } = {},
    ) {
      super(message);
      this.overflow = overflow;
    }
    readonly overflow: object | undefined;
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  const model = (step: number, config: object) => ({
    info: { step, epoch: 0, canTrain: true, parameters: 10, config, vocabulary: { unknown: 0 } },
    learningRate: 0,
    clip: 0,
    busy: null as Promise<void> | null,
    fault: null as Error | null,
    disposed: false,
    async *train({ steps = Infinity, signal }: { steps?: number; signal: AbortSignal }) {
      for (let taken = 0; taken < steps; taken++) {
        await turn();
        signal.throwIfAborted();
        if (this.disposed) throw new UnfoldError('DISPOSED', 'gone');
        if (this.fault) {
          const fault = this.fault;
          this.fault = null;
          throw fault;
        }
        this.info = { ...this.info, step: this.info.step + 1 };
        yield {
          step: this.info.step,
          epoch: 0,
          losses: Float32Array.of(1),
          validationLoss: null,
          validationStep: null,
        };
      }
    },
    async update({ optimizer, clip }: { optimizer?: { learningRate: number }; clip?: { norm: number } }) {
      await this.busy;
      if (optimizer) this.learningRate = optimizer.learningRate;
      if (clip) this.clip = clip.norm;
      return this.info;
    },
    async save() {
      await turn();
      return new Uint8Array([this.info.step]);
    },
    dispose() {
      this.disposed = true;
    },
  });
  const open = async (step: number, config: object) => {
    await turn();
    if (make.refuse) throw make.refuse;
    const made = model(step, config);
    make.models.push(made);
    return made;
  };
  return {
    UnfoldError,
    createModel: (config: object) => open(0, config),
    openModel: (bytes: Uint8Array) => open(bytes[0]!, {}),
  };
}

vi.mock('unfold-rnn', () => fakePackage());
vi.stubGlobal('document', { documentElement: { lang: 'en' } });
vi.stubGlobal('requestAnimationFrame', (task: () => void) => setTimeout(task, 1));

const { Engine } = await import('../../web/src/training/engine');
const { NOTHING_YET, set, store } = await import('../../web/src/app/store');
const { initialSettings } = await import('../../web/src/settings/settings');
const { stateOf } = await import('../../web/src/settings/state');
const { UnfoldError } = await import('unfold-rnn');

let engine: InstanceType<typeof Engine>;
/** The steps of the copies that were made. */
const kept: number[] = [];
const fault = (code: ConstructorParameters<typeof UnfoldError>[0]) =>
  new UnfoldError(code, `made to fail: ${code}`);
const model = () => make.models.at(-1)!;
const shownStep = () => store.numbers.value.step;
const titles = () => store.notices.value.map((notice) => notice.title);

beforeEach(() => {
  make.models.length = 0;
  make.refuse = null;
  engine = new Engine();
  kept.length = 0;
  engine.onKept = ({ run }) => kept.push(run.info.step);
  store.run.value = null;
  store.former.value = null;
  store.notices.value = [];
  store.numbers.value = NOTHING_YET;
  store.state.value = stateOf(initialSettings());
  store.phase.value = 'ready';
  const corpus = { id: 'tales', title: 'Tales', description: '', bytes: new Uint8Array(1), opening: '' };
  store.corpus.value = { ...corpus, made: false, characters: 1, symbols: 1, uniform: 0, unigram: 0 };
});
afterEach(() => engine.pause());

async function trainTo(step: number): Promise<void> {
  await engine.play();
  await expect.poll(() => model().info.step, { interval: 1 }).toBeGreaterThanOrEqual(step);
}

it('shows the true step when it pauses', async () => {
  await trainTo(5);
  await engine.pause();
  expect(store.phase.value).toBe('paused');
  expect(shownStep()).toBe(model().info.step);
  await engine.step();
  expect(shownStep()).toBe(model().info.step);
});

it('says at once that a pause is coming, until it has come', async () => {
  await trainTo(2);
  let finish = () => {};
  model().busy = new Promise((resolve) => (finish = resolve));
  const paused = engine.pause();
  await expect.poll(() => store.pending.value).toBe('pausing');
  expect(store.phase.value).toBe('running');
  finish();
  await paused;
  expect(store.pending.value).toBeNull();
  expect(store.phase.value).toBe('paused');
});

it('offers half the rate when the loss is no longer a number', async () => {
  set('learningRate', 0.5);
  await trainTo(3);
  model().fault = fault('NON_FINITE');
  await expect.poll(() => store.phase.value).toBe('paused');
  expect(titles()).toEqual(['Training diverged: the loss is no longer a number']);
  const at = model().info.step;
  store.notices.value[0]!.actions[0]!.run();
  await expect.poll(() => model().info.step).toBeGreaterThan(at);
  expect(store.settings.value.learningRate).toBe(0.25);
  expect(model().learningRate).toBe(0.25);
  expect(titles()).toEqual([]);
});

it('names what overflowed, and clips where that was not done yet', async () => {
  set('clip', 0);
  await trainTo(3);
  const overflow = {
    step: 1234,
    loss: null,
    gradientNorm: null,
    learningRate: 0.003,
    parameter: 'layers.0.weight_hh',
    largest: 2.5e20,
    rolledBack: true,
  };
  model().fault = new UnfoldError('NON_FINITE', 'made to fail', { overflow });
  await expect.poll(() => store.phase.value).toBe('paused');
  const [notice] = store.notices.value;
  expect(notice!.detail).toContain('Step 1,234');
  expect(notice!.detail).toContain('in layers.0.weight_hh, the largest value was 2.5e20');
  const at = model().info.step;
  notice!.actions.find(({ label }) => label.startsWith('Clip'))!.run();
  await expect.poll(() => model().info.step).toBeGreaterThan(at);
  expect(store.settings.value.clip).toBe(1);
  expect(model().clip).toBe(1);
  expect(titles()).toEqual([]);
  // Clipped already: only the rate is left to lower, and what is not finite is said so.
  model().fault = new UnfoldError('NON_FINITE', 'made to fail', { overflow: { ...overflow, largest: null } });
  await expect.poll(() => store.phase.value).toBe('paused');
  expect(store.notices.value[0]!.actions.map(({ label }) => label)).toEqual([
    'Continue at 0.0015',
    expect.stringMatching(/^(Go back to step \d+ at|Start over at) 0.0015$/),
  ]);
  expect(store.notices.value[0]!.detail).toContain('a value was not finite');
});

it('goes back to the copy from before an overflow, at half the rate', async () => {
  set('learningRate', 0.5);
  await trainTo(4);
  await engine.pause();
  const copied = model().info.step;
  await expect.poll(() => kept.at(-1)).toBe(copied);
  await trainTo(copied + 3);
  const overflow = { step: 9, loss: 1, gradientNorm: null, learningRate: 0.5, parameter: 'a', largest: null };
  model().fault = new UnfoldError('NON_FINITE', 'made to fail', {
    overflow: { ...overflow, rolledBack: false },
  });
  await expect.poll(() => store.phase.value).toBe('paused');
  await model().save(); // a copy of the spoiled weights would have been asked for before, and be made by now
  expect(kept.at(-1)).toBe(copied);
  const way = store.notices.value[0]!.actions.at(-1)!;
  expect(way.label).toBe(`Go back to step ${copied} at 0.25`);
  way.run();
  await expect.poll(() => make.models.length).toBe(2);
  await expect.poll(() => store.phase.value).toBe('running');
  expect(model().learningRate).toBe(0.25);
  expect(store.settings.value.learningRate).toBe(0.25);
  await expect.poll(() => model().info.step).toBeGreaterThan(copied);
});

it('brings the last copy back when the worker is gone', async () => {
  await trainTo(4);
  await engine.pause();
  const copied = model().info.step;
  await expect.poll(() => kept.at(-1)).toBe(copied);
  await trainTo(copied + 3);
  model().fault = fault('WORKER_FAILED');
  await expect.poll(() => store.phase.value).toBe('broken');
  const [action] = store.notices.value[0]!.actions;
  expect(action!.label).toBe(`Restore step ${copied}`);
  action!.run();
  await expect.poll(() => store.phase.value).toBe('running');
  expect(make.models.length).toBe(2);
  expect(store.run.value!.info.step).toBe(copied);
  expect(titles()).toEqual([]);
});

it('starts again when the worker is gone before there was a copy', async () => {
  await trainTo(2);
  model().fault = fault('WORKER_FAILED');
  await expect.poll(() => store.phase.value).toBe('broken');
  store.notices.value[0]!.actions[0]!.run();
  await expect.poll(() => store.phase.value).toBe('running');
});

describe('a new network', () => {
  it('that is refused leaves the old one at work', async () => {
    await trainTo(3);
    make.refuse = fault('INVALID_TEXT');
    await engine.applyAndRestart();
    expect(store.phase.value).toBe('running');
    expect(titles()).toEqual(['This text cannot be used']);
    expect(store.former.value).toBeNull();
    const at = model().info.step;
    await expect.poll(() => model().info.step).toBeGreaterThan(at);
  });

  it('can be swapped with the one before, as often as wanted', async () => {
    await trainTo(6);
    await engine.pause();
    const before = model().info.step;
    set('units', 99);
    await engine.applyAndRestart();
    await engine.pause();
    expect(make.models[0]!.disposed).toBe(true);
    const second = model().info.step;
    await engine.undo();
    expect(model().info.step).toBe(before);
    expect(store.settings.value.units).toBe(128);
    expect(store.run.value!.series.length).toBeGreaterThan(0);
    await engine.undo();
    expect(model().info.step).toBe(second);
    expect(store.settings.value.units).toBe(99);
  });
});

it('ends in one consistent run, whatever is pressed in whatever order', async () => {
  const presses = [
    () => engine.toggle(),
    () => engine.step(),
    () => engine.reset(),
    () => engine.undo(),
    () => engine.pause(),
  ];
  const all = Array.from({ length: 100 }, (_, at) => presses[(at * at * 7 + at) % presses.length]!());
  await Promise.all(all);
  await engine.pause();
  expect(make.models.filter((model) => !model.disposed)).toEqual([model()]);
  expect(titles().filter((title) => title.startsWith('Something'))).toEqual([]);
  expect(shownStep()).toBe(model().info.step);
});

it('exports a curve of more steps than it has points with the lowest and highest loss of each', async () => {
  const { curveTable } = await import('../../web/src/sharing/exports');
  const { CAPACITY, Series } = await import('../../web/src/training/series');
  const series = new Series();
  for (let step = 1; step <= 2 * CAPACITY; step++) series.add(step, step % 2 ? 3 : 1);
  const [head, ...rows] = curveTable(series).trimEnd().split('\r\n');
  expect(head).toBe('step,training_low,training_high,training_smoothed,validation');
  const columns = rows.map((row) => row.split(','));
  expect(columns.map(([step]) => Number(step))).toEqual(rows.map((_, at) => 2 * (at + 1)));
  for (const [, low, high] of columns) expect([low, high]).toEqual(['1', '3']);
});
