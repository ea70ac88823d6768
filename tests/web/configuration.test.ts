// From the controls to a configuration and back, on the real engine but without a page.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig, type Config } from '../../dist/index.js';
import { shade } from '../../web/src/charts/heatMap';
import { valueAt } from '../../web/src/settings/descriptor';
import {
  CONFIG_PATHS,
  descriptorOf,
  DESCRIPTORS,
  initialSettings,
  LAYER_PATHS,
  parse,
  SETTING_NAMES,
  type SettingName,
  type Settings,
} from '../../web/src/settings/settings';
import { TASKS } from '../../web/src/tasks/names';

// The page's modules ask the document for its language.
Object.assign(globalThis, { document: { documentElement: { lang: 'en' } } });
const { fromConfig, isBeyond, settingsOf, toConfig } = await import('../../web/src/settings/config');
const { readHash, writeHash } = await import('../../web/src/settings/hash');
const { settle } = await import('../../web/src/settings/settle');
const { edit, settingsIn, stateOf, withConfig } = await import('../../web/src/settings/state');
const { menuOf } = await import('../../web/src/settings/menus');
const { schema } = await import('../../web/src/settings/schema');
const { datasetsOf, poolOf } = await import('../../web/src/settings/taskConfig');
const { withTask } = await import('../../web/src/settings/chooseTask');
const { PRESET_CATALOG } = await import('../../web/src/settings/presetCatalog');
const { PRESET_GROUPS, presetOf, withPreset } = await import('../../web/src/settings/presets');
const { pretty } = await import('../../web/src/settings/json');
const { settledAfter } = await import('../../web/src/training/speed');

/** A value that is not the first, where that is one. */
function otherThan(name: SettingName): string | number | boolean {
  const descriptor = descriptorOf(name);
  if (descriptor.kind === 'list') return '1,2';
  if (descriptor.kind === 'flag') return !descriptor.initial;
  if (descriptor.kind === 'choice')
    return descriptor.choices.find((choice) => choice !== descriptor.initial)!;
  if (descriptor.kind === 'name')
    return menuOf(descriptor).find((choice) => choice.name !== descriptor.initial)!.name;
  if (descriptor.kind !== 'whole' && descriptor.kind !== 'fraction') throw new Error(name);
  const { initial, kind, range } = descriptor;
  return kind === 'whole' ? Math.min(range[1], initial + 1) : Math.min(range[1], initial + 0.25);
}

const base = (changes: Partial<Settings> = {}): Settings => ({ ...initialSettings(), ...changes });

/** Presets whose layers the controls cannot show. */
const BEYOND = [
  'mlstm',
  'mogrifier',
  'mut1',
  'mut2',
  'mut3',
  'rru',
  'lru',
  'rwkv',
  'qrnn',
  'rhn',
  'fast-slow',
  'gated-feedback',
];

it('knows each preset by what it sets, for any number of units', async () => {
  for (const preset of schema.presets) {
    for (const units of [24, 128]) {
      const settings = withPreset(base({ units }), preset);
      if (BEYOND.includes(preset.name)) expect(isBeyond(settings)).toBe(true);
      else expect(settings.custom).toBe('');
      expect(presetOf(settings)?.name).toBe(preset.name);
      const { config } = await checkConfig(toConfig(settings));
      const { config: named } = await checkConfig({ preset: preset.name, units });
      expect({ ...config.layers, ...config.readout }).toEqual({ ...named.layers, ...named.readout });
      expect(config.initialization).toEqual(named.initialization);
    }
  }
  expect(schema.presets.map(({ name }) => name)).toContain(presetOf(base())?.name);
  expect(presetOf(base({ cell: 'rnn', clock: '1,3' }))).toBeUndefined();
});

describe('a network that the page names', () => {
  it.each(PRESET_CATALOG.map((named) => [named.name, named] as const))(
    '%s is built by the engine for its tasks, and known by what it sets',
    async (name, named) => {
      for (const task of named.tasks ?? (['next', 'tag'] as const)) {
        const own = task === 'regress' ? { pooling: 'mean' as const, dataset: '' } : {};
        const start = task === 'next' ? base() : { ...withTask(base(), task), ...own };
        const settings = withPreset({ ...start, units: 24 }, named);
        expect(settings.units).toBe(24);
        expect(presetOf(settings)?.name).toBe(name);
        const { config } = await checkConfig(toConfig(settings));
        expect(settingsOf(config, start)).toEqual(settings);
      }
    },
  );

  it('is told from another of the same architecture by having been chosen', () => {
    const start = withTask(base(), 'translate');
    const settings = withPreset(
      start,
      PRESET_CATALOG.find(({ name }) => name === 'attention')!,
    );
    expect(presetOf(settings)?.name).toBe('attention');
    expect(presetOf(settings, 'gru')?.name).toBe('gru');
    expect(presetOf({ ...settings, attention: 'none' })?.name).toBe('gru');
    // And a network for a text is no encoder.
    expect(presetOf(base(), 'attention')?.name).toBe('gru');
  });

  it('has a place in the menu, like every other', () => {
    const placed = Object.values(PRESET_GROUPS).flat() as string[];
    expect([...placed].sort()).toEqual([...schema.presets, ...PRESET_CATALOG].map(({ name }) => name).sort());
  });
});

it('gives no edge from itself to a cell that has no recurrent matrix', async () => {
  const from = (settings: Settings) =>
    toConfig(settings).layers!.map(({ edges }) => edges?.map((e) => e.from));
  const skips = base({ cell: 'mingru', layers: 2, skipInputs: true });
  expect(from(skips)).toEqual([undefined, [0, 'input']]);
  expect(from({ ...skips, cell: 'gru' })).toEqual([undefined, [0, 'input', 'self']]);
  expect(from({ ...skips, transition: 1, skipInputs: false })[0]).toEqual(['input', 'self']);
  for (const settings of [skips, base({ cell: 'sru', delays: '2' }), base({ cell: 'indrnn', transition: 1 })])
    expect(settingsOf(toConfig(settings), base())).toEqual(settings);
});

it('hands on a schedule, and a warm-up without one', () => {
  expect(toConfig(base({ schedule: 'constant', warmup: 0 })).schedule).toBeUndefined();
  expect(toConfig(base({ schedule: 'constant', warmup: 300 })).schedule).toEqual({ warmup: 300 });
});

describe('a setting with a path', () => {
  const pathed = [...CONFIG_PATHS, ...LAYER_PATHS];
  /** Where what it depends on is so, and its cell has it. */
  const around: Partial<Settings> = {
    ...{ units: 32, embedding: 32, initRecurrent: 'sparse', cell: 'lstm', schedule: 'plateau' },
    unit: 'word',
  };

  it.each(pathed)('%s stands there in the configuration, and comes back from the engine', async (name) => {
    const { path } = descriptorOf(name);
    const other = { ...around, [name]: otherThan(name) };
    const config = toConfig(base(other));
    expect(valueAt({ config }, path!)).toEqual(name === 'clock' ? [1, 2] : other[name]);
    expect(fromConfig((await checkConfig(config)).config)[name]).toBe(other[name]);
  });

  it('has the default of the engine at first, but for three', () => {
    const own = pathed.filter((name) => {
      const usual = valueAt({ config: schema.defaults }, descriptorOf(name).path!);
      return usual !== undefined && usual !== descriptorOf(name).initial;
    });
    expect(own.sort()).toEqual(['cell', 'evaluateEvery', 'learningRate']);
  });
});

describe('the range of a control', () => {
  const ranged = SETTING_NAMES.flatMap((name) => {
    const descriptor = descriptorOf(name);
    const { path, within = '' } = descriptor;
    const ofConfig = (path ?? within).startsWith('config.') && name !== 'difficulty';
    return ofConfig && 'range' in descriptor ? [[name, descriptor] as const] : [];
  });
  /** Where each of them means something. */
  const around: Partial<Settings> = {
    ...{
      cell: 'rnn',
      layers: 2,
      units: 32,
      transition: 1,
      inputDepth: 1,
      outputDepth: 1,
      feedback: 'target',
    },
    ...{ leak: 'learned', embedding: 32, initRecurrent: 'sparse', unit: 'word' },
  };

  it.each(ranged)('of %s is one that the engine takes to both ends', async (name, { kind, range }) => {
    for (const end of range) {
      const changes = { ...around, [name]: kind === 'list' ? String(end) : end };
      const schedule = name === 'patience' ? 'plateau' : 'step';
      const series = {
        task: 'regress',
        pooling: 'none',
        feedback: 'none',
        embedding: 0,
        unit: 'character',
      } as const;
      const task = name === 'feedbackSteps' ? series : {};
      const config = toConfig(base({ ...changes, ...task, schedule }));
      const { config: canonical } = await checkConfig(config);
      expect(settingsOf(canonical)[name]).toBe(changes[name]);
    }
  });
});

it('shows in the controls whatever they made', async () => {
  const part = fc.integer({ min: 0, max: 8 }).map((value) => value / 10);
  const made = fc.record({
    cell: fc.constantFrom('rnn', 'gru', 'lstm', 'peephole-lstm'),
    layers: fc.integer({ min: 1, max: 3 }),
    units: fc.constantFrom(8, 16),
    bias: fc.constantFrom('none', 'one', 'two'),
    inputDepth: fc.integer({ min: 0, max: 2 }),
    inputSize: fc.constantFrom(0, 12),
    transition: fc.integer({ min: 0, max: 3 }),
    transitionSize: fc.constantFrom(0, 12),
    shortcut: fc.boolean(),
    join: fc.constantFrom('first', 'last', 'all'),
    outputDepth: fc.integer({ min: 0, max: 2 }),
    outputSize: fc.constantFrom(0, 12),
    delayOne: fc.boolean(),
    delays: fc.constantFrom('', '2', '3,8'),
    feedback: fc.constantFrom('none', 'target', 'softmax'),
    outputDelays: fc.constantFrom('1', '1,4'),
    leak: fc.constantFrom('none', 'fixed', 'spectrum', 'learned'),
    leakFrom: part,
    leakTo: part,
    clock: fc.constantFrom('', '1,2,4'),
    residual: fc.boolean(),
    skipInputs: fc.boolean(),
    skipOutputs: fc.boolean(),
    layerNorm: fc.boolean(),
    zoneout: part,
    recurrentDropout: part,
    variationalDropout: fc.boolean(),
    initRecurrent: fc.constantFrom('orthogonal', 'identity', 'sparse'),
    schedule: fc.constantFrom(...DESCRIPTORS.schedule.choices),
    warmup: fc.constantFrom(0, 300),
    clipValue: fc.constantFrom(0, 0.5),
  }) as unknown as fc.Arbitrary<Partial<Settings>>;
  await fc.assert(
    fc.asyncProperty(made, async (changes) => {
      const config = toConfig(base(changes));
      const { config: canonical } = await checkConfig(config);
      const back = settingsOf(canonical, base());
      expect(back.custom).toBe('');
      expect((await checkConfig(toConfig(back))).config).toEqual(canonical);
    }),
    { numRuns: 60 },
  );
});

describe('a task', () => {
  const tasks = TASKS.filter((task) => task !== 'next');

  it.each(tasks)(
    '%s begins with a network that the engine builds, and comes back from its configuration',
    async (task) => {
      const settings = withTask(base(), task);
      expect(datasetsOf(task).map(({ name }) => name)).toContain(settings.dataset);
      expect(settle({ ...settings })).toMatchObject({ settings, refused: [] });
      const { config } = await checkConfig(toConfig(settings));
      expect(config.task).toMatchObject({ name: task });
      expect(settingsOf(config, base())).toMatchObject({ ...settings, temperature: 0.7 });
      // Back to a text nothing of the task is left.
      expect(withTask(settings, 'next')).toEqual(base());
    },
  );

  it('shows in the controls whatever they made of it', async () => {
    const made = fc.record({
      task: fc.constantFrom(...tasks),
      at: fc.nat(10),
      difficulty: fc.constantFrom(0, 3),
      termination: fc.constantFrom(...DESCRIPTORS.termination.choices),
      loss: fc.constantFrom(...DESCRIPTORS.loss.choices),
      bidirectional: fc.boolean(),
      attention: fc.constantFrom(...DESCRIPTORS.attention.choices),
      context: fc.constantFrom('both', 'initial', 'input'),
      scheduledSampling: fc.constantFrom(...DESCRIPTORS.scheduledSampling.choices),
      layers: fc.integer({ min: 1, max: 3 }),
      cell: fc.constantFrom('rnn', 'gru', 'lstm'),
      bias: fc.constantFrom('one', 'two'),
      transition: fc.integer({ min: 0, max: 1 }),
      outputDepth: fc.integer({ min: 0, max: 1 }),
      mean: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(made, async ({ task, at, mean, ...changes }) => {
        const corpora = datasetsOf(task);
        const corpus = corpora[at % corpora.length]!;
        const pool = poolOf(corpus, task);
        const settings = base({
          ...changes,
          task,
          units: 8,
          dataset: corpus.name,
          pooling: pool === 'last' && mean ? 'mean' : pool,
        });
        settle(settings);
        const { config: canonical } = await checkConfig(toConfig(settings));
        const back = settingsOf(canonical, base());
        expect(back.custom).toBe('');
        expect((await checkConfig(toConfig(back))).config).toEqual(canonical);
      }),
      { numRuns: 80 },
    );
  });

  it('reads context, attention and what is left also where its edges are spelled out', async () => {
    const settings = { ...withTask(base(), 'translate'), termination: 'count' } as Settings;
    const sources = async (changes: Partial<Settings>) => {
      const { config } = await checkConfig(toConfig({ ...settings, ...changes }));
      const own = [...(config.layers[0]!.edges ?? []), ...(config.readout ?? [])];
      return own.map(({ from }) => from).sort();
    };
    const inside = ['attention', 'context', 'input', 'remaining', 'self'];
    expect(await sources({ transition: 1 })).toEqual(inside);
    expect(await sources({ transition: 1, context: 'initial', attention: 'none' })).toEqual([
      'input',
      'remaining',
      'self',
    ]);
    expect(await sources({ transition: 1, outputDepth: 1 })).toEqual([0, 'attention', ...inside]);
  });

  it('keeps what goes beyond the controls as JSON, under its own name', async () => {
    const { config } = await checkConfig({
      dataset: { name: 'sorting', count: 500 },
      encoder: [{ units: 5 }],
      layers: [{ units: 7 }],
    });
    const settings = settingsOf(config, base());
    expect(settings).toMatchObject({ task: 'translate', dataset: 'sorting', units: 7 });
    const { layers, encoder } = config;
    expect(JSON.parse(settings.custom)).toEqual({ dataset: { count: 500 }, layers, encoder });
  });

  it('refuses examples that are not made, or not for it, and a difficulty out of range', () => {
    const of = (changes: Partial<Settings>) => settle(base(changes));
    expect(of({ task: 'translate', dataset: 'parity' })).toMatchObject({ refused: ['dataset'] });
    expect(of({ task: 'classify', dataset: 'none' })).toMatchObject({ refused: ['dataset'] });
    expect(of({ task: 'classify', dataset: 'parity', difficulty: 3 })).toMatchObject({
      settings: { difficulty: 0 },
      refused: ['difficulty'],
    });
    expect(of({ task: 'notes' })).toMatchObject({ settings: { dataset: 'melodies' }, refused: [] });
    expect(of({ task: 'regress', text: 'own' })).toMatchObject({ settings: { dataset: '' }, refused: [] });
    expect(of({ task: 'next', dataset: 'parity' })).toMatchObject({ settings: { dataset: '' }, refused: [] });
  });
});

describe('a configuration beyond the controls', () => {
  /** Each with the fields that are kept, besides what the controls show. */
  const beyond: [Config, string[]][] = [
    [
      {
        layers: [
          { cell: 'lstm', units: 16 },
          { cell: 'gru', units: 8 },
        ],
      },
      ['layers'],
    ],
    [{ layers: [{ units: 16, edges: [{ from: 'input' }, { from: 'self', hidden: [8, 4] }] }] }, ['layers']],
    [
      {
        layers: [
          { units: 8, edges: [{ from: { product: [{ from: 'input', units: 8 }, { from: 'self' }] } }] },
        ],
      },
      ['layers'],
    ],
    [{ preset: 'narx', units: 9, schedule: { name: 'cosine', minimum: 0.001 } }, ['schedule']],
    [{ unit: 'byte', optimizer: { name: 'sgd', momentum: 0.5 } }, ['optimizer']],
    [{ layers: Array.from({ length: 9 }, () => ({ units: 4 })) }, ['layers']],
    [
      {
        task: { name: 'classify', classWeights: 'balanced' },
        layers: [
          { cell: 'lstm', units: 8 },
          { cell: 'lstm', units: 8, direction: 'backward' },
        ],
      },
      ['task', 'layers'],
    ],
    [{ batchSize: 1000, seed: 12, earlyStopping: 5 }, []],
    [{ earlyStopping: 10 }, ['earlyStopping']],
  ];

  it.each(beyond)('is all there in the state and in its link: %j', async (config, fields) => {
    const { config: canonical } = await checkConfig(config);
    const state = withConfig(stateOf(base()), canonical);
    expect((await checkConfig(state.config)).config).toEqual(canonical);
    const { custom, ...settings } = settingsIn(state);
    expect(Object.keys(custom === '' ? {} : JSON.parse(custom)).sort()).toEqual(fields.sort());
    const link = readHash(writeHash({ ...settings, custom }, true));
    expect(link.refused).toEqual([]);
    expect((await checkConfig(stateOf(link.settings).config)).config).toEqual(canonical);
  });

  it.each(beyond)('stays when a control changes: %j', async (config) => {
    const { config: canonical } = await checkConfig(config);
    const before = withConfig(stateOf(base()), canonical);
    const changes = { learningRate: 0.5, clip: 1, dropout: 0.25, gain: 2, warmup: 9 };
    const { config: after } = await checkConfig(edit(before, changes).config);
    const { optimizer, schedule, initialization } = canonical as Required<typeof canonical>;
    expect(after).toEqual({
      ...canonical,
      dropout: 0.25,
      clip: { norm: 1, value: 0 },
      optimizer: { ...(optimizer as object), learningRate: 0.5 },
      initialization: { ...initialization, gain: 2 },
      schedule: { ...(schedule as object), warmup: 9 },
    });
  });

  it('is left to the controls where they are asked for', async () => {
    const [config] = beyond[0]!;
    const state = withConfig(stateOf(base()), (await checkConfig(config)).config);
    const alone = edit(state, { custom: '' });
    expect(alone.config.layers).toEqual(Array(2).fill({ cell: 'lstm', units: 16 }));
    expect(settingsIn(alone).custom).toBe('');
  });
});

it('refuses options that the cell does not have', () => {
  expect(settle(base({ options: 'reset:before' })).refused).toEqual([]);
  for (const options of ['reset:sideways', 'activation:relu', '__proto__:x'])
    expect(settle(base({ options }))).toMatchObject({
      settings: { options: '' },
      refused: ['options'],
    });
  expect(settle(base({ cell: 'lstm', options: 'forgetBias:99' })).refused).toEqual(['options']);
});

it('reads lists as people write them', () => {
  expect(parse('delays', ' 8, 2;4 ')).toBe('2,4,8');
  expect(parse('clock', '8,1,1')).toBe('8,1,1');
  for (const wrong of ['1', '2,2', 'a', '2,-4', '2.5', '99999'])
    expect(parse('delays', wrong)).toBeUndefined();
});

it('writes JSON that reads back', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      expect(JSON.parse(pretty(value))).toEqual(value);
    }),
  );
  expect(pretty({ a: [1, 2], b: { c: 'x' } })).toBe('{ "a": [1, 2], "b": { "c": "x" } }');
});

it('histograms the colours of the heat map over six powers of ten', () => {
  expect([1, 1e-3, 1e-6].map(shade)).toEqual([1, 0.5, 0].map((at) => expect.closeTo(at, 9)));
  expect(shade(0)).toBeLessThan(0);
});

it('reads the first layer where there are several', () => {
  expect(fromConfig({ layers: [{ cell: 'rnn', units: 7 }, { units: 9 }] })).toMatchObject({
    cell: 'rnn',
    units: 7,
    layers: 2,
  });
});

it('knows the speed of slow steps from the first ones, and of fast steps once they are many', () => {
  expect(settledAfter(0.3)).toBe(3);
  expect(settledAfter(12)).toBe(12);
  expect(settledAfter(400)).toBe(30);
});
