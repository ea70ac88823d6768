// Models of other programs: opened where the file, or the text at hand, tells their symbols; else named.
import { UnfoldError } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { integer } from '../i18n/format';
import { notify, textOf } from '../app/notices';
import { store } from '../app/store';
import type { Corpus } from './corpus';

const ENDINGS = /\.(safetensors|pt|pth|ckpt|bin|onnx|h5|hdf5|keras|tflite|gguf|npz|npy|pkl|pb)$/i;

export const isModel = ({ name }: File): boolean => ENDINGS.test(name);

/** Whether a file is one that this page, or the package, saved. */
function isOwn(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return /"format": ?"unfold"|"graph"/.test(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
}

/** The characters of a text by code point: how most programs number them. */
const symbolsOf = ({ bytes }: Corpus): string[] => {
  const points = new Set(Array.from(new TextDecoder().decode(bytes), (symbol) => symbol.codePointAt(0)!));
  return [...points].sort((a, b) => a - b).map((point) => String.fromCodePoint(point));
};

/** What `openModel` takes; undefined of what cannot be opened, which is said. */
export async function modelOf(bytes: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  if (isOwn(bytes)) return bytes;
  const { importModel } = await import('unfold-rnn/export');
  try {
    return await importModel(bytes);
  } catch (error) {
    const wanted =
      error instanceof UnfoldError && error.field === 'symbols' ? /\d+/.exec(error.expected ?? '') : null;
    if (!wanted) {
      notify('error', message.notice.file, textOf(error));
      return undefined;
    }
    const count = Number(wanted[0]);
    const here = store.corpus.peek();
    if (here && !here.made && here.symbols === count) return importModel(bytes, { symbols: symbolsOf(here) });
    notify('error', message.notice.file, message.notice.symbolsWanted(name, integer(count)));
    return undefined;
  }
}
