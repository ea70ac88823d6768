import { set, store } from '../app/store';
import { message } from '../i18n/messages';
import { isBeyond } from '../settings/config';
import { choicesOf } from '../settings/menus';
import {
  descriptorOf,
  type FlagName,
  isOfLayers,
  type ListName,
  type NumberName,
  parse,
  type SettingName,
} from '../settings/settings';
import { Check } from './Check';
import { ListField } from './ListField';
import { NumberField } from './NumberField';
import { Select } from './Select';
import { Slider } from './Slider';

interface Props {
  name: SettingName;
  /** Of the choices, those that there are now. */
  allowed?: readonly string[];
  /** In place of setting it. */
  onChoose?: (value: string) => void;
}

function choose<K extends SettingName>(name: K, written: string): void {
  const value = parse(name, written);
  if (value !== undefined) set(name, value);
}

/** What is about the layers rests while they are others than the controls can show. */
export function Control(props: Props) {
  const rests = isOfLayers(props.name) && isBeyond(store.settings.value);
  if (!rests) return <Described {...props} />;
  return (
    <fieldset class="controls" disabled>
      <Described {...props} />
    </fieldset>
  );
}

/** The control that a setting's descriptor describes; none for a text. */
function Described({ name, allowed, onChoose = (value) => choose(name, value) }: Props) {
  const descriptor = descriptorOf(name);
  switch (descriptor.kind) {
    case 'text':
      return null;
    case 'flag':
      return <Check name={name as FlagName} />;
    case 'list':
      return <ListField name={name as ListName} />;
    case 'whole':
    case 'fraction':
      return descriptor.slider ? (
        <Slider name={name as NumberName} />
      ) : (
        <NumberField name={name as NumberName} />
      );
    case 'choice':
    case 'name':
      return (
        <Select
          name={name}
          label={message.settings[name]}
          value={String(store.settings.value[name])}
          choices={choicesOf(name).filter((choice) => !allowed || allowed.includes(choice.name))}
          onChoose={onChoose}
        />
      );
  }
}
