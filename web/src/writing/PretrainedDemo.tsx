import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../controls/Icon';
import { message } from '../i18n/messages';
import { hidePretrained, pretrainedText } from './pretrained';
import { scrollToEnd } from './scrollToEnd';

/** The pretrained network, which writes above the reader's own. */
export function PretrainedDemo() {
  const box = useRef<HTMLParagraphElement>(null);
  const text = pretrainedText.value;
  useLayoutEffect(() => {
    if (box.current) scrollToEnd(box.current);
  }, [text]);
  if (text === null) return null;
  return (
    <section class="pretrained" aria-labelledby="pretrained-title">
      <div class="pretrained-head">
        <h3 id="pretrained-title">{message.pretrained.title}</h3>
        <span class="soft">{message.pretrained.about}</span>
        <button
          type="button"
          class="plain"
          aria-label={message.pretrained.hide}
          title={message.pretrained.hide}
          onClick={hidePretrained}
        >
          <Icon name="close" />
        </button>
      </div>
      <p
        ref={box}
        id="pretrained-text"
        class="written"
        tabIndex={0}
        role="group"
        aria-labelledby="pretrained-title"
        dir="auto"
      >
        <span class="writing">{text}</span>
      </p>
      <h3 class="pretrained-own">{message.pretrained.own}</h3>
    </section>
  );
}
