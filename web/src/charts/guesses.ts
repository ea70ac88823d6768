// What guessing would cost, in bits: by the engine once it has counted, by the page until then.
import { MARKOV_ORDER } from '../state/measures';
import { store } from '../state/store';

interface Guesses {
  uniform?: number | undefined;
  unigram?: number | undefined;
  markov?: number | undefined;
}

const bits = (nats: number | undefined) => (nats === undefined ? undefined : nats / Math.LN2);

/** The engine's numbers are of the validation part, the page's of the whole text. */
export function guesses(): Guesses {
  const corpus = store.run.value?.corpus ?? store.corpus.value;
  const counted = store.baselines.value;
  if (!counted) return { uniform: corpus?.uniform, unigram: corpus?.unigram };
  const { uniform, markov } = counted;
  return {
    uniform: bits(uniform),
    unigram: bits(markov[0]) ?? corpus?.unigram,
    markov: bits(markov[MARKOV_ORDER]),
  };
}
