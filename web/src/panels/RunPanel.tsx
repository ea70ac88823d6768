import { message } from '../messages';
import { compact, decimals, integer, twoDigits, upToTwo } from '../state/format';
import { store } from '../state/store';

export function RunPanel() {
  const { step, epoch, charsPerSecond, characters, gradientNorm, learningRate } = store.numbers.value;
  const facts: [string, string][] = [
    [message.facts.step, integer(step)],
    [message.facts.epoch, upToTwo(epoch)],
    [message.facts.speed, charsPerSecond === null ? '–' : integer(Math.round(charsPerSecond / 100) * 100)],
    [message.facts.seen, compact(characters || null)],
    [message.facts.norm, decimals(gradientNorm, 3)],
    [message.facts.rate, learningRate === null ? '–' : twoDigits(learningRate)],
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
