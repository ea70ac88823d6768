/** A model's file and its former generation, taken as one. */
import { type Dataset, type Model, openModel, type OpenOptions, UnfoldError } from 'unfold-rnn';
import { exists, FileError, previousOf, read, targetOf } from './files.js';

/**
 * Opens the file or, if it is damaged or gone, the one before it; `damaged` then says why. If neither can be opened, or
 * the file is whole and does not fit (another text, say), the first error is thrown.
 */
export async function openSaved(
  path: string,
  dataset: Dataset | undefined,
  runtime: OpenOptions,
): Promise<{ model: Model; damaged: Error | undefined }> {
  try {
    return { model: await openModel(await read(path), dataset, runtime), damaged: undefined };
  } catch (error) {
    const damaged =
      error instanceof FileError || (error instanceof UnfoldError && error.code === 'INVALID_CHECKPOINT');
    const previous = previousOf(await targetOf(path));
    if (!damaged || !(await exists(previous))) throw error;
    const model = await read(previous)
      .then((bytes) => openModel(bytes, dataset, runtime))
      .catch(() => {
        throw error;
      });
    return { model, damaged: error };
  }
}
