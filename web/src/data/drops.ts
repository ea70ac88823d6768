// Files that are dropped anywhere on the window, from the first moment of the page.
import { signal } from '@preact/signals';
import { takeFile } from './files';

/** A file is held over the window. */
export const hovering = signal(false);

const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

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
    const file = event.dataTransfer?.files[0];
    if (file) void takeFile(file);
  });
}
