// What other programs read a trained model as. A further format is one entry here and its two sentences in
// `message.exports`. Whether a network fits a format is the exporter's to say, when it is asked.

type Exporters = typeof import('unfold-rnn/export');
/** One file, or several by name. */
type Files = string | Uint8Array | Readonly<Record<string, string | Uint8Array>>;

export interface Format {
  name: string;
  /** Of the file's name. Several files go into one archive, which ends with the format's name. */
  ending: string;
  write(exporters: Exporters, checkpoint: Uint8Array): Files | Promise<Files>;
}

export const FORMATS = [
  { name: 'html', ending: '.html', write: ({ toHtml }, checkpoint) => toHtml(checkpoint) },
  {
    name: 'javascript',
    ending: '.mjs',
    write: ({ toJavaScript }, checkpoint) => toJavaScript(checkpoint),
  },
  { name: 'numpy', ending: '.py', write: ({ toNumPy }, checkpoint) => toNumPy(checkpoint) },
  { name: 'c', ending: '.h', write: ({ toC }, checkpoint) => toC(checkpoint) },
  {
    name: 'onnx',
    ending: '.onnx',
    write: ({ toOnnx }, checkpoint) => {
      const model = toOnnx(checkpoint);
      return model instanceof Uint8Array ? model : { ...model };
    },
  },
  {
    name: 'pytorch',
    ending: '-pytorch.zip',
    write: ({ toPyTorch }, checkpoint) => ({ ...toPyTorch(checkpoint) }),
  },
  {
    name: 'keras',
    ending: '-keras.zip',
    write: ({ toKeras }, checkpoint) => ({ ...toKeras(checkpoint) }),
  },
] as const satisfies readonly Format[];

export type FormatName = (typeof FORMATS)[number]['name'];
