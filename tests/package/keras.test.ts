/** Weights in Keras's layouts. There is no Keras here: its documented equations, in double precision, stand for it. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { toKeras } from 'unfold-rnn/export';
// Not exported: the files are read as the exporters read them.
import { readSafetensors, type Tensor } from '../../dist/export/safetensors.js';
import type { Config, LayerConfig } from 'unfold-rnn';
import { configurations, difference, HIDDEN, trained } from './networks.js';
import { answerOf, asked, close, given, made, networkCases, type TaskCase } from './task-models.js';

const layer = (rest: LayerConfig): LayerConfig => ({ cell: 'lstm', units: HIDDEN, ...rest });
const expressible: Record<string, Config> = {
  'simple rnn': { layers: [layer({ cell: 'rnn', activation: 'sigmoid' })] },
  'simple rnn, linear': { layers: [layer({ cell: 'rnn', activation: 'identity', bias: 'one' })] },
  'lstm on an embedding': { embedding: 5, layers: [layer({}), layer({ bias: 'none' })] },
  'gru, reset after': { layers: [layer({ cell: 'gru' }), layer({ cell: 'gru', bias: 'one' })] },
  'gru, reset before': { layers: [layer({ cell: 'gru', reset: 'before' })] },
};

const σ = (x: number) => 1 / (1 + Math.exp(-x));
const functions: Record<string, (x: number) => number> = { tanh: Math.tanh, sigmoid: σ, linear: (x) => x };

/** x·kernel, row vectors, as Keras multiplies. */
function times(x: readonly number[], { shape, data }: Tensor): number[] {
  expect(x).toHaveLength(shape[0]!);
  return Array.from({ length: shape[1]! }, (_, j) =>
    x.reduce((total, value, i) => total + value * data[i * shape[1]! + j]!, 0),
  );
}

type Weights = (name: string) => Tensor | undefined;

/** One sequence through a layer of the given Python. */
function run(code: string, inputs: number[][], weight: Weights): number[][] {
  if (code.startsWith('layers.GlobalAveragePooling1D'))
    return [inputs[0]!.map((_, k) => inputs.reduce((total, x) => total + x[k]!, 0) / inputs.length)];
  const whole = code.includes('return_sequences=True') || code.startsWith('layers.Dense');
  if (!code.startsWith('layers.Bidirectional')) return steps(code, inputs, weight).slice(whole ? 0 : -1);
  const [forward, backward = forward] = code
    .slice('layers.Bidirectional('.length, -1)
    .split(', backward_layer=');
  if (backward !== forward) expect(backward).toContain('go_backwards=True');
  const ahead = steps(forward!, inputs, (name) => weight(`forward_${name}`));
  const back = steps(backward!, inputs.toReversed(), (name) => weight(`backward_${name}`));
  if (!whole) return [[...ahead.at(-1)!, ...back.at(-1)!]];
  return ahead.map((x, t) => [...x, ...back[back.length - 1 - t]!]);
}

/** All steps of a layer; keras/src/layers/rnn/{simple_rnn,lstm,gru}.py. */
function steps(code: string, inputs: number[][], weight: Weights): number[][] {
  const [, kind, units] = /layers\.(\w+)\((\d+)/.exec(code)!;
  const H = Number(units);
  const [kernel, recurrent, bias] = ['kernel', 'recurrent_kernel', 'bias'].map(weight);
  const plus = (a: number[], b: ArrayLike<number>) => a.map((x, i) => x + b[i]!);
  const zeros = Array<number>(kernel!.shape[1]!).fill(0);
  const biases = [0, 1].map((row) =>
    [...(bias?.data ?? zeros)].slice(row * zeros.length, (row + 1) * zeros.length),
  );
  if (kind === 'Dense') return inputs.map((x) => plus(times(x, kernel!), biases[0]!));
  let h = Array<number>(H).fill(0);
  let c = [...h];
  const part = (z: number[], gate: number) => z.slice(gate * H, (gate + 1) * H);
  return inputs.map((x) => {
    const zx = plus(times(x, kernel!), biases[0]!);
    if (kind === 'SimpleRNN') {
      const name = /activation="(\w+)"/.exec(code)![1]!;
      h = plus(zx, times(h, recurrent!)).map(functions[name]!);
    } else if (kind === 'LSTM') {
      const z = plus(zx, times(h, recurrent!));
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => part(z, gate).map(gate === 2 ? Math.tanh : σ));
      c = c.map((value, k) => f![k]! * value + i![k]! * g![k]!);
      h = c.map((value, k) => o![k]! * Math.tanh(value));
    } else {
      const after = code.includes('reset_after=True');
      const zh = after ? plus(times(h, recurrent!), biases[1]!) : times(h, recurrent!);
      const [z, r] = [0, 1].map((gate) => plus(part(zx, gate), part(zh, gate)).map(σ)) as [
        number[],
        number[],
      ];
      const reset = h.map((value, k) => r[k]! * value);
      const inner = after ? part(zh, 2).map((value, k) => r[k]! * value) : part(times(reset, recurrent!), 2);
      const candidate = plus(part(zx, 2), inner).map(Math.tanh);
      h = h.map((value, k) => z[k]! * value + (1 - z[k]!) * candidate[k]!);
    }
    return h;
  });
}

/** What the exported model answers to a sequence of tokens, or of numbers. */
function answersOf(checkpoint: Uint8Array, sequence: readonly number[] | number[][]): number[] {
  const { 'model.py': code, 'weights.safetensors': weights } = toKeras(checkpoint);
  const { tensors } = readSafetensors(weights);
  const lines = [...code.matchAll(/^ {4}\("(\w+)", (layers\..*), \[(.*)\]\),$/gm)];
  let values = sequence as number[][];
  for (const [, name, layerCode, names] of lines) {
    const own = [...names!.matchAll(/"(\w+)"/g)].map(([, key]) => key!);
    expect(layerCode!.includes('use_bias=False')).toBe(
      /RNN|LSTM|GRU/.test(layerCode!) && !own.some((key) => key.endsWith('bias')),
    );
    const weight = (key: string) => (own.includes(key) ? tensors.get(`${name}.${key}`)! : undefined);
    const table = weight('embeddings');
    const row = (token: number) => [
      ...table!.data.slice(token * table!.shape[1]!, (token + 1) * table!.shape[1]!),
    ];
    values = table ? (sequence as number[]).map(row) : run(layerCode!, values, weight);
  }
  const named = lines.filter(([, , , names]) => names).length;
  expect(new Set([...tensors.keys()].map((name) => name.split('.')[0])).size).toBe(named);
  execFileSync('/usr/bin/python3', ['-c', `compile(${JSON.stringify(code)}, 'model.py', 'exec')`]);
  return values.flat();
}

test.each(Object.entries(expressible))(
  '%s: the equations of Keras give the same logits',
  async (_, config) => {
    const model = await trained(config);
    const tokens = Array.from({ length: 20 }, (_, i) => (i * 5 + (i % 7)) % model.symbols);
    const [logits] = model.logits(tokens, 1, { values: new Float32Array(), inputs: [], clock: 0 });
    expect(difference(answersOf(model.checkpoint, tokens), logits)).toBeLessThan(1e-5);
    model.dispose();
  },
);

const unlike = [{ units: 5 }, { cell: 'gru', units: 4, direction: 'backward' as const, edges: [{ from: 'input' as const }, { from: 'self' as const }] }]; // prettier-ignore
const taskCases: TaskCase[] = [
  ...networkCases.filter(([name]) =>
    ['classify, last', 'classify, last, both ways', 'classify, mean', 'tag', 'regress', 'regress, pooled', 'regress, quantiles', 'regress, Gaussian'].includes(name),
  ), // prettier-ignore
  ['notes', 'notes', 'notes', { layers: [{ cell: 'gru', units: 8, reset: 'before' }] }],
  ['tag, unlike directions', 'tag', 'tag', { layers: unlike, readout: [{ from: 0 }, { from: 1 }] }],
];

test.each(taskCases)('%s: the equations of Keras give the same answers', async (_, task, text, more) => {
  const model = await made(task, text, more);
  const checkpoint = await model.save();
  for (const T of [1, 5]) {
    const { input, encoded } = asked(model, T);
    const answers = answersOf(checkpoint, encoded);
    close(answerOf(task, answers, model.info.data!.outputs), given(await model.predict({ input })));
  }
  model.dispose();
});

test('refuses by name what Keras has no layer for', async () => {
  const refused = {
    'peephole-lstm': 'layers[0]',
    'do-rnn': 'readout',
    'leaky-rnn': 'leak',
    'lstm, σ input': "cellInput 'sigmoid'",
    'skips everywhere': 'layers[1].edges',
  };
  const configs = await configurations();
  for (const [name, message] of Object.entries(refused)) {
    const model = await trained(configs[name]!, 1);
    expect(() => toKeras(model.checkpoint), name).toThrow(message);
    model.dispose();
  }
});
