// Dialogs that other parts of the page may open: the list of runs, the comparison, the tours, and what is
// asked about the reader's own data.
import { signal } from '@preact/signals';

export type DialogName = 'runs' | 'compare' | 'tours' | 'export' | 'embed' | 'preview' | 'gestures';

export const opened = signal<DialogName | null>(null);

export const open = (name: DialogName): void => {
  opened.value = name;
};
