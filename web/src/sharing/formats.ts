// What other programs read a trained model as. A further format is one entry here and its two sentences in
// `message.exports`. Whether a network fits a format is the exporter's to say, when it is asked.
import type { TaskName } from '../settings/settings';

type Exporters = typeof import('unfold-rnn/export');
/** One file, or several by name. */
type Files = string | Uint8Array | Readonly<Record<string, string | Uint8Array>>;

export interface Format {
  name: string;
  /** Of the file's name. Several files go into one archive, which ends with the format's name. */
  ending: string;
  tasks: readonly TaskName[];
  write(exporters: Exporters, checkpoint: Uint8Array): Files | Promise<Files>;
}

const ALL = ['next', 'classify', 'tag', 'regress', 'notes', 'generate', 'translate'] as const;

export const FORMATS = [
  { name: 'html', ending: '.html', tasks: ALL, write: ({ toHtml }, checkpoint) => toHtml(checkpoint) },
  {
    name: 'javascript',
    ending: '.mjs',
    tasks: ALL,
    write: ({ toJavaScript }, checkpoint) => toJavaScript(checkpoint),
  },
  { name: 'numpy', ending: '.py', tasks: ALL, write: ({ toNumPy }, checkpoint) => toNumPy(checkpoint) },
  { name: 'c', ending: '.h', tasks: ALL, write: ({ toC }, checkpoint) => toC(checkpoint) },
  {
    name: 'onnx',
    ending: '.onnx',
    tasks: ALL,
    write: ({ toOnnx }, checkpoint) => {
      const model = toOnnx(checkpoint);
      return model instanceof Uint8Array ? model : { ...model };
    },
  },
  {
    name: 'pytorch',
    ending: '-pytorch.zip',
    tasks: ['next', 'classify', 'tag', 'regress', 'notes'],
    write: ({ toPyTorch }, checkpoint) => ({ ...toPyTorch(checkpoint) }),
  },
  {
    name: 'keras',
    ending: '-keras.zip',
    tasks: ['next'],
    write: ({ toKeras }, checkpoint) => ({ ...toKeras(checkpoint) }),
  },
] as const satisfies readonly Format[];

export type FormatName = (typeof FORMATS)[number]['name'];
