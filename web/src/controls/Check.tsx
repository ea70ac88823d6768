import { message } from '../i18n/messages';
import type { FlagName } from '../settings/settings';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';

export function Check({ name }: { name: FlagName }) {
  return (
    <label class="check">
      <input
        id={`set-${name}`}
        type="checkbox"
        aria-describedby={describedBy(name)}
        checked={store.settings.value[name]}
        onChange={(event) => set(name, event.currentTarget.checked)}
      />
      {message.settings[name]}
    </label>
  );
}
