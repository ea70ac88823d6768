/** The reader of the graph in a file: it takes what the engine writes, and refuses everything else by field. */
import { createModel, createNetwork, UnfoldError } from 'unfold-rnn';
import { describe, expect, test } from 'vitest';
// Not exported: parts of the exporters.
import { readGraph, type SavedGraph } from '../../dist/export/graph.js';
import { parametersOf } from '../../dist/export/graph-parameters.js';
import { readSafetensors } from '../../dist/export/safetensors.js';
import { configurations, trained } from './networks.js';
import { made, networkCases } from './task-models.js';

const options = { threads: 1, worker: false } as const;

/** The file of a model that is not needed any more. */
async function saved(model: { save(): Promise<Uint8Array>; dispose(): void }) {
  const { metadata, tensors } = readSafetensors(await model.save());
  model.dispose();
  const own = [...tensors].filter(([name]) => !/^(state|optimizer)\./.test(name));
  return { metadata, tensors: new Map(own) };
}

test.each(Object.entries(await configurations()))('takes a text model: %s', async (_, config) => {
  const model = await trained(config, 1);
  const { metadata } = readSafetensors(model.checkpoint);
  const graph = readGraph(metadata);
  expect([...parametersOf(graph, model.parameters).keys()]).toEqual([...model.parameters.keys()]);
  model.dispose();
});

test.each(networkCases)('takes a task: %s', async (_, task, text, more) => {
  const { metadata, tensors } = await saved(await made(task, text, more));
  expect(parametersOf(readGraph(metadata), tensors).size).toBe(tensors.size);
});

const translation = () =>
  createModel({ dataset: 'reversal', encoder: [{ units: 4, bidirectional: true }], layers: [
      {
        cell: 'gru',
        reset: 'before',
        units: 4,
        clock: [1, 2],
        leak: { learned: true },
        edges: [{ from: 'input' }, { from: 'self', blocks: 2 }, { from: { product: [{ from: 'self' }, { from: 'self', delay: 2 }] } }],
      },
      { cell: 'peephole-lstm', units: 4, layerNorm: true, residual: true, recurrentDropout: 0.1 },
    ], attention: 'additive' }, undefined, options); // prettier-ignore

describe('what does not fit', async () => {
  const { metadata, tensors } = await saved(await translation());
  const graph = JSON.parse(metadata['graph']!) as SavedGraph;
  const read = (changed: unknown) => readGraph({ graph: JSON.stringify(changed) });
  const at = (kind: string, index = 0) =>
    graph.operations.flatMap(({ operation }, i) => (operation === kind ? [i] : []))[index]!;

  /** The graph with the value at a path replaced. */
  const changed = (path: readonly (string | number)[], value: unknown): unknown => {
    const copy = structuredClone(graph) as never;
    let place: Record<string | number, never> = copy;
    for (const key of path.slice(0, -1)) place = place[key]!;
    if (value === undefined) delete place[path.at(-1)!];
    else place[path.at(-1)!] = value as never;
    return copy;
  };

  test('it has the operations that are tried below', () => {
    expect(read(graph)).toEqual(graph);
    for (const kind of ['lookup', 'linear', 'product', 'layerNorm', 'interpolate', 'attention', 'initialState', 'context'])
      expect(at(kind), kind).toBeGreaterThan(-1); // prettier-ignore
  });

  const wrong: [field: string, path: (string | number)[], value: unknown][] = [
    ['graph.version', ['version'], 2],
    ['graph.more', ['more'], 1],
    ['graph.sizes.symbols', ['sizes', 'symbols'], -1],
    ['graph.parameters[0].name', ['parameters', 0, 'name'], 'x"; import os'],
    ['graph.parameters[1].name', ['parameters', 1, 'name'], graph.parameters[0]!.name],
    ['graph.parameters[0].shape', ['parameters', 0, 'shape'], [1, 2, 3]],
    ['graph.buffers[0].rows', ['buffers', 0, 'rows'], 1.5],
    ['graph.buffers[0].name', ['buffers', 0, 'name'], 'tokens'],
    ['graph.layers[0].cell', ['layers', 0, 'cell'], 'a cell'],
    ['graph.layers[0].states[0]', ['layers', 0, 'states', 0], 'nowhere'],
    ['graph.operations[0].operation', ['operations', 0, 'operation'], 'convolution'],
    ['graph.operations[0].operation', ['operations', 0], null],
    ['graph.operations[0].scale', ['operations', 0, 'scale'], 2],
    [`graph.operations[${at('linear')}].start`, ['operations', at('linear'), 'start'], undefined],
    [`graph.operations[${at('linear')}].row`, ['operations', at('linear'), 'row'], '0'],
    [`graph.operations[${at('linear')}].rows`, ['operations', at('linear'), 'rows'], 1000],
    [`graph.operations[${at('linear')}].weight`, ['operations', at('linear'), 'weight'], '__proto__'],
    [`graph.operations[${at('linear')}].weightRow`, ['operations', at('linear'), 'weightRow'], 9],
    [`graph.operations[${at('linear')}].from.rows`, ['operations', at('linear'), 'from', 'row'], 1],
    [`graph.operations[${at('linear')}].from.delay`, ['operations', at('linear'), 'from', 'delay'], 7],
    [`graph.operations[${at('lookup')}].from.rows`, ['operations', at('lookup'), 'from', 'rows'], 5],
    [`graph.operations[${at('cell')}].gates[0]`, ['operations', at('cell'), 'gates', 0], 'z i'],
    [`graph.operations[${at('cell')}].equations[0]`, ['operations', at('cell'), 'equations', 0, 1], ['tanh', 'q']],
    [`graph.operations[${at('cell')}].equations[0][1][0]`, ['operations', at('cell'), 'equations', 0, 1], ['eval', 1]],
    [`graph.operations[${at('cell')}].equations[0][1]`, ['operations', at('cell'), 'equations', 0, 1], ['+', 1]],
    [`graph.operations[${at('cell')}].stateNames (their number)`, ['operations', at('cell'), 'stateNames'], ['h']],
    [`graph.operations[${at('interpolate')}].periods[0]`, ['operations', at('interpolate'), 'periods', 0], 0],
    [`graph.operations[${at('interpolate')}].zoneout`, ['operations', at('interpolate'), 'zoneout'], 2],
    [`graph.operations[${at('attention')}].parameters`, ['operations', at('attention'), 'parameters'], undefined],
    [`graph.operations[${at('context')}].directions (their number)`, ['operations', at('context'), 'directions'], [1]],
    ['graph.scans[0].step[0]', ['scans', 0, 'step', 0], 9999],
    ['graph.scans[0].layers (their sequence)', ['scans', 0, 'layers', 0], 'readout'],
    ['graph.operations[1].when', ['scans', 0, 'once'], []],
  ]; // prettier-ignore
  test.each(wrong)('%s', (field, path, value) => {
    expect(() => read(changed(path, value))).toThrow(
      expect.objectContaining({ code: 'INVALID_CHECKPOINT', field }),
    );
  });

  test('an equation too deep or too long, and a graph that is none', () => {
    let deep: unknown = 'z_i';
    for (let k = 0; k < 1000; ++k) deep = ['neg', deep];
    let wide: unknown = 'z_i';
    for (let k = 0; k < 20; ++k) wide = ['+', wide, wide];
    for (const expression of [deep, wide])
      expect(() => read(changed(['operations', at('cell'), 'equations', 0, 1], expression))).toThrow(
        'reasonable size',
      );
    for (const text of ['', '[', 'null', '1', '[]', '{}'])
      expect(() => readGraph({ graph: text }), text).toThrow(UnfoldError);
    expect(() => readGraph({})).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        field: '__metadata__.graph',
        expected: expect.stringContaining('openModel'),
      }),
    );
  });

  test('every part replaced by something else: refused in one sentence, or a graph all the same', () => {
    const paths: (string | number)[][] = [];
    const visit = (value: unknown, path: (string | number)[]): void => {
      if (path.length) paths.push(path);
      if (Array.isArray(value)) value.slice(0, 12).forEach((one, i) => visit(one, [...path, i]));
      else if (typeof value === 'object' && value !== null)
        for (const [key, one] of Object.entries(value)) visit(one, [...path, key]);
    };
    visit(graph, []);
    const values = [undefined, -1, 'x'.repeat(300), {}];
    let refused = 0;
    paths.forEach((path, k) => {
      try {
        read(changed(path, values[k % values.length])); // every place with one of them
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_CHECKPOINT' });
        expect((error as UnfoldError).message.length).toBeLessThan(300);
        ++refused;
      }
    });
    expect(refused / paths.length).toBeGreaterThan(0.9);
  });

  test('tensors that are missing, of another shape, or of no parameter', () => {
    const [name, tensor] = [...tensors][0]!;
    const without = new Map(tensors);
    without.delete(name);
    const refusal = (field: string) => expect.objectContaining({ code: 'INVALID_CHECKPOINT', field });
    expect(() => parametersOf(graph, without)).toThrow(refusal(name));
    const flat = new Map(tensors).set(name, { ...tensor, shape: [tensor.data.length] });
    expect(() => parametersOf(graph, flat)).toThrow(refusal(name));
    expect(() => parametersOf(graph, new Map(tensors).set('more', tensor))).toThrow(refusal('more'));
  });
});

test("a network's parameters are columns of PyTorch's tensors", async () => {
  const layer = { cell: 'lstm' as const, units: 3 };
  const network = await createNetwork(
    {
      task: { inputs: 2 },
      layers: [
        layer,
        { ...layer, direction: 'backward', edges: [{ from: 'input' }, { from: 'self' }] },
        { ...layer, edges: [{ from: 0 }, { from: 1 }, { from: 'self' }] },
        { ...layer, direction: 'backward', edges: [{ from: 0 }, { from: 1 }, { from: 'self' }] },
      ],
      readout: [{ from: 2 }, { from: 3 }],
    },
    options,
  );
  const graph = await network.graph();
  const tensors = new Map(Object.entries(await network.parameters()));
  network.dispose();
  const { totals: _, ...rest } = graph;
  const found = parametersOf(readGraph({ graph: JSON.stringify(rest) }), tensors);
  const [left, right] = [found.get('layers.2.weight_l0')!, found.get('layers.2.weight_ih')!];
  const whole = tensors.get('weight_ih_l1')!;
  expect([left.shape, right.shape, whole.shape]).toEqual([[12, 3], [12, 3], [12, 6]]); // prettier-ignore
  for (let r = 0; r < 12; ++r)
    expect([...left.data.subarray(3 * r, 3 * r + 3), ...right.data.subarray(3 * r, 3 * r + 3)]).toEqual([
      ...whole.data.subarray(6 * r, 6 * r + 6),
    ]);
});
