import type { Prediction } from 'unfold-rnn';
import { decimals } from '../i18n/format';
import { message } from '../i18n/messages';

const words = message.tasks.words;
/** Alternatives that are shown. */
const MOST = 8;

/** The surprisal of a sequence, from the logarithm of its probability. */
export const bits = (nats: number | undefined) => decimals(nats === undefined ? null : -nats / Math.LN2, 2);

/** The outputs that beam search found, the most likely first. */
export function Alternatives({ answer, most }: { answer: Prediction; most: number }) {
  const list = answer.alternatives ?? [];
  return (
    <div class="table-scroll own-scroll" tabIndex={0} role="region" aria-label={words.alternatives}>
      <table class="answers">
        <caption class="unseen">{words.alternatives}</caption>
        <thead>
          <tr>
            <th scope="col">{words.output}</th>
            <th scope="col" class="number">
              {words.bits}
            </th>
          </tr>
        </thead>
        <tbody>
          {list.slice(0, Math.min(most, MOST)).map(({ output, logProbability }, at) => (
            <tr key={at}>
              <th scope="row">
                <bdi class="sequence">{output === '' ? words.nothing : output}</bdi>
              </th>
              <td class="number">{bits(logProbability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
