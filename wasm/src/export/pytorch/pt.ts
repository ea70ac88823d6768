/**
 * A state_dict, or a checkpoint that holds one, as `torch.save` writes it: a zip archive (stored, not compressed) with a
 * pickle that names storages, and the storages.
 */
import { mismatch, refuse } from '../../shared/errors.js';
import type { Tensor, TensorFile } from '../safetensors.js';
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

/** Files of an archive by name, as they lie in it. */
function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (actual: string) => bad('file', 'a whole zip archive, not compressed', actual);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) --end;
  if (end < 0) throw damaged('one without an end');
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; --left) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw damaged('a damaged directory');
    const [method, size, length] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
    ];
    const header = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    if (method !== 0) throw damaged(`${name}, compressed`);
    if (header + 30 > at) throw damaged(`${name}, damaged or beyond 4 GB`);
    const begin = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (begin + size > end) throw damaged(`${name}, cut off`);
    files.set(name, bytes.subarray(begin, begin + size));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
