import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../controls/Icon';
import { message } from '../i18n/messages';
import { goTo, leaveTour, place } from './guide';
import { type Place, TOURS } from './tours';

/** Not a class: those belong to the part's own panel. */
const LOOKED_AT = 'data-looked-at';

/** Marks the part of the page that a stop is about, and brings it into view. */
function useLook(look: string | undefined): void {
  useEffect(() => {
    const part = look ? document.querySelector(look) : null;
    if (!part) return;
    part.setAttribute(LOOKED_AT, '');
    part.scrollIntoView({ block: 'nearest' });
    return () => part.removeAttribute(LOOKED_AT);
  }, [look]);
}

function Card({ tour, at }: Place) {
  const heading = useRef<HTMLHeadingElement>(null);
  const stops = TOURS[tour];
  const { title, stops: sentences } = message.tours.list[tour];
  const last = at === stops.length - 1;
  useLook(stops[at]!.look);
  // What is read next is where the reader is.
  useEffect(() => heading.current?.focus(), [tour, at]);
  return (
    <section class="tour" aria-labelledby="tour-title">
      <div class="tour-head">
        <h2 id="tour-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <span class="soft">{message.tours.at(at + 1, stops.length)}</span>
        <button type="button" class="plain" aria-label={message.tours.leave} onClick={() => void leaveTour()}>
          <Icon name="close" />
        </button>
      </div>
      <p>{sentences[at]}</p>
      <div class="dialog-end">
        <button type="button" disabled={at === 0} onClick={() => void goTo({ tour, at: at - 1 })}>
          {message.tours.back}
        </button>
        <button
          type="button"
          class="primary"
          onClick={() => void (last ? leaveTour() : goTo({ tour, at: at + 1 }))}
        >
          {last ? message.tours.end : message.tours.next}
        </button>
      </div>
    </section>
  );
}

export function TourCard() {
  const here = place.value;
  return here && <Card {...here} />;
}
