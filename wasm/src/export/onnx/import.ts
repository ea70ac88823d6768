/** An ONNX model of a plain stack, as the state_dict that it would be in PyTorch. */
import { mismatch } from '../../shared/errors.js';
import type { Tensor, TensorFile } from '../safetensors.js';
import { type ReadGraph, type ReadNode, readOnnx } from './read.js';

/** PyTorch's row blocks, as numbers of ONNX's: i, o, f, c to i, f, g, o; z, r, h to r, z, n. */
const ORDERS: Record<string, readonly number[]> = { RNN: [0], LSTM: [0, 2, 3, 1], GRU: [1, 0, 2] };

/** Operators that move values, make initial states or lengths, or turn logits into answers. */
const PASSING = new Set(
  (
    'Squeeze Unsqueeze Transpose Reshape Flatten Identity Dropout Cast Concat Slice Split Gather GatherElements Shape ' +
    'Constant ConstantOfShape Expand Range Tile OneHot Softmax LogSoftmax Sigmoid ArgMax ReduceMean Where Equal Less ' +
    'Greater Not Pad Min'
  ).split(' '),
);

const unsupported = (field: string, expected: string, came: string) =>
  mismatch('UNSUPPORTED', field, expected, came);

const STACK = 'a plain stack: Gather or one-hot, RNN, LSTM or GRU, and one MatMul or Gemm with a bias';

/** Of a model with weights in float32, float16 or bfloat16. */
export function tensorsOfOnnx(bytes: Uint8Array): TensorFile & { activation: 'tanh' | 'relu' | undefined } {
  const graph = readOnnx(bytes);
  const strange = graph.nodes.find(({ type }) => !PASSING.has(type) && !(type in ORDERS) && !isProduct(type));
  if (strange) throw unsupported('file', STACK, `the operator ${strange.type}`);
  const recurrent = graph.nodes.filter(({ type }) => type in ORDERS);
  if (!recurrent.length) throw unsupported('file', STACK, 'an ONNX model without RNN, LSTM and GRU');
  const tensors = new Map<string, Tensor>();
  recurrent.forEach((node, k) => addLayer(node, k, graph, tensors));
  const first = recurrent[0]!;
  recurrent.forEach((node, k) =>
    checkReads(node.inputs[0], recurrent[k - 1], `${node.type} ${k + 1}`, graph),
  );
  addTable(first, graph, tensors);
  addReadout(recurrent.at(-1)!, graph, tensors);
  return { tensors, metadata: graph.metadata, activation: activationOf(recurrent) };
}

const isProduct = (type: string) => type === 'MatMul' || type === 'Gemm' || type === 'Add';

function weightsOf(name: string | undefined, { tensors }: ReadGraph, field: string): Tensor {
  const tensor = name ? tensors.get(name) : undefined;
  if (tensor?.data.length) return tensor;
  throw unsupported(field, 'weights as floats in the file', 'none, or computed ones');
}

/** The same blocks of `rows` in another order. */
function reordered(data: Float32Array, order: readonly number[], block: number): Float32Array {
  const all = new Float32Array(order.length * block);
  order.forEach((from, to) => all.set(data.subarray(from * block, (from + 1) * block), to * block));
  return all;
}

function addLayer(node: ReadNode, k: number, graph: ReadGraph, tensors: Map<string, Tensor>): void {
  const { type, inputs, attributes } = node;
  const field = `${type} ${k + 1}`;
  const order = ORDERS[type]!;
  checkAttributes(node, field);
  const [W, R] = [1, 2].map((i) => weightsOf(inputs[i], graph, field)) as [Tensor, Tensor];
  const [directions = 0, rows = 0, H = 0] = R.shape;
  const columns = W.shape[2] ?? 0;
  const reverse = attributes.get('direction')?.text === 'reverse';
  if (reverse) throw unsupported(`${field}.direction`, 'forward or bidirectional', 'reverse');
  if (rows !== order.length * H || String(W.shape) !== String([directions, rows, columns]) || directions > 2)
    throw mismatch('INVALID_CHECKPOINT', field, 'matrices of one size', `[${W.shape}] and [${R.shape}]`);
  for (const state of inputs.slice(5, 7))
    if (graph.tensors.get(state)?.data.some((x) => x !== 0))
      throw unsupported(`${field}.initial_h`, 'zeros', 'other numbers');
  const B = inputs[3] ? weightsOf(inputs[3], graph, field) : undefined;
  if (B && B.data.length !== directions * 2 * rows)
    throw mismatch('INVALID_CHECKPOINT', `${field}.B`, `[${directions}, ${2 * rows}]`, `[${B.shape}]`);
  for (let d = 0; d < directions; ++d) {
    const put = (part: string, shape: number[], from: Float32Array, at: number) => {
      const block = shape.reduce((a, b) => a * b) / order.length;
      const data = reordered(from.subarray(at), order, block);
      tensors.set(`${k}.${part}_l0${d ? '_reverse' : ''}`, { shape, data });
    };
    put('weight_ih', [rows, columns], W.data, d * rows * columns);
    put('weight_hh', [rows, H], R.data, d * rows * H);
    if (!B) continue;
    put('bias_ih', [rows], B.data, 2 * d * rows);
    put('bias_hh', [rows], B.data, (2 * d + 1) * rows);
  }
}

/** What PyTorch's modules do not have. */
function checkAttributes({ type, inputs, attributes }: ReadNode, field: string): void {
  const int = (name: string) => attributes.get(name)?.int ?? 0;
  const other = (name: string, expected: string) => unsupported(`${field}.${name}`, expected, 'another');
  if (type === 'GRU' && int('linear_before_reset') !== 1)
    throw other('linear_before_reset', '1, as PyTorch exports');
  if (int('layout') !== 0) throw other('layout', '0');
  if (int('input_forget') !== 0) throw other('input_forget', '0');
  if (attributes.has('clip')) throw other('clip', 'none');
  if (inputs[7]) throw other('P', 'no peepholes');
  const activations = attributes.get('activations')?.texts ?? [];
  const usual: Record<string, RegExp> = {
    RNN: /^((Tanh|Relu),?)+$/,
    LSTM: /^(Sigmoid,Tanh,Tanh,?)+$/,
    GRU: /^(Sigmoid,Tanh,?)+$/,
  };
  if (activations.length && !usual[type]!.test(activations.join()))
    throw unsupported(`${field}.activations`, 'those of PyTorch', activations.join(', '));
}

/** Of the RNNs, one for all; undefined where there are none. */
function activationOf(nodes: readonly ReadNode[]): 'tanh' | 'relu' | undefined {
  const found = new Set(
    nodes
      .filter(({ type }) => type === 'RNN')
      .flatMap(({ attributes }) => attributes.get('activations')?.texts ?? ['Tanh']),
  );
  if (found.size > 1) throw unsupported('RNN.activations', 'one for all layers', [...found].join(', '));
  return found.size ? (found.has('Relu') ? 'relu' : 'tanh') : undefined;
}

const producerOf = (name: string | undefined, { nodes }: ReadGraph) =>
  name ? nodes.find(({ outputs }) => outputs.includes(name)) : undefined;

/** The operator that computes a value, past those that only move values; undefined of an input of the model. */
function sourceOf(name: string | undefined, graph: ReadGraph, depth = 0): ReadNode | undefined {
  const node = producerOf(name, graph);
  if (!node || !PASSING.has(node.type) || depth > MOST_PASSED) return node;
  const looksUp = node.type === 'Gather' && graph.tensors.has(node.inputs[0] ?? '');
  const values = node.type === 'Concat' ? node.inputs : [node.inputs[looksUp ? 1 : 0]];
  const sources = new Set(values.map((value) => sourceOf(value, graph, depth + 1)));
  return sources.size === 1 ? [...sources][0] : node;
}

/** Operators one behind the other that only move values: beyond use, and a circle has no end. */
const MOST_PASSED = 30;

/** Refuses what is no stack: a layer, or the readout, that reads something else than what is below it. */
function checkReads(
  name: string | undefined,
  below: ReadNode | undefined,
  field: string,
  graph: ReadGraph,
): void {
  const source = sourceOf(name, graph);
  if (source === below) return;
  const nameOf = (node: ReadNode | undefined) =>
    node ? `what ${node.type} gives` : 'the input of the model';
  throw unsupported(field, `${nameOf(below)}, from the layer below`, nameOf(source));
}

/** The table of vectors that the first layer reads, if a Gather takes them from there. */
function addTable(first: ReadNode, graph: ReadGraph, tensors: Map<string, Tensor>): void {
  const seen = new Set<ReadNode>();
  for (
    let node = producerOf(first.inputs[0], graph);
    node && !seen.has(node);
    node = producerOf(node.inputs[0], graph)
  ) {
    seen.add(node);
    const table = graph.tensors.get(node.inputs[0] ?? '');
    if (node.type !== 'Gather' || table?.shape.length !== 2 || !table.data.length) continue;
    // What Unfold exports has one row more, of zeros, for symbols that there are not.
    const [rows, columns] = table.shape as [number, number];
    const padded = producerOf(node.inputs[1], graph)?.type === 'Min';
    const last = table.data.subarray((rows - 1) * columns);
    tensors.set(
      'embedding.weight',
      padded && last.every((x) => x === 0)
        ? { shape: [rows - 1, columns], data: table.data.slice(0, (rows - 1) * columns) }
        : table,
    );
    return;
  }
}

/** The product with weights, and the bias that is added to it. */
function addReadout(top: ReadNode, graph: ReadGraph, tensors: Map<string, Tensor>): void {
  const { nodes } = graph;
  const products = nodes.filter(({ type }) => type === 'MatMul' || type === 'Gemm');
  const sums = nodes.filter(({ type }) => type === 'Add');
  const [product] = products;
  if (products.length !== 1 || !product || sums.length > 1)
    throw unsupported('file', STACK, `${products.length} products and ${sums.length} sums`);
  checkReads(product.inputs[0], top, product.type, graph);
  const attribute = (name: string) => product.attributes.get(name)?.int ?? 0;
  const scaled = ['alpha', 'beta'].some((name) => (product.attributes.get(name)?.float ?? 1) !== 1);
  if (attribute('transA') !== 0 || scaled) throw unsupported('Gemm', 'x·W + b', 'another product');
  const weight = weightsOf(product.inputs[1], graph, product.type);
  const [rows = 0, columns = 0] = weight.shape;
  if (weight.shape.length !== 2)
    throw mismatch('INVALID_CHECKPOINT', product.type, 'a matrix', `[${weight.shape}]`);
  const turned = attribute('transB') === 1 ? weight : transposed(weight, rows, columns);
  const names = [product.inputs[2], ...(sums[0]?.inputs ?? [])];
  const bias = names.map((name) => graph.tensors.get(name ?? '')).find((tensor) => tensor?.data.length);
  if (!bias || bias.data.length !== turned.shape[0])
    throw unsupported(
      product.type,
      `a bias of ${turned.shape[0]} numbers`,
      bias ? `[${bias.shape}]` : 'none',
    );
  tensors.set('readout.weight', turned);
  tensors.set('readout.bias', { shape: [bias.data.length], data: bias.data });
}

function transposed({ data }: Tensor, rows: number, columns: number): Tensor {
  const turned = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], data: turned };
}
