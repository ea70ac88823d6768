import { useLayoutEffect, useRef } from 'preact/hooks';
import { describedBy } from '../help/helpTarget';
import { Slider } from '../controls/Slider';
import { temperatureText } from '../controls/temperature';
import { message } from '../i18n/messages';
import { decimals, integer } from '../i18n/format';
import { pretrainedText } from './pretrained';
import { refusal, set, store, type Sample } from '../app/store';
import { sampler } from './sampler';
import { PretrainedDemo } from './PretrainedDemo';
import { PastSamples } from './PastSamples';
import { scrollToEnd } from './scrollToEnd';

/** Holds the line until there is something to say. */
const NOTHING = '\u00a0';

function meta(sample: Sample): string {
  return sample.loss === null
    ? message.stream.untrained
    : message.stream.meta(integer(sample.step), decimals(sample.loss, 2));
}

function Written() {
  const chosen = store.chosen.value;
  const sample = chosen ?? store.writing.value;
  const box = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    // Follows the writing where the text is longer than its box.
    if (!box.current || !sample) return;
    if (chosen) box.current.scrollTop = 0;
    else scrollToEnd(box.current);
  }, [chosen, sample?.text]);
  return (
    <p
      ref={box}
      id="written"
      class="written"
      tabIndex={0}
      role="group"
      aria-labelledby="stream-title"
      dir="auto"
    >
      {sample === null && (
        <span class="written-waits">{refusal.value ?? store.waits.value ?? message.stream.waiting}</span>
      )}
      {sample && (
        <span class={chosen ? undefined : 'writing'}>
          {sample.prompt && <mark>{sample.prompt}</mark>}
          {sample.text}
        </span>
      )}
    </p>
  );
}

function Prime() {
  return (
    <div class="field">
      <div class="field-head">
        <label for="set-prompt">{message.settings.prompt}</label>
      </div>
      <input
        id="set-prompt"
        aria-describedby={describedBy('prompt')}
        type="text"
        class="prime"
        dir="auto"
        maxLength={200}
        spellcheck={false}
        autocomplete="off"
        placeholder={message.stream.primeHint}
        value={store.settings.value.prompt}
        onInput={(event) => set('prompt', event.currentTarget.value)}
      />
    </div>
  );
}

export function StreamPanel() {
  const chosen = store.chosen.value;
  const sample = chosen ?? store.writing.value;
  const unknown = store.unknown.value;
  return (
    <section class="column stream" aria-labelledby="stream-title">
      <div class="stream-head">
        <h2 id="stream-title">{message.stream.title}</h2>
        <span class="stream-meta">{sample ? meta(sample) : NOTHING}</span>
      </div>
      <div class={pretrainedText.value === null ? 'writings' : 'writings writings-two'}>
        <PretrainedDemo />
        <Written />
      </div>
      <div class="stream-controls">
        <Slider name="temperature" show={temperatureText} />
        <Prime />
        {chosen ? (
          <button type="button" onClick={() => (store.chosen.value = null)}>
            {message.stream.live}
          </button>
        ) : (
          <button
            type="button"
            disabled={store.run.value === null}
            aria-keyshortcuts="W"
            onClick={() => sampler.write()}
          >
            {message.stream.write}
          </button>
        )}
        {unknown.length > 0 && <p class="unknown">{message.stream.unknown(unknown.join(' '))}</p>}
      </div>
      <PastSamples />
    </section>
  );
}
