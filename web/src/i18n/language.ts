// The language of the page, settled before anything is shown: what the reader chose, else the first of the browser's
// languages that there is. Another language needs a line here, its signs in format.ts and a catalogue in messages.ts.
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'unfold.language';

const known = (tag: string | null | undefined): Language | undefined => {
  const base = tag?.toLowerCase().split('-')[0];
  return (Object.keys(LANGUAGES) as Language[]).find((language) => language === base);
};

function chosen(): Language | undefined {
  try {
    return known(localStorage.getItem(KEY));
  } catch {
    return undefined; // Storage is denied: the browser's languages decide.
  }
}

function offered(): Language | undefined {
  const tags = globalThis.navigator?.languages ?? [];
  return tags.map(known).find((language) => language !== undefined);
}

export const language: Language = chosen() ?? offered() ?? 'en';

if (typeof document !== 'undefined') document.documentElement.lang = language;

/** From the next load on; false where it cannot be remembered. */
export function rememberLanguage(next: Language): boolean {
  try {
    localStorage.setItem(KEY, next);
    return true;
  } catch {
    return false;
  }
}
