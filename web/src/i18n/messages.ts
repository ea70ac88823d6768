// The sentences of the page in the language that is read.
import { english, type Messages } from './en/messages';
import { type Language, language } from './language';

/** The other languages are fetched by those who read them. */
const catalogues: Record<Language, () => Messages | Promise<Messages>> = {
  en: () => english,
  de: async () => (await import('./de/messages')).german,
};

export const message: Messages = await catalogues[language]();
