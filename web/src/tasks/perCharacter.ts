// Losses of texts in bits per character, whatever a token is: so runs of several units can be compared.
import type { ModelInfo } from 'unfold-rnn';

/** Whether a token is about a character, so that the loss of a token is that of a character. */
export const countsCharacters = (unit: string): boolean => unit === 'character' || unit === 'byte';

type Facts = Pick<ModelInfo, 'vocabulary' | 'tokens' | 'characters' | 'data'>;

/** Whether a network predicts words, or tokens of merged bytes. */
export const countsTokens = ({ data, vocabulary }: Facts): boolean =>
  !data && !countsCharacters(vocabulary.unit);

/** Predictions a character of a part of the text: the factor from a loss per token to one per character. */
export function perCharacter(info: Facts, part: 'train' | 'validation'): number {
  const characters = info.characters?.[part] ?? 0;
  return countsTokens(info) && characters > 0 ? (info.tokens[part] - 1) / characters : 1;
}

/** The perplexity of a token whose part of the text costs so many bits per character. */
export const perplexity = (info: Facts, bits: number, part: 'train' | 'validation'): number =>
  2 ** (bits / perCharacter(info, part));
