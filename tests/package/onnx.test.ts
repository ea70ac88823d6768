/** Exported networks in ONNX Runtime: the logits and states of our own engine, over a whole sequence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
// Not exported: parts of the exporter.
import { readCheckpoint, writeCheckpoint } from '../../dist/export/checkpoint.js';
import { lower } from '../../dist/export/lowering.js';
import { toOnnx } from 'unfold-rnn/export';
import { memoryOf } from '../../dist/export/memory.js';
import { BATCH, configurations, difference, type EngineState, trained, type Trained } from './networks.js';
import { floats, opened, ort, whole } from './onnx-models.js';
import { hasModule, python } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'unfold-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The engine's state as the model's inputs, or under the names of its outputs. */
function feeds({ checkpoint }: Trained, { values, inputs, clock: step }: EngineState, suffix = '') {
  const network = lower(readCheckpoint(checkpoint));
  const { past, tokens, clock } = memoryOf(network);
  const result: Record<string, ort.Tensor> = {};
  let at = 0;
  const take = (size: number) => values.slice(at, (at += size));
  network.layers.forEach(({ name, states }, l) =>
    states.forEach((state, s) => {
      const numbers = take(state.delay * BATCH * state.size);
      const read = past[l]![s];
      if (!read) return; // the engine keeps one all the same
      const shape = [state.delay, BATCH, state.size];
      expect(read).toBe(state.delay);
      result[`${name}.${state.name}${suffix}`] = new ort.Tensor('float32', numbers, shape);
    }),
  );
  expect(at).toBe(values.length);
  const longs = (numbers: number[]) => BigInt64Array.from(numbers.map(BigInt));
  if (tokens[0])
    result[`tokens_before${suffix}`] = new ort.Tensor('int64', longs(inputs), [tokens[0], BATCH]);
  if (clock[0]) result[`clock${suffix}`] = new ort.Tensor('int64', longs([step]), []);
  return result;
}

/** Of another length than the window; one token is no symbol. */
function someTokens(symbols: number, T = 17): number[] {
  return Array.from({ length: T * BATCH }, (_, i) => (i === 10 ? 65535 : (i * 7 + ((i * i) % 5)) % symbols));
}

describe.each(Object.entries(await configurations()))('%s', (name, config) => {
  test('gives the same logits and states', async () => {
    const model = await trained(config);
    try {
      const onnx = whole(toOnnx(model.checkpoint));
      writeFileSync(join(folder, `${name.replace(/\W+/g, '-')}.onnx`), onnx);
      const session = await opened(onnx);
      const tokens = someTokens(model.symbols);
      const [logits, after] = model.logits(tokens, BATCH, model.state);
      const T = tokens.length / BATCH;
      const input = new ort.Tensor('int64', BigInt64Array.from(tokens.map(BigInt)), [T, BATCH]);
      const states = feeds(model, model.state);
      expect(Object.values(states).some((state) => floats(state).some((x) => x !== 0))).toBe(true);
      const results = await session.run({ tokens: input, ...states });
      expect(results['logits']!.dims).toEqual([T, BATCH, model.symbols]);
      expect(difference(floats(results['logits']!), logits)).toBeLessThan(1e-5);
      const expected = feeds(model, after, '.next');
      expect(session.outputNames.slice(1).sort()).toEqual(Object.keys(expected).sort());
      for (const [state, value] of Object.entries(expected)) {
        const clipped = (x: ort.Tensor) =>
          state.startsWith('tokens') ? floats(x).map((t) => Math.min(t, model.symbols)) : floats(x);
        expect(results[state]!.dims, state).toEqual(value.dims);
        expect(difference(clipped(results[state]!), clipped(value)), state).toBeLessThan(1e-5);
      }
    } finally {
      model.dispose();
    }
  });
});

/** Validates every file that was written, and lists the operators outside of scans. */
const checker = `
import glob, json, os, sys
import onnx
found = {}
for path in glob.glob(os.path.join(sys.argv[1], '*.onnx')):
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    assert [(o.domain, o.version) for o in model.opset_import] == [('', 14)]
    found[os.path.basename(path)[:-5]] = sorted({node.op_type for node in model.graph.node})
print(json.dumps(found))
`;

test.runIf(hasModule('onnx'))("the ONNX checker (Debian's python3-onnx) passes every model", () => {
  const operators: Record<string, string[]> = JSON.parse(python(['-c', checker, folder]));
  expect(Object.keys(operators).length).toBeGreaterThan(35);
  const kinds = (name: string) => operators[name]!.filter((op) => /^(RNN|LSTM|GRU|Scan)$/.test(op));
  expect(kinds('rnn')).toEqual(['RNN']);
  expect(kinds('srnn')).toEqual(['RNN']);
  expect(kinds('lstm')).toEqual(['LSTM']);
  expect(kinds('peephole-lstm')).toEqual(['LSTM']);
  expect(kinds('gru')).toEqual(['GRU']);
  expect(kinds('gru-reset-before')).toEqual(['GRU']);
  expect(kinds('skips-everywhere')).toEqual(['GRU', 'LSTM']);
  expect(kinds('dt-rnn')).toEqual(['Scan']);
  expect(kinds('narx')).toEqual([]);
});

describe('refuses by name', () => {
  const changed = async (change: (graph: Record<string, any>, parameters: Map<string, any>) => void) => {
    const model = await trained({ preset: 'lstm', units: 4 });
    const { config, vocabulary, parameters, file } = readCheckpoint(model.checkpoint);
    model.dispose();
    const graph = JSON.parse(file.metadata['graph']!);
    const tensors = new Map(parameters);
    change(graph, tensors);
    return () => toOnnx(writeCheckpoint(config, { vocabulary, graph }, tensors));
  };
  test('fields, operations and tensors that it does not know', async () => {
    expect(await changed(() => {})).not.toThrow();
    expect(await changed((graph) => (graph['layers'][0].direction = -2))).toThrow(
      'graph.layers[0].direction',
    );
    expect(await changed((graph) => (graph['attention'] = true))).toThrow('graph.attention');
    expect(await changed((graph) => (graph['operations'][1].operation = 'sparse'))).toThrow("'sparse'");
    expect(await changed((graph) => (graph['buffers'][1].rows = 5))).toThrow('graph.buffers[5].alias');
    expect(await changed((_, tensors) => tensors.delete('readout.bias'))).toThrow('readout.bias');
    expect(await changed((_, tensors) => tensors.set('more', tensors.get('readout.bias')))).toThrow('more');
  });
  test('a file without a graph, with the way on', async () => {
    const model = await trained({ preset: 'lstm', units: 4 });
    const { config, vocabulary, parameters } = readCheckpoint(model.checkpoint);
    model.dispose();
    expect(() => toOnnx(writeCheckpoint(config, { vocabulary }, parameters))).toThrow(
      "__metadata__.graph: expected the network's graph (open the file with openModel and save it once)",
    );
  });
  test('a damaged file', async () => {
    const model = await trained({ preset: 'gru', units: 4 });
    const bytes = model.checkpoint.slice();
    model.dispose();
    bytes[bytes.length - 5]! ^= 1;
    expect(() => toOnnx(bytes)).toThrow('checksum');
    expect(() => toOnnx(bytes.subarray(0, 100))).toThrow(
      expect.objectContaining({ code: 'INVALID_CHECKPOINT' }),
    );
    expect(() => toOnnx(Uint8Array.of(0x50, 0x4b, 3, 4))).toThrow('zip');
  });
});

test('the engine refuses a window or a state that does not fit', async () => {
  const model = await trained({ preset: 'lstm', units: 4 });
  const { state } = model;
  expect(() => model.logits([0, 1], 3, state)).toThrow('columns');
  expect(() => model.logits([0, 1, 2], 3, { ...state, values: state.values.slice(1) })).toThrow(
    'state.values',
  );
  expect(() => model.logits([0, 1, 2], 3, { ...state, inputs: [1] })).toThrow('state.tokens');
  model.dispose();
});
