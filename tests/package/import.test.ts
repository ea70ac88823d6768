/** Models of other programs: which of several modules reads which, checkpoints around a state_dict, two classes of one. */
import { type Config, openModel, UnfoldError } from 'unfold-rnn';
import { fromStateDict, importModel, type StateDictOptions, toOnnx, toStateDict } from 'unfold-rnn/export';
import { beforeAll, describe, expect, test } from 'vitest';
// Not exported: reads and writes the files that PyTorch reads and writes.
import { readSafetensors, type Tensor, writeSafetensors } from '../../dist/export/safetensors.js';
import { HIDDEN, TEXT, trained } from './networks.js';
import { Call, type Saved, type Strided, writePt } from './pt-file.js';

const symbols = [...new Set(TEXT)].sort();
const lstm = (units: number) => ({ cell: 'lstm', units });

async function stateDict(config: Config): Promise<Map<string, Tensor>> {
  const model = await trained(config, 1);
  model.dispose();
  return new Map(readSafetensors(toStateDict(model.checkpoint)).tensors);
}

const contiguous = ({ shape, data }: Tensor): Strided => ({
  shape,
  strides: shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1)),
  storage: data,
});
const strided = (tensors: ReadonlyMap<string, Tensor>) =>
  new Map([...tensors].map(([name, tensor]): [string, Strided] => [name, contiguous(tensor)]));
const safe = (tensors: ReadonlyMap<string, Tensor>) =>
  writeSafetensors({ metadata: {}, tensors: new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) });

/** Layer k becomes a module of its own. */
const renamed = (tensors: ReadonlyMap<string, Tensor>, names: readonly string[]) =>
  new Map(
    [...tensors].map(([name, tensor]): [string, Tensor] => [
      name.replace(/^rnn\.(?:(\d+)\.)?(\w+)_l(\d+)$/, (_, list, part, layer) => {
        return `${names[Number(list ?? layer)]}.${part}_l0`;
      }),
      tensor,
    ]),
  );

test('what is missing, or of no use, is named', async () => {
  const tensors = await stateDict({ layers: [lstm(HIDDEN)] });
  const failing = async (change: (changed: Map<string, Tensor>) => void, options: object = {}) => {
    const changed = new Map(tensors);
    change(changed);
    return (await importModel(safe(changed), { symbols, ...options }).catch(
      (error: UnfoldError) => error,
    )) as UnfoldError;
  };
  expect((await failing((changed) => changed.delete('readout.bias'))).message).toBe(
    'readout.weight: expected readout.bias beside it, as a Linear has, got none',
  );
  const bias = tensors.get('readout.bias')!;
  expect((await failing((changed) => changed.set('bn.weight', bias))).message).toBe(
    'bn.weight: expected a tensor of RNN, LSTM, GRU, Linear or Embedding, got one of another layer',
  );
  expect(await failing(() => {}, { symbol: 'abc' })).toMatchObject({
    field: 'symbol',
    actual: 'an unknown option',
  });
});

describe('modules one after the other', () => {
  const words = ['lstm_one', 'lstm_two', 'lstm_three'];
  let plain: Map<string, Tensor>;
  let expected: Uint8Array;
  beforeAll(async () => {
    plain = await stateDict({ embedding: HIDDEN, layers: [lstm(HIDDEN), lstm(HIDDEN), lstm(HIDDEN)] });
    expected = fromStateDict(safe(plain), { symbols });
  });

  test('in the order of a file that torch.save wrote', () => {
    expect(fromStateDict(writePt(strided(renamed(plain, words))), { symbols })).toEqual(expected);
    const backwards = strided(new Map([...renamed(plain, words)].reverse()));
    expect(fromStateDict(writePt(backwards), { symbols, modules: words })).toEqual(expected);
    expect(fromStateDict(writePt(backwards), { symbols })).not.toEqual(expected);
  });

  test('in safetensors, which are sorted: as they are said to be, or by number', () => {
    const file = safe(renamed(plain, words));
    expect(() => fromStateDict(file, { symbols })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'modules' }),
    );
    expect(() => fromStateDict(file, { symbols })).toThrow('lstm_one, lstm_three, lstm_two');
    expect(fromStateDict(file, { symbols, modules: words })).toEqual(expected);
    const numbered = ['net.rnn2', 'net.rnn10', 'net.rnn11'];
    expect(fromStateDict(safe(renamed(plain, numbered)), { symbols })).toEqual(expected);
    for (const modules of [[], words.slice(1), [...words, 'lstm_four'], ['lstm_one', 'lstm_one', 'lstm_two']])
      expect(() => fromStateDict(file, { symbols, modules })).toThrow('each of lstm_one');
  });

  test('in safetensors, as their sizes allow', async () => {
    const tensors = await stateDict({ layers: [lstm(5), lstm(7), lstm(HIDDEN)] });
    expect(fromStateDict(safe(renamed(tensors, words)), { symbols })).toEqual(
      fromStateDict(safe(tensors), { symbols }),
    );
  });
});

describe('checkpoints around a state_dict', () => {
  let state: Map<string, Strided>;
  let expected: Uint8Array;
  beforeAll(async () => {
    const tensors = await stateDict({ layers: [{ cell: 'gru', units: 4 }] });
    expected = fromStateDict(safe(tensors), { symbols });
    state = strided(tensors);
  });
  const moments: Saved = new Map<string, Saved>([
    ['state', new Map<string, Saved>([['0', new Map<string, Saved>([['step', 7]])]])],
    ['param_groups', [new Map<string, Saved>([['lr', 0.001], ['betas', [0.9, 0.999]], ['foreach', null]])]],
  ]); // prettier-ignore
  const saved = (...entries: [string, Saved][]) => writePt(new Map(entries));

  test.each<[string, () => Uint8Array, StateDictOptions?]>([
    ['as tutorials save it', () => saved(['epoch', 3], ['model_state_dict', state], ['optimizer_state_dict', moments], ['loss', -0.125])],
    ['under a name of its own', () => saved(['tagger', state], ['epoch', -1])],
    ['with the usual name beside another', () => saved(['ema', state], ['state_dict', state])],
    ['as it is named', () => saved(['ema', state], ['best', state]), { entry: 'best' }],
    ['with values of Python and NumPy', () =>
      saved(['loss', new Call('numpy.core.multiarray', 'scalar', [new Call('numpy', 'dtype', ['f8']), 'x'])],
        ['args', new Call('argparse', 'Namespace', [])], ['model', state])],
  ])('%s', async (_, file, options) => {
    expect(await importModel(file(), { symbols, ...options })).toEqual(expected);
  }); // prettier-ignore

  test.each<[string, () => Uint8Array, StateDictOptions, string, string]>([
    ['two that could be', () => saved(['ema', state], ['best', state]), {}, 'entry', 'nothing'],
    ['one that is not there', () => saved(['ema', state]), { entry: 'best' }, 'entry', 'best'],
    ['none', () => saved(['epoch', 3], ['loss', 0.5]), {}, 'file', 'epoch, loss'],
    ['a whole module', () => writePt(new Call('__main__', 'Net', [])), {}, 'data.pkl', "'__main__.Net'"],
    ['a program', () => saved(['model', state], ['loss', new Call('os', 'system', ['true'])]), {}, 'data.pkl', "'os.system'"],
  ])('%s: refused', async (_, file, options, field, actual) => {
    await expect(importModel(file(), { symbols, ...options })).rejects.toThrow(
      expect.objectContaining({ field, actual }),
    );
  }); // prettier-ignore
});

test.each(['classify', 'tag'])('%s: one number for a sigmoid is two classes', async (task) => {
  const tensors = await stateDict({ layers: [{ cell: 'gru', units: 4 }] });
  const [weight, bias] = [tensors.get('readout.weight')!, tensors.get('readout.bias')!];
  tensors.set('readout.weight', { shape: [1, 4], data: weight.data.slice(0, 4) });
  tensors.set('readout.bias', { shape: [1], data: bias.data.slice(0, 1) });
  const answers = async (labels: string[], file = tensors) => {
    const bytes = await importModel(safe(file), { symbols, labels, config: { task } });
    const model = await openModel(bytes, undefined, { threads: 1, worker: false });
    const { probabilities } = await model.predict({ input: '12+7' });
    const { targets } = model.info.data!;
    model.dispose();
    return { targets, rows: (task === 'tag' ? probabilities : [probabilities]) as number[][] };
  };
  // The logit of a network whose second class has it, and whose first has zeros.
  const two = new Map(tensors);
  two.set('readout.weight', {
    shape: [2, 4],
    data: Float32Array.from([0, 0, 0, 0, ...weight.data.slice(0, 4)]),
  });
  two.set('readout.bias', { shape: [2], data: Float32Array.of(0, bias.data[0]!) });
  const one = await answers(['ham', 'spam']);
  expect(one).toEqual(await answers(['ham', 'spam'], two));
  expect(one.targets).toEqual(['ham', 'spam']);
  // The label of the output 1 is the second one, however labels are sorted.
  const turned = await answers(['spam', 'ham']);
  expect(turned.targets).toEqual(['ham', 'spam']);
  expect(turned.rows).toEqual(one.rows.map(([a, b]) => [b, a]));
  await expect(
    importModel(safe(tensors), { symbols, labels: ['x', 'y', 'z'], config: { task } }),
  ).rejects.toThrow('labels: expected 2 labels');
});

test('a model whose header has 1152 bytes opens: the file begins like a Python pickle', async () => {
  const zeros = (...shape: number[]): Tensor => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.01),
  });
  const tensors = new Map<string, Tensor>();
  for (const [layer, input] of [3, 64].entries()) {
    tensors.set(`gru.weight_ih_l${layer}`, zeros(192, input));
    tensors.set(`gru.weight_hh_l${layer}`, zeros(192, 64));
    for (const part of ['ih', 'hh']) tensors.set(`gru.bias_${part}_l${layer}`, zeros(192));
  }
  tensors.set('fc.weight', zeros(3, 64)).set('fc.bias', zeros(3));
  const lengths = [];
  for (let seed = 1; seed < 1e15; seed *= 10) {
    const bytes = await importModel(safe(tensors), {
      symbols: 'abc',
      config: { seed },
    });
    lengths.push(Number(new DataView(bytes.buffer).getBigUint64(0, true)));
    (await openModel(bytes, undefined, { threads: 1, worker: false })).dispose();
  }
  expect(lengths).toContain(1152);
});

describe('ONNX', () => {
  const gru = { cell: 'gru', units: 5 };
  test.each<[string, Config]>([
    ['LSTM', { layers: [lstm(5)] }],
    ['two of GRU with an embedding', { embedding: 4, layers: [gru, { ...gru, units: 3 }] }],
    ['RNN', { layers: [{ cell: 'rnn', units: 5, activation: 'relu' }, { cell: 'rnn', units: 4, activation: 'relu' }] }],
    ['LSTM without biases', { layers: [{ ...lstm(5), bias: 'none' }] }],
  ])('%s: what was exported comes back, with its symbols', async (_, config) => {
    const { parameters, checkpoint, dispose } = await trained(config, 1);
    dispose();
    const back = readSafetensors(await importModel(toOnnx(checkpoint) as Uint8Array));
    for (const [name, tensor] of parameters) expect(back.tensors.get(name), name).toEqual(tensor);
    expect(back.tensors.size).toBe(parameters.size);
    expect(back.metadata['vocabulary']).toBe(readSafetensors(checkpoint).metadata['vocabulary']);
  }); // prettier-ignore

  test.each<[string, Config, string]>([
    ['a cell of its own', { preset: 'dt-rnn', units: 5 }, 'operator'],
    ['peepholes', { preset: 'peephole-lstm', units: 5 }, 'LSTM 1.P'],
    ['the reset before the product', { layers: [{ cell: 'gru', units: 5, reset: 'before' }] }, 'linear_before_reset'],
    ['skips', { layers: [gru, gru], skipOutputs: true }, 'products'],
    ['a layer that reads the input again', { layers: [gru, gru], skipInputs: true }, 'GRU 2'],
  ])('%s: refused by name', async (_, config, named) => {
    const { checkpoint, dispose } = await trained(config, 1);
    dispose();
    const file = toOnnx(checkpoint) as Uint8Array;
    await expect(importModel(file)).rejects.toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    await expect(importModel(file)).rejects.toThrow(named);
  }); // prettier-ignore

  test('weights in fewer bits are refused; damage is, typed', async () => {
    const { checkpoint, dispose } = await trained({ layers: [{ ...gru, units: 3 }] }, 1);
    dispose();
    await expect(importModel(toOnnx(checkpoint, { precision: 'int8' }) as Uint8Array)).rejects.toThrow();
    const file = toOnnx(checkpoint) as Uint8Array;
    for (let at = 0; at < file.length; at += 3)
      for (const damaged of [file.subarray(0, at), file.with(at, file[at]! ^ 0x55)])
        await importModel(damaged).catch((error: unknown) => expect(error).toBeInstanceOf(UnfoldError));
  });
});
