import { message } from '../i18n/messages';
import { decimals, integer } from '../i18n/format';
import { store } from '../app/store';

/** The lowest validation loss of the run so far. */
export function BestPanel() {
  const { validation } = store.numbers.value;
  return (
    <section class="run" aria-labelledby="best-title">
      <h2 id="best-title">{message.best.title}</h2>
      <p>{validation ? message.best.at(decimals(validation.value, 3), integer(validation.step)) : message.best.none}</p>
    </section>
  );
}
