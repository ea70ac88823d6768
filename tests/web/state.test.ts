// The parts of the page that need no page.
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rangeY, ticksX, ticksY } from '../../web/src/charts/axes';
import { explodes } from '../../web/src/charts/heatMap';
import { boxOf, freePlace, type Place } from '../../web/src/charts/labels';
import { tableHere, tableOf } from '../../scripts/data/settings.mjs';
import { readHash, writeHash } from '../../web/src/settings/hash';
import { CAPACITY as MOST, History } from '../../web/src/training/history';
import { CAPACITY, Series } from '../../web/src/training/series';
import { measured, unitOf } from '../../web/src/tasks';
import {
  DESCRIPTORS,
  descriptorOf,
  initialSettings,
  type NumberName,
  SETTING_NAMES,
  type Settings,
} from '../../web/src/settings/settings';
import { settingsIn, stateOf } from '../../web/src/settings/state';

const NUMBERS = SETTING_NAMES.filter((name): name is NumberName =>
  ['whole', 'fraction'].includes(DESCRIPTORS[name].kind),
);
const FLAGS = SETTING_NAMES.filter((name) => typeof initialSettings()[name] === 'boolean');

const numbers = Object.fromEntries(
  NUMBERS.map((name) => {
    const { kind, range } = DESCRIPTORS[name];
    const [min, max] = range;
    return [name, kind === 'fraction' ? fc.double({ min, max, noNaN: true }) : fc.integer({ min, max })];
  }),
) as Record<NumberName, fc.Arbitrary<number>>;

const chosen = Object.fromEntries(
  SETTING_NAMES.flatMap((name) => {
    const descriptor = descriptorOf(name);
    return descriptor.kind === 'choice' ? [[name, fc.constantFrom(...descriptor.choices)]] : [];
  }),
);

const word = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
const delays = fc
  .uniqueArray(fc.integer({ min: 2, max: 1000 }), { maxLength: 16 })
  .map((list) => list.sort((a, b) => a - b).join());

const settings = fc.record({
  ...numbers,
  ...chosen,
  ...Object.fromEntries(FLAGS.map((name) => [name, fc.boolean()])),
  options: fc.constantFrom('', 'activation:relu', 'forgetBias:-2.5,cellInput:sigmoid'),
  bias: word,
  join: word,
  initInput: word,
  initRecurrent: word,
  initReadout: word,
  delays,
  outputDelays: delays,
  clock: fc.constantFrom('', '1', '8,4,1,1'),
  custom: fc.oneof(
    fc.constant(''),
    fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value)),
  ),
  text: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  cell: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  optimizer: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  prompt: fc.string({ unit: 'binary', maxLength: 60 }),
  dataset: fc.stringMatching(/^[a-z0-9-]{0,40}$/),
}) as unknown as fc.Arbitrary<Settings>;

describe('history', () => {
  it('keeps a bounded, even choice of the reports, and finds the last up to a step', () => {
    const history = new History();
    const count = 7 * MOST + 3;
    for (let step = 1; step <= count; step++)
      history.add({ step, gradientNorm: step, learningRate: 1, tokensPerSecond: 2, accuracy: NaN });
    const steps = history.all.map(({ step }) => step);
    expect(steps.length).toBeLessThanOrEqual(MOST);
    expect(steps[0]).toBe(1);
    expect(new Set(steps.slice(1).map((step, at) => step - steps[at]!)).size).toBe(1);
    expect(count - steps.at(-1)!).toBeLessThan(count / 100);
    expect(history.at(steps[3]! + 1)).toMatchObject({ step: steps[3]!, gradientNorm: steps[3]! });
    expect(history.at(0)).toBeNull();
    history.cut(steps[9]!);
    expect(history.all.at(-1)!.step).toBe(steps[9]);
  });
});

describe('link', () => {
  it('brings every setting back', () => {
    fc.assert(
      fc.property(settings, fc.boolean(), (written, autostart) => {
        const read = readHash(writeHash(written, autostart));
        expect(read).toMatchObject({ settings: written, refused: [], autostart, hasSettings: true });
      }),
    );
  });

  it('takes nothing outside its ranges, whatever it is given', () => {
    const keys = SETTING_NAMES.map((name) => DESCRIPTORS[name].key).concat(
      '__proto__',
      'constructor',
      'v',
      'autostart',
    );
    const pairs = fc.array(fc.tuple(fc.constantFrom(...keys), fc.string()), { maxLength: 20 });
    fc.assert(
      fc.property(pairs, (written) => {
        const { settings: read } = readHash(`#${new URLSearchParams(written)}`);
        expect(Object.keys(read)).toEqual(Object.keys(initialSettings()));
        for (const name of NUMBERS) {
          expect(read[name]).toBeGreaterThanOrEqual(DESCRIPTORS[name].range[0]);
          expect(read[name]).toBeLessThanOrEqual(DESCRIPTORS[name].range[1]);
        }
      }),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('opens whatever a stranger wrote as a configuration', () => {
    const names = [
      'layers',
      'readout',
      'encoder',
      'edges',
      'hidden',
      'from',
      'task',
      'name',
      'leak',
      'schedule',
      'clip',
    ];
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(fc.constantFrom(null, 'x', -1, 1e9, true, 'self', 'step'), fc.integer()),
      tree: fc.oneof(
        { depthSize: 'large', withCrossShrink: true },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'units', '__proto__', 'constructor'), tie('tree'), {
          maxKeys: 5,
        }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, '__proto__'), tree, { maxKeys: 6 }), (config) => {
        const { settings: read } = readHash(
          writeHash({ ...initialSettings(), custom: JSON.stringify(config) }, true),
        );
        const shown = settingsIn(stateOf(read));
        expect(Object.keys(shown)).toEqual(expect.arrayContaining(SETTING_NAMES));
        expect(shown.layers).toBeLessThanOrEqual(8);
        // And what is shown is all of it: another link says the same.
        expect(stateOf(readHash(writeHash(shown, true)).settings).config).toEqual(stateOf(shown).config);
      }),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(NUMBERS)('takes %s up to its limit, and nothing above it', (name) => {
    const [, high] = DESCRIPTORS[name].range;
    const read = (value: number) => readHash(`#v=1&${DESCRIPTORS[name].key}=${value}`);
    expect(read(high)).toMatchObject({ settings: { [name]: high }, refused: [] });
    const above = high + Math.max(1, high / 1000);
    expect(read(above)).toMatchObject({ settings: { [name]: initialSettings()[name] }, refused: [name] });
  });

  // Links are in mails and lessons: their keys stay, whatever the settings are called here.
  it('reads the links of before', () => {
    const written =
      '#v=1&co=forgetBias%3A0&bi=one&id=1&is=8&td=2&ts=9&sc=1&jn=first&od=3&os=7&d1=0&dl=2%2C4&fb=target&fd=1%2C3&lk=learned' +
      '&lf=0.1&lt=0.9&ck=1%2C2&rs=1&si=1&so=1&ln=1&zo=0.1&rd=0.2&vd=1&em=16&ti=1&ii=he&ir=sparse&io=zero&ig=2&nz=3&sr=0.8' +
      '&ta=translate&cp=dates&df=5&po=mean&le=halt&bd=1&at=additive&cx=input&sp=linear&sd=step&wu=9&ss=50&sf=0.25&pa=2&cv=0.5' +
      '&t=plays&tk=bpe&vo=512&c=lstm&l=3&h=48&w=32&b=8&o=sgd&s=7&lr=0.1&cl=1&d=0.5&tm=1&p=The%20&y=log&lo=step&un=1';
    const { settings: read, refused } = readHash(written);
    expect(refused).toEqual([]);
    expect(read).toEqual({
      ...{
        options: 'forgetBias:0',
        bias: 'one',
        inputDepth: 1,
        inputSize: 8,
        transition: 2,
        transitionSize: 9,
      },
      ...{ shortcut: true, join: 'first', outputDepth: 3, outputSize: 7, delayOne: false, delays: '2,4' },
      ...{
        feedback: 'target',
        outputDelays: '1,3',
        leak: 'learned',
        leakFrom: 0.1,
        leakTo: 0.9,
        clock: '1,2',
      },
      ...{ residual: true, skipInputs: true, skipOutputs: true, layerNorm: true, zoneout: 0.1 },
      ...{
        recurrentDropout: 0.2,
        variationalDropout: true,
        embedding: 16,
        tieWeights: true,
        initInput: 'he',
      },
      ...{
        initRecurrent: 'sparse',
        initReadout: 'zero',
        gain: 2,
        nonzeros: 3,
        spectralRadius: 0.8,
        custom: '',
      },
      // What came later is off.
      ...{ inputDropout: 0, weightDrop: 0, weightNoise: 0, activationPenalty: 0, temporalPenalty: 0 },
      ...{
        maxNorm: 0,
        averaging: 'none',
        accumulate: 1,
        labelSmoothing: 0,
        feedbackSteps: 0,
        carryState: false,
      },
      ...{
        task: 'translate',
        dataset: 'dates',
        difficulty: 5,
        pooling: 'mean',
        loss: 'squared', // of before there were others
        earlyStopping: 10,
        termination: 'halt',
      },
      ...{ bidirectional: true, attention: 'additive', context: 'input', scheduledSampling: 'linear' },
      ...{
        schedule: 'step',
        warmup: 9,
        scheduleSteps: 50,
        scheduleFactor: 0.25,
        patience: 2,
        clipValue: 0.5,
        earlyStopping: 10,
        evaluateEvery: 100,
      },
      ...{
        unit: 'bpe',
        vocabulary: 512,
        text: 'plays',
        cell: 'lstm',
        layers: 3,
        units: 48,
        sequenceLength: 32,
        batchSize: 8,
        optimizer: 'sgd',
      },
      ...{ seed: 7, learningRate: 0.1, clip: 1, dropout: 0.5, temperature: 1, prompt: 'The ', scale: 'log' },
      ...{ look: 'step', unfolded: true },
    });
  });

  it('has a key of its own for every setting, which the table of the README shows', async () => {
    const keys = SETTING_NAMES.map((name) => DESCRIPTORS[name].key);
    expect(new Set(keys.concat('v', 'n', 'x', 'autostart', 'tour', 'stop')).size).toBe(keys.length + 6);
    expect(tableHere()).toBe(await tableOf(DESCRIPTORS)); // otherwise: npm run settings
  });

  // A pattern that tries every way to cut a number in two would not end before the test does.
  it('reads a link of any length at once', () => {
    const long = 60_000;
    for (const part of ['1', '1,', 'a:1,'])
      for (const name of SETTING_NAMES) {
        const written = new URLSearchParams({
          v: '1',
          [DESCRIPTORS[name].key]: `${part.repeat(long / part.length)}x`,
        });
        expect(readHash(`#${written}`).settings).toEqual(initialSettings());
      }
  });

  it('names what it refused, and ignores what it does not know', () => {
    expect(readHash('#v=1&h=0&l=2&zzz=1')).toMatchObject({
      settings: { units: 128, layers: 2 },
      refused: ['units'],
    });
    expect(readHash('#v=2&h=7').hasSettings).toBe(false);
    expect(readHash('').hasSettings).toBe(false);
  });
});

describe('loss series', () => {
  it('holds any number of steps in bounded memory and forgets no extreme', () => {
    const series = new Series();
    const count = 10 * CAPACITY + 37;
    for (let step = 1; step <= count; step++) {
      series.add(step, step === 5000 ? 9 : 2);
      if (step % 10 === 0) series.addValidation(step, 3);
    }
    const [steps, low, high, smooth, validation] = series.columns();
    expect(steps.length).toBeLessThanOrEqual(CAPACITY);
    expect(steps.at(-1)).toBe(count);
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(Math.max(...high)).toBe(9);
    expect(Math.min(...low)).toBe(2);
    expect(smooth.at(-1)).toBeCloseTo(2, 1);
    expect(validation.length).toBe(steps.length);
    expect(validation.filter((value) => value !== null).length).toBeGreaterThan(100);
  });

  it('smooths with a running mean that starts at the first loss', () => {
    const series = new Series();
    series.add(1, 6);
    expect(series.latest).toBe(6);
    for (let step = 2; step <= 400; step++) series.add(step, 2);
    expect(series.latest).toBeLessThan(2.001);
  });

  it('loses nothing when it makes room', () => {
    const series = new Series();
    for (let step = 1; step <= CAPACITY; step++) series.add(step, 2);
    series.add(CAPACITY + 1, 9);
    const [steps, , high] = series.columns();
    expect(steps.length).toBe(CAPACITY / 2 + 1);
    expect([steps.at(-2), steps.at(-1), high.at(-2), high.at(-1)]).toEqual([CAPACITY, CAPACITY + 1, 2, 9]);
  });

  it('smooths as asked: not at all, or by an exponential mean that starts without bias', () => {
    const series = new Series();
    [6, 2, 4].forEach((value, at) => series.add(at + 1, value));
    expect(series.columns(0)[3]).toEqual([6, 2, 4]);
    const [first, second, third] = series.columns(0.5)[3];
    expect(first).toBe(6);
    expect(second).toBeCloseTo((0.5 * 6 + 2) / 1.5, 12);
    expect(third).toBeCloseTo((0.25 * 6 + 0.5 * 2 + 4) / 1.75, 12);
    for (let step = 4; step <= 5 * CAPACITY; step++) series.add(step, 3);
    expect(series.columns(0)[3].every((value) => value >= 2 && value <= 6)).toBe(true);
    expect(series.columns(0)[3].at(-1)).toBeCloseTo(3, 9);
  });

  it('goes back to a step', () => {
    const series = new Series();
    for (let step = 1; step <= 100; step++) series.add(step, step);
    series.addValidation(50, 1);
    series.addValidation(90, 1);
    series.cut(60);
    expect(series.columns()[0].at(-1)).toBe(60);
    expect(series.latestValidation?.step).toBe(50);
    series.add(61, 1);
    expect(series.length).toBe(61);
  });
});

describe('the name of a line', () => {
  const area = { left: 0, right: 300, top: 0, bottom: 150 };
  const boxes = (place: Place) => boxOf(place, 100, { width: 100, height: 14 }, area);
  const flat = (from: number, to: number, y: number) =>
    Array.from({ length: (to - from) / 10 }, (_, at) => ({ x: from + 10 * at, low: y - 2, high: y + 2 }));

  it('stands at the right above it, and moves where the curve leaves room', () => {
    expect(freePlace(boxes, area, [], [])).toEqual({ side: 'right', below: false });
    expect(freePlace(boxes, area, flat(200, 300, 95), [])).toEqual({ side: 'left', below: false });
    // A curve that falls through it between two points far apart.
    const steep = [
      { x: 20, low: 10, high: 10 },
      { x: 60, low: 97, high: 97 },
    ];
    const both = [...steep, ...flat(70, 300, 95)];
    expect(freePlace(boxes, area, both, [])).toEqual({ side: 'right', below: true });
    expect(freePlace(boxes, area, flat(0, 300, 100), [])).not.toBeUndefined();
  });

  it('keeps clear of other names and of the axis, and stays while it can', () => {
    const taken = [boxes({ side: 'right', below: false })];
    expect(freePlace(boxes, area, [], taken).side).toBe('left');
    const low = (place: Place) => boxOf(place, 145, { width: 100, height: 14 }, area);
    const curve = flat(0, 300, 138);
    expect(freePlace(low, area, curve, []).below).toBe(false);
    const former: Place = { side: 'left', below: true };
    expect(freePlace(boxes, area, [], [], former)).toEqual(former);
  });
});

it('keeps the name of a line clear of the other lines', () => {
  const area = { left: 0, right: 300, top: 0, bottom: 150 };
  const boxes = (place: Place) => boxOf(place, 100, { width: 100, height: 14 }, area);
  expect(freePlace(boxes, area, [], [], undefined, [92])).toEqual({ side: 'right', below: true });
  expect(freePlace(boxes, area, [], [], undefined, [92, 108])).not.toBeUndefined();
});

describe('the height of the loss chart', () => {
  it('cuts single high losses off, and follows a loss that stays high', () => {
    const [, usual] = rangeY('linear', 1, 400, 6, 3);
    expect(usual).toBeLessThan(8);
    const [, diverged] = rangeY('linear', 1, 400, 6, 90);
    expect(diverged).toBeGreaterThan(90);
    expect(diverged).toBeLessThan(130);
  });

  it('has a few round ticks, however high it is', () => {
    for (const [low, high] of [
      [0.5, 7],
      [1, 120],
      [1, 4e5],
      [0.001, 2e6],
    ] as const) {
      const ticks = ticksY(low, high);
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThanOrEqual(12);
      expect(ticks.at(-1)! * 10).toBeGreaterThan(high / 1.01);
    }
  });
});

it('tells an explosion from a loss that is steep close by', () => {
  expect([explodes(1.5, 0), explodes(1.5, 8), explodes(1.5, 9), explodes(0.5, 40)]).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

it('puts few, round ticks on a logarithmic step axis', () => {
  expect(ticksX(1, 60)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(ticksX(1, 100_000)).toEqual([1, 10, 100, 1000, 10_000, 100_000]);
});

describe.each(['en', 'de'])('numbers in %s', (language) => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });
  const load = () => {
    vi.stubGlobal('navigator', { languages: [language] });
    vi.resetModules();
    return import('../../web/src/i18n/format');
  };
  const intl = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(language, options);
    return (value: number) => format.format(value);
  };
  const values = fc.double({ min: -1e9, max: 1e9, noNaN: true });

  it('are written as Intl writes them', async () => {
    const { decimals, integer, twoDigits, upToTwo } = await load();
    const [whole, loose] = [intl({ maximumFractionDigits: 0 }), intl({ maximumFractionDigits: 2 })];
    const three = intl({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
    const short = intl({ maximumSignificantDigits: 2, useGrouping: false });
    fc.assert(
      fc.property(fc.oneof(values, fc.double({ min: -2, max: 2, noNaN: true })), (number) => {
        const value = number + 0; // a zero that has no sign
        expect(integer(value)).toBe(whole(value));
        expect(decimals(value, 3)).toBe(three(value));
        expect(upToTwo(value)).toBe(loose(value));
        if (value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6))
          expect(twoDigits(value)).toBe(short(value));
      }),
    );
    for (const value of [0, 100, 1000, 999999.5, 10.5, 0.1, 0.004]) expect(upToTwo(value)).toBe(loose(value));
  });

  it('of squares of large numbers have an exponent', async () => {
    const { lossText, tickText, twoDigits } = await load();
    const point = intl({ minimumFractionDigits: 1 })(0.5)[1];
    expect(lossText(610_316_552.28)).toBe(`6${point}10e8`);
    expect(lossText(99_999.5)).toBe(intl({ minimumFractionDigits: 2 })(99_999.5));
    expect(twoDigits(2.7e9)).toBe(`2${point}7e9`);
    expect(tickText(40e9).length).toBeLessThan(9);
  });

  it('of large amounts too', async () => {
    const { bytes, compact } = await load();
    const short = intl({ notation: 'compact', maximumSignificantDigits: 3 });
    const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map((unit) =>
      intl({ style: 'unit', unit, maximumSignificantDigits: 3 }),
    );
    const size = (value: number) => {
      const power = Math.min(3, Math.floor(Math.log10(Math.max(1, value)) / 3));
      return sizes[power]!(value / 1000 ** power).replace(' ', '\u00a0');
    };
    const amount = fc.oneof(fc.nat(2_000_000), fc.double({ min: 0.01, max: 1e14, noNaN: true }));
    const check = (value: number) => {
      expect(compact(value)).toBe(short(value));
      expect(bytes(Math.round(value))).toBe(size(Math.round(value)));
    };
    fc.assert(fc.property(amount, (value) => check(value + 0)));
    for (const value of [
      0, 1, 999, 999.6, 1000, 9994, 9995, 10_000, 99_950, 999_499, 999_500, 1e6, 1e9, 1e12,
    ])
      check(value);
  });
});

it('tells a loss in bits where symbols are predicted, and elsewhere as the engine counts it', () => {
  const bits = ['next', 'generate', 'translate', 'classify', 'tag'] as const;
  for (const task of bits) expect(measured(unitOf({ task }), Math.LN2), task).toBe(1);
  for (const task of ['regress', 'notes'] as const) expect(measured(unitOf({ task }), 1), task).toBe(1);
});
