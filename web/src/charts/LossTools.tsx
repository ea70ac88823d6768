import { describedBy } from '../help/helpTarget';
import { message } from '../i18n/messages';
import { store } from '../app/store';
import { zoomBy, zoomOut } from './zoom';

/** Shares that the exponential mean keeps; the rest of the choices are words. */
const SHARES = [0.5, 0.8, 0.9, 0.95, 0.99];

/** Smoothing and zoom of the loss chart. */
export function LossTools() {
  const zoom = store.zoom.value;
  const smoothing = store.smoothing.value;
  const words = message.loss.tools;
  return (
    <div class="tools loss-tools">
      <label class="loss-smoothing">
        <span>{message.settings.smoothing}</span>
        <select
          id="set-smoothing"
          aria-describedby={describedBy('smoothing')}
          value={smoothing === null ? 'auto' : String(smoothing)}
          onChange={({ currentTarget: { value } }) =>
            (store.smoothing.value = value === 'auto' ? null : Number(value))
          }
        >
          <option value="auto">{words.auto}</option>
          <option value="0">{words.none}</option>
          {SHARES.map((share) => (
            <option key={share} value={String(share)}>
              {share}
            </option>
          ))}
        </select>
      </label>
      <div class="loss-zoom" role="group" aria-label={words.zoom}>
        <button type="button" class="slim" aria-label={words.closer} onClick={() => zoomBy(0.5)}>
          +
        </button>
        <button
          type="button"
          class="slim"
          aria-label={words.further}
          disabled={zoom === null}
          onClick={() => zoomBy(2)}
        >
          −
        </button>
        <button type="button" class="slim" disabled={zoom === null} onClick={zoomOut}>
          {words.whole}
        </button>
      </div>
    </div>
  );
}
