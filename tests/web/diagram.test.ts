// The diagram against the engine: every parameter of a network is drawn, once, between parts of the right sizes.
import { describe, expect, it } from 'vitest';
import { type Config, createModel, describeNetwork, getSchema, type NetworkGraph } from '../../dist/index.js';
import {
  type Box,
  type Diagram,
  diagramOf,
  equationsOf,
  layoutOf,
  parametersOf,
  plainText,
  shortOf,
} from '../../dist/diagram/index.js';
import { invented } from './invented';

const { presets } = await getSchema();
const self = (rest: object = {}) => ({ from: 'self', delay: 1, ...rest });
const deep = { hidden: [7, 9], shortcut: true };

/** Networks that read one sequence and write another. */
const readers: Record<string, Config> = {
  'an encoder': {
    dataset: 'reversal',
    encoder: [{ cell: 'gru', units: 6 }],
    layers: [{ cell: 'gru', units: 8 }],
  },
  'two directions, attention': {
    dataset: 'reversal',
    encoder: [{ cell: 'lstm', units: 6, bidirectional: true }],
    layers: [{ cell: 'lstm', units: 8 }],
    attention: 'additive',
  },
  'two levels of both, multiplicative, not fed': {
    dataset: 'reversal',
    encoder: [
      { cell: 'lstm', units: 6, bidirectional: true },
      { cell: 'gru', units: 5, bidirectional: true },
    ],
    layers: [
      { cell: 'lstm', units: 8 },
      { cell: 'gru', units: 7 },
    ],
    attention: { score: 'multiplicative', inputFeeding: false },
    context: 'initial',
  },
  counted: {
    task: { name: 'translate', termination: 'count' },
    dataset: 'reversal',
    encoder: [{ units: 6 }],
    layers: [{ cell: 'rnn', units: 8 }],
    context: 'input',
  },
  'an embedding': { dataset: 'reversal', encoder: [{ units: 6 }], layers: [{ units: 8 }], embedding: 5 },
  'a class': { dataset: 'parity', layers: [{ units: 8 }] },
  numbers: { dataset: 'sine', layers: [{ units: 8 }] },
};

/** The drawing of a configuration, whose text or symbols count twenty. */
async function drawn(config: Config): Promise<{ diagram: Diagram; graph: NetworkGraph }> {
  const graph = await describeNetwork(config, { vocabulary: 20 });
  return { diagram: diagramOf(graph), graph };
}

const written = (diagram: Diagram, id: string): string[] =>
  equationsOf(
    diagram,
    diagram.parts.find((part) => part.id === id)!,
  ).map(plainText);

describe.each(Object.entries(readers))('%s', (_, config) => {
  it('shows every parameter of a model, by the names that its statistics have', async () => {
    const model = await createModel(
      { ...config, dataset: { name: config.dataset as string, count: 60 } },
      undefined,
      { threads: 1 },
    );
    const diagram = diagramOf(await model.graph());
    const engine = (await model.histograms({ bins: 1 })).map(({ name }) => name);
    const named = diagram.parts.flatMap((part) => parametersOf(diagram, part).map(({ name }) => name));
    expect(named.sort()).toEqual(engine.sort());
    model.dispose();
  });
});

/** Beyond the presets: everything that a configuration can say of the shape of a network. */
const others: Record<string, Config> = {
  'a GRU before, deep': {
    layers: [
      { cell: 'gru', units: 8, reset: 'before', edges: [{ from: 'input' }, self({ ...deep, join: 'all' })] },
    ],
  },
  'joins at the first': {
    layers: [
      { cell: 'lstm', units: 8, edges: [{ from: 'input', hidden: [5] }, self({ ...deep, join: 'first' })] },
    ],
  },
  'skips, residuals, delays': {
    layers: [
      { cell: 'gru', units: 8 },
      {
        cell: 'lstm',
        units: 8,
        residual: true,
        edges: [{ from: 0 }, { from: 0, delay: 3 }, { from: 'input' }, self()],
      },
      {
        cell: 'rnn',
        units: 8,
        residual: true,
        edges: [{ from: 1 }, { from: 0, hidden: [4] }, self({ delay: 2 }), self({ delay: 5 })],
      },
    ],
    readout: [{ from: 2, ...deep }, { from: 0 }, { from: 'input' }],
  },
  'embedding, tied': {
    embedding: 8,
    tieWeights: true,
    layers: [
      { cell: 'lstm', units: 6 },
      { cell: 'gru', units: 8 },
    ],
  },
  blends: {
    layers: [
      { cell: 'rnn', units: 8, leak: { from: 0.1, to: 0.9, learned: true }, bias: 'one' },
      { cell: 'lstm', units: 8, zoneout: 0.2, clock: [1, 4], layerNorm: true, bias: 'none' },
      { cell: 'gru', units: 8, layerNorm: true },
    ],
  },
  'softmax fed back': {
    feedback: 'softmax',
    embedding: 6,
    layers: [
      {
        cell: 'peephole-lstm',
        units: 8,
        edges: [{ from: 'input' }, { from: 'output', delay: 2, hidden: [4] }, self()],
      },
    ],
  },
  'products, blocks, an upper layer': {
    embedding: 5,
    layers: [
      {
        cell: 'lstm',
        units: 8,
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
      { cell: 'gru', units: 7, reset: 'before', bias: 'none', edges: [{ from: 0 }, self({ blocks: 7 })] },
      { cell: 'rnn', units: 9 },
    ],
  },
  'states of other layers': {
    layers: [
      { cell: 'lstm', units: 8, stateFrom: 2 },
      { cell: 'gru', units: 7 },
      { cell: 'lstm', units: 8, stateFrom: 0, edges: [{ from: 1 }, self(), self({ delay: 3 })] },
    ],
  },
  'skips to and from every level': {
    layers: [{ units: 8 }, { units: 8 }, { units: 8 }],
    skipInputs: true,
    skipOutputs: true,
  },
};

const networks: [string, Config][] = [
  ...presets.map(({ name }): [string, Config] => [name, { preset: name, units: 8 }]),
  ...Object.entries(others),
  ...Object.entries(readers),
];

describe.each(networks)('%s', (_, config) => {
  it('is drawn with every parameter, between parts of the right sizes', async () => {
    const { diagram, graph } = await drawn(config);
    const part = (id: string) => diagram.parts.find((each) => each.id === id)!;
    const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
    const named = diagram.parts.flatMap((each) => parametersOf(diagram, each).map(({ name }) => name));
    expect([...new Set(named)].sort()).toEqual([...shapes.keys()].sort());
    for (const { from, to, parameter, blocks = 1, into = [] } of diagram.links) {
      expect([part(from), part(to)]).not.toContain(undefined);
      if (!parameter) continue;
      const [rows, columns] = shapes.get(parameter)!;
      if (part(to).kind === 'embedding') {
        expect([columns, rows]).toEqual([part(to).size, part(from).size]);
        continue;
      }
      expect(columns).toBe(part(from).size / blocks);
      // A matrix of first states adds to no sum.
      const reached = new Set(
        into.flatMap(({ row, rows }) => Array.from({ length: rows }, (_, i) => row + i)),
      );
      expect(into.length === 0 ? part(to).size : reached.size).toBeLessThanOrEqual(rows!);
    }
    for (const each of diagram.parts) {
      const formulas = equationsOf(diagram, each).map(plainText);
      expect(formulas.length).toBeGreaterThan(0);
      expect(formulas.join('\n')).not.toMatch(/undefined|NaN|= $|\(\)/m);
    }
  });

  it.each([false, true])('has room for everything, unfolded: %s', async (unfolded) => {
    const { diagram } = await drawn(config);
    const { boxes, wires, width, height, shift } = layoutOf(diagram, unfolded);
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
    expect(links % diagram.links.length).toBe(0);
    expect(links / diagram.links.length).toBe(new Set(boxes.map(({ column }) => column)).size);
    for (const { paths, links, square } of wires) {
      expect(paths).toHaveLength(links.length);
      expect(paths.join()).not.toMatch(/NaN|undefined/);
      if (!unfolded) expect(square?.text ?? '0').toBe(String(links[0]!.delay));
    }
  });
});

describe('the states beside the matrices', () => {
  const roles = async (config: Config) => {
    const { diagram } = await drawn(config);
    return diagram.links
      .filter(({ role }) => role !== 'matrix')
      .map(({ from, to, delay, name }) => `${from} ${to} ${delay} ${name ?? ''}`.trim());
  };

  it('are those that the cell’s equations read', async () => {
    expect(await roles({ preset: 'lstm' })).toEqual(['layers.0.cell layers.0.cell 1 c']);
    expect(await roles({ preset: 'gru' })).toEqual(['layers.0.cell layers.0.cell 1 h']);
    expect(await roles({ preset: 'rnn' })).toEqual([]);
    // The fast layers of a fast–slow network continue each other's state: within the step, and from the step before.
    expect(await roles({ preset: 'fast-slow' })).toEqual([
      'layers.2.cell layers.0.cell 1 c',
      'layers.1.cell layers.1.cell 1 c',
      'layers.0.cell layers.2.cell 0 c',
    ]);
  });

  it('are what a leaky or clocked unit keeps', async () => {
    const [cell, kept] = ['layers.0.cell', 'layers.0.interpolation'];
    for (const preset of ['leaky-rnn', 'clockwork-rnn'])
      expect(await roles({ preset })).toEqual([`${cell} ${kept} 0`, `${kept} ${kept} 1 h`]);
    expect(await roles({ layers: [{ cell: 'lstm', units: 8, zoneout: 0.1 }] })).toEqual([
      `${kept} ${cell} 1 c`,
      `${cell} ${kept} 0`,
      `${kept} ${kept} 1 h`,
      `${kept} ${kept} 1 c`,
    ]);
  });

  it('are both ways into a residual sum', async () => {
    const config: Config = { layers: [{ units: 8 }, { cell: 'rnn', units: 8, residual: true }] };
    expect(await roles(config)).toEqual([
      'layers.0.cell layers.0.cell 1 c',
      'layers.1.cell layers.1.residual 0',
      'layers.0.cell layers.1.residual 0',
    ]);
  });
});

it('lays both directions of a level side by side, the second in its own time', async () => {
  const layer = { cell: 'gru' as const, units: 6, bidirectional: true };
  const { diagram } = await drawn({ dataset: 'copy', task: 'tag', layers: [layer, layer] });
  const cells = diagram.parts.filter(({ kind }) => kind === 'cell');
  expect(cells.map(({ id, row, lane }) => `${id} ${row} ${lane}`)).toEqual([
    'layers.0.cell 1 0',
    'layers.1.cell 1 1',
    'layers.2.cell 2 0',
    'layers.3.cell 2 1',
  ]);
  expect(written(diagram, 'layers.0.cell')).toContain('h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1}');
  expect(written(diagram, 'layers.1.cell')).toContain('h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t+1}');
  // Unfolded, what a cell keeps comes from the left, or backward from the right.
  const rightwards = (id: string) =>
    layoutOf(diagram, true)
      .wires.filter(({ links: [link] }) => link!.from === id && link!.delay > 0)
      .flatMap(({ paths }) => paths)
      .map((path) => path.match(/[-\d.]+(?= [-\d.]+)/g)!.map(Number))
      .map((x) => x.at(-1)! > x[0]!);
  expect(new Set(rightwards('layers.0.cell'))).toEqual(new Set([true]));
  expect(new Set(rightwards('layers.1.cell'))).toEqual(new Set([false]));
});

it('pools each layer of a sequence that is answered as a whole', async () => {
  const { diagram } = await drawn({ dataset: 'parity', layers: [{ units: 8, bidirectional: true }] });
  expect(written(diagram, 'pooled.0')).toEqual(['pooled^1 = h^1_T']);
  expect(written(diagram, 'pooled.1')).toEqual(['pooled^2 = h^2_1']);
});

describe('the equations', () => {
  it('of a single sum stand in one line', async () => {
    const { diagram } = await drawn({ layers: [{ cell: 'rnn', units: 8, activation: 'relu' }] });
    expect(written(diagram, 'layers.0.cell')).toEqual(['h_t = max(0, U·x_t + W·h_{t−1} + b)']);
    expect(written(diagram, 'readout')).toEqual(['o_t = V·h_t + b', 'p_t = softmax(o_t)']);
  });

  it('tell sums that differ apart, and where a gate acts before the product', async () => {
    const { diagram } = await drawn({ layers: [{ cell: 'gru', units: 8, reset: 'before' }] });
    expect(written(diagram, 'layers.0.cell').slice(0, 2)).toEqual([
      's_r, s_z = U·x_t + W·h_{t−1} + b',
      's_n = U·x_t + W·(r_t ⊙ h_{t−1}) + b',
    ]);
    const after = await drawn({ layers: [{ cell: 'gru', units: 8, layerNorm: true }] });
    expect(written(after.diagram, 'layers.0.cell').slice(0, 3)).toEqual([
      's^x = γ ⊙ norm(U·x_t) + b',
      's^h = γ ⊙ norm(W·h_{t−1}) + b',
      'r_t = σ(s^x_r + s^h_r)',
    ]);
  });

  it('of a product have the delays of its factors', async () => {
    const { diagram } = await drawn(others['products, blocks, an upper layer']!);
    expect(written(diagram, 'layers.0.product.2')).toEqual(['q^1_t = h^1_{t−1} ⊙ a^1_t']);
  });

  it('of a layer that continues the states of another one name it, and its step', async () => {
    const { diagram } = await drawn({ preset: 'rhn', units: 8 });
    expect(written(diagram, 'layers.0.cell')).toContain('h_t = f_t ⊙ h^3_{t−1} + (1 − f_t) ⊙ g_t');
    expect(written(diagram, 'layers.1.cell')).toContain('h_t = f_t ⊙ h^1_t + (1 − f_t) ⊙ g_t');
    expect(written(diagram, 'layers.1.cell')).toContain('z = U·h^1_t + b');
  });

  it('of an interpolation are those of the engine: k of what was, the rest of what is new', async () => {
    const { diagram } = await drawn({ layers: [{ cell: 'rnn', units: 8, leak: 0.5 }] });
    expect(written(diagram, 'layers.0.interpolation')).toEqual([
      'h_t ← k ⊙ h_{t−1} + (1 − k) ⊙ h_t',
      'k = α',
      'α = 0.5',
    ]);
  });
});

it('has room in its box for eight periods', async () => {
  const clock = [1, 2, 4, 8, 16, 32, 64, 128];
  const { diagram } = await drawn({ layers: [{ cell: 'rnn', units: 8, clock }] });
  const part = diagram.parts.find(({ kind }) => kind === 'interpolation')!;
  expect(shortOf(part)).toBe('T = 1 … 128');
  expect(written(diagram, part.id)).toContain(`T = ${clock.join(', ')}`);
});

describe('a cell that nobody has heard of', () => {
  it('is drawn with all its states, in any layer', () => {
    const diagram = diagramOf(invented());
    const cell = diagram.parts.find(({ kind }) => kind === 'cell')!;
    const into = diagram.links.filter(({ to, role }) => to === cell.id && role === 'state');
    expect(into.map(({ name }) => name)).toEqual(['memory', 'n']);
    expect(cell.vectors).toContain('layers.0.threshold_w');
    for (const unfolded of [false, true])
      expect(layoutOf(diagram, unfolded).boxes.some(({ part }) => part === cell)).toBe(true);
  });

  it('is explained by its equations', () => {
    expect(written(diagramOf(invented()), 'layers.0.cell')).toEqual([
      'z = U·x_t + W·h_{t−1} + b',
      'wobble_t = exp(z_{wobble} − threshold_w ⊙ n_{t−1})',
      'g_t = max(0, z_g)',
      'memory_t = (memory_{t−1} + wobble_t ⊙ g_t) / (1 + wobble_t)',
      'n_t = max(n_{t−1}, −(memory_t − g_t))',
      'h_t = tanh(memory_t / (2 ⊙ n_t))',
    ]);
  });

  it('may come with operations that are new too', () => {
    const graph = invented();
    graph.operations.push({
      operation: 'sharpen',
      layer: 'layers.0',
      when: 'step',
      from: { buffer: 'layers.0.h', row: 0, rows: 4, delay: 2 },
      to: 'layers.0.sharp',
    } as never);
    graph.buffers.push({ ...graph.buffers[0]!, name: 'layers.0.sharp', rows: 4 });
    const diagram = diagramOf(graph);
    const part = diagram.parts.find(({ kind }) => kind === 'operation')!;
    expect(shortOf(part)).toBe('sharpen');
    expect(diagram.links).toContainEqual(
      expect.objectContaining({ to: part.id, from: 'layers.0.cell', delay: 2 }),
    );
    expect(written(diagram, part.id)).toEqual(['y_t = sharpen(h_{t−2})']);
  });
});
