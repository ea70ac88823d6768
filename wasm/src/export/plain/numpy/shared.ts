/** What the printed Python of several tasks has in common. */
import type { PlainModel } from '../model.js';
import { list, text } from './text.js';

export interface TaskCodePy {
  head: string;
  /** Import statements beside those of every module. */
  imports?: string;
  code: string;
}

export const reads = ({ program }: PlainModel) =>
  program.tokens[0] === null ? '' : '    s.tokens[-1] = token\n';

/** `steps_of(input)`: tokens, or rows of numbers. */
export function readingPy({ numbers, symbols }: PlainModel): string {
  if (numbers)
    return `

def steps_of(rows):
    """The rows of an input, at least one${numbers === 1 ? '; they may be flat' : ''}."""
    rows = np.asarray(rows, np.float32)
${numbers === 1 ? '    rows = rows[:, None] if rows.ndim == 1 else rows\n' : ''}    if rows.ndim != 2 or rows.shape[1] != ${numbers} or not len(rows) or not np.isfinite(rows).all():
        raise ValueError(f"input: expected rows of ${numbers} finite numbers, at least one, got shape {rows.shape}")
    return rows
`;
  return `

# What the network reads, by token.
symbols = ${list(symbols.map(text))}
places = {symbol: token for token, symbol in enumerate(symbols)}
longest = max(map(len, symbols))


def steps_of(text):
    """Tokens of a text, the longest symbols first; raises a ValueError at what is none, or if there is none."""
    tokens, at = [], 0
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at : at + n] in places and len(text) >= at + n), 0)
        if size == 0:
            raise ValueError(f"input: expected symbols of the model, got {text[at]!r} (position {at})")
        tokens.append(places[text[at : at + size]])
        at += size
    if not tokens:
        raise ValueError("input: expected at least one step, got none")
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
