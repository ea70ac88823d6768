import { message } from '../i18n/messages';
import { startTour } from './guide';
import { TOUR_NAMES } from './tours';

export function ToursPanel() {
  return (
    <>
      <p class="runs-about">{message.tours.about}</p>
      <ul class="tours">
        {TOUR_NAMES.map((name) => (
          <li key={name}>
            <button type="button" onClick={() => void startTour(name)}>
              {message.tours.list[name].title}
            </button>
            <span>{message.tours.list[name].about}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
