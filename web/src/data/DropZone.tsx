import { message } from '../i18n/messages';
import { hovering } from './drops';

/** The whole window takes files; this is what shows while one hovers over it. */
export function DropZone() {
  return hovering.value ? (
    <div class="drop" aria-hidden="true">
      <p>{message.text.drop}</p>
    </div>
  ) : null;
}
