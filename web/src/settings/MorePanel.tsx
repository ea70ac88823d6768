// Everything beyond cell, layers and units. What depends on another choice appears with it.
import { Control } from '../controls/Control';
import { Disclosure } from '../controls/Disclosure';
import { message } from '../i18n/messages';
import { isBeyond } from './config';
import {
  applies,
  ARCHITECTURE_NAMES,
  changed,
  isOfLayers,
  MORE,
  type MoreGroup,
  type SettingName,
} from './settings';
import { store } from '../app/store';
import { CellOptions } from './CellOptions';

const GROUPS = Object.keys(MORE) as MoreGroup[];

function Group({ group }: { group: MoreGroup }) {
  const settings = store.settings.value;
  const beyond = isBeyond(settings);
  const names = (Object.keys(MORE[group]) as SettingName[]).filter(
    (name) => applies(name, settings) && !(beyond && isOfLayers(name)),
  );
  if (names.length === 0) return null;
  return (
    <fieldset class="more-group">
      <legend>{message.more.groups[group]}</legend>
      <div class="twos">
        {names.map((name) =>
          name === 'options' ? <CellOptions key={name} /> : <Control key={name} name={name} />,
        )}
      </div>
    </fieldset>
  );
}

export function MorePanel() {
  const names = changed(store.settings.value, ARCHITECTURE_NAMES).map((name) => message.settings[name]);
  return (
    <Disclosure
      title={
        <>
          {message.more.title} <span class="more-summary">{names.join(', ') || message.more.usual}</span>
        </>
      }
    >
      {() => GROUPS.map((group) => <Group key={group} group={group} />)}
    </Disclosure>
  );
}
