import { message } from '../i18n/messages';
import { compact, decimals, integer, percent, twoDigits, upToTwo } from '../i18n/format';
import { taskOf } from '../tasks';
import { countsTokens, perplexity } from '../tasks/perCharacter';
import { showsText, shownTask, store } from '../app/store';

const round = (perSecond: number | null, to: number) =>
  perSecond === null ? '–' : integer(Math.round(perSecond / to) * to);

/** A number of a validation, with the step it was measured at. */
const measuredAt = (value: string, step: number | undefined) =>
  step === undefined || value === '–' ? value : `${value} · ${integer(step)}`;

export function RunPanel() {
  const { step, epoch, tokensPerSecond, characters, gradientNorm, learningRate } = store.numbers.value;
  const { accuracy, validation, validationAccuracy } = store.numbers.value;
  const examples = !showsText.value;
  const run = store.run.value;
  const tokens = run !== null && countsTokens(run.info);
  const { accuracy: answers } = taskOf({ task: shownTask.value });
  const facts: [string, string][] = [
    [message.facts.step, integer(step)],
    [message.facts.epoch, upToTwo(epoch)],
    [
      examples ? message.facts.examplesSpeed : tokens ? message.facts.tokensSpeed : message.facts.speed,
      round(tokensPerSecond, examples ? 10 : 100),
    ],
    [
      examples ? message.facts.examplesSeen : tokens ? message.facts.tokensSeen : message.facts.seen,
      compact(characters || null),
    ],
    ...(tokens && validation
      ? ([[message.facts.perplexity, decimals(perplexity(run.info, validation.value, 'validation'), 1)]] as [
          string,
          string,
        ][])
      : []),
    [message.facts.norm, decimals(gradientNorm, 3)],
    [message.facts.rate, learningRate === null ? '–' : twoDigits(learningRate)],
    ...(answers
      ? ([
          [message.facts.right, percent(accuracy)],
          [message.facts.rightHeldOut, measuredAt(percent(validationAccuracy), validation?.step)],
        ] as [string, string][])
      : []),
  ];
  return (
    <section class="run" aria-labelledby="run-title">
      <h2 id="run-title" class="unseen">
        {message.facts.title}
      </h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
