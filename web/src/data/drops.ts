// Files that are dropped anywhere on the window, from the first moment of the page.
import { signal } from '@preact/signals';
import { report } from '../app/notices';
import { takeFiles } from './files';

/** A file is held over the window. */
export const hovering = signal(false);

const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** A folder of more is none that was meant. */
const MOST_FILES = 20_000;

/** What was dropped, with the files in folders. Entries can be asked for during the event only. */
async function filesOf({ items, files }: DataTransfer): Promise<File[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...files];
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = (done: (file: File) => void, failed: (error: DOMException) => void) =>
      (entry as FileSystemFileEntry).file(done, failed);
    found.push(await new Promise<File>(file));
  } else if (entry.isDirectory) {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
      if (some.length === 0) return;
      for (const one of some) await collect(one, found);
    }
  }
}

export function watchDrops(): void {
  addEventListener('dragover', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    hovering.value = true;
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hovering.value = false;
  });
  addEventListener('drop', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    hovering.value = false;
    filesOf(event.dataTransfer!).then(takeFiles).catch(report);
  });
}
