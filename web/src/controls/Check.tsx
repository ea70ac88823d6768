import { message } from '../messages';
import type { SettingName, Settings } from '../state/settings';
import { set, store } from '../state/store';
import { describedBy } from './helpTarget';

type FlagName = { [K in SettingName]: Settings[K] extends boolean ? K : never }[SettingName];

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
