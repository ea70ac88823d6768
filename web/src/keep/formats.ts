// What other programs read a trained model as. A further format is one entry here and its two sentences in
// `message.exports`. Whether a network fits a format is the exporter's to say, when it is asked.
import type { TaskName } from '../state/settings';

type Exporters = typeof import('unfold-rnn/export');
/** One file, or several by name. */
type Files = string | Uint8Array | Readonly<Record<string, string | Uint8Array>>;

export interface Format {
  name: string;
  /** Of the file's name; several files go into one archive. */
  ending: string;
  tasks: readonly TaskName[];
  write(exporters: Exporters, checkpoint: Uint8Array): Files | Promise<Files>;
}

const WITHOUT_ENCODER = ['next', 'classify', 'tag', 'regress', 'notes'] as const;

export const FORMATS = [
  {
    name: 'onnx',
    ending: '.onnx',
    tasks: WITHOUT_ENCODER,
    write: ({ toOnnx }, checkpoint) => toOnnx(checkpoint),
  },
  {
    name: 'pytorch',
    ending: '-pytorch.zip',
    tasks: WITHOUT_ENCODER,
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
