import { useEffect, useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { showsText } from './store';

/** The parts of the page in their order on a phone, by what marks their beginning. */
const PLACES = ['text', 'measure', 'look', 'settings'] as const;
type Place = (typeof PLACES)[number];

const SELECTORS: Record<Place, string> = {
  text: '.stream-head',
  measure: '.measure',
  look: '.look',
  settings: '.settings',
};
/** A part is the present one from where it begins in the upper part of the window. */
const UPPER = 0.4;

const part = (place: Place) => document.querySelector<HTMLElement>(SELECTORS[place]);

function present(): Place {
  const begun = PLACES.filter(
    (place) => (part(place)?.getBoundingClientRect().top ?? Infinity) < innerHeight * UPPER,
  );
  return begun.at(-1) ?? 'text';
}

/** At once: a smooth way would pass over parts that are drawn when they come into view, and miss its end as they grow. */
function go(place: Place): void {
  // The text is the top of the page.
  if (place === 'text') scrollTo({ top: 0 });
  else part(place)?.scrollIntoView();
}

/** On a phone, where one part is seen at a time: the way to the others. Elsewhere it is not shown. */
export function SectionNav() {
  const [here, setHere] = useState<Place>('text');
  useEffect(() => {
    const look = () => setHere(present());
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
  const words = message.sections;
  return (
    <nav class="section-nav" aria-label={words.label}>
      {PLACES.map((place) => (
        <button
          key={place}
          type="button"
          aria-current={place === here ? 'location' : undefined}
          onClick={() => go(place)}
        >
          {place === 'text' && !showsText.value ? words.answers : words[place]}
        </button>
      ))}
    </nav>
  );
}
