/** The scale of numbers put into the first and the last matrix of a stack, for formats that have nothing but these. */
import { refuse } from '../shared/errors.js';
import type { GraphScale, GraphScaling } from '../shared/graph-types.js';
import type { Tensor } from './safetensors.js';
import type { Stack, StackLayer } from './stack.js';
import type { Parameter } from './values.js';

/**
 * W·(x − mean)/scale + b = (W/scale)·x + (b − (W/scale)·mean) below, scale∘(W·h + b) + mean above.
 * @param target what it is for, in messages
 * @throws UnfoldError `UNSUPPORTED` for logarithmic columns, or a first layer without a bias
 */
export function folded(stack: Stack, scaling: GraphScaling | undefined, target: string): Stack {
  if (!scaling) return stack;
  const { inputs, outputs } = scaling;
  const no = (field: string, reason: string) =>
    refuse('UNSUPPORTED', field, `what ${target} can express`, reason);
  if ([...inputs, ...outputs].some(({ log }) => log)) throw no('dataset.scaling', "'log'");
  const entering = ({ backward, ...layer }: StackLayer): StackLayer => {
    const [bias, ...others] = layer.cell.biases;
    if (!bias) throw no('layers[0].bias', "'none' below scaled numbers");
    const { weight, offset } = below(layer.input, inputs);
    const biases = [plus(bias, offset), ...others];
    return {
      ...{ ...layer, input: weight, cell: { ...layer.cell, biases } },
      ...(backward && { backward: entering(backward) }),
    };
  };
  const [first, ...upper] = stack.layers as [StackLayer];
  const readout = outputs.length ? above(stack.readout, outputs) : stack.readout;
  return { ...stack, layers: [entering(first), ...upper], readout };
}

function below({ name, tensor }: Parameter, inputs: readonly GraphScale[]) {
  const columns = inputs.length;
  const data = tensor.data.map((w, i) => w / inputs[i % columns]!.scale);
  const offset = new Float64Array(tensor.shape[0]!);
  tensor.data.forEach((w, i) => {
    const { mean, scale } = inputs[i % columns]!;
    offset[Math.floor(i / columns)]! -= (w / scale) * mean;
  });
  return { weight: { name, tensor: { shape: tensor.shape, data } }, offset };
}

const plus = ({ name, tensor }: Parameter, offset: Float64Array): Parameter => ({
  name,
  tensor: { shape: tensor.shape, data: tensor.data.map((b, k) => b + offset[k]!) },
});

function above({ weight, bias }: Stack['readout'], outputs: readonly GraphScale[]): Stack['readout'] {
  const width = weight.tensor.shape[1]!;
  const scaled = ({ shape, data }: Tensor, columns: number, mean: boolean): Tensor => ({
    shape,
    data: data.map((w, i) => {
      const one = outputs[Math.floor(i / columns)]!;
      return w * one.scale + (mean ? one.mean : 0);
    }),
  });
  return {
    weight: { name: weight.name, tensor: scaled(weight.tensor, width, false) },
    bias: { name: bias.name, tensor: scaled(bias.tensor, 1, true) },
  };
}

/** `symbols` of a file whose network reads the numbers as they are. */
export function withoutScales(symbols: string): string {
  const names = JSON.parse(symbols) as { columns?: GraphScale[] };
  if (!names.columns) return symbols;
  const columns = names.columns.map((column) => ({ ...column, mean: 0, scale: 1, log: false }));
  return JSON.stringify({ ...names, columns });
}
