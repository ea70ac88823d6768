import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../controls/Icon';
import { message } from '../messages';
import { hide, shown } from '../state/shown';
import { toEnd } from './toEnd';

/** The network that came with the page, writing beside the reader's own. */
export function Beside() {
  const box = useRef<HTMLParagraphElement>(null);
  const text = shown.value;
  useLayoutEffect(() => {
    if (box.current) toEnd(box.current);
  }, [text]);
  if (text === null) return null;
  return (
    <section class="beside" aria-labelledby="beside-title">
      <div class="beside-head">
        <h3 id="beside-title">{message.beside.title}</h3>
        <span class="soft">{message.beside.about}</span>
        <button
          type="button"
          class="plain"
          aria-label={message.beside.hide}
          title={message.beside.hide}
          onClick={hide}
        >
          <Icon name="close" />
        </button>
      </div>
      <p
        ref={box}
        id="shown"
        class="written"
        tabIndex={0}
        role="group"
        aria-labelledby="beside-title"
        dir="auto"
      >
        <span class="writing">{text}</span>
      </p>
      <h3 class="beside-own">{message.beside.own}</h3>
    </section>
  );
}
