/** What the printed Python of several tasks has in common. */
import type { PlainModel } from '../model.js';
import { list, text } from './text.js';

export interface TaskCodePy {
  head: string;
  code: string;
}

export const reads = ({ program }: PlainModel) =>
  program.tokens[0] === null ? '' : '    s.tokens[-1] = token\n';

/** `steps_of(input)`: tokens, or rows of numbers. */
export function readingPy({ numbers, symbols }: PlainModel): string {
  if (numbers)
    return `

def steps_of(rows):
    """The rows of an input, ${numbers} numbers each."""
    return np.asarray(rows, np.float32).reshape(-1, ${numbers})
`;
  return `

# What the network reads, by token.
symbols = ${list(symbols.map(text))}
places = {symbol: token for token, symbol in enumerate(symbols)}
longest = max(map(len, symbols))


def steps_of(text):
    """Tokens of a text, the longest symbols first; raises a ValueError at what is none."""
    tokens, at = [], 0
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at : at + n] in places and len(text) >= at + n), 0)
        if size == 0:
            raise ValueError(f"{text[at : at + 8]!r} is no symbol of the network")
        tokens.append(places[text[at : at + size]])
        at += size
    return tokens
`;
}

/** A statement that puts all steps into the state. */
export function loading({ numbers, program }: PlainModel, sequence: 0 | 1): string {
  if (!numbers) {
    const late = program.tokens[sequence];
    return late === null ? '' : `    s.${sequence ? 'source' : 'tokens'}[${late}:] = steps\n`;
  }
  const array = program.inputs[sequence];
  return array ? `    s.${array.name}[${array.delay * array.rows} :] = steps.ravel()\n` : '';
}
