// Characters as they are shown and said: what leaves no mark gets a sign or a name.
import { message } from '../i18n/messages';

/** Inside a text that keeps its breaks. */
export const shownIn = (symbol: string) => (symbol === '\n' ? '↵\n' : symbol === '\t' ? '⇥' : symbol);

/** By itself. */
export const shownAlone = (symbol: string) => (symbol === '\n' ? '↵' : shownIn(symbol).replace(/^ /, '␣'));

/** For a screen reader. */
export const said = (symbol: string) =>
  symbol === '\n' ? message.look.newline : symbol === ' ' ? message.look.space : symbol;
