import type { FormatName } from './formats';

/** What can leave the page as a file. */
export type ExportName = FormatName | 'model' | 'samples' | 'csv' | 'svg' | 'png' | 'config';
