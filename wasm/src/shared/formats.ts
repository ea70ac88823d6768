/** Names the files of other programs that are opened as models, and what to do with them. Loaded when one is refused. */
import { UnfoldError } from './errors.js';

interface Format {
  /** Bytes that it begins with, as Latin-1, from byte `at` on. */
  magic: string;
  at?: number;
  name: string;
  advice: string;
}

/** Advice that holds for data as well as for models. */
const CSV = 'export its text or its table as CSV';

const IMPORT = 'importModel() of unfold-rnn/export, or unfold-rnn import, opens a state_dict of PyTorch';
const KERAS =
  'importModel() of unfold-rnn/export, or unfold-rnn import, opens .keras and .weights.h5 of Keras 3';
const UNPACK = 'unpack it first';
const NO_MODEL = 'models are .safetensors files that save() gave';

const formats: Format[] = [
  { magic: '\x89HDF\r\n\x1a\n', name: 'an HDF5 file (Keras weights?)', advice: KERAS },
  {
    magic: 'GGUF',
    name: 'a GGUF model',
    advice: 'GGUF holds transformers; this package runs recurrent networks',
  },
  { magic: 'TFL3', at: 4, name: 'a TensorFlow Lite model', advice: NO_MODEL },
  { magic: '\0asm', name: 'a WebAssembly module', advice: 'pass it as wasmUrl or wasmModule' },
  { magic: '\x93NUMPY', name: 'a NumPy array', advice: IMPORT },
  { magic: '\x1f\x8b', name: 'a gzip file', advice: UNPACK },
  { magic: 'BZh', name: 'a bzip2 file', advice: UNPACK },
  { magic: '\xfd7zXZ', name: 'an xz file', advice: UNPACK },
  { magic: '\x28\xb5\x2f\xfd', name: 'a Zstandard file', advice: UNPACK },
  { magic: '7z\xbc\xaf', name: 'a 7z archive', advice: UNPACK },
  { magic: 'ustar', at: 257, name: 'a tar archive', advice: UNPACK },
  { magic: '\x89PNG', name: 'a PNG picture', advice: NO_MODEL },
  { magic: '\xff\xd8\xff', name: 'a JPEG picture', advice: NO_MODEL },
  { magic: 'GIF8', name: 'a GIF picture', advice: NO_MODEL },
  { magic: 'WEBP', at: 8, name: 'a WebP picture', advice: NO_MODEL },
  { magic: 'WAVE', at: 8, name: 'a WAV recording', advice: NO_MODEL },
  {
    magic: 'MThd',
    name: 'a MIDI file',
    advice: 'unfold-rnn/midi reads it; unfold-rnn train FILE -t notes trains on it',
  },
  { magic: '%PDF', name: 'a PDF document', advice: 'train on its text, which createModel takes' },
  { magic: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', name: 'an Office document', advice: CSV },
  { magic: 'PAR1', name: 'a Parquet file', advice: CSV },
  {
    magic: 'version https://git-lfs',
    name: 'a Git LFS pointer',
    advice: 'git lfs pull fetches the file itself',
  },
];

/** Of a zip archive, by the names of its files. */
const archives: [RegExp, string, string][] = [
  [/\/data\.pkl|\/byteorder/, 'a PyTorch file', `${IMPORT}; of a checkpoint, save model.state_dict()`],
  [/metadata\.json|config\.json|model\.weights\.h5/, 'a Keras model', KERAS],
  [/\.npy/, 'a NumPy archive', IMPORT],
  [/\[Content_Types\]\.xml|word\/|xl\/|opendocument/, 'an Office document', CSV],
];

/** Of safetensors files. */
const MOST_HEADER = 16 * 2 ** 20;

/** Bytes of an archive or text that are looked at. */
const HEAD = 4096;

/** The error that names what the bytes are; undefined where they are of no known kind, or damaged. */
export function recognize(bytes: Uint8Array, refused: UnfoldError): UnfoldError | undefined {
  const found = nameOf(bytes, refused.field ?? '');
  if (!found) return undefined;
  const [actual, advice] = found;
  return new UnfoldError('INVALID_CHECKPOINT', `this is ${actual}: ${advice}`, {
    field: 'file',
    expected: 'a model that save() gave',
    actual,
  });
}

/**
 * What the bytes are, and what to do with them; undefined of this package's own files, however damaged.
 * @param field at which they were refused
 */
export function nameOf(bytes: Uint8Array, field = ''): [name: string, advice: string] | undefined {
  if (!bytes.length) return ['an empty file', 'was it written or fetched to its end?'];
  const head = String.fromCharCode(...bytes.subarray(0, HEAD));
  const header = headerOf(bytes);
  if (header !== undefined) {
    const whole = headerEnd(bytes) + dataOf(header);
    const least = headerEnd(bytes) > bytes.length ? 'at least ' : '';
    if (whole > bytes.length)
      return [
        `the beginning of a safetensors file (${bytes.length} of ${least}${whole} bytes)`,
        'was it written or fetched to its end?',
      ];
    return /"format": ?"unfold"|"graph"/.test(header) || /^(header|file|data)$/.test(field)
      ? undefined
      : ['a safetensors file of weights', `${IMPORT}; Network.load() reads what Network.save() gave`];
  }
  const format = formats.find(({ magic, at = 0 }) => head.startsWith(magic, at));
  if (format) return [format.name, format.advice];
  if (head.startsWith('PK\x03\x04')) {
    const archive = archives.find(([names]) => names.test(head));
    return archive ? [archive[1], archive[2]] : ['a zip archive', UNPACK];
  }
  if (/^\x80[\x02-\x05][}c(\]\x8a\x95]/.test(head))
    return [
      'a Python pickle',
      'save model.state_dict() with torch.save of PyTorch 1.6 or newer, then importModel() of unfold-rnn/export',
    ];
  // A protobuf: a small version, then the name of the producer, the graph or another field.
  if (/^\x08[\x01-\x1f][\x12\x1a\x22\x2a\x32:B]/.test(head))
    return ['an ONNX model', `importModel() of unfold-rnn/export, or unfold-rnn import, opens plain stacks`];
  return textOf(bytes.subarray(0, HEAD));
}

/** The JSON of a safetensors file, as far as it is there; undefined where there is none. */
function headerOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < 10 || bytes[8] !== 0x7b || headerEnd(bytes) > MOST_HEADER) return undefined;
  return new TextDecoder().decode(bytes.subarray(8, headerEnd(bytes)));
}

const headerEnd = (bytes: Uint8Array) =>
  8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));

/** Bytes of data that a header speaks of. */
function dataOf(header: string): number {
  let end = 0;
  for (const [, to] of header.matchAll(/"data_offsets": ?\[\d+, ?(\d+)\]/g)) end = Math.max(end, Number(to));
  return end;
}

function textOf(head: Uint8Array): [string, string] | undefined {
  // What was cut within a character is not damaged: the decoder waits for the rest.
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }).trimStart();
  } catch {
    return undefined;
  }
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return undefined;
  if (/^<(!doctype|html)/i.test(text)) return ['an HTML page', 'is the model served at this address?'];
  if (/^[[{]/.test(text)) return ['JSON', 'createModel takes a configuration'];
  return ['a text', 'createModel learns from it; a model is a .safetensors file that save() gave'];
}
