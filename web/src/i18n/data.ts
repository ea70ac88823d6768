// The sentences about the reader's own data, which are fetched with the dialogs that show them.
import type { DataWords } from './en/data';
import { type Language, language } from './language';

const catalogues: Record<Language, () => Promise<DataWords>> = {
  en: async () => (await import('./en/data')).data,
  de: async () => (await import('./de/data')).data,
};

export const words: DataWords = await catalogues[language]();
