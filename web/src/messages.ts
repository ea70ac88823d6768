// The sentences of the page in the language that is read.
import { english, type Messages } from './messages.en';
import { type Language, language } from './state/language';

/** The other languages are fetched by those who read them. */
const catalogues: Record<Language, () => Messages | Promise<Messages>> = {
  en: () => english,
  de: async () => (await import('./messages.de')).german,
};

export const message: Messages = await catalogues[language]();
