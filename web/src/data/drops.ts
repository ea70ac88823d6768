// Files that are dropped anywhere on the window, from the first moment of the page.
import { signal } from '@preact/signals';
import { message } from '../i18n/messages';
import { takeFile } from './files';
import { isMidi } from './music';
import { chooseMidi } from './texts';
import { notify } from '../app/notices';

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
    const [file, ...others] = event.dataTransfer?.files ?? [];
    if (!file) return;
    if ([file, ...others].every(isMidi)) return void chooseMidi([file, ...others]);
    if (others.length > 0) notify('note', message.text.onlyFirst(file.name, others.length));
    void takeFile(file);
  });
}
