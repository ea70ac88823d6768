/**
 * A state_dict, or a checkpoint that holds one, as `torch.save` writes it: a zip archive (stored, not compressed) with a
 * pickle that names storages, and the storages.
 */
import { mismatch, refuse } from '../../shared/errors.js';
import type { Tensor, TensorFile } from '../safetensors.js';
import { unzip } from '../zip.js';
import { Strided, text, unpickle } from './pickle.js';

const bad = (field: string, expected: string, actual: unknown) =>
  refuse('INVALID_CHECKPOINT', field, expected, actual);

/** Times that the numbers of a file may be named: twice where an embedding and a readout share them. */
const MOST_SHARED = 4;

/**
 * Tensors by name, in the file's order.
 * @param entry of a checkpoint: under which name its state_dict is
 */
export function readPt(bytes: Uint8Array, entry?: string): TensorFile {
  const files = unzip(bytes);
  const pickle = [...files.keys()].find((name) => name.endsWith('/data.pkl'));
  if (!pickle)
    throw bad('file', 'what torch.save writes (PyTorch 1.6 or newer)', 'a zip archive without data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (
    files.has(`${folder}byteorder`) &&
    new TextDecoder().decode(files.get(`${folder}byteorder`)) !== 'little'
  )
    throw bad('byteorder', 'little', 'another');
  const root = unpickle(files.get(pickle)!);
  if (!(root instanceof Map))
    throw bad('file', 'a state_dict: torch.save(model.state_dict(), …)', typeof root);
  const state = stateDictOf(root, entry);
  const tensors = new Map<string, Tensor>();
  let read = 0;
  for (const [key, value] of state) {
    const name = text(key);
    if (!(value instanceof Strided)) throw bad(name, 'a tensor, as in a state_dict', 'something else');
    read += value.bytes(name);
    if (read > MOST_SHARED * bytes.length)
      throw bad(name, 'numbers of its own', `more than ${MOST_SHARED} times those of the file in all`);
    tensors.set(name, value.read(name, files.get(`${folder}data/${value.storage.key}`)));
  }
  return { metadata: {}, tensors };
}

/** Names that checkpoints usually give to the state_dict of the network, the likeliest first. */
const USUAL = ['model_state_dict', 'state_dict', 'model', 'net', 'network', 'module', 'weights'];

/** The state_dict within a checkpoint, such as `{epoch, model_state_dict, optimizer_state_dict, loss}`; or the whole. */
function stateDictOf(root: Map<unknown, unknown>, entry: string | undefined): Map<unknown, unknown> {
  const isTensor = (value: unknown) => value instanceof Strided;
  if (entry === undefined && [...root.values()].some(isTensor)) return root;
  const found = [...root].flatMap(([key, value]): [string, Map<unknown, unknown>][] =>
    value instanceof Map && value.size > 0 && [...value.values()].every(isTensor) ? [[text(key), value]] : [],
  );
  const names = found.map(([name]) => name);
  if (!found.length) {
    const keys = [...root.keys()].slice(0, 5).map(text).join(', ');
    throw mismatch(
      'INVALID_CHECKPOINT',
      'file',
      'tensors by name: save model.state_dict()',
      keys || 'nothing',
    );
  }
  const chosen = entry ?? (found.length === 1 ? names[0] : USUAL.find((name) => names.includes(name)));
  const state = found.find(([name]) => name === chosen)?.[1];
  if (state) return state;
  throw mismatch('INVALID_ARGUMENT', 'entry', `one of ${names.join(', ')}`, chosen ?? 'nothing');
}
