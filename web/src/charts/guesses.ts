// What guessing would cost, in the unit of the task: of a text by the engine once it has counted, by the page until
// then; of examples what an answer without any information costs.
import { message } from '../i18n/messages';
import { MARKOV_ORDER } from '../inside/diagnostics';
import { store } from '../app/store';
import { measured, readsText, unitOf } from '../tasks';
import { perCharacter } from '../tasks/perCharacter';

export interface Baseline {
  label: string;
  value: number;
}

/** The engine's numbers are of the validation part, the page's of the whole text. */
function ofText(): [string, number | undefined][] {
  const run = store.run.value;
  const corpus = run?.corpus ?? store.corpus.value;
  const { uniform, markov } = store.baselines.value ?? {};
  const share = run ? perCharacter(run.info, 'validation') : 1;
  const bits = (nats: number | undefined) => (nats === undefined ? undefined : (share * nats) / Math.LN2);
  return [
    [message.loss.uniform, bits(uniform) ?? corpus?.uniform],
    [message.loss.unigram, bits(markov?.[0]) ?? corpus?.unigram],
    [message.loss.markov(MARKOV_ORDER), bits(markov?.[MARKOV_ORDER])],
  ];
}

/** Every line of the run's task; what is not known yet has no value. */
export function guesses(): [string, number | undefined][] {
  const run = store.run.value;
  const settings = run?.settings ?? store.settings.value;
  if (readsText(settings)) return ofText();
  const trivial = run?.info.data?.trivialLoss;
  return [[message.loss.trivial, trivial === undefined ? undefined : measured(unitOf(settings), trivial)]];
}

export const baselines = (): Baseline[] =>
  guesses().flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
