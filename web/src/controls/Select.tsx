import type { Choice } from '../settings/menus';
import type { SettingName } from '../settings/settings';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';
import { previousValue } from './previousValue';

interface Props {
  name: SettingName | 'preset';
  label: string;
  value: string;
  choices: readonly Choice[];
  /** More of them under headings. */
  groups?: readonly (readonly [string, readonly Choice[]])[];
  onChoose: (name: string) => void;
}

const options = (choices: readonly Choice[]) =>
  choices.map((choice) => (
    <option key={choice.name} value={choice.name}>
      {choice.label}
    </option>
  ));

export function Select({ name, label, value, choices, groups = [], onChoose }: Props) {
  const id = `set-${name}`;
  return (
    <Field id={id} label={label} was={name === 'preset' ? undefined : previousValue(name)}>
      <span class="select">
        <select
          id={id}
          aria-describedby={describedBy(name)}
          value={value}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          {options(choices)}
          {groups.map(([title, list]) => (
            <optgroup key={title} label={title}>
              {options(list)}
            </optgroup>
          ))}
        </select>
      </span>
    </Field>
  );
}
