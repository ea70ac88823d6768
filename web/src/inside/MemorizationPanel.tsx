import { message } from '../i18n/messages';
import { integer } from '../i18n/format';
import { type Memorization, memorization, watchMemorization } from './memorization';
import { percent } from './numbers';
import { useInView } from './useInView';

/** Beyond these, what is copied is more than what language repeats by itself. */
const TIMES = 2;
const LONG = 30;

function Meter({ found }: { found: Memorization }) {
  const { characters, reference } = found;
  const most = Math.max(60, characters, reference);
  const high = characters >= LONG && characters > TIMES * reference;
  const words = message.look.memorization;
  return (
    <>
      <p class="memory-verdict">
        <b class="memory-number">{integer(characters)}</b>{' '}
        <span>{characters > 0 ? words.longest : words.none}</span>
      </p>
      <div
        class="memory-meter"
        aria-hidden="true"
        style={{ '--own': characters / most, '--reference': reference / most }}
      >
        <span />
        <i />
      </div>
      <p>
        <b>{high ? words.high : words.ordinary}</b> {words.reference(integer(reference))}
      </p>
      <p class="look-note">
        {words.share(percent(found.share))} · {message.look.at(integer(found.step))}
      </p>
    </>
  );
}

export function MemorizationPanel() {
  const element = useInView<HTMLDivElement>(watchMemorization);
  const found = memorization.value;
  const words = message.look.memorization;
  return (
    <div ref={element} class="memory" data-step={found?.step}>
      <p class="look-about">{words.about}</p>
      {!found && <p class="look-waits">{words.waiting}</p>}
      {found && (
        <div class="memory-columns">
          <section class="memory-found" aria-label={message.look.tabs.memory}>
            <Meter found={found} />
            <h3>{words.passage}</h3>
            <p class="memory-passage" dir="auto">
              {found.passage}
            </p>
          </section>
          <section aria-labelledby="memory-sample">
            <h3 id="memory-sample">{words.sample}</h3>
            <p class="memory-text" dir="auto">
              {found.pieces.map(({ text, copied }, at) => (copied ? <mark key={at}>{text}</mark> : text))}
            </p>
          </section>
        </div>
      )}
    </div>
  );
}
