// The diagram against the engine: every parameter of a network is drawn, once, between parts of the right sizes.
import { describe, expect, it } from 'vitest';
import { checkConfig, type Config, createModel, getSchema } from '../../dist/index.js';
import { operationsOf } from '../../web/src/diagram/cost';
import { equationsOf, parametersOf } from '../../web/src/diagram/equations';
import { graphOf } from '../../web/src/diagram/graph';
import type { Graph } from '../../web/src/diagram/parts';
import { type Box, layoutOf } from '../../web/src/diagram/layout';

const { cells, presets } = await getSchema();
const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
const self = (rest: object = {}) => ({ from: 'self', delay: 1, ...rest });
const deep = { hidden: [7, 9], shortcut: true };

/** Networks that read one sequence and write another. */
const readers: Record<string, Config> = {
  'an encoder': {
    corpus: 'reversal',
    encoder: [{ cell: 'gru', hidden: 6 }],
    layers: [{ cell: 'gru', hidden: 8 }],
  },
  'two directions, attention': {
    corpus: 'reversal',
    encoder: [{ cell: 'lstm', hidden: 6, bidirectional: true }],
    layers: [{ cell: 'lstm', hidden: 8 }],
    attention: 'additive',
  },
  'two levels of both, multiplicative, not fed': {
    corpus: 'reversal',
    encoder: [
      { cell: 'lstm', hidden: 6, bidirectional: true },
      { cell: 'gru', hidden: 5, bidirectional: true },
    ],
    layers: [
      { cell: 'lstm', hidden: 8 },
      { cell: 'gru', hidden: 7 },
    ],
    attention: { score: 'multiplicative', feed: false },
    context: 'initial',
  },
  counted: {
    task: { name: 'translate', length: 'count' },
    corpus: 'reversal',
    encoder: [{ hidden: 6 }],
    layers: [{ cell: 'rnn', hidden: 8 }],
    context: 'input',
  },
  'an embedding': { corpus: 'reversal', encoder: [{ hidden: 6 }], layers: [{ hidden: 8 }], embedding: 5 },
  'a class': { corpus: 'parity', layers: [{ hidden: 8 }] },
  numbers: { corpus: 'sine', layers: [{ hidden: 8 }] },
};

describe.each(Object.entries(readers))('%s', (_, config) => {
  it('shows every parameter of the engine, and every way', async () => {
    const model = await createModel({
      ...config,
      corpus: { name: config.corpus as string, count: 60 },
      threads: 1,
    });
    const { data, config: canonical } = model.info;
    const sizes = { inputs: data!.inputs.length || data!.numbers, outputs: data!.outputs };
    const graph = graphOf(canonical, sizes);
    // How long an answer is, is answered beside the network.
    const engine = (await model.spreads())
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('length.'));
    const drawn = graph.parts.flatMap((part) => parametersOf(graph, part).map(({ name }) => name));
    expect(drawn.sort()).toEqual(engine.sort());
    for (const unfolded of [false, true]) {
      const { boxes, wires } = layoutOf(graph, unfolded);
      expect(JSON.stringify({ boxes, wires })).not.toMatch(/null,"y"|NaN/);
      const places = boxes.map(({ x, y, column }) => `${column} ${x} ${y}`);
      expect(new Set(places).size).toBe(places.length);
    }
    for (const part of graph.parts) expect(equationsOf(graph, part).join()).not.toContain('undefined');
    model.dispose();
  });
});

/** Beyond the presets: everything that a configuration can say of the shape of a network. */
const others: Record<string, Config> = {
  'a GRU before, deep': {
    layers: [
      { cell: 'gru', hidden: 8, reset: 'before', edges: [{ from: 'input' }, self({ ...deep, join: 'all' })] },
    ],
  },
  'joins at the first': {
    layers: [
      { cell: 'lstm', hidden: 8, edges: [{ from: 'input', hidden: [5] }, self({ ...deep, join: 'first' })] },
    ],
  },
  'skips, residuals, delays': {
    layers: [
      { cell: 'gru', hidden: 8 },
      {
        cell: 'lstm',
        hidden: 8,
        residual: true,
        edges: [{ from: 0 }, { from: 0, delay: 3 }, { from: 'input' }, self()],
      },
      {
        cell: 'rnn',
        hidden: 8,
        residual: true,
        edges: [{ from: 1 }, { from: 0, hidden: [4] }, self({ delay: 2 }), self({ delay: 5 })],
      },
    ],
    readout: [{ from: 2, ...deep }, { from: 0 }, { from: 'input' }],
  },
  'embedding, tied': {
    embedding: 8,
    tied: true,
    layers: [
      { cell: 'lstm', hidden: 6 },
      { cell: 'gru', hidden: 8 },
    ],
  },
  blends: {
    layers: [
      { cell: 'rnn', hidden: 8, leak: { from: 0.1, to: 0.9, learned: true }, bias: 'one' },
      { cell: 'lstm', hidden: 8, zoneout: 0.2, clock: [1, 4], layerNorm: true, bias: 'none' },
      { cell: 'gru', hidden: 8, layerNorm: true },
    ],
  },
  'softmax fed back': {
    feedback: 'softmax',
    embedding: 6,
    layers: [
      {
        cell: 'peephole-lstm',
        hidden: 8,
        edges: [{ from: 'input' }, { from: 'output', delay: 2, hidden: [4] }, self()],
      },
    ],
  },
  'products, blocks, an upper layer': {
    embedding: 5,
    layers: [
      {
        cell: 'lstm',
        hidden: 8,
        edges: [
          { from: 'input' },
          {
            from: {
              product: [
                { from: 'input', units: 6, hidden: [4, 3], shortcut: true },
                {
                  from: {
                    product: [
                      { from: 2, delay: 3, units: 6 },
                      { from: 'self', units: 6 },
                    ],
                  },
                },
              ],
            },
            hidden: [7],
          },
          { from: { product: [self(), self({ delay: 2, units: 8, outputActivation: 'sigmoid' })] } },
          { from: 1, delay: 1 },
          self({ blocks: 4 }),
        ],
      },
      { cell: 'gru', hidden: 7, reset: 'before', bias: 'none', edges: [{ from: 0 }, self({ blocks: 7 })] },
      { cell: 'rnn', hidden: 9 },
    ],
  },
  'skips to and from every level': {
    layers: [{ hidden: 8 }, { hidden: 8 }, { hidden: 8 }],
    skipInputs: true,
    skipOutputs: true,
  },
};

const networks: [string, Config][] = [
  ...presets.map(({ name }): [string, Config] => [name, { preset: name, hidden: 8 }]),
  ...Object.entries(others),
];

async function drawn(config: Config): Promise<{ graph: Graph; shapes: Map<string, [number, number]> }> {
  const model = await createModel({ ...config, text: TEXT, window: 8, batch: 4, threads: 1 });
  const graph = graphOf(model.info.config, model.info.vocabulary.size);
  const shapes = new Map((await model.spreads({ bins: 1 })).map(({ name, shape }) => [name, shape]));
  model.dispose();
  return { graph, shapes };
}

describe.each(networks)('%s', (_, config) => {
  it('is drawn with every parameter, between parts of the right sizes', async () => {
    const { graph, shapes } = await drawn(config);
    const part = (id: string) => graph.parts.find((each) => each.id === id)!;
    const named = [
      ...graph.links.flatMap(({ parameter }) => parameter ?? []),
      ...graph.parts.flatMap(({ vectors }) => vectors),
    ];
    expect([...new Set(named)].sort()).toEqual([...shapes.keys()].sort());
    for (const { from, to, parameter, blocks = 1 } of graph.links) {
      expect([part(from), part(to)]).not.toContain(undefined);
      if (!parameter) continue;
      const [rows, cols] = shapes.get(parameter)!;
      const gates =
        part(to).kind === 'cell' ? cells.find(({ name }) => name === part(to).detail)!.gates.length : 1;
      if (parameter === 'embedding.weight' && to === 'embedding')
        expect([cols, rows]).toEqual([part(to).size, part(from).size]);
      else expect([rows, cols]).toEqual([gates * part(to).size, part(from).size / blocks]);
    }
    for (const each of graph.parts) {
      expect(equationsOf(graph, each).join()).not.toMatch(/undefined|NaN|= $/);
      for (const { name } of parametersOf(graph, each)) expect(shapes.has(name)).toBe(true);
    }
  });

  it.each([false, true])('has room for everything, unfolded: %s', async (unfolded) => {
    const { config: canonical } = await checkConfig(config);
    const graph = graphOf(canonical, 20);
    const { boxes, wires, width, height, shift } = layoutOf(graph, unfolded);
    const apart = (a: Box, b: Box) =>
      a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
    boxes.forEach((a, at) => {
      expect(a.x + shift).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width + shift).toBeLessThanOrEqual(width);
      expect(a.y).toBeGreaterThanOrEqual(0);
      expect(a.y + a.height).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(at + 1)) expect(apart(a, b)).toBe(true);
    });
    const links = wires.reduce((sum, wire) => sum + wire.links.length, 0);
    expect(links % graph.links.length).toBe(0);
    expect(links / graph.links.length).toBe(new Set(boxes.map(({ column }) => column)).size);
    for (const { paths, links, square } of wires) {
      expect(paths).toHaveLength(links.length);
      expect(paths.join()).not.toMatch(/NaN|undefined/);
      if (!unfolded) expect(square?.text ?? '0').toBe(String(links[0]!.delay));
    }
  });
});

it('counts the arithmetic of a character as one does by hand', async () => {
  const { config } = await checkConfig({
    layers: [
      { cell: 'lstm', hidden: 8 },
      { cell: 'gru', hidden: 6 },
    ],
  });
  // Looked up: two a row. Multiplied: two forward, four backward, a row and column.
  const byHand = 2 * 32 + 6 * 32 * 8 + 6 * 18 * 8 + 6 * 18 * 6 + 6 * 20 * 6;
  expect(operationsOf(graphOf(config, 20))).toBe(byHand);
});

describe('the states beside the matrices', () => {
  const roles = async (config: Config) => {
    const { config: canonical } = await checkConfig(config);
    return graphOf(canonical, 20)
      .links.filter(({ role }) => role === 'state' || role === 'copy')
      .map(({ from, to, delay, name }) => `${from} ${to} ${delay} ${name ?? ''}`.trim());
  };

  it('are c of an LSTM, h of a GRU, none of a vanilla cell', async () => {
    expect(await roles({ preset: 'lstm' })).toEqual(['cell0 cell0 1 c']);
    expect(await roles({ preset: 'gru' })).toEqual(['cell0 cell0 1 h']);
    expect(await roles({ preset: 'rnn' })).toEqual([]);
  });

  it('are what a leaky or clocked unit keeps', async () => {
    for (const preset of ['leaky-rnn', 'clockwork-rnn'])
      expect(await roles({ preset })).toEqual(['cell0 blend0 0', 'blend0 blend0 1 h']);
  });

  it('are both ways into a residual sum', async () => {
    const config = { layers: [{ hidden: 8 }, { cell: 'rnn', hidden: 8, residual: true }] };
    expect(await roles(config)).toEqual(['cell0 cell0 1 c', 'cell1 sum1 0', 'cell0 sum1 0']);
  });
});

it('writes a product with the delays of its factors', async () => {
  const { graph } = await drawn(others['products, blocks, an upper layer']!);
  const part = graph.parts.find(({ id }) => id === 'layers.0.product1')!;
  expect(equationsOf(graph, part)).toEqual(['q¹ₜ = h¹ₜ₋₁∘a¹ₜ']);
});

it('writes a blend as the engine computes it: k of what was, the rest of what is new', async () => {
  const { config } = await checkConfig({ layers: [{ cell: 'rnn', hidden: 8, leak: 0.5 }] });
  const graph = graphOf(config, { inputs: 5, outputs: 5 });
  const blend = graph.parts.find(({ kind }) => kind === 'blend')!;
  expect(equationsOf(graph, blend)).toContainEqual(expect.stringMatching(/ = k∘[^ ]*ₜ₋₁ \+ \(1−k\)∘[^ ]+$/));
});
