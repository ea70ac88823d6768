/** Models and weights of Keras 3, as the state_dict that they would be in PyTorch. */
import type { LayerConfig } from '../shared/config.js';
import { mismatch } from '../shared/errors.js';
import { isHdf5, readHdf5 } from './hdf5.js';
import { type KerasCell, type KerasConfig, readKerasConfig } from './keras-config.js';
import { isZip, type Tensor, type TensorFile } from './safetensors.js';
import { reorderRows } from './stack.js';
import { unzip } from './zip.js';

/** Row blocks of PyTorch as numbers of Keras's: i, f, c, o as they are; z, r, h to r, z, n. */
const ORDERS: Record<number, readonly number[]> = { 1: [0], 3: [1, 0, 2], 4: [0, 1, 2, 3] };

const WEIGHTS = 'model.weights.h5';
const CONFIG = 'config.json';

const unsupported = (field: string, expected: string, came: string) =>
  mismatch('UNSUPPORTED', field, expected, came);
const bad = (field: string, expected: string, came: string) =>
  mismatch('INVALID_CHECKPOINT', field, expected, came);

/** What `fromTensors` takes, and what of the layers the tensors do not tell. */
export interface KerasFile {
  read: TensorFile;
  /** Whether the modules are in their order. */
  ordered: boolean;
  layer: Pick<LayerConfig, 'activation' | 'reset'>;
  /** Of a whole sequence, where the file says what is answered. */
  pooling: 'last' | 'mean' | undefined;
}

export const isKeras = (bytes: Uint8Array): boolean =>
  isHdf5(bytes) || (isZip(bytes) && [WEIGHTS, CONFIG].some((name) => unzip(bytes).has(name)));

/** Variables of a layer of Keras, in its order: kernel, recurrent kernel, bias; kernel, bias; or the table. */
interface Variables {
  path: string;
  tensors: Tensor[];
}

export function tensorsOfKeras(bytes: Uint8Array): KerasFile {
  const files = isHdf5(bytes) ? undefined : unzip(bytes);
  const weights = files ? files.get(WEIGHTS) : bytes;
  if (!weights) throw bad('file', `an archive of Keras 3 with ${WEIGHTS}`, 'one without');
  const config = files?.get(CONFIG);
  const known = config ? readKerasConfig(config) : undefined;
  const found = variablesIn(readHdf5(weights));
  return known ? ofModel(found, known) : ofWeights(found);
}

/** Arrays under `vars`, by the layer that has them; seeds of dropout and the optimizer have no part in the answers. */
function variablesIn(arrays: ReadonlyMap<string, Tensor>): Variables[] {
  if ([...arrays.keys()].some((name) => name.startsWith('model_weights/')))
    throw unsupported(
      'file',
      'a .keras or .weights.h5 file: model.save("model.keras")',
      'the .h5 format of Keras 2',
    );
  const found = new Map<string, Tensor[]>();
  for (const [name, tensor] of arrays) {
    const [, path, number] =
      /^(?:layers\/|_layer_checkpoint_dependencies\/)?(.+)\/vars\/(\d+)$/.exec(name) ?? [];
    if (path === undefined || /^optimizer\b|seed_generator/.test(path)) continue;
    const tensors = found.get(path) ?? [];
    tensors[Number(number)] = tensor;
    found.set(path, tensors);
  }
  const list = [...found].map(([path, tensors]) => ({ path, tensors }));
  for (const { path, tensors } of list)
    if (
      tensors.length > 3 ||
      tensors.includes(undefined as never) ||
      Object.keys(tensors).length !== tensors.length
    )
      throw unsupported(
        path,
        'the variables of SimpleRNN, LSTM, GRU, Embedding or Dense',
        `${tensors.length} of them`,
      );
  return list;
}

/** Of a model: its configuration tells what each layer is, and their order. */
function ofModel(found: readonly Variables[], { layers, pooling }: KerasConfig): KerasFile {
  const left = new Map(found.map(({ path, tensors }) => [path, tensors]));
  const tensors = new Map<string, Tensor>();
  const cells: KerasCell[] = [];
  const take = (path: string): Variables => {
    const own = left.get(path);
    left.delete(path);
    if (!own) throw bad(path, 'variables', 'none');
    return { path, tensors: own };
  };
  let modules = 0;
  for (const layer of layers) {
    if (layer.kind === 'recurrent') {
      for (const { forward, backward, cell } of layer.cells) {
        addLayer(`${modules}.`, '', take(forward), cell, tensors);
        if (backward !== undefined) addLayer(`${modules}.`, '_reverse', take(backward), cell, tensors);
        ++modules;
        cells.push(cell);
      }
    } else addEnd(take(layer.path), tensors);
  }
  for (const [path] of left) throw unsupported(path, 'variables of a layer in config.json', 'another');
  return { read: { tensors, metadata: {} }, ordered: true, layer: alike(cells), pooling };
}

/** The activation of all SimpleRNNs and the reset of all GRUs. */
function alike(cells: readonly KerasCell[]): KerasFile['layer'] {
  const layer: KerasFile['layer'] = {};
  for (const { kind, activation, resetAfter } of cells) {
    if (kind === 'LSTM') continue;
    const [name, value] =
      kind === 'GRU'
        ? (['reset', resetAfter ? 'after' : 'before'] as const)
        : (['activation', activation] as const);
    if (layer[name] !== undefined && layer[name] !== value)
      throw unsupported(name, `${name} '${layer[name]}' in all layers`, `'${value}' in another`);
    layer[name] = value;
  }
  return layer;
}

/** Of weights alone: their paths and shapes tell what the layers are. */
function ofWeights(found: readonly Variables[]): KerasFile {
  const tensors = new Map<string, Tensor>();
  const layer: KerasFile['layer'] = {};
  for (const one of found) {
    const { path } = one;
    const [, whole = '', direction = ''] =
      /^(.*?)(?:\/(forward|backward)_layer)?\/cell(?:\/cells\/\w+)?$/.exec(path) ?? [];
    if (!/\/cell(\/|$)/.test(path)) {
      addEnd(one, tensors);
      continue;
    }
    const cell = cellOf(one);
    if (cell.kind === 'GRU') {
      const reset = cell.resetAfter ? 'after' : 'before';
      if ((layer.reset ?? reset) !== reset)
        throw unsupported(path, `reset_after as in the other GRUs`, 'another');
      layer.reset = reset;
    }
    const stacked = /\/cells\/(\w+)$/.exec(path)?.[1];
    addLayer(
      `${whole}${stacked ? `.${stacked}` : ''}.`,
      direction === 'backward' ? '_reverse' : '',
      one,
      cell,
      tensors,
    );
  }
  const ordered = numbered(tensors);
  return {
    read: { tensors: ordered ?? tensors, metadata: {} },
    ordered: ordered !== undefined,
    layer,
    pooling: undefined,
  };
}

/** The same by Keras's numbers, lstm before lstm_1; undefined of layers of several kinds, which have no common ones. */
function numbered(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> | undefined {
  const placeOf = (name: string): [base: string, number: number] => {
    const [, base = name, number = '0'] = /^(.*?)(?:_(\d+))?\.weight_ih_l0(?:_reverse)?$/.exec(name) ?? [];
    return [base, Number(number)];
  };
  const places = [...tensors.keys()].filter((name) => /\.weight_ih_l0/.test(name)).map(placeOf);
  if (places.some(([base]) => base !== places[0]![0])) return undefined;
  const moduleOf = (name: string) => name.replace(/\.(weight|bias)_[ih]h_l0(_reverse)?$/, '.weight_ih_l0');
  return new Map([...tensors].sort(([a], [b]) => placeOf(moduleOf(a))[1] - placeOf(moduleOf(b))[1]));
}

/** What the shapes of a cell's variables say: G blocks of H columns each. */
function cellOf({ path, tensors: [kernel, recurrent, bias] }: Variables): KerasCell {
  const [H = 0, columns = 0] = recurrent?.shape ?? [];
  const kind = ({ 1: 'SimpleRNN', 3: 'GRU', 4: 'LSTM' } as const)[columns / H];
  if (!kind || kernel?.shape.length !== 2)
    throw unsupported(path, 'the variables of SimpleRNN, LSTM or GRU', 'others');
  return { kind, activation: 'tanh', resetAfter: bias?.shape.length !== 1 };
}

function transposed({ shape, data }: Tensor, path: string): Tensor {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) throw bad(path, 'a matrix', `[${shape}]`);
  const turned = new Float32Array(data.length);
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c) turned[c * rows + r] = data[r * columns + c]!;
  return { shape: [columns, rows], data: turned };
}

/** One direction: kernel [D, G·H], recurrent kernel [H, G·H], bias [G·H] or, of a GRU that resets after, [2, G·H]. */
function addLayer(
  prefix: string,
  ending: string,
  { path, tensors: [kernel, recurrent, bias] }: Variables,
  cell: KerasCell,
  tensors: Map<string, Tensor>,
): void {
  const G = { SimpleRNN: 1, GRU: 3, LSTM: 4 }[cell.kind];
  const H = recurrent?.shape[0] ?? 0;
  if (!kernel || !recurrent || recurrent.shape[1] !== G * H || kernel.shape[1] !== G * H)
    throw bad(
      path,
      `kernels of ${G} blocks, as ${cell.kind} has`,
      `[${kernel?.shape}] and [${recurrent?.shape}]`,
    );
  const order = ORDERS[G]!;
  const put = (part: string, tensor: Tensor) =>
    tensors.set(`${prefix}${part}_l0${ending}`, { shape: tensor.shape, data: reorderRows(tensor, order) });
  put('weight_ih', transposed(kernel, path));
  put('weight_hh', transposed(recurrent, path));
  if (!bias) return;
  const two = cell.kind === 'GRU' && cell.resetAfter;
  if (bias.data.length !== (two ? 2 : 1) * G * H)
    throw bad(`${path}/2`, `${G * H} biases`, `[${bias.shape}]`);
  const row = (k: number): Tensor => ({ shape: [G * H], data: bias.data.slice(k * G * H, (k + 1) * G * H) });
  put('bias_ih', row(0));
  put('bias_hh', two ? row(1) : { shape: [G * H], data: new Float32Array(G * H) });
}

/** An Embedding, or a Dense layer (by itself or in TimeDistributed). */
function addEnd({ path, tensors: [first, bias] }: Variables, tensors: Map<string, Tensor>): void {
  if (first?.shape.length !== 2)
    throw unsupported(path, 'variables of Embedding or Dense', `[${first?.shape}]`);
  if (!bias) return void tensors.set(`${path}.weight`, first);
  tensors.set(`${path}.weight`, transposed(first, path));
  tensors.set(`${path}.bias`, bias);
}
