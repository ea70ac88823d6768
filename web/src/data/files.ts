// Files in and out: models to save and open, texts to train on.
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import { bytes } from '../i18n/format';
import { notify, report } from '../app/notices';
import { store } from '../app/store';
import { isModel, modelOf } from './foreign';
import { needsPreview, showPreview } from './arrival';
import { isMidi } from './music';
import { SIZE_LIMIT, TextProblem } from './corpus';
import { chooseFile, chooseMidi, choosePasted } from './texts';

const MODEL_LIMIT = 1_000_000_000;

export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Whole, under the step's name; or under another one, without what only training on needs. */
export async function saveModel(as?: string): Promise<void> {
  const run = store.run.peek();
  const data = await engine.save({ optimizer: as === undefined });
  if (!data || !run) return;
  const { cell, units: hidden } = run.settings;
  const name = as ?? `unfold-${cell}-${hidden}-step-${engine.current?.info.step ?? 0}.safetensors`;
  download(new Blob([data as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }), name);
  notify('note', message.notice.saved(name, bytes(data.length)));
}

/** All MIDI files together, or the first file of another kind. */
export async function takeFiles(files: readonly File[]): Promise<void> {
  const midi = files.filter(isMidi);
  if (midi.length > 0) {
    const others = files.length - midi.length;
    if (others > 0) notify('note', message.text.othersLeftOut(others));
    return chooseMidi(midi);
  }
  const [file, ...others] = files;
  if (!file) return;
  if (others.length > 0) notify('note', message.text.onlyFirst(file.name, others.length));
  return takeFile(file);
}

/** A table or a text with labels is shown first; so is any text whose encoding has to be guessed. */
async function takeText(file: File): Promise<void> {
  if (file.size > SIZE_LIMIT)
    return report(new TextProblem(message.text.tooLarge(file.name, file.size, SIZE_LIMIT)));
  const { readFile } = await import('./encoding');
  const read = await readFile(file);
  const preview = await needsPreview(read);
  if (preview) return showPreview(read, preview === 'plain');
  const lineEnds = read.carriageReturns ? message.text.lineEnds : '';
  if (read.encoding !== 'utf-8' || lineEnds)
    notify('note', message.text.decoded(file.name, read.encoding.toUpperCase()), lineEnds);
  return chooseFile(read.file);
}

/** What was typed or pasted, as a file of it would be taken. False where it cannot be used, which is said. */
export async function takePasted(text: string): Promise<boolean> {
  const file = new File([text], message.text.pasted);
  if (file.size > SIZE_LIMIT) return choosePasted(text); // which says so
  const read = { original: file, file, encoding: 'utf-8', assumed: false, carriageReturns: false };
  if (!(await needsPreview(read))) return choosePasted(text);
  showPreview(read, false);
  return true;
}

/** Models and MIDI files by their endings, anything else as text. */
async function takeFile(file: File): Promise<void> {
  if (isMidi(file)) return chooseMidi([file]);
  if (!isModel(file)) return takeText(file).catch(report);
  if (file.size > MODEL_LIMIT) {
    return notify('error', message.notice.file, message.text.tooLarge(file.name, file.size, MODEL_LIMIT));
  }
  const model = await modelOf(new Uint8Array(await file.arrayBuffer()), file.name);
  if (model) await engine.open(model, file.name);
}
